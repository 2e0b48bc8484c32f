"""Intervals at the 95 % level, each of which says its n, its kind and what it covers.

`lower <= estimate <= upper` always; where there is no honest interval the bounds are NaN and the
kind says why. Those of new rows are `reports.stats.sampling.bootstrap`'s.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
SAME = "the same for every seed"
NONE = "no interval: "
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate with its bounds (NaN: none), the n behind it, its kind and what it covers."""

    estimate: float
    low: float
    high: float
    n: int
    kind: str
    covers: str

    def __post_init__(self) -> None:
        if math.isfinite(self.low + self.estimate + self.high):
            object.__setattr__(self, "low", min(self.low, self.estimate))
            object.__setattr__(self, "high", max(self.high, self.estimate))

    @property
    def known(self) -> bool:
        """Whether there are bounds."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def why(self) -> str:
        """The reason why there are no bounds, "" where there are."""
        return self.kind.removeprefix(NONE) if self.kind.startswith(NONE) else ""

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside the bounds."""
        return self.known and (self.low > 0 or self.high < 0)

    def times(self, unit: float) -> "Interval":
        """In another unit, of which one of these is so many."""
        ends = (unit * self.estimate, unit * self.low, unit * self.high)
        return replace(self, estimate=ends[0], low=ends[1], high=ends[2])

    def moved(self, by: float) -> "Interval":
        """With bounds around the estimate + `by`, which is as uncertain as it is large.

        The estimate itself stays what was measured, and between them.
        """
        middle = self.estimate + by
        below, above = (math.hypot(end - self.estimate, by) for end in (self.low, self.high))
        return replace(self, low=middle - below, high=middle + above)

    def stretched(self, by: float) -> "Interval":
        """So many times as wide, around the middle of its bounds."""
        if by == 1:
            return self
        middle, half = (self.low + self.high) / 2, by * (self.high - self.low) / 2
        return replace(self, low=middle - half, high=middle + half)

    def within(self, low: float, high: float) -> "Interval":
        """Cut at the ends of a scale: t knows none, and would let an error be below 0."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))


def none(estimate: float, n: int, why: str) -> Interval:
    """An estimate without an interval, and the reason."""
    return Interval(estimate, math.nan, math.nan, n, NONE + why, "nothing")


def t_mean(values: Array, covers: str = "new seeds, on these rows", least: float = 0.0) -> Interval:
    """Student's t for the mean of (n,) independent values; none for n < 2.

    least: the smallest standard error that is believed, such as `one_row`'s.
    """
    n = len(values)
    if n < 2:
        return none(float(values.mean()) if n else math.nan, n, "one replicate" if n else "none")
    from scipy import special

    mean, error = float(values.mean()), max(float(values.std(ddof=1)) / math.sqrt(n), least)
    half = float(special.stdtrit(n - 1, 0.5 + LEVEL / 2)) * error
    return Interval(mean, mean - half, mean + half, n, "t over replicates", covers)


def one_row(n: int, rows: int) -> float:
    """The standard error of n shares of so many rows that are alike but for one row of one.

    Networks that err alike, as on no row at all, do not show that the next one will: a t over them
    takes this for the least.
    """
    return 1 / (n * rows) if n and rows else 0.0


def over_seeds(values: Array) -> Interval:
    """T over (n,) replicates; none where they are all the same, as what a network costs is."""
    if len(values) > 1 and (values == values[0]).all():
        return none(float(values[0]), len(values), SAME)
    return t_mean(values)


def order_statistics(values: Array, share: float) -> Interval:
    """A quantile of (n,) independent values; distribution-free, none where n is too small.

    Its bounds are the values at two ranks between which so many of n fall below the quantile with
    a binomial probability of LEVEL or more (Hahn & Meeker, 1991, sec. 5.2).
    """
    from scipy import stats

    n, ordered = len(values), np.sort(values)
    estimate = float(np.quantile(values, share))
    low, high = (int(stats.binom.ppf(p, n, share)) for p in (0.5 - LEVEL / 2, 0.5 + LEVEL / 2))
    if low < 1 or high >= n:
        return none(estimate, n, "too few replicates for this quantile")
    covers, kind = "new seeds, on these rows", "order statistics of the replicates"
    return Interval(estimate, float(ordered[low - 1]), float(ordered[high]), n, kind, covers)


def paired_t(first: Array, second: Array, least: float = 0.0) -> Interval:
    """T on the paired differences first - second, (n,) each: the same seeds and the same rows.

    least: as in `t_mean`.
    """
    if first.shape != second.shape:
        raise ValueError(f"paired_t: expected pairs, got {first.shape} and {second.shape}")
    found = t_mean(first - second, least=least)
    kind = "t on paired differences" if found.known else found.kind
    return Interval(found.estimate, found.low, found.high, found.n, kind, found.covers)


def welch(first: Array, second: Array) -> Interval:
    """Welch's t for mean(first) - mean(second), (n,) and (m,) independent values each."""
    n, m = len(first), len(second)
    estimate = float(first.mean() - second.mean()) if n and m else math.nan
    if min(n, m) < 2:
        return none(estimate, min(n, m), "one replicate")
    from scipy import special

    a, b = float(first.var(ddof=1)) / n, float(second.var(ddof=1)) / m
    freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1)) if a + b > 0 else n + m - 2
    half = float(special.stdtrit(freedom, 0.5 + LEVEL / 2)) * math.sqrt(a + b)
    covers = "new seeds, on these rows"
    return Interval(estimate, estimate - half, estimate + half, min(n, m), "Welch's t", covers)


def p_above(values: Array, margin: float, least: float = 0.0) -> float:
    """P(mean > margin) by t over (n,) values, `least` as in `t_mean`; NaN for n < 2."""
    return float(p_above_each(values, np.array(margin), least))


def p_above_each(values: Array, margins: Array, least: float = 0.0) -> Array:
    """The same for margins of any shape, whose shape it has."""
    n = len(values)
    if n < 2:
        return np.full(margins.shape, math.nan)
    from scipy import special

    error = max(float(values.std(ddof=1)) / math.sqrt(n), least)
    distance = float(values.mean()) - margins
    if error <= 1e-15:
        return np.asarray(distance > 0, float)
    found: Array = special.stdtr(n - 1, distance / error)
    return found


def wilson(errors: int, n: int) -> Interval:
    """A proportion of n rows at a single network (Wilson, 1927)."""
    if n < 1:
        return none(math.nan, 0, "no rows")
    from scipy import stats

    bounds = stats.binomtest(int(errors), n).proportion_ci(LEVEL, method="wilson")
    covers = "new rows, for this one trained network"
    return Interval(errors / n, float(bounds.low), float(bounds.high), n, "Wilson", covers)
