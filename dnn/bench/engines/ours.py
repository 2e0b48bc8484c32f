"""Our own engine: `dnn.fit`, whose records say how long training took."""

import dataclasses
import sys
from collections.abc import Iterator

from dnn.arrays import Array
from dnn.bench.problem import Problem, TurnResult
from dnn.data import Streams
from dnn.fitting import fit
from dnn.records import Record


class Fit:
    """One `fit` without an end, from which a turn pulls its epochs."""

    def __init__(self, problem: Problem, theta: Array, streams: Streams) -> None:
        # The peers compute no scores; neither does this.
        settings = dataclasses.replace(problem.settings, epochs=sys.maxsize, score_every=0)
        self._problem, self._theta = problem, theta
        self._records: Iterator[Record] = iter(
            fit(problem.network, theta, problem.data, None, streams, settings)
        )
        self._last = next(self._records)

    def train(self, epochs: int) -> TurnResult:
        before = self._last
        for _ in range(epochs):
            self._last = next(self._records)
        return TurnResult(
            self._last.seconds - before.seconds,
            int((self._last.updates - before.updates)[0]),
            int((self._last.flops - before.flops).sum()),
        )

    def theta(self) -> Array:
        return self._theta


def start(problem: Problem, theta: Array, streams: Streams) -> Fit:
    """Theta (P, N) is trained in place."""
    return Fit(problem, theta, streams)
