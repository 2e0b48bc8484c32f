"""Draws of seeds and of rows, made once and shared, so that differences of settings are paired.

Rows that belong together are drawn together. Randomness arrives as a generator.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.stats.sampling.intervals import Array

DRAWS = 2000
GROUPS = 4000
AT_ONCE = 100  # draws that are counted together
TINY = 1e-12


def replicate_weights(
    rng: np.random.Generator, replicates: int, draws: int = DRAWS, freedom: float | None = None
) -> Array:
    """(draws, replicates) weights that sum to one in each draw; of so few, some are below 0.

    Weighted with them the mean of any values scatters about theirs as Student's t says, with
    replicates - 1 degrees of freedom: resampled, networks that are few would be told from
    too narrow a scatter (of three, it holds the truth in three of four cases). freedom: other
    degrees of it, where more was fitted than a mean; the standard error then goes by them, too.
    """
    if replicates == 1:
        return np.ones((draws, 1))
    from scipy import special

    normal = rng.normal(size=(draws, replicates))
    normal -= normal.mean(axis=1, keepdims=True)
    share = (rng.permutation(draws) + 0.5) / draws
    chi_square = 2 * special.gammaincinv(
        (replicates - 1 if freedom is None else freedom) / 2, share
    )
    weights: Array = 1 / replicates + normal / np.sqrt(replicates * chi_square)[:, None]
    return weights


def mean(losses: Array, weight: Array | None) -> Array:
    """(...): of (..., n) losses, weighted where rows have weights (n,)."""
    plain = losses.mean(axis=-1) if weight is None else losses @ (weight / weight.sum())
    return np.asarray(plain)


@dataclass(frozen=True)
class RowWeights:
    """Bootstrap counts of the rows, or of groups of them: above GROUPS, of random ones.

    unit: what is drawn, "rows", or the "groups" that belong together. widening: draws scatter so
    many times as far as the rows themselves do, for each is of so many fewer of them. weight (n,):
    how much each row counts, with mean 1; means are then weighted, and their errors those of ratios
    of sums. None where all rows count alike.
    """

    counts: Array  # (draws, groups)
    group: NDArray[np.intp]  # (n,) the group of each row
    unit: str
    unseen: Array  # (draws,) the share of one row more, for errors
    wrong: Array  # (draws,) 1 where that row is misclassified, 0 where not
    others: Array  # (draws,) the same for the other side of a difference
    widening: float = 1.0
    weight: Array | None = None

    def mean(self, losses: Array) -> Array:
        """(...): the mean of (..., n) losses, of the rows as they are."""
        return mean(losses, self.weight)

    @property
    def other(self) -> "RowWeights":
        """The same draws for the other side: each of the four cells of right and wrong as often.

        After Agresti and Min (2005), who add half a row to each cell of matched pairs.
        """
        return replace(self, wrong=self.others, others=self.wrong)

    def of_each(self, draws: slice) -> Array:
        """(some draws, n) how often each row was drawn, times its weight."""
        found = self.counts[draws]
        found = found if self.is_each_alone else found[:, self.group]
        return found if self.weight is None else found * self.weight

    def sums(self, losses: Array) -> Array:
        """(groups, replicates): the (weighted) sums of (replicates, n) losses in each group."""
        groups = self.counts.shape[1]
        losses = losses if self.weight is None else losses * self.weight
        if self.is_each_alone:
            return losses.T
        return np.stack([np.bincount(self.group, row, groups) for row in losses], axis=-1)

    def means(self, losses: Array) -> Array:
        """(draws, replicates): the resampled mean of (replicates, n) losses."""
        means: Array = (self.counts @ self.sums(losses)) / self._drawn[:, None]
        return means

    def relative_errors(self, values: Array) -> tuple[float, Array, Array]:
        """The standard error of the mean of (n,) values over that mean; each draw's; its mean."""
        seen, drawn, means = self.standard_errors(values)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = np.nan_to_num(drawn / np.abs(means), posinf=0.0)
        return seen / max(abs(float(self.mean(values))), TINY), found, means

    def standard_errors(self, values: Array) -> tuple[float, Array, Array]:
        """The standard error of the mean of (n,) values; each draw's; and each draw's mean.

        Of groups, and of rows with weights, as of a ratio of sums (Cochran, 1977, ch. 6).
        """
        sums, sizes = self.sums(values[None])[:, 0], self._sizes
        parts = [sums, sums**2] if self._are_of_size_1 else _products(sums, sizes)
        products, units = np.stack(parts, axis=-1), len(sums)
        seen = _whole(products.sum(axis=0), float(units))
        each = _whole((self.counts @ products).T, self._drawn)
        error = float(_standard_error(*seen)) * math.sqrt(units / max(units - 1, 1))
        return error, _standard_error(*each), each[0] / np.maximum(each[1], TINY)

    @property
    def is_each_alone(self) -> bool:
        """Whether each row is drawn by itself."""
        return self.unit == "rows" and self.counts.shape[1] == len(self.group)

    @property
    def _are_of_size_1(self) -> bool:
        return self.is_each_alone and self.weight is None

    @cached_property
    def _sizes(self) -> Array:
        """(groups,) rows in each, or the sum of their weights."""
        return np.bincount(self.group, self.weight, self.counts.shape[1]).astype(float)

    @cached_property
    def _drawn(self) -> Array:
        """(draws,) rows in each draw, or the sum of their weights."""
        if self._are_of_size_1:
            return np.full(len(self.counts), float(self.counts[0].sum()))
        return np.asarray(np.maximum(self.counts @ self._sizes, TINY))


def _products(sums: Array, sizes: Array) -> list[Array]:
    return [sums, sizes, sums**2, sums * sizes, sizes**2]


def _whole(found: Array, units: Array | float) -> Array:
    """(5, ...) sums of the products; (2, ...) are those of so many units of size 1."""
    if len(found) == 5:
        return found
    sizes = np.broadcast_to(units, found[0].shape)
    return np.stack([found[0], sizes, found[1], found[0], sizes])


def _standard_error(
    sums: Array, sizes: Array, squares: Array, products: Array, sizes2: Array
) -> Array:
    """From sums over groups of their sums, sizes, and the products of these."""
    sizes = np.maximum(sizes, TINY)  # draws of rows that all weigh 0
    mean = sums / sizes
    spread = np.maximum(squares - 2 * mean * products + mean**2 * sizes2, 0.0)
    found: Array = np.sqrt(spread) / sizes
    return found


def row_weights(
    rng: np.random.Generator,
    rows: int,
    draws: int = DRAWS,
    of: NDArray[Any] | None = None,
    widening: float = 1.0,
    weight: Array | None = None,
) -> RowWeights:
    """Row counts to be shared by all configurations, so that their differences are paired.

    of: (rows,) numbers of the groups that rows belong to, as visits do to a patient. Whole groups
    are then drawn (the cluster bootstrap: Davison and Hinkley, 1997, section 3.8), and the one
    more that `error_draws` adds counts as a group. widening: the factor by which the draws' scatter
    is to be that of the mean; of widening squared fewer rows it is (the m out of n bootstrap).
    weight: (rows,) how much each counts; the one more then counts as one of as many rows of equal
    weight as would tell as much (Kish, 1965).
    """
    own = np.arange(rows) if of is None else np.unique(of, return_inverse=True)[1]
    units = int(own.max()) + 1
    groups = min(units, GROUPS)
    group = own if groups == units else (rng.permutation(units) % groups)[own]
    counts, fewer = np.empty((draws, groups)), max(1, round(groups / widening**2))
    for first in range(0, draws, AT_ONCE):
        some = min(AT_ONCE, draws - first)
        cells = rng.integers(0, groups, (some, fewer)) + groups * np.arange(some)[:, None]
        found = np.bincount(cells.ravel(), minlength=groups * some)
        counts[first : first + some] = found.reshape(some, groups)
    level, cell = np.divmod(rng.permutation(draws), 4)
    known = units if weight is None else _effective(np.bincount(own, weight).astype(float))
    unseen = 1 - ((level + 0.5) / math.ceil(draws / 4)) ** (
        widening**2 / known
    )  # quantiles of Beta(1, n)
    unit, (wrong, others) = "rows" if of is None else "groups", (cell % 2, cell // 2)
    told = wrong.astype(float), others.astype(float)
    return RowWeights(counts, group, unit, unseen, *told, widening, weight)


def _effective(weights: Array) -> float:
    """As many units of equal weight tell as much as these."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def standard_error(
    values: Array, of: NDArray[Any] | None = None, weight: Array | None = None
) -> float:
    """That of the mean of (n,) rows, which come in groups `of` (n,); infinite for one row or group.

    Of groups from their sums, as for the mean of clusters of several sizes (Cochran, 1977, ch. 9A).
    weight (n,): how much each row counts, with mean 1.
    """
    own = np.arange(len(values)) if of is None else np.unique(of, return_inverse=True)[1]
    off = values - mean(values, weight)
    apart = np.bincount(own, off if weight is None else off * weight)
    units = len(apart)
    if units < 2:
        return math.inf
    return math.sqrt(units / (units - 1) * float((apart**2).sum())) / len(values)
