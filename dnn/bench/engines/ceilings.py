"""What the machine gives to matrix products alone: the work's own, and a large square one."""

import time
from collections.abc import Callable

import numpy as np

from dnn.arrays import Array
from dnn.bench.problem import Problem, TurnResult
from dnn.data import Streams

SIDE = 1024


class Products:
    """A turn of matrix products; `theta` are the parameters it was given, untrained."""

    def __init__(self, theta: Array, run: Callable[[], None], updates: int, flops: int) -> None:
        self._theta, self._run, self._updates, self._flops = theta, run, updates, flops

    def train(self, epochs: int) -> TurnResult:
        started = time.perf_counter()
        for _ in range(epochs):
            self._run()
        seconds = time.perf_counter() - started
        return TurnResult(seconds, self._updates * epochs, self._flops * epochs)

    def theta(self) -> Array:
        return self._theta


def start_products(problem: Problem, theta: Array, streams: Streams) -> Products:
    """An epoch's products in the work's sizes, forward and backward, each into its buffer.

    Whole batches alone; the first layer's input has no gradient.
    """
    population, rows = len(theta), problem.batch_size
    rng = np.random.default_rng(0)
    pairs: list[tuple[Array, Array, Array]] = []
    for depth, (w, *_) in enumerate(problem.network.blocks(theta)):
        n_out, n_in = w.shape[1:]
        a = rng.standard_normal((population, n_in, rows), np.float32)
        dz = rng.standard_normal((population, n_out, rows), np.float32)
        pairs.append((w, a, np.empty_like(dz)))
        pairs.append((dz, a.swapaxes(1, 2), np.empty_like(w)))
        if depth:
            pairs.append((w.swapaxes(1, 2), dz, np.empty_like(a)))
    batches = len(problem.data) // rows

    def run() -> None:
        for _ in range(batches):
            for left, right, out in pairs:
                np.matmul(left, right, out=out)

    flops = problem.network.flops_per_row() * rows * batches * population
    return Products(theta, run, batches, flops)


def start_square(problem: Problem, theta: Array, streams: Streams) -> Products:
    """An epoch is one product of two SIDE × SIDE matrices, whatever the problem."""
    left, right = np.random.default_rng(0).standard_normal((2, SIDE, SIDE), np.float32)
    out = np.empty_like(left)
    return Products(theta, lambda: np.matmul(left, right, out=out), 1, 2 * SIDE**3)
