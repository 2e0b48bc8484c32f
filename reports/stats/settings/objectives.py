"""What the study is after: its objectives, their values on fresh seeds, and the Pareto front."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from reports import units
from reports.frames import Run
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.settings.diverged import DIVERGED, all_diverged


@dataclass(frozen=True)
class Objective:
    """A metric, its direction, and how the replicates' values become one.

    `column` holds its value in trials.parquet; the replicates' stand in confirm.parquet under the
    metric's own name.
    """

    metric: str
    direction: str
    reduce: str  # mean, median, worst, quantile or sd
    amount: float  # of the quantile; of SDs
    name: str  # for people: "dev error (worst)"
    unit: units.Unit
    column: str

    @property
    def sign(self) -> int:
        """1 where less is better, else -1."""
        return 1 if self.direction == "minimize" else -1

    @property
    def is_plain(self) -> bool:
        """Whether it is a mean dev error or loss, which the page shows whatever the objective."""
        return self.metric in ("dev_error", "dev_loss") and self.reduce == "mean"

    @property
    def best(self) -> str:
        """lowest or highest."""
        return "lowest" if self.sign > 0 else "highest"

    def number(self, values: Array) -> Array:
        """(...,) the one number of (..., n) replicates' values, as the search reduced them."""
        if self.reduce == "mean":
            found = values.mean(axis=-1)
        elif self.reduce == "worst":
            found = self.sign * (self.sign * values).max(axis=-1)
        elif self.reduce == "sd":
            spread = values.std(axis=-1, ddof=1)
            found = values.mean(axis=-1) + self.sign * self.amount * spread
        else:
            found = np.quantile(values, self.share, axis=-1)
        numbers: Array = np.asarray(found)
        return numbers

    @property
    def share(self) -> float:
        """Of a median or a quantile: the bad side is at 1, whatever the direction."""
        if self.reduce == "median":
            return 0.5
        return self.amount if self.sign > 0 else 1 - self.amount

    @property
    def drawn(self) -> "Objective":
        """Of values that are multiplied by `unit.own`, as figures draw them."""
        return replace(self, unit=self.unit.drawn)

    def reduced(self, values: Array) -> Interval:
        """One number of the replicates' (n,), with an interval over seeds where there is one."""
        if self.reduce == "mean" or (values == values[:1]).all():
            return intervals.over_seeds(values).within(*self.unit.ends)
        if self.reduce in ("median", "quantile"):
            return intervals.order_statistics(values, self.share)
        what = "a worst case" if self.reduce == "worst" else "a mean with its spread"
        return intervals.none(float(self.number(values)), len(values), f"{what} has none")


def objectives(run: Run) -> tuple[Objective, ...]:
    """The study's objectives in the order of the file."""
    found = []
    for place, one in enumerate(run.provenance["objectives"], 1):
        metric = str(one["metric"])
        scale = units.unit(run, metric)
        found.append(
            Objective(
                metric,
                str(one["direction"]),
                *_reduction(one["reduce"]),
                scale.name + str(one["label"]).removeprefix(metric),
                scale,
                "value" if place == 1 else f"value.{place}",
            )
        )
    return tuple(found)


def drawn(goals: Iterable[Objective], frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose objectives, and their bounds, are as figures draw them."""
    for goal in goals:
        columns = [goal.column, f"{goal.column}_low", f"{goal.column}_high"]
        frame = goal.unit.drawn_frame(frame, [name for name in columns if name in frame])
    return frame


def _reduction(written: str | Mapping[str, float | None]) -> tuple[str, float]:
    """`mean`, or `{quantile: 0.9}`, as (name, amount)."""
    if isinstance(written, str):
        return written, 0.0
    ((name, amount),) = ((name, x) for name, x in written.items() if x is not None)
    return name, amount


def fresh(run: Run, objective: Objective, config: str) -> Interval | None:
    """The objective of a confirmed setting on its fresh seeds.

    None of seconds: the search and the confirmation train different numbers of networks at once.
    """
    if objective.metric == "seconds":
        return None
    found = objective.reduced(run.rows_of(config)[objective.metric].to_numpy(float))
    is_cost = objective.unit.is_count  # known before a network is trained
    if all_diverged(run, config) and not is_cost:
        return intervals.none(found.estimate, found.n, DIVERGED)
    return found


def complete(run: Run) -> pd.DataFrame:
    """The complete trials, which alone have a value that can be compared."""
    return run.trials[(run.trials["state"] == "complete") & run.trials["value"].notna()]


def front(run: Run) -> pd.DataFrame:
    """The trials of the Pareto front, best first by the first objective."""
    first, done = objectives(run)[0], complete(run)
    rows = done[done["front"].astype(bool)]
    return rows.sort_values("value", ascending=first.sign > 0, kind="stable")


@dataclass(frozen=True)
class Hypervolume:
    """The share of the rectangle from the best to the worst values that a front dominates.

    `reference` is the rectangle's worse corner: the worst value of each objective among the
    complete trials that keep the constraints.
    """

    share: float
    reference: tuple[float, float]


def hypervolume(run: Run) -> Hypervolume | None:
    """Of two objectives alone, and where both vary; else None."""
    goals, done = objectives(run), complete(run)
    done = done[done["feasible"].astype(bool)]
    if len(goals) != 2 or len(done) < 2:
        return None
    signs = np.array([goal.sign for goal in goals])
    costs = done[[goal.column for goal in goals]].to_numpy(float) * signs
    low, high = costs.min(axis=0), costs.max(axis=0)
    if not np.isfinite(high - low).all() or (high <= low).any():
        return None
    points = ((costs - low) / (high - low))[done["front"].to_numpy(bool)]
    worst = high * signs
    return Hypervolume(dominated(points), (float(worst[0]), float(worst[1])))


def dominated(points: Array) -> float:
    """The area of the unit square that (n, 2) costs dominate, seen from the corner (1, 1)."""
    area, edge = 0.0, 1.0
    for x, y in sorted(map(tuple, points)):
        area += (1 - x) * max(edge - y, 0.0)
        edge = min(edge, y)
    return area


def choice_in_words(run: Run) -> str:
    """By what the winner was chosen among the confirmed settings."""
    goals = objectives(run)
    first = goals[0]
    limits = ", among the settings that keep the constraints there, if any does"
    several = ", the first objective," * (len(goals) > 1)
    where = "on these fresh seeds" if run.folds is None else "on the rows left out of training"
    return (
        f"the {first.best} {first.name}{several} {where}{limits * bool(run.provenance['limits'])}"
    )
