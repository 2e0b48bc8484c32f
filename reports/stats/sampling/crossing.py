"""Intervals of values by training set and by row: both are drawn anew, and drawn crossed."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.stats.sampling import bootstrap, intervals
from reports.stats.sampling.intervals import LEVEL, Array, Interval

FEWEST = 5  # training sets, below which there is no interval
FEW = f"fewer than {FEWEST} training sets"
WIDEST = 3.0  # of the mean, above which a half-width on the scale of logarithms tells nothing
COVERS = "new training sets of as many rows, and new test rows"


def crossed(
    values: Array,
    group: NDArray[Any] | None = None,
    sets: int = 0,
    positive: bool = False,
    stretch: float = 1.0,
) -> Interval:
    """The mean of (R, n) values of training sets crossed with rows, or with groups of them (n,).

    Student's t on the standard error of a mean over both, in which what scatters in single cells
    counts once (Cornfield and Tukey, 1956), with the degrees of freedom of Satterthwaite (1946).
    sets: as how many the training sets count, as they share rows (0: as R); positive: of what is
    above zero, and skewed: on the scale of logarithms; stretch: how many times as wide. None below
    FEWEST training sets.
    """
    mean, count = float(values.mean()), len(values)
    if count < FEWEST:
        return intervals.none(mean, count, FEW)
    error, freedom = _standard_error(values, group, sets or count)
    if not math.isfinite(error):
        return intervals.none(mean, count, "a single row, or group of rows")
    from scipy import special

    half = stretch * float(special.stdtrit(freedom, 0.5 + LEVEL / 2)) * error
    low, high = mean - half, mean + half
    if positive and mean > 0:
        if half > WIDEST * mean:
            return intervals.none(mean, count, "the training sets differ too much")
        low, high = (mean * math.exp(sign * half / mean) for sign in (-1, 1))
    return Interval(mean, low, high, count, "t over training sets and rows, crossed", COVERS)


def _standard_error(values: Array, group: NDArray[Any] | None, sets: int) -> tuple[float, float]:
    """That of the mean, infinite for one row or group, and its degrees of freedom."""
    count, rows = values.shape
    units = rows if group is None else len(np.unique(group))
    by_set, by_row = values.mean(axis=1), values.mean(axis=0)
    of_sets = float(by_set.var(ddof=1)) / sets
    of_rows = bootstrap.standard_error(by_row, group) ** 2
    if not math.isfinite(of_rows):
        return math.inf, 0.0
    cells = values - by_set[:, None] - by_row + by_row.mean()
    in_both = float((cells**2).sum()) / ((count - 1) * (rows - 1) * count * rows)
    error2 = max(of_sets + of_rows - in_both, of_sets, of_rows)
    if error2 == 0:
        return 0.0, sets - 1.0
    freedom = error2**2 / (of_sets**2 / (sets - 1) + of_rows**2 / (units - 1))
    return math.sqrt(error2), max(freedom, sets - 1.0)
