"""How soon the arms of a study reach the target, told against the fastest of them."""

import math
from dataclasses import dataclass

from reports.frames import Run, once
from reports.stats.answer import arms
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Interval
from reports.stats.sampling.permutation import speedup
from reports.stats.speed import convergence
from reports.stats.speed.convergence import SpeedTarget

FASTEST = "the fastest"


@dataclass(frozen=True)
class Pace:
    """An arm's time to the target, misses counting with the horizon; the share that reached it.

    ratio: how many times as long as the fastest arm it takes; none of the fastest, or where it
    never arrived. horizon: what every arm was given at least, up to which times are told.
    """

    config: str
    n: int
    reached: int
    share: Interval
    time: Interval
    ratio: Interval
    horizon: float

    @property
    def is_slower(self) -> bool:
        """Whether the whole interval says so."""
        return self.ratio.known and self.ratio.low > 1


def is_asked(run: Run) -> bool:
    """Whether the study asks how soon: by a target of its own."""
    return bool(run.provenance["targets"]) and convergence.target(run) is not None


@once
def by_epochs(run: Run) -> tuple[Pace, ...]:
    """`paces` to the run's own target, in epochs, which several places tell; none without one."""
    aim = convergence.target(run)
    return () if aim is None else paces(run, aim)


def paces(run: Run, aim: SpeedTarget, axis: str = "epoch") -> tuple[Pace, ...]:
    """The confirmed arms, fastest first; those that never got there last."""
    configs = {one.config for one in arms.judged(run)}
    found = convergence.times(run, aim, axis)
    table = convergence.reaching(run, aim, axis)
    table = table[table["config"].isin(configs)]
    if not len(table):
        return ()
    rows = sorted(table.itertuples(), key=lambda row: (not row.reached, row.restricted.estimate))
    times = {str(name): each["time"].to_numpy(float) for name, each in found.groupby("config")}
    spacing = found.attrs["spacing"]
    tau, made = float(found.attrs["tau"]), []
    for row in rows:
        first, name = str(rows[0].config), str(row.config)
        half = (spacing[name] / 2, spacing[first] / 2)
        ratio = _none(row.n, name == first, rows[0].reached)
        if ratio is None:
            is_known = row.reached > 0
            ratio = speedup(times[name], times[first], half) if is_known else _never(row.n)
        made.append(Pace(name, row.n, row.reached, row.share, row.restricted, ratio, tau))
    return tuple(made)


def _none(n: int, is_first: bool, reached: int) -> Interval | None:
    if not reached:
        return intervals.none(math.nan, n, "none of the arms reached it")
    return intervals.none(1.0, n, FASTEST) if is_first else None


def _never(n: int) -> Interval:
    return intervals.none(math.nan, n, "it never reached it")


def axes(run: Run) -> dict[str, str]:
    """The axes on which the order of the arms may differ: epochs, and updates if theirs differ."""
    names = [one.config for one in arms.judged(run)]
    each = {
        round(float((rows["updates"] / rows["epochs"]).mean()), 6)
        for rows in map(run.rows_of, names)
    }
    known = convergence.axes(run)
    shown = ("epoch", "updates") if len(each) > 1 else ("epoch",)
    return {name: known[name] for name in shown if name in known}
