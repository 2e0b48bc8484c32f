"""The constraints on metrics: who kept them in the search, and whether they hold on fresh seeds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports import units
from reports.frames import Run
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Array, Interval

KEPT, BROKEN, UNDECIDED = "kept", "not kept", "undecided"
SIGNS = {"<=": "\N{LESS-THAN OR EQUAL TO}", ">=": "\N{GREATER-THAN OR EQUAL TO}"}


@dataclass(frozen=True)
class Constraint:
    """A bound on a metric's mean over replicates; `sign` is <= or >=."""

    metric: str
    sign: str
    bound: float
    unit: units.Unit

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

    def verdict(self, found: Interval) -> str:
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
class Judgement:
    """What became of one constraint on a configuration's fresh seeds."""

    config: str
    constraint: Constraint
    value: Interval
    verdict: str


def constraints(run: Run) -> tuple[Constraint, ...]:
    """The study's constraints in the order of the file."""
    found = []
    for one in run.provenance["limits"]:
        metric, sign, bound = str(one).split()
        found.append(Constraint(metric, sign, float(bound), units.unit(run, metric)))
    return tuple(found)


def judged(run: Run) -> tuple[Judgement, ...]:
    """Every constraint on every confirmed setting, winner first; diverged networks count as such.

    Those on seconds are left out: a confirmation trains another number of networks at once.
    """
    found = []
    for config in run.configs:
        for constraint in constraints(run):
            if constraint.metric != "seconds":
                values = run.rows_of(config)[constraint.metric].to_numpy(float)
                value = intervals.over_seeds(values).within(*constraint.unit.ends)
                found.append(Judgement(config, constraint, value, constraint.verdict(value)))
    return tuple(found)
