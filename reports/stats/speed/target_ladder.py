"""How much sooner than the defaults, for twenty targets from easy to hard, without intervals."""

import math

import numpy as np
import pandas as pd

from reports.frames import Array, Run
from reports.stats.speed import confirmed_curves
from reports.stats.speed.convergence import SpeedTarget, arrivals

STEPS = 20


def ladder(run: Run, metric: str = "dev_error") -> Array:
    """Twenty thresholds from below the initial value down to the pooled best, evenly spaced."""
    values = [confirmed_curves.matrix(run, config, metric) for config in run.configs]
    first = float(np.nanmin([np.nanmedian(each[:, 0]) for each in values]))
    best = float(np.nanmin([np.nanmin(each) for each in values]))
    if not best < first:
        return np.empty(0)
    # An error is a share of rows: 0.09999999999999998 would leave out who has it at 0.1.
    return np.round(np.linspace(first, best, STEPS + 1)[1:], 12)


def speed_by_target(run: Run) -> pd.DataFrame:
    """config, target, speedup, reach, over the ladder of targets.

    `speedup` is the ratio of the mean epochs, those that missed it counted with the horizon; NaN
    where a side has not reached the target at all.
    """
    rows = []
    for value in ladder(run):
        found, _ = arrivals(run, SpeedTarget("dev_error", float(value), "the ladder"), "epoch")
        means = {one: (time.mean(), reached.mean()) for one, (time, reached) in found.items()}
        base, came = means.get(run.default or "", (math.nan, 0.0))
        for config, (mean, reach) in means.items():
            timed = mean > 0 and min(reach, came) > 0
            ratio = base / mean if timed else math.nan
            rows.append((config, float(value), ratio, reach))
    return pd.DataFrame(rows, columns=["config", "target", "speedup", "reach"])
