"""The works that engines are measured on, the features whose cost is measured, and their targets.

All in float32 with Adam at 1e-3. A target is a least ratio of our rate to a peer's.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnn.arrays import Array, Integers
from dnn.bench.problem import Problem, library
from dnn.data import Data
from dnn.network import Network
from dnn.settings import Settings


@dataclass(frozen=True)
class BenchmarkWorkload:
    """A shape, its data and its targets at population 16 (best peer) and alone (PyTorch)."""

    sizes: tuple[int, ...]
    batch_size: int
    data: Callable[[], Data]
    against_best: float
    against_torch_alone: float = 2.0

    @property
    def network(self) -> Network:
        """ReLU layers with the loss that the number of outputs asks for."""
        n_in, *hidden, n_out = self.sizes
        loss = "binary_cross_entropy" if n_out == 1 else "softmax_cross_entropy"
        return Network(n_in, tuple(hidden), n_out, loss=loss)


@dataclass(frozen=True)
class Feature:
    """Something that training may do besides, and how many times as long it may take.

    `alone_at_most` is the target for one network, where it is another.
    """

    l2: float = 0.0
    keep_prob: float = 1.0
    batch_norm: bool = False
    at_most: float = 1.0
    alone_at_most: float | None = None

    def target(self, population: int) -> float:
        """How many times as long a population of so many may take."""
        if population == 1 and self.alone_at_most is not None:
            return self.alone_at_most
        return self.at_most


def problem(work: str, feature: str = "plain", optimizer: str = "adam") -> Problem:
    """By the names of the tables below. Raises MissingLibraryError where the data need one."""
    chosen, extra = WORKS[work], FEATURES[feature]
    settings = Settings(
        optimizer=optimizer,
        batch_size=chosen.batch_size,
        l2=extra.l2,
        keep_prob=extra.keep_prob,
    )
    network = dataclasses.replace(chosen.network, batch_norm=extra.batch_norm)
    return Problem(network, chosen.data(), settings)


def _binary(x: Array, labels: NDArray[Any]) -> Data:
    return Data(x.astype(np.float32), labels.astype(np.float32)[:, None])


def _classes(x: Array, labels: Integers) -> Data:
    return Data(x.astype(np.float32), np.eye(10, dtype=np.float32)[labels])


def moons() -> Data:
    """Two half circles that reach into each other, with noise."""
    rng = np.random.default_rng(0)
    angle, upper = rng.uniform(0, math.pi, 300), np.arange(300) % 2 == 0
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    return _binary(np.stack([x, y], axis=1) + 0.2 * rng.standard_normal((300, 2)), upper)


def circles() -> Data:
    """A circle within a circle, with noise."""
    rng = np.random.default_rng(0)
    angle, inner = rng.uniform(0, 2 * math.pi, 300), np.arange(300) % 2 == 0
    points = np.where(inner, 0.5, 1.0) * np.stack([np.cos(angle), np.sin(angle)])
    return _binary(points.T + 0.1 * rng.standard_normal((300, 2)), inner)


def tabular() -> Data:
    """30 standard normal columns; the class is the sign of a rough function of them."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((455, 30))
    score = x @ rng.standard_normal(30) + 3 * x[:, 0] * x[:, 1] + rng.standard_normal(455)
    return _binary(x, score > 0)


def clusters(rows: int, columns: int) -> Data:
    """Ten classes, each a point of [0, 1)^columns with noise around it."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, rows)
    x = rng.random((10, columns))[labels] + rng.standard_normal((rows, columns))
    return _classes(x, labels)


def digits() -> Data:
    """Scikit-learn's 8 × 8 digits, greys in [0, 1]; the first 1437 rows (four fifths)."""
    x, labels = library("sklearn.datasets").load_digits(return_X_y=True)
    return _classes(x[:1437] / 16, labels[:1437])


def breast_cancer() -> Data:
    """Scikit-learn's breast cancer table, standardized; the first 455 rows (four fifths)."""
    x, labels = library("sklearn.datasets").load_breast_cancer(return_X_y=True)
    x = x[:455]
    return _binary((x - x.mean(axis=0)) / x.std(axis=0), labels[:455])


WORKS: Mapping[str, BenchmarkWorkload] = {
    "moons": BenchmarkWorkload((2, 5, 2, 1), 64, moons, 1.5),
    "circles": BenchmarkWorkload((2, 10, 5, 1), 300, circles, 1.5),
    "tabular": BenchmarkWorkload((30, 64, 32, 1), 32, tabular, 0.9),
    "image": BenchmarkWorkload((64, 128, 64, 10), 64, lambda: clusters(1437, 64), 0.9),
    "wide": BenchmarkWorkload((784, 256, 128, 10), 128, lambda: clusters(2560, 784), 0.85, 1.0),
    "digits": BenchmarkWorkload((64, 128, 64, 10), 64, digits, 0.9),
    "breast_cancer": BenchmarkWorkload((30, 32, 16, 1), 32, breast_cancer, 0.9),
}

# Any λ above 0 takes the same time.
FEATURES: Mapping[str, Feature] = {
    "plain": Feature(),
    "dropout": Feature(keep_prob=0.8, at_most=1.7),
    "l2": Feature(l2=1.0, at_most=1.1),
    "batch_norm": Feature(batch_norm=True, at_most=1.8, alone_at_most=2.2),
}
