"""The networks of a trial that count, and the metric that they are judged by after every epoch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.data import Dataset
from sweeps.study import metrics
from sweeps.training.task import SCORES


class Now(NamedTuple):
    """Networks after an epoch: SCORES and `diverged`, (P,) each."""

    scores: Mapping[str, metrics.Values]
    diverged: NDArray[np.bool_]

    @classmethod
    def of(cls, record: dnn.Record, rows: slice) -> "Now":
        """Some of a population."""
        scores = {name: getattr(record, name)[rows] for name in SCORES}
        return cls(scores, record.diverged[rows])


@dataclass(frozen=True)
class Tracked:
    """A metric after every epoch; the dev loss in the place of one that has none before the end."""

    score: metrics.Score
    worst: float
    outputs: Callable[[Array], NDArray[Any]]  # theta (P, N) to dev outputs (P, n, K′)
    labels: NDArray[Any]

    @classmethod
    def of(cls, metric: str, net: dnn.Network, dataset: Dataset) -> "Tracked":
        """A metric of this network on this data."""
        named = metrics.METRICS[metric]
        score = named if isinstance(named, metrics.Score) else metrics.METRICS["dev_loss"]
        if not isinstance(score, metrics.Score):
            raise TypeError(metric)
        x = dataset.parts["dev"].x
        limit = score.worst(dataset)
        return cls(score, limit, lambda theta: dnn.predict(net, theta, x), dataset.labels["dev"])

    def seen(self, numbers: Mapping[str, metrics.Values], theta: Array) -> metrics.ScoreInputs:
        """What the scores of networks theta (P, N) are read from."""
        return metrics.ScoreInputs(numbers, lambda: self.outputs(theta), self.labels)

    def after(self, now: Now, theta: Array) -> NDArray[np.float64]:
        """(P,), the worst where diverged or beyond it."""
        values = self.score.of(self.seen(now.scores, theta))
        return self.score.bounded(values, now.diverged, self.worst)


class Last:
    """The networks that count are those of the last epoch: theta, scores, gone and values."""

    def __init__(self, theta: Array, tracked: Tracked) -> None:
        self.theta, self.tracked = theta, tracked
        unknown = np.full(len(theta), np.nan)
        self.scores: Mapping[str, metrics.Values] = dict.fromkeys(SCORES, unknown)
        self.gone = np.zeros(len(theta), dtype=bool)
        self.values = np.full(len(theta), tracked.worst)

    def see(self, now: Now) -> NDArray[np.float64]:
        """The metric of those that count after this epoch (P,)."""
        self.scores, self.gone = now.scores, now.diverged
        self.values = self.tracked.after(now, self.theta)
        return self.values


class BestEpoch:
    """The networks that count are those of each one's best dev epoch so far."""

    def __init__(self, theta: Array, tracked: Tracked) -> None:
        self.current, self.theta, self.tracked = theta, theta.copy(), tracked
        self.scores = {name: np.full(len(theta), np.nan) for name in SCORES}
        self.gone = np.ones(len(theta), dtype=bool)
        self.values = np.full(len(theta), tracked.worst)

    def see(self, now: Now) -> NDArray[np.float64]:
        """The metric of those that count after this epoch (P,)."""
        values = self.tracked.after(now, self.current)
        sign = 1 if self.tracked.score.direction == "minimize" else -1
        better = ~now.diverged & (self.gone | (sign * values < sign * self.values))
        self.values[better] = values[better]
        for name, scores in self.scores.items():
            scores[better] = now.scores[name][better]
        self.theta[better] = self.current[better]
        self.gone &= ~better
        return self.values.copy()


COUNTED: Mapping[str, type[Last] | type[BestEpoch]] = {"last": Last, "best": BestEpoch}
