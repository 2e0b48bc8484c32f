"""The networks of a trial that count, and the metric that they are judged by after every epoch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.data import Dataset
from sweeps.study import metrics
from sweeps.training.task import SCORES


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

    def seen(self, numbers: Mapping[str, metrics.Values], theta: Array) -> metrics.Seen:
        """What the scores of networks theta (P, N) are read from."""
        return metrics.Seen(numbers, lambda: self.outputs(theta), self.labels)

    def after(self, record: dnn.Record, theta: Array) -> NDArray[np.float64]:
        """(P,), the worst where diverged or beyond it."""
        numbers = {name: getattr(record, name) for name in SCORES}
        values = self.score.of(self.seen(numbers, theta))
        return self.score.bounded(values, record.diverged, self.worst)


class Last:
    """The networks that count are those of the last epoch."""

    def __init__(self, theta: Array, tracked: Tracked) -> None:
        self.theta, self.tracked = theta, tracked
        self.gone = np.zeros(len(theta), dtype=bool)
        self.values = np.full(len(theta), tracked.worst)

    def see(self, record: dnn.Record) -> NDArray[np.float64]:
        """The metric of those that count after this epoch (P,)."""
        self.gone = record.diverged
        self.values = self.tracked.after(record, self.theta)
        return self.values.copy()


class BestEpoch:
    """The networks that count are those of each one's best dev epoch so far."""

    def __init__(self, theta: Array, tracked: Tracked) -> None:
        self.current, self.theta, self.tracked = theta, theta.copy(), tracked
        self.values = np.full(len(theta), tracked.worst)
        self.gone = np.ones(len(theta), dtype=bool)

    def see(self, record: dnn.Record) -> NDArray[np.float64]:
        """The metric of those that count after this epoch (P,)."""
        values = self.tracked.after(record, self.current)
        sign = 1 if self.tracked.score.direction == "minimize" else -1
        better = ~record.diverged & (self.gone | (sign * values < sign * self.values))
        self.values[better] = values[better]
        self.theta[better] = self.current[better]
        self.gone &= ~better
        return self.values.copy()


COUNTED: Mapping[str, type[Last] | type[BestEpoch]] = {"last": Last, "best": BestEpoch}
