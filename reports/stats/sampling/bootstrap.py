"""The crossed bootstrap: errors on new rows, of networks from new seeds.

A mean over seeds and rows is drawn in two parts, that of the rows and that of the seeds (after
Owen, 2007, "The pigeonhole bootstrap", where both are resampled): the draws themselves are
`reports.stats.sampling.resampling`'s.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reports.stats.sampling.intervals import LEVEL, Array, Interval, wilson
from reports.stats.sampling.resampling import (
    DRAWS,
    TINY,
    RowWeights,
    replicate_weights,
    row_weights,
    standard_error,
)

__all__ = [
    "DRAWS",
    "Parts",
    "RowWeights",
    "balanced_parts",
    "crossed",
    "crossed_draws",
    "error_draws",
    "error_parts",
    "number_difference",
    "number_parts",
    "percentiles",
    "proportion",
    "replicate_weights",
    "row_weights",
    "standard_error",
]

STEEP = 3.0  # standard errors of a bootstrap-t that are believed
MOST = 0.5  # by which share a standard error is raised where it is little known
WIDEST = math.log(1e3)  # of a number, what seeds may multiply it by
CROSSED = "crossed bootstrap, seeds \N{MULTIPLICATION SIGN} "


@dataclass(frozen=True)
class Parts:
    """What a mean over seeds and rows may be, drawn: by other rows, and what other seeds add.

    `added` is linear in both, so that differences of settings pair; an interval of one alone is
    taken on the scale on which seeds scatter evenly, where it ends within what can be.
    """

    estimate: float
    rows: Array  # (draws,) the mean, on other rows
    seeds: Array  # (draws,) around 0

    def added(self, most: float = math.inf) -> Array:
        """(draws,) from 0 to `most`."""
        found: Array = np.clip(self.rows + self.seeds, 0.0, most)
        return found

    def on_odds(self) -> Array:
        """(draws,) of a share: what seeds add is added to its log odds."""
        from scipy import special

        if not self.seeds.any():
            return self.rows
        slope = self.estimate * (1 - self.estimate)
        found: Array = special.expit(special.logit(self.rows) + self.seeds / slope)
        return found

    def on_log(self) -> Array:
        """(draws,) of a number above 0: what seeds add is added to its logarithm."""
        if not self.seeds.any():
            return self.rows
        found: Array = self.rows * np.exp(np.clip(self.seeds / self.estimate, -WIDEST, WIDEST))
        return found


def seed_draws(own: Array, seeds: Array, interaction: float) -> Array:
    """(draws,) what other seeds add to the mean of (replicates,) values: t, as replicate_weights.

    Their scatter on these rows holds that of the rows network by network, as the scatter of the
    rows does; so the squared standard error that is due to it, `interaction`, is taken out once
    (Cornfield and Tukey, 1956), of few networks a part, for their own is little known.
    """
    count = len(own)
    variance = float(own.var(ddof=1)) / count if count > 1 else 0.0
    if variance <= 0:
        return np.zeros(len(seeds))
    share = (count - 2) / (count - 1) * interaction / variance
    drawn: Array = math.sqrt(max(1 - share, 0.0)) * ((seeds - 1 / count) @ own)
    return drawn


def interaction(losses: Array, rows: RowWeights) -> float:
    """The squared standard error of the mean of (replicates, n) due to seed and row together."""
    own = rows.mean(losses)
    whole = losses.mean() if rows.weight is None else own.mean()
    return of_left(losses - losses.mean(axis=0) - own[:, None] + whole, rows)


def of_left(left: Array, rows: RowWeights) -> float:
    """The same of what row and network by themselves leave of (replicates, n) losses."""
    count, n = left.shape
    units = rows.counts.shape[1]
    if count < 2 or units < 2:
        return 0.0
    squares = float((rows.sums(left) ** 2).sum()) / n**2
    return float(squares * units / ((units - 1) * count * (count - 1)))


def number_parts(losses: Array, seeds: Array, rows: RowWeights, root: bool = False) -> Parts:
    """Of (replicates, n) losses of 0 and more; with `root` of the root of each replicate's mean.

    Rows by the bootstrap-t on the log scale (Efron and Tibshirani, 1993, ch. 12): of losses with a
    long tail the rows at hand mostly lack the worst, and the percentile bootstrap would be too
    low. A draw is the mean for which what was seen lies as many standard errors off as the
    resampled mean does from the one seen; at most STEEP.
    """
    own, told = by_row(losses, root, rows)
    estimate = float(own.mean())
    if estimate <= 0:
        return Parts(estimate, *np.full((2, len(seeds)), 0.0))
    error, errors, drawn = rows.relative_errors(told.mean(axis=0))
    if root:
        error, errors = error / 2, errors / 2
        drawn = np.sqrt(rows.means(losses)).mean(axis=1)
    with np.errstate(divide="ignore"):
        off = np.log(drawn / estimate)
    steps = np.clip(off / np.maximum(errors, TINY), -STEEP, STEEP)
    error *= rows.widening
    error *= _unknown(error, errors)
    added = seed_draws(own, seeds, interaction(told, rows))
    return Parts(estimate, estimate * np.exp(-steps * error), added)


def number_difference(
    first: Array, second: Array, seeds: tuple[Array, Array], rows: RowWeights, root: bool = False
) -> Array:
    """(draws,) what the mean of (replicates, n) losses less that of others may be, row by row.

    Both on the same rows, with seeds of (draws, replicates) for each. The bootstrap-t of the rows'
    own differences: what is hard for both drops out, and so does the long tail that both have.
    """
    own, told = zip(*(by_row(losses, root, rows) for losses in (first, second)), strict=True)
    apart = told[0].mean(axis=0) - told[1].mean(axis=0)
    error, errors, drawn = rows.standard_errors(apart)
    off = drawn - float(rows.mean(apart))
    steps = np.clip(off / np.maximum(errors, TINY), -STEEP, STEEP)
    error *= rows.widening
    error *= _unknown(error, errors)
    if len(first) == len(second):
        added = seed_draws(own[0] - own[1], seeds[0], interaction(told[0] - told[1], rows))
    else:
        each = (
            seed_draws(mine, drawn, interaction(losses, rows))
            for mine, drawn, losses in zip(own, seeds, told, strict=True)
        )
        added = next(each) - next(each)
    found: Array = float(own[0].mean() - own[1].mean()) - steps * error + added
    return found


def _unknown(error: float, errors: Array) -> float:
    """By what a standard error is raised: one that differs much from draw to draw is too small."""
    return 1 + min(float(errors.var()) / max(error, TINY) ** 2, MOST)


def by_row(losses: Array, root: bool, rows: RowWeights | None = None) -> tuple[Array, Array]:
    """(replicates,) values of (replicates, n) losses, and what each row adds to them.

    rows: whose weights count, if they have such.
    """
    means = losses.mean(axis=1) if rows is None else rows.mean(losses)
    if not root:
        return means, losses
    own = np.sqrt(means)
    return own, losses / (2 * np.maximum(own, TINY))[:, None]


def crossed_draws(losses: Array, seeds: Array, rows: RowWeights, root: bool = False) -> Array:
    """(draws,) what the mean of (replicates, n) losses, 0 or more, may be: seeds and rows crossed.

    With `root` the error of a replicate is the root of its mean loss (RMSE).
    """
    return number_parts(losses, seeds, rows, root).added()


def crossed(losses: Array, seeds: Array, rows: RowWeights, root: bool = False) -> Interval:
    """The error on new rows, of networks from new seeds, by the crossed bootstrap.

    Args: losses (replicates, n) per-row losses; seeds (draws, replicates); rows of the same draws.
    """
    found = number_parts(losses, seeds, rows, root)
    return _over(losses, rows, found.estimate, found.on_log())


def _over(losses: Array, rows: RowWeights, estimate: float, drawn: Array) -> Interval:
    """The middle of the draws, and what it covers: of a single network, that one alone."""
    covers, kind = f"new {rows.unit} and new seeds, for this training set", CROSSED + rows.unit
    if len(losses) == 1:
        covers, kind = (
            f"new {rows.unit}, for this one trained network",
            f"bootstrap over {rows.unit}",
        )
    return Interval(estimate, *percentiles(drawn), losses.shape[1], kind, covers)


def error_parts(wrong: Array, seeds: Array, rows: RowWeights, turn: Array | float = 1.0) -> Parts:
    """Of (replicates, n) zeros and ones, with one row more.

    The rows alone would claim certainty where few or none of them are wrong. So one more stands
    among them, wrong for every network in half of the draws and right in the other half: the mid-P
    rule (Lancaster, 1961) on the bounds of Clopper and Pearson (1934), whose upper one is Beta with
    one row more wrong and whose lower one with one more right. Its share is Beta(1, n). Without an
    error the upper bound is so 3 / n, as it should be (Hanley and Lippman-Hand, 1983).
    turn: (draws,) 1 in those that have it.
    """
    own, unseen = rows.mean(wrong), rows.unseen * turn
    drawn = rows.means(wrong.mean(axis=0)[None])[:, 0]
    added = seed_draws(own, seeds, interaction(wrong, rows))
    return Parts(float(own.mean()), (1 - unseen) * drawn + unseen * rows.wrong, added)


def error_draws(wrong: Array, seeds: Array, rows: RowWeights) -> Array:
    """(draws,) what the share of (replicates, n) zeros and ones may be, seeds and rows crossed."""
    return error_parts(wrong, seeds, rows).added(1.0)


def balanced_parts(each: Sequence[tuple[Array, RowWeights]], seeds: Array) -> Parts:
    """Of the mean over classes of the share misclassified: their (replicates, n) zeros and ones.

    The one row more is in one class a draw, by turns: in all of them at once it would say that
    every class may have its own unseen error, which is as many times as unlikely.
    """
    count = len(each)
    turns = np.arange(len(seeds)) % count
    parts = [
        error_parts(wrong, seeds, rows, (turns == place).astype(float))
        for place, (wrong, rows) in enumerate(each)
    ]
    own = np.mean([rows.mean(wrong) for wrong, rows in each], axis=0)
    shared = sum(interaction(wrong, rows) for wrong, rows in each) / count**2
    drawn = np.mean([part.rows for part in parts], axis=0)
    return Parts(float(own.mean()), drawn, seed_draws(own, seeds, shared))


def proportion(wrong: Array, seeds: Array, rows: RowWeights) -> Interval:
    """The share of rows misclassified, (replicates, n) zeros and ones.

    For one network by Wilson, where each row stands alone.
    """
    if len(wrong) == 1 and rows.unit == "rows" and rows.weight is None:
        return wilson(int(wrong.sum()), wrong.shape[1])
    found = error_parts(wrong, seeds, rows)
    return _over(wrong, rows, found.estimate, found.on_odds())


def percentiles(draws: Array) -> tuple[float, float]:
    """The bounds that hold the middle LEVEL of (draws,) values."""
    low, high = np.quantile(draws, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)
