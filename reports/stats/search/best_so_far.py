"""The best value of the search so far, against its trials and against the seconds they trained."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.frames import Array


@dataclass(frozen=True)
class Course:
    """One search: after each of its trials (n,) the best value so far, NaN before the first.

    seconds (n,): of training, summed over trials, whatever ran side by side.
    """

    name: str
    best: Array
    seconds: Array

    @property
    def last(self) -> int:
        """How many trials it had when it improved for the last time; 0 without a value."""
        known = np.flatnonzero(np.isfinite(self.best))
        if not len(known):
            return 0
        return int(np.flatnonzero(self.best == self.best[-1])[0]) + 1


def course(name: str, trials: pd.DataFrame, sign: int) -> Course:
    """Of trials in their order; those count that are complete and keep the constraints."""
    counts = (trials["state"] == "complete") & trials["feasible"].astype(bool)
    values = np.where(counts, sign * trials["value"].to_numpy(float), np.nan)
    best = sign * np.fmin.accumulate(values) if len(values) else values
    return Course(name, best, np.nan_to_num(trials["seconds"].to_numpy(float)).cumsum())
