"""What an engine is given, and what it must answer: one problem, one trainer, one turn."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from dnn.arrays import Array, Integers
from dnn.data import Data, Streams
from dnn.network import Network
from dnn.settings import Settings

INSTALL = "pip install -e '.[bench]'"


class MissingLibraryError(ImportError):
    """A peer that is not installed; the message says how to install it."""


def library(name: str) -> Any:
    """Import a peer now, not when this package is imported. Raises MissingLibraryError."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        top = name.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != top:
            raise  # it is there, but broken
        raise MissingLibraryError(f"{top} is not installed: {INSTALL}") from error


class TurnResult(NamedTuple):
    """What a trainer did in one turn.

    seconds: training alone (orders, gathering and updates; no evaluation). updates: each network's,
    as the engine counted them. flops: of all networks' matrix products.
    """

    seconds: float
    updates: int
    flops: int


class EngineTrainer(Protocol):
    """P networks in some engine, ready to be trained on."""

    def train(self, epochs: int) -> TurnResult: ...

    def theta(self) -> Array:
        """The parameters (P, N) in the order of `Network.blocks`."""
        ...


@dataclass(frozen=True)
class Problem:
    """A network, its training rows and how to train it. `settings.epochs` is not read."""

    network: Network
    data: Data
    settings: Settings

    @property
    def batch_size(self) -> int:
        """Rows of a whole batch."""
        return min(int(self.settings.batch_size), len(self.data))

    @property
    def is_binary(self) -> bool:
        """One logit and cross-entropy; otherwise softmax over the classes."""
        return self.network.loss == "binary_cross_entropy"

    @property
    def labels(self) -> Integers:
        """Class numbers (n,)."""
        y = self.data.y
        return (y[:, 0] if self.is_binary else y.argmax(axis=1)).astype(np.int64)

    def flops(self, population: int, epochs: int) -> int:
        """FLOPs of the matrix products; see `Network.flops_per_row`."""
        return self.network.flops_per_row() * len(self.data) * population * epochs

    def draw(self, population: int, seed: int = 0) -> tuple[Array, Streams]:
        """Initial parameters (P, N) and the streams that order the batches."""
        streams = Streams.spawn(seed, population)
        return self.network.initialize("he", streams.initial), streams

    def orders(self, generators: Sequence[np.random.Generator]) -> Callable[[], Integers]:
        """() → rows (P, n) of the next epoch, drawn as `dnn.fit` draws them."""
        rows = len(self.data)
        order = np.tile(np.arange(rows), (len(generators), 1))

        def draw() -> Integers:
            if self.batch_size < rows:
                for row, rng in zip(order, generators, strict=True):
                    row[:] = rng.permutation(rows)
            return order

        return draw

    def flatten(self, weights: Sequence[Array], biases: Sequence[Array]) -> Array:
        """Layers' w (P, n_out, n_in) and b, P·n_out numbers, to theta (P, N)."""
        theta = np.empty((len(weights[0]), self.network.n_parameters), np.float32)
        for block, w, b in zip(self.network.blocks(theta), weights, biases, strict=True):
            block.w[:] = w
            block.b[:] = np.reshape(b, block.b.shape)
        return theta

    def plain_adam(self) -> float:
        """The learning rate, for the peers. Raises ValueError for anything but plain Adam."""
        plain = Settings(
            learning_rate=self.settings.learning_rate,
            batch_size=self.settings.batch_size,
            epochs=self.settings.epochs,
        )
        if self.settings != plain or self.network.activation != "relu":
            raise ValueError(
                f"peers: expected relu and Adam with its defaults, got {self.network.activation} "
                f"and {self.settings}"
            )
        return float(self.settings.learning_rate)
