"""Train error and gap along a searched range of regularization, as surrogates of the trials tell.

The other settings stay the winner's. Where the study compares values of the word by training all of
them, `reports.stats.bias_variance.along` has it from networks instead.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from reports.frames import Array, Run
from reports.stats.answer import arms
from reports.stats.sampling.intervals import LEVEL, Interval
from reports.stats.search import parallel, surrogate, tuning
from reports.stats.search.encoded import FEWEST, TRUSTED, encoded, kept
from reports.stats.search.parallel import Axis
from reports.stats.settings import objectives

WORDS = ("l2", "l1", "keep_prob")
POINTS = 25
HIGHEST = 0.9  # quantile above which an error counts as it, so that failures do not rule the rest
KIND, COVERS = "Gaussian process", "the mean of such a trial, as the search's trials tell it"


@dataclass(frozen=True)
class Curve:
    """At POINTS places: what is predicted, with its bounds; change: from the first to the last.

    foretold: the share of what trials differ by that is foretold of ones left out.
    """

    middle: Array
    low: Array
    high: Array
    change: Interval
    foretold: float

    def times(self, unit: float) -> "Curve":
        """In another unit."""
        middle, low, high = (unit * each for each in (self.middle, self.low, self.high))
        return Curve(middle, low, high, self.change.times(unit), self.foretold)


@dataclass(frozen=True)
class Predicted:
    """Of a range: its axis, its numbers at (POINTS,), both curves, and of how many trials."""

    axis: Axis
    at: Array
    train: Curve
    gap: Curve
    trials: int

    @property
    def is_decided(self) -> bool:
        """Whether either part is told to change, by a surrogate that foretells something."""
        each = (self.train, self.gap)
        return any(one.foretold >= TRUSTED and one.change.excludes_zero for one in each)

    def times(self, unit: float) -> "Predicted":
        """Both in another unit."""
        return replace(self, train=self.train.times(unit), gap=self.gap.times(unit))


def predicted(run: Run) -> list[Predicted]:
    """One for each of WORDS that was searched as a range; none of too few complete trials."""
    found, best, done = parallel.parallel(run), tuning.best_trial(run), objectives.complete(run)
    if found is None or best not in set(done["trial"]) or len(done) < FEWEST or best is None:
        return []
    ranges = [
        place
        for place, axis in enumerate(found.axes)
        if axis.name in WORDS and not axis.choices and axis.name not in arms.words(run)
    ]
    if not ranges:
        return []
    is_kept = found.trials["trial"].isin(kept(done, best)).to_numpy()
    trials = found.trials[is_kept]
    own = list(trials["trial"]).index(best)
    places = np.stack([axis.places[is_kept] for axis in found.axes])
    train = _capped(trials["train_error"].to_numpy(float))
    gap = _capped(trials["dev_error"].to_numpy(float)) - train
    made = []
    for place in ranges:
        line = np.repeat(places[:, own : own + 1], POINTS, axis=1)
        line[place] = np.linspace(0, 1, POINTS)
        x, columns = encoded(found.axes, np.concatenate([places, line], axis=1))
        each = [_curve(x, y, columns) for y in (train, gap)]
        if (first := each[0]) is not None and (second := each[1]) is not None:
            at = np.array([found.axes[place].at(share) for share in line[place]])
            made.append(Predicted(found.axes[place], at, first, second, len(trials)))
    return made


def _capped(errors: Array) -> Array:
    return np.minimum(errors, np.quantile(errors, HIGHEST))


def _curve(x: Array, y: Array, columns: list[list[int]]) -> Curve | None:
    """x: the trials' rows, then those of the line. None where all trials are alike."""
    if np.ptp(y) == 0 or not np.isfinite(y).all():
        return None
    model = surrogate.fitted(x[: len(y)], y, columns)
    mean, covariance = model.predict(x[len(y) :])
    wide = float(special.ndtri(0.5 + LEVEL / 2))
    half = wide * np.sqrt(np.maximum(np.diag(covariance), 0))
    variance = covariance[0, 0] + covariance[-1, -1] - 2 * covariance[0, -1]
    change, by = float(mean[-1] - mean[0]), wide * float(np.sqrt(max(variance, 0)))
    interval = Interval(change, change - by, change + by, len(y), KIND, COVERS)
    return Curve(mean, mean - half, mean + half, interval, model.foretold)
