"""The rows that the winner is most wrong about."""

from collections.abc import Iterator

from reports import text
from reports.frames import Run
from reports.sections.blocks import Block, Cell, Column, Row, Table
from reports.stats.learned import residuals
from reports.stats.learned import worst as stats
from reports.stats.learned.worst import Worst, WorstRow


def rows(run: Run) -> Iterator[Block]:
    """A table of them; nothing where outputs are not known, or no network has a row wrong."""
    found = stats.worst(run)
    if found is not None and found.rows:
        yield _table(run, found)


def _table(run: Run, found: Worst) -> Table:
    first = found.rows[0]
    where = Column("Row", True) if first.row is not None else Column("Place", True)
    lines = (Column("Line", True),) if first.line is not None else ()
    if run.regression:
        said = (
            Column("Actual", True),
            Column("Predicted", True),
            Column("Actual less predicted", True),
        )
    else:
        chance = Column("Chance given to the true class", True)
        said = (Column("True class"), Column("Taken for"), chance)
    columns = (where, *lines, *said)
    each = tuple(Row(_cells(run, one)) for one in found.rows)
    return Table(
        "worst-table", "The rows it is most wrong about", columns, each, note=_note(run, found)
    )


def _note(run: Run, found: Worst) -> str:
    in_order = f" Numbers are {text.listing([one.name for one in run.several])}, in this order."
    in_order *= bool(run.several)
    counted = (
        "Rows are counted from 0 in the table as it was read."
        if found.rows[0].row is not None
        else "Places are those in predictions.npz, from 0: which rows they are is not known."
    )
    always = _always(run, found)
    of = f"Of {text.number(found.n)} {found.name}, those with the largest loss."
    return f"{always}{of} {counted}{in_order}"


def _always(run: Run, found: Worst) -> str:
    """Where every network is wrong, and what is the likeliest cause; of a whole class no label."""
    said = ""
    if found.lost:
        names = [f"'{run.provenance['classes'][number]}'" for number in found.lost]
        said = (
            f"No network finds a row of {text.listing(names)}: too few rows of it, or that the "
            "other classes have so many, is likelier than wrong labels. "
        )
    if found.always:
        other = "other " * bool(found.lost)
        rows = text.count(found.always, f"{other}row")
        said += f"On {rows} every network is wrong: look at their labels first. "
    return said


def _cells(run: Run, one: WorstRow) -> tuple[Cell, ...]:
    where = [Cell(str(one.place if one.row is None else one.row))]
    where += [Cell(str(one.line))] if one.line is not None else []
    if run.regression:
        return (*where, *map(Cell, _numbers(run, one)))
    names = [str(name) for name in run.provenance["classes"]]
    share = f"by {100 * one.share:.0f}{text.SPACE}% of networks" * (one.share < 1)
    chance = 100 * one.chance
    said = "below 0.1" if chance < 0.1 else f"{chance:.1f}"
    return (
        *where,
        Cell(names[int(one.right[0])]),
        Cell(names[int(one.said[0])], share or "by all networks"),
        Cell(f"{said}{text.SPACE}%"),
    )


def _numbers(run: Run, one: WorstRow) -> tuple[str, str, str]:
    """What is so, what was said, and the first less the second; of several targets in order."""
    each = [
        (right * unit.sd + unit.mean, said * unit.sd + unit.mean, (right - said) * unit.sd)
        for unit, right, said in zip(residuals.units(run), one.right, one.said, strict=True)
    ]
    is_so, said, off = ("; ".join(map(text.number, own)) for own in zip(*each, strict=True))
    return is_so, said, off
