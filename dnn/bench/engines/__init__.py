"""The engines behind one interface: `start(problem, theta, streams)` gives an EngineTrainer.

Each has a file of its own, and imports its library when it is started.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dnn.arrays import Array
from dnn.bench.engines import ceilings, jax, ours, sklearn, torch
from dnn.bench.problem import EngineTrainer, Problem
from dnn.data import Streams


@dataclass(frozen=True)
class BenchmarkEngine:
    """`start` takes theta (P, N), which it may train in place; `library` is the import it needs."""

    start: Callable[[Problem, Array, Streams], EngineTrainer]
    library: str = "numpy"


ENGINES: Mapping[str, BenchmarkEngine] = {
    "ours": BenchmarkEngine(ours.start),
    "sklearn": BenchmarkEngine(sklearn.start, "sklearn.neural_network"),
    "torch": BenchmarkEngine(torch.start_alone, "torch"),
    "torch_stacked": BenchmarkEngine(torch.start_stacked, "torch"),
    "jax": BenchmarkEngine(jax.start, "jax"),
}
PEERS = tuple(name for name in ENGINES if name != "ours")

# They train nothing: matrix products alone, which no engine can pass by.
CEILINGS: Mapping[str, BenchmarkEngine] = {
    "products": BenchmarkEngine(ceilings.start_products),
    "square": BenchmarkEngine(ceilings.start_square),
}
