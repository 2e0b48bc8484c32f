"""Two classes: how well the probability of the second puts its rows before the others."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.frames import Run
from reports.stats.learned import unseen
from reports.stats.learned.unseen import Unseen
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Array, Interval

POINTS = 101  # of a curve


@dataclass(frozen=True)
class Ranking:
    """Curves on even steps, means over networks, and what they come to.

    roc: false (alarms, share of the others), found (share of the class). precision: found, right
    (share of those called the class that are). share: of the class among the rows.
    """

    split: str
    name: str
    of: str
    n: int
    roc: pd.DataFrame
    precision: pd.DataFrame
    area: Interval
    average_precision: float
    share: float


def ranking(run: Run) -> tuple[Ranking, ...]:
    """One for each split; none but for two classes that both have rows there."""
    names = [str(name) for name in run.provenance["classes"] or ()]
    if len(names) != 2:
        return ()
    every = [unseen.unseen(run, split) for split in unseen.splits(run)]
    return tuple(
        _of(run, one, names[1])
        for one in every
        if one is not None and 0 < one.target.sum() < one.n and one.said.shape[-1] == 2
    )


def _of(run: Run, found: Unseen, name: str) -> Ranking:
    own, steps = found.target == 1, np.linspace(0, 1, POINTS)
    curves = [
        _curves(scores[known], own[known], steps)
        for scores, known in zip(found.said[..., 1], found.known, strict=True)
        if 0 < own[known].sum() < known.sum()
    ]
    hits, right, average = (np.mean(each, axis=0) for each in zip(*curves, strict=True))
    return Ranking(
        found.split,
        found.name,
        name,
        found.n,
        pd.DataFrame({"false": steps, "found": hits}),
        pd.DataFrame({"found": steps[1:], "right": right[1:]}),
        _area(run, found, own),
        float(average),
        float(own.mean()),
    )


def _curves(scores: Array, own: NDArray[np.bool_], steps: Array) -> tuple[Array, Array, float]:
    """Found at each share of false alarms; right at each share found; average precision."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)  # rows of one score are called together
    hits, false = (np.cumsum(one[order])[last].astype(float) for one in (own, ~own))
    found, alarms, precision = hits / hits[-1], false / false[-1], hits / (hits + false)
    average = float((np.diff(found, prepend=0.0) * precision).sum())
    roc = np.interp(steps, np.append(0.0, alarms), np.append(0.0, found))
    # At least so much is found: the first threshold that does.
    at = np.minimum(np.searchsorted(found, steps - 1e-12), len(found) - 1)
    return roc, precision[at], average


def _area(run: Run, found: Unseen, own: NDArray[np.bool_]) -> Interval:
    """Each network's area is a mean over its rows of pairs won (DeLong et al., 1988)."""
    each, influence = [], np.zeros(found.of.shape)
    for place, (scores, known) in enumerate(zip(found.said[..., 1], found.known, strict=True)):
        mine, others = np.sort(scores[own & known]), np.sort(scores[~own & known])
        if not len(mine) or not len(others):
            continue
        won = _below(others, scores) / len(others), 1 - _below(mine, scores) / len(mine)
        area = float(won[0][own & known].mean())
        each.append(area)
        size = known.sum()
        scale = np.where(own, size / len(mine), size / len(others))
        influence[place] = scale * (np.where(own, *won) - area)
    area = float(np.mean(each))
    if not 0 < area < 1:
        return intervals.none(area, found.n, "all pairs of rows are alike")
    return _on_odds(unseen.over(run, found, area, influence))


def _on_odds(found: Interval) -> Interval:
    """As wide on the scale of log odds, where it ends within what can be."""
    middle = math.log(found.estimate / (1 - found.estimate))
    half = (found.high - found.estimate) / (found.estimate * (1 - found.estimate))
    low, high = (1 / (1 + math.exp(-(middle + by))) for by in (-half, half))
    return replace(found, low=low, high=high)


def _below(ordered: Array, scores: Array) -> Array:
    """How many of them lie below each score; of ties half."""
    first, last = (np.searchsorted(ordered, scores, side) for side in ("left", "right"))
    found: Array = (first + last) / 2
    return found
