"""The crossed bootstrap: errors on new rows, of networks from new seeds.

The draws of rows and of seeds are made once and shared, so that differences are paired. Rows that
belong together are drawn together. Randomness arrives as a generator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.stats.intervals import LEVEL, Array, Interval, wilson

DRAWS = 2000
GROUPS = 4000
CROSSED = "crossed bootstrap, seeds \N{MULTIPLICATION SIGN} "


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


def standard_error(values: Array, of: NDArray[Any] | None = None) -> float:
    """That of the mean of (n,) rows, which come in groups `of` (n,); infinite for one row or group.

    Of groups from their sums, as for the mean of clusters of several sizes (Cochran, 1977, ch. 9A).
    """
    own = np.arange(len(values)) if of is None else np.unique(of, return_inverse=True)[1]
    apart = np.bincount(own, values - values.mean())
    units = len(apart)
    if units < 2:
        return math.inf
    return math.sqrt(units / (units - 1) * float((apart**2).sum())) / len(values)


def percentiles(draws: Array) -> tuple[float, float]:
    """The bounds that hold the middle LEVEL of (draws,) values."""
    low, high = np.quantile(draws, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)
