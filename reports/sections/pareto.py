"""What one objective costs in the others: the Pareto front, with fresh seeds beside it."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from reports import summary, text, units
from reports.figures import pareto as figures
from reports.frames import Run
from reports.sections.blocks import (
    Block,
    Cell,
    Column,
    Paragraphs,
    Plot,
    Row,
    Section,
    Table,
    section,
)
from reports.stats.sampling.intervals import Interval
from reports.stats.search import tuning
from reports.stats.settings import objectives as stats
from reports.stats.settings.objectives import Objective
from reports.stats.settings.rows import DIVERGED


def pareto(run: Run) -> Section | None:
    """The front as a figure and a table; None with one objective, or without a complete trial."""
    if len(run.provenance["objectives"]) < 2 or not len(stats.complete(run)):
        return None
    return section("pareto", "Pareto front", _blocks(run))


def measured(scale: units.Unit, value: float, quiet: str = "") -> Cell:
    """A cell that sorts by its number, however that is written."""
    key = float(f"{value:.6g}") if math.isfinite(value) else None
    return Cell(scale.value(value), quiet, key)


def _blocks(run: Run) -> Iterator[Block]:
    goals, done, front = stats.objectives(run), stats.complete(run), stats.front(run)
    limited = bool(run.provenance["limits"])
    yield Paragraphs((_lead(goals, done, front, limited), *_volume(run, goals)))
    drawn = tuple(goal.drawn for goal in goals)
    trials, fresh = (stats.drawn(goals, frame) for frame in (done, _fresh(run, goals)))
    yield Plot(figures.pareto(trials, fresh, drawn, limited))
    if len(front):
        yield _table(run, goals, front)


def _lead(
    goals: tuple[Objective, ...], done: pd.DataFrame, front: pd.DataFrame, limited: bool
) -> str:
    wanted = text.listing([f"{goal.direction} {goal.name}" for goal in goals])
    among = "complete trials that keep the constraints" if limited else "complete trials"
    n = int(done["feasible"].sum()) if limited else len(done)
    return (
        f"{text.capital(wanted)}. {len(front)} of {n} {among} "
        f"{'is' if len(front) == 1 else 'are'} on the front: no other of them is better by one "
        "objective and worse by none. Which of them to take is the reader's choice; the winner "
        "above is the best of the confirmed ones by the first objective."
    )


def _volume(run: Run, goals: tuple[Objective, ...]) -> Iterator[str]:
    found = stats.hypervolume(run)
    if found is not None:
        corner = text.listing(
            [
                f"{goal.name} {goal.unit.value(value)}"
                for goal, value in zip(goals, found.reference, strict=True)
            ]
        )
        yield (
            f"Hypervolume: the front dominates {100 * found.share:.0f}{text.SPACE}% of the "
            f"rectangle between the best values of these trials and the worst ({corner}: the "
            "reference point). Another run's is comparable only with the same two corners."
        )


def _fresh(run: Run, goals: tuple[Objective, ...]) -> pd.DataFrame:
    """The confirmed settings' objectives on fresh seeds, by column, with bounds."""
    rows = []
    for config in run.configs:
        row: dict[str, Any] = {"config": config}
        for goal in goals:
            found = stats.fresh(run, goal, config)
            for end in ("estimate", "low", "high"):
                name = goal.column if end == "estimate" else f"{goal.column}_{end}"
                row[name] = getattr(found, end) if found else math.nan
        rows.append(row)
    return pd.DataFrame(rows)


def _table(run: Run, goals: tuple[Objective, ...], front: pd.DataFrame) -> Table:
    confirmed = {int(run.rows_of(config)["trial"].iloc[0]): config for config in run.configs}
    rows = []
    for _, row in front.iterrows():
        trial = int(row["trial"])
        config = confirmed.get(trial)
        cells = [Cell(f"trial {trial}", key=trial, href=f"#trial-{trial}")]
        for goal in goals:
            cells.append(measured(goal.unit, float(row[goal.column])))
            if run.configs:
                found = stats.fresh(run, goal, config) if config is not None else None
                cells.append(fresh_cell(goal.unit, found))
        words = text.settings(summary.of_effect(run, tuning.settings_of(run, trial)))
        cells.append(Cell(words or "no searched parameters"))
        rows.append(Row(tuple(cells), tone="winner" if config == run.winner and config else ""))
    heads = []
    for goal in goals:
        heads.append(Column(text.capital(goal.name), True))
        heads += [Column(f"{text.capital(goal.name)}, fresh seeds", True)] * bool(run.configs)
    note = (
        "The values of the search are selected. On fresh seeds: of the settings that were "
        f"confirmed, with {text.LEVEL} intervals over seeds on these dev rows."
        if run.configs
        else "The values of the search are selected, and so too good; nothing was confirmed."
    )
    columns = (Column("Trial"), *heads, Column("Searched settings"))
    return Table(
        "pareto-table",
        "The trials of the front",
        columns,
        tuple(rows),
        sortable=True,
        csv="data/trials.csv",
        note=note,
    )


def fresh_cell(scale: units.Unit, found: Interval | None) -> Cell:
    """A value on fresh seeds with its bounds; what costs the same for every seed has none."""
    if found is None:
        return Cell(text.DASH)
    if found.why == DIVERGED:
        return Cell("diverged")
    key = measured(scale, found.estimate).key
    return Cell(scale.head(found), scale.bounds(found).strip(), key)
