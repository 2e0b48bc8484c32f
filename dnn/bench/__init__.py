"""How fast the engine trains, beside scikit-learn, PyTorch and JAX on the same work.

`python -m dnn.bench --help`. Every engine trains the same networks from the same start on the same
batches, which `tests/dnn/test_bench.py` shows; it runs in a process of its own on the same core.
"""
