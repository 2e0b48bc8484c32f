"""A mean loss in parts: what remains, what the choice of training rows adds, and what starts add.

Networks of S random starts on each of R training sets predict the same rows. A loss is taken apart
at the center of all of them: what remains is the loss of that center (squared bias and noise), the
rest is how far networks scatter about it. Of few networks the center lies too close to them, so
each part is jackknifed over whole training sets (Tukey, 1958), and the starts' over the starts of a
set. Nothing here knows of runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reports.stats.sampling.intervals import Array

Labels = NDArray[Any]


class Loss(Protocol):
    """A loss whose mean is the loss of a center and a spread about it, which add up."""

    def statistics(self, outputs: Array) -> Array:
        """(..., n, D) numbers of (..., n, K) outputs; their mean over networks is a center."""

    def center(self, mean: Array, target: Labels) -> Array:
        """(..., n) the loss of the center: squared bias and noise."""

    def spread(self, mean: Array) -> Array:
        """(..., n) how far networks lie from their center, in the mean."""

    def losses(self, outputs: Array, target: Labels) -> Array:
        """(..., n) the loss of each network."""


@dataclass(frozen=True)
class LogLoss:
    """Of log-probabilities: the center is p̄ ∝ exp(mean log p), the spread E KL(p̄ || p).

    After Heskes (1998), "Bias/variance decompositions for likelihood-based estimators". A
    log-probability below the floor, such as -inf, is scored as it.
    """

    floor: float

    def statistics(self, outputs: Array) -> Array:
        """The log-probabilities."""
        return np.maximum(outputs, self.floor)

    def center(self, mean: Array, target: Labels) -> Array:
        """-log p̄ of the label."""
        return _log_sum(mean) - _of_label(mean, target)

    def spread(self, mean: Array) -> Array:
        """Σ p̄ (log p̄ - mean log p)."""
        return -_log_sum(mean)

    def losses(self, outputs: Array, target: Labels) -> Array:
        """-log p of the label."""
        return -_of_label(self.statistics(outputs), target)


@dataclass(frozen=True)
class Squared:
    """||t - p̄||² + E ||p - p̄||², times `scale`, summed over a row's numbers.

    Of predicted numbers; of probabilities, Brier's score; of answers, as zeros and a one, half of
    it is the share of errors as Kohavi and Wolpert (1996) take it apart. Targets are of the form of
    the outputs.
    """

    scale: float = 1.0

    def statistics(self, outputs: Array) -> Array:
        """The outputs and, last, the sum of their squares."""
        squares = (outputs**2).sum(axis=-1, keepdims=True)
        return np.concatenate([outputs, squares], axis=-1)

    def center(self, mean: Array, target: Labels) -> Array:
        """||t - p̄||²."""
        return self.scale * _square(mean[..., :-1] - target)

    def spread(self, mean: Array) -> Array:
        """E ||p||² - ||p̄||²."""
        found: Array = self.scale * (mean[..., -1] - _square(mean[..., :-1]))
        return found

    def losses(self, outputs: Array, target: Labels) -> Array:
        """||t - p||²."""
        return self.scale * _square(outputs - target)


@dataclass(frozen=True)
class Parts:
    """(R, n) values by training set and row, whose means are the parts: these sum to the loss.

    starts: None with one start a training set; `sets` then holds both.
    """

    loss: Array
    remains: Array
    sets: Array
    starts: Array | None


def parts(loss: Loss, outputs: Array, target: Labels) -> Parts:
    """The parts of (R, S, n, K) outputs on n rows; R >= 2."""
    statistics = loss.statistics(outputs)
    of_sets = statistics.mean(axis=1)
    center = _jackknifed(lambda mean: loss.center(mean, target), of_sets, 0)
    spread = _jackknifed(loss.spread, of_sets, 0)
    losses = loss.losses(outputs, target).mean(axis=1)
    if outputs.shape[1] < 2:
        return Parts(losses, center, spread, None)
    starts = _jackknifed(loss.spread, statistics, 1).mean(axis=1)
    return Parts(losses, center, spread - starts, starts)


def one_hot(labels: Labels, classes: int) -> Array:
    """(..., classes) zeros and a one."""
    found: Array = np.eye(classes)[labels.astype(int)]
    return found


@dataclass(frozen=True)
class Majority:
    """What most networks say of a row, and what single ones say else: Domingos (2000).

    error = wrong + away - back. wrong: the share of rows that most get wrong; away: of answers that
    leave a right majority; back: of those that leave a wrong one and are right. With `back`, which
    stands for his c₂, it adds up for any number of classes. Of equally many answers the first class
    counts as the majority's.
    """

    error: float
    wrong: float
    away: float
    back: float


def majority(labels: Labels, target: Labels, classes: int) -> Majority:
    """Of (networks, n) labels; not corrected for few networks."""
    counts = np.stack([(labels == number).sum(axis=0) for number in range(classes)])
    most = counts.argmax(axis=0)
    right, is_wrong = labels == target, most != target
    return Majority(
        error=float((~right).mean()),
        wrong=float(is_wrong.mean()),
        away=float(((labels != most) & ~is_wrong).mean()),
        back=float((right & is_wrong).mean()),
    )


def _jackknifed(function: Callable[[Array], Array], values: Array, axis: int) -> Array:
    """Tukey's pseudo-values of a function of the mean along an axis, in the place of each value."""
    count = values.shape[axis]
    mean = values.mean(axis=axis, keepdims=True)
    without = (count * mean - values) / (count - 1)
    found: Array = count * function(mean) - (count - 1) * function(without)
    return found


def _square(values: Array) -> Array:
    found: Array = (values**2).sum(axis=-1)
    return found


def _log_sum(mean: Array) -> Array:
    most = mean.max(axis=-1, keepdims=True)
    found: Array = np.log(np.exp(mean - most).sum(axis=-1)) + most[..., 0]
    return found


def _of_label(values: Array, target: Labels) -> Array:
    places = np.broadcast_to(target.astype(int), values.shape[:-1])[..., None]
    found: Array = np.take_along_axis(values, places, axis=-1)[..., 0]
    return found
