"""Whether probabilities come true: that of which 80 % is said should be so in 80 of 100 rows.

Of two classes it is the probability of the second, of more that of the class that is said. Ten bins
of one width; the expected calibration error is the mean distance of what is said from what is so,
weighted by rows (Naeini et al., 2015; Guo et al., 2017). Few rows make it larger than it is, so
beside it stands what it would be if every probability came true.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.frames import Run
from reports.stats.learned import unseen
from reports.stats.learned.unseen import Unseen
from reports.stats.sampling.intervals import Array
from reports.stats.settings import rows

BINS = 10
SEED = 20272
MOST_DRAWS, WORK = 200, 1e7  # studies drawn in which probabilities come true; numbers drawn in all


@dataclass(frozen=True)
class Calibration:
    """bins: said, so, low, high (95 %), rows of each that has some. error: expected, in shares.

    by_chance: the error that 95 of 100 such studies stay below if every probability comes true.
    too_sure: the mean probability of what is said, less the share that is right.
    """

    split: str
    name: str
    of: str
    n: int
    bins: pd.DataFrame
    error: float
    by_chance: float
    too_sure: float

    @property
    def answer(self) -> str:
        """calibrated, too sure, or not sure enough."""
        if self.error <= self.by_chance:
            return "calibrated"
        return "too sure" if self.too_sure > 0 else "not sure enough"


def calibration(run: Run) -> tuple[Calibration, ...]:
    """One for each split; none in regression, or where outputs are not known."""
    names = [str(name) for name in run.provenance["classes"] or ()]
    if len(names) < 2:
        return ()
    every = [unseen.unseen(run, split) for split in unseen.splits(run)]
    return tuple(
        _of(run, one, names) for one in every if one is not None and one.said.shape[-1] > 1
    )


def _of(run: Run, found: Unseen, names: list[str]) -> Calibration:
    target = found.target.astype(int)
    each = np.exp(np.nan_to_num(found.said, nan=0.0))
    right = found.guesses == target
    is_binary = each.shape[-1] == 2
    said, so = (each[..., 1], target == 1) if is_binary else (each.max(axis=-1), right)
    weights = found.weights
    group = rows.group(run, found.split)
    alike = 1.0 if group is None else len(np.unique(group)) / found.n
    sure = float((weights * (each.max(axis=-1) - right)).sum() / found.n)
    bins, error = of_bins(said, np.broadcast_to(so, said.shape), weights, alike)
    chance = _by_chance(said, weights, found.n)
    of = names[1] if is_binary else "the class that is said"
    return Calibration(found.split, found.name, of, found.n, bins, error, chance, sure)


def of_bins(
    said: Array, so: NDArray[np.bool_], weights: Array, alike: float = 1.0
) -> tuple[pd.DataFrame, float]:
    """The bins, and the expected calibration error, of (passes, n) probabilities.

    Intervals are Wilson's (1927), of so many rows as the weights add up to; alike: the share of
    rows that are groups of their own.
    """
    place = _bin(said)
    size = np.bincount(place, weights.ravel(), BINS)
    mean = np.bincount(place, (weights * said).ravel(), BINS) / np.maximum(size, 1e-12)
    share = np.bincount(place, (weights * so).ravel(), BINS) / np.maximum(size, 1e-12)
    error = float((size * np.abs(mean - share)).sum() / size.sum())
    there = size >= 1
    low, high = _wilson(share[there], alike * size[there])
    bins = {"said": mean[there], "so": share[there], "low": low, "high": high}
    return pd.DataFrame(bins | {"rows": size[there]}), error


def _bin(said: Array) -> NDArray[np.intp]:
    found: NDArray[np.intp] = np.minimum((said * BINS).astype(np.intp), BINS - 1).ravel()
    return found


def _wilson(share: NDArray[Any], n: NDArray[Any]) -> tuple[Array, Array]:
    z = 1.959964
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def _by_chance(said: Array, weights: Array, n: int) -> float:
    """Drawn with one number a row for all passes, for a row comes true or does not."""
    rng, place = np.random.default_rng([SEED, n]), _bin(said)
    draws = int(np.clip(WORK // said.size, 50, MOST_DRAWS))
    expected = np.bincount(place, (weights * said).ravel(), BINS)
    found = np.empty(draws)
    for draw in range(draws):
        so = rng.random(n) < said
        found[draw] = np.abs(np.bincount(place, (weights * so).ravel(), BINS) - expected).sum() / n
    return float(np.quantile(found, 0.95)) if math.isfinite(said.sum()) else math.nan
