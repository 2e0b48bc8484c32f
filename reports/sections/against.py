"""The winner against each of the other confirmed settings, in test error."""

from __future__ import annotations

from dataclasses import replace

from reports import text
from reports.frames import Run
from reports.sections.blocks import Cell, Column, Row, Table
from reports.sections.links import link
from reports.sections.verdict import versus
from reports.stats.intervals import Interval
from reports.stats.rows import all_diverged, difference_on_new_rows


def against(run: Run) -> Table | None:
    """The differences with their intervals; None where there is nothing to tell apart."""
    winner = str(run.winner)
    others = [name for name in run.configs if name != winner and not all_diverged(run, name)]
    if not others or all_diverged(run, winner):
        return None
    scale, rows = text.unit(run, "test_error"), []
    for name in others:
        here, drawn = versus(run, name), difference_on_new_rows(run, winner, name, "test")
        new = replace(drawn, estimate=here.estimate)  # the same, but for the order of its sum
        each = [
            Cell(scale.head(one, difference=True), scale.bounds(one, difference=True).strip())
            for one in (here, new)
        ]
        rows.append(Row((link(run, name), *each, Cell(_reading(here, new)))))
    columns = (
        Column("Setting"), Column("On these rows", True), Column("On new rows", True),
        Column("Reading"),
    )  # fmt: skip
    note = (
        f"The winner's {scale.name} less the setting's: below 0 the winner errs less. On these "
        "rows: t on paired differences, for new seeds. On new rows: paired crossed bootstrap, for "
        "new seeds and rows. Each interval is for itself: of many, some exclude 0 by luck."
    )
    return Table("against-table", "The winner against the others", columns, tuple(rows), note=note)


def _reading(here: Interval, new: Interval) -> str:
    if new.excludes_zero and (here.excludes_zero or not here.known):
        return f"the winner errs {_way(new)}"
    if here.excludes_zero:
        return f"the winner errs {_way(here)} on these rows alone"
    return "not told apart"


def _way(found: Interval) -> str:
    return "less" if found.high < 0 else "more"
