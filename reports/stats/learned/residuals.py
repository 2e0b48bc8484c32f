"""Regression: what is predicted of unseen rows beside what is so, in the target's own unit."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.frames import Run, TargetUnit
from reports.stats.learned import unseen
from reports.stats.learned.unseen import Unseen
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Array, Interval


@dataclass(frozen=True)
class Residuals:
    """frame: actual, predicted (mean over networks) and residual (actual less predicted), by row.

    rmse, absolute (the mean absolute error) and explained (R²) are of one network, on average. All
    in the target's own unit, or where that is not known in SDs of the training target. target: its
    name.
    """

    target: str
    split: str
    name: str
    frame: pd.DataFrame
    rmse: Interval
    absolute: Interval
    explained: Interval
    slope: Interval


def residuals(run: Run) -> tuple[Residuals, ...]:
    """One for each target and split; none with classes, or where outputs are not known."""
    if not run.regression:
        return ()
    every = [unseen.unseen(run, split) for split in unseen.splits(run)]
    known = [one for one in every if one is not None and one.n > 2]
    return tuple(
        _of(run, one, place, unit) for place, unit in enumerate(units(run)) for one in known
    )


def units(run: Run) -> tuple[TargetUnit, ...]:
    """Each target, its mean and SD; 0 and 1 of one whose unit is not known."""
    if run.several:
        return run.several
    own = in_own_unit(run)
    mean, sd = (run.target_mean or 0.0, run.target_sd or 1.0) if own else (0.0, 1.0)
    return (TargetUnit(run.target_name, mean, sd),)


def in_own_unit(run: Run) -> bool:
    """Whether numbers are in the target's own unit."""
    return bool(run.several) or (run.target_sd is not None and run.target_mean is not None)


def _of(run: Run, found: Unseen, place: int, unit: TargetUnit) -> Residuals:
    target = found.target.reshape(found.n, -1)[:, place]
    actual, said = target * unit.sd + unit.mean, found.said[..., place] * unit.sd + unit.mean
    off = np.where(found.known, actual - said, 0.0)
    squares, spread = off**2, (actual - actual.mean()) ** 2
    mean = float(found.mean(squares).mean())
    rmse = math.sqrt(mean)
    predicted = found.mean(said)
    return Residuals(
        unit.name,
        found.split,
        found.name,
        pd.DataFrame({"actual": actual, "predicted": predicted, "residual": actual - predicted}),
        _over(run, found, rmse, (squares - mean) / (2 * max(rmse, 1e-300)), math.inf),
        _over(run, found, float(found.mean(np.abs(off)).mean()), np.abs(off), math.inf),
        _explained(run, found, squares, spread),
        _slope(run, found, actual, predicted),
    )


def _over(run: Run, found: Unseen, estimate: float, influence: Array, most: float) -> Interval:
    return unseen.over(run, found, estimate, influence).within(0.0, most)


def _explained(run: Run, found: Unseen, squares: Array, spread: Array) -> Interval:
    total = float(spread.mean())
    if not total > 0:
        return intervals.none(math.nan, found.n, "all rows are alike")
    left = float(found.mean(squares).mean()) / total
    influence = -(squares - left * spread) / total
    return unseen.over(run, found, 1 - left, influence).within(-math.inf, 1.0)


def _slope(run: Run, found: Unseen, actual: Array, predicted: Array) -> Interval:
    """By how much what is so changes with what is predicted: 1 where predictions are not shrunk."""
    x = predicted - predicted.mean()
    size = float((x**2).mean())
    if not size > 0:
        return intervals.none(math.nan, found.n, "all predictions are alike")
    slope = float((x * (actual - actual.mean())).mean()) / size
    rest = actual - actual.mean() - slope * x
    influence = np.broadcast_to(x * rest / size, found.of.shape)
    return unseen.over(run, found, slope, influence)
