"""The engines behind one interface: `start(problem, theta, streams)` gives a Trainer.

Each has a file of its own, and imports its library when it is started.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dnn.arrays import Array
from dnn.bench.engines import ceilings, jax, ours, sklearn, torch
from dnn.bench.problem import Problem, Trainer
from dnn.data import Streams


@dataclass(frozen=True)
class Engine:
    """`start` takes theta (P, N), which it may train in place; `library` is the import it needs."""

    start: Callable[[Problem, Array, Streams], Trainer]
    library: str = "numpy"


ENGINES: Mapping[str, Engine] = {
    "ours": Engine(ours.start),
    "sklearn": Engine(sklearn.start, "sklearn.neural_network"),
    "torch": Engine(torch.start_alone, "torch"),
    "torch_stacked": Engine(torch.start_stacked, "torch"),
    "jax": Engine(jax.start, "jax"),
}
PEERS = tuple(name for name in ENGINES if name != "ours")

# They train nothing: matrix products alone, which no engine can pass by.
CEILINGS: Mapping[str, Engine] = {
    "products": Engine(ceilings.start_products),
    "square": Engine(ceilings.start_square),
}
