"""Intervals at the 95 % level, each of which says its n, its kind and what it covers.

`lower <= estimate <= upper` always; where there is no honest interval the bounds are NaN and the
kind says why. Randomness arrives as a generator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
DRAWS = 2000
SAME = "the same for every seed"
GROUPS = 4000
NONE = "no interval: "
CROSSED = "crossed bootstrap, seeds \N{MULTIPLICATION SIGN} "
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

    def within(self, low: float, high: float) -> Interval:
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
    n = len(values)
    if n < 2:
        return math.nan
    from scipy import special

    error = max(float(values.std(ddof=1)) / math.sqrt(n), least)
    distance = float(values.mean()) - margin
    if error <= 1e-15:
        return float(distance > 0)
    return float(special.stdtr(n - 1, distance / error))


def wilson(errors: int, n: int) -> Interval:
    """A proportion of n rows at a single network (Wilson, 1927)."""
    if n < 1:
        return none(math.nan, 0, "no rows")
    from scipy import stats

    bounds = stats.binomtest(int(errors), n).proportion_ci(LEVEL, method="wilson")
    covers = "new rows, for this one trained network"
    return Interval(errors / n, float(bounds.low), float(bounds.high), n, "Wilson", covers)


def replicate_weights(rng: np.random.Generator, replicates: int, draws: int = DRAWS) -> Array:
    """(draws, replicates) bootstrap weights that sum to one in each draw."""
    counts = rng.multinomial(replicates, np.full(replicates, 1 / replicates), size=draws)
    weights: Array = counts / replicates
    return weights


@dataclass(frozen=True)
class RowWeights:
    """Bootstrap counts of the rows, or of groups of them: above GROUPS, of random ones.

    unit: what is drawn, "rows", or the "groups" that belong together.
    """

    counts: Array  # (draws, groups)
    group: NDArray[np.intp]  # (n,) the group of each row
    unit: str
    unseen: Array  # (draws,) the share of one row more, for errors
    wrong: Array  # (draws,) 1 where that row is misclassified, 0 where not
    others: Array  # (draws,) the same for the other side of a difference

    @property
    def other(self) -> RowWeights:
        """The same draws for the other side: each of the four cells of right and wrong as often.

        After Agresti and Min (2005), who add half a row to each cell of matched pairs.
        """
        return replace(self, wrong=self.others, others=self.wrong)

    def means(self, losses: Array) -> Array:
        """(draws, replicates): the resampled mean of (replicates, n) losses."""
        groups = self.counts.shape[1]
        if groups == losses.shape[1] and self.unit == "rows":
            plain: Array = (self.counts @ losses.T) / losses.shape[1]
            return plain
        sums = np.stack([np.bincount(self.group, row, groups) for row in losses], axis=-1)
        sizes = np.bincount(self.group, minlength=groups)
        means: Array = (self.counts @ sums) / (self.counts @ sizes)[:, None]
        return means


def row_weights(
    rng: np.random.Generator, rows: int, draws: int = DRAWS, of: NDArray[Any] | None = None
) -> RowWeights:
    """Row counts to be shared by all configurations, so that their differences are paired.

    of: (rows,) numbers of the groups that rows belong to, as visits do to a patient. Whole groups
    are then drawn (the cluster bootstrap: Davison and Hinkley, 1997, section 3.8), and the one
    more that `error_draws` adds counts as a group.
    """
    own = np.arange(rows) if of is None else np.unique(of, return_inverse=True)[1]
    units = int(own.max()) + 1
    groups = min(units, GROUPS)
    group = own if groups == units else (rng.permutation(units) % groups)[own]
    counts = np.empty((draws, groups))
    for draw in range(draws):
        counts[draw] = np.bincount(rng.integers(0, groups, groups), minlength=groups)
    level, cell = np.divmod(rng.permutation(draws), 4)
    unseen = 1 - ((level + 0.5) / math.ceil(draws / 4)) ** (1 / units)  # quantiles of Beta(1, n)
    unit, (wrong, others) = "rows" if of is None else "groups", (cell % 2, cell // 2)
    return RowWeights(counts, group, unit, unseen, wrong.astype(float), others.astype(float))


def crossed_draws(losses: Array, seeds: Array, rows: RowWeights, root: bool = False) -> Array:
    """(draws,) resampled means of (replicates, n) losses, seeds and rows drawn independently.

    The two-way bootstrap of Owen (2007), "The pigeonhole bootstrap": conservative, since the
    interaction of seeds and rows is counted more than once. With `root` the error of a replicate
    is the root of its mean loss (RMSE).
    """
    means = rows.means(losses)
    drawn: Array = ((np.sqrt(means) if root else means) * seeds).sum(axis=1)
    return drawn


def crossed(losses: Array, seeds: Array, rows: RowWeights, root: bool = False) -> Interval:
    """The error on new rows, of networks from new seeds, by the crossed two-way bootstrap.

    Args: losses (replicates, n) per-row losses; seeds (draws, replicates); rows of the same draws.
    """
    means = losses.mean(axis=1)
    estimate = float((np.sqrt(means) if root else means).mean())
    found = crossed_draws(losses, seeds, rows, root)
    covers, kind = f"new {rows.unit} and new seeds, for this training set", CROSSED + rows.unit
    if len(losses) == 1:
        covers, kind = _of_one(rows)
    low, high = percentiles(found)
    return Interval(estimate, low, high, losses.shape[1], kind, covers)


def _of_one(rows: RowWeights) -> tuple[str, str]:
    """What the interval of a single network covers, and its kind."""
    return f"new {rows.unit}, for this one trained network", f"bootstrap over {rows.unit}"


def error_draws(wrong: Array, seeds: Array, rows: RowWeights) -> Array:
    """(draws,) resampled shares of (replicates, n) zeros and ones, with one row more.

    The rows alone would claim certainty where few or none of them are wrong. So one more stands
    among them, wrong for every network in half of the draws and right in the other half: the mid-P
    rule (Lancaster, 1961) on the bounds of Clopper and Pearson (1934), whose upper one is Beta with
    one row more wrong and whose lower one with one more right. Its share is Beta(1, n). Without an
    error the upper bound is so 3 / n, as it should be (Hanley and Lippman-Hand, 1983).
    """
    drawn: Array = (1 - rows.unseen) * crossed_draws(wrong, seeds, rows) + rows.unseen * rows.wrong
    return drawn


def proportion(wrong: Array, seeds: Array, rows: RowWeights) -> Interval:
    """The share of rows misclassified, (replicates, n) zeros and ones.

    For one network by Wilson, where each row stands alone.
    """
    if len(wrong) == 1 and rows.unit == "rows":
        return wilson(int(wrong.sum()), wrong.shape[1])
    low, high = percentiles(error_draws(wrong, seeds, rows))
    covers, kind = f"new {rows.unit} and new seeds, for this training set", CROSSED + rows.unit
    if len(wrong) == 1:
        covers, kind = _of_one(rows)
    return Interval(float(wrong.mean()), low, high, wrong.shape[1], kind, covers)


def percentiles(draws: Array) -> tuple[float, float]:
    """The bounds that hold the middle LEVEL of (draws,) values."""
    low, high = np.quantile(draws, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)
