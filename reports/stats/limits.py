"""The constraints on metrics: who kept them in the search, and whether they hold on fresh seeds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports import text
from reports.frames import Run
from reports.stats import intervals
from reports.stats.intervals import Array, Interval

KEPT, BROKEN, UNDECIDED = "kept", "not kept", "undecided"
SIGNS = {"<=": "\N{LESS-THAN OR EQUAL TO}", ">=": "\N{GREATER-THAN OR EQUAL TO}"}


@dataclass(frozen=True)
class Limit:
    """A bound on a metric's mean over replicates; `sign` is <= or >=."""

    metric: str
    sign: str
    bound: float
    unit: text.Unit

    @property
    def name(self) -> str:
        """`gap, dev − train <= 2.0 %`, with a proper sign."""
        return f"{self.unit.name} {SIGNS[self.sign]} {self.unit.value(self.bound)}"

    def keeps(self, values: pd.Series) -> pd.Series:
        """Whether each value is within it."""
        return values <= self.bound if self.sign == "<=" else values >= self.bound

    def beyond(self, values: Array) -> Array:
        """By how much each value breaks it; 0 where it is kept."""
        found: Array = np.maximum(values - self.bound, 0.0)
        return found if self.sign == "<=" else np.maximum(self.bound - values, 0.0)

    def judged(self, found: Interval) -> str:
        """Kept or not kept where the whole interval says so, else undecided."""
        if found.n < 2:
            return UNDECIDED
        low, high = (found.low, found.high) if found.known else (found.estimate, found.estimate)
        if self.sign == ">=":
            low, high, bound = -high, -low, -self.bound
        else:
            bound = self.bound
        return KEPT if high <= bound else BROKEN if low > bound else UNDECIDED


@dataclass(frozen=True)
class Held:
    """What became of one limit on a configuration's fresh seeds."""

    config: str
    limit: Limit
    value: Interval
    verdict: str


def limits(run: Run) -> tuple[Limit, ...]:
    """The study's limits in the order of the file."""
    found = []
    for one in run.provenance["limits"]:
        metric, sign, bound = str(one).split()
        found.append(Limit(metric, sign, float(bound), text.unit(run, metric)))
    return tuple(found)


def held(run: Run) -> tuple[Held, ...]:
    """Every limit on every confirmed setting, winner first; diverged networks count as such.

    Those on seconds are left out: a confirmation trains another number of networks at once.
    """
    found = []
    for config in run.configs:
        for limit in limits(run):
            if limit.metric != "seconds":
                values = run.rows_of(config)[limit.metric].to_numpy(float)
                value = intervals.over_seeds(values).within(*limit.unit.ends)
                found.append(Held(config, limit, value, limit.judged(value)))
    return tuple(found)
