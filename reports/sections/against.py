"""The winner against each of the other confirmed settings, by what was asked for."""

from dataclasses import replace

from reports import text, units
from reports.frames import Run
from reports.sections import answers
from reports.sections.answers import Answer
from reports.sections.blocks import Cell, Column, Row, Table
from reports.sections.links import link
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import measures
from reports.stats.settings.differences import BETTER, OPEN, SAME
from reports.stats.settings.rows import all_diverged, covers


def against(run: Run) -> Table | None:
    """The differences with their intervals; None where there is nothing to compare."""
    winner = str(run.winner)
    others = [name for name in run.configs if name != winner and not all_diverged(run, name)]
    if not others or all_diverged(run, winner):
        return None
    by = measures.measure(run)
    scale = by.unit(run)
    rows = []
    for name in others:
        one = answers.against(run, name, by)
        here, new = one.found.on_these_rows, one.found.on_new_rows
        each = [here, new and here and replace(new, estimate=here.estimate)]
        cells = [_cell(scale, found) for found in each[: 2 if by.of_rows else 1]]
        rows.append(Row((link(run, name), *cells, Cell(_reading(one)))))
    heads = ["On these rows", "On new rows"] if by.of_rows else ["Over networks"]
    columns = (Column("Setting"), *(Column(head, True) for head in heads), Column("Reading"))
    note = (
        f"The winner's {scale.name} {text.MINUS} the setting's: {_side(by.sign)} 0 the winner is "
        f"better. {_methods(by.of_rows, run)} Each interval is for itself: of many, some exclude "
        "0 by luck."
    )
    return Table("against-table", "The winner against the others", columns, tuple(rows), note=note)


def _methods(of_rows: str, run: Run) -> str:
    here = "t on paired differences, for new seeds."
    if of_rows and run.folds is not None:
        return (
            "On these rows: for new networks and training sets. On new rows, which the reading "
            f"goes by: paired crossed bootstrap, for {covers(run, 'rows')}."
        )
    if not of_rows:
        return f"Over networks: {here}"
    return (
        f"On these rows: {here} On new rows, which the reading goes by: paired crossed bootstrap, "
        "for new seeds and rows."
    )


def _side(sign: int) -> str:
    return "below" if sign > 0 else "above"


def _cell(scale: units.Unit, found: Interval | None) -> Cell:
    if found is None:
        return Cell(text.DASH)
    return Cell(scale.head(found, difference=True), scale.bounds(found, difference=True).strip())


def _reading(one: Answer) -> str:
    if one.word == OPEN:
        return "not decided"
    if one.word == SAME:
        return "the same, within the margin"
    return f"the winner is {'better' if one.word == BETTER else 'worse'}"
