"""The rows that the winner is most wrong about."""

from collections.abc import Iterator

from reports import text
from reports.frames import Run
from reports.sections.blocks import Block, Cell, Column, Row, Table
from reports.stats import residuals
from reports.stats import worst as stats
from reports.stats.worst import Worst, WorstRow


def rows(run: Run) -> Iterator[Block]:
    """A table of them; nothing where outputs are not known, or no network has a row wrong."""
    found = stats.worst(run)
    if found is not None and found.rows:
        yield _table(run, found)


def _table(run: Run, found: Worst) -> Table:
    first = found.rows[0]
    where = Column("Row", True) if first.row is not None else Column("Place", True)
    lines = (Column("Line", True),) if first.line is not None else ()
    own = residuals.in_own_unit(run)
    last = (Column("Off by", True),) if run.regression else (Column("Chance it gave", True),)
    columns = (where, *lines, Column("Is"), Column("Said"), *last)
    each = tuple(Row(_cells(run, one, own)) for one in found.rows)
    return Table("worst-table", "The rows it is most wrong about", columns, each, note=_note(found))


def _note(found: Worst) -> str:
    counted = (
        "Rows are counted from 0 in the table as it was read."
        if found.rows[0].row is not None
        else "Places are those in predictions.npz, from 0: which rows they are is not known."
    )
    always = (
        f"On {text.count(found.always, 'row')} every network is wrong: look at their labels first. "
    ) * (found.always > 0)
    return f"{always}Of {text.number(found.n)} {found.name}, those with the largest loss. {counted}"


def _cells(run: Run, one: WorstRow, own: bool) -> tuple[Cell, ...]:
    where = [Cell(str(one.place if one.row is None else one.row))]
    where += [Cell(str(one.line))] if one.line is not None else []
    if run.regression:
        scale, shift = (run.target_sd or 1.0, run.target_mean or 0.0) if own else (1.0, 0.0)
        right, said = (text.number(x * scale + shift) for x in (one.right, one.said))
        return (*where, Cell(right), Cell(said), Cell(text.number((one.said - one.right) * scale)))
    names = [str(name) for name in run.provenance["classes"]]
    share = f"by {100 * one.share:.0f}{text.SPACE}% of networks" * (one.share < 1)
    chance = 100 * one.chance
    said = "below 0.1" if chance < 0.1 else f"{chance:.1f}"
    return (
        *where,
        Cell(names[int(one.right)]),
        Cell(names[int(one.said)], share or "by all networks"),
        Cell(f"{said}{text.SPACE}%"),
    )
