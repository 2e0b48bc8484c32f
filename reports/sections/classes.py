"""The winner class by class: a mean over all rows can hide a class that is never right."""

from collections.abc import Iterator

from reports import text, units
from reports.frames import Run
from reports.sections.blocks import Block, Cell, Column, Paragraphs, Row, Section, Table, section
from reports.stats.learned import classes as stats
from reports.stats.learned.classes import OneClass

SHOWN = 20  # classes; of more, those with the most errors
MIXED_UP = 0.005  # share of a class from which on it is said what it is taken for
NAMED = 3  # classes that a class is taken for


def classes(run: Run) -> Section | None:
    """Errors by class; None in regression, or where predictions are not known."""
    found = stats.classes(run)
    return section("classes", "Class by class", _blocks(run, found)) if found else None


def _blocks(run: Run, found: tuple[OneClass, ...]) -> Iterator[Block]:
    scale = units.unit(run, "test_error")
    worst = max(found, key=lambda one: one.error.estimate)
    rows = sum(one.rows for one in found)
    share = f"{100 * worst.rows / rows:.0f}{text.SPACE}%"
    yield Paragraphs(
        (
            f"The winner errs most on {worst.name}: {scale.interval(worst.error)} of its "
            f"{text.count(worst.rows, 'test row')} ({share} of all). The mean of the classes' "
            f"errors, each counted alike, is {scale.interval(stats.balanced(run))}.",
        )
    )
    yield _table(run, scale, found)


def _table(run: Run, scale: units.Unit, found: tuple[OneClass, ...]) -> Table:
    names = [one.name for one in found]
    shown = sorted(found, key=lambda one: -one.error.estimate)[:SHOWN]
    rows = tuple(
        Row(
            (
                Cell(one.name),
                Cell(text.number(one.rows), key=float(one.rows)),
                Cell(
                    scale.head(one.error), scale.bounds(one.error).strip(), key=one.error.estimate
                ),
                Cell(_taken_for(one)),
            )
        )
        for one in shown
    )
    rest = f" The {SHOWN} of {len(names)} classes with the most errors." * (len(names) > SHOWN)
    note = f"Means over the winner's networks; {text.LEVEL} intervals for {_covers(run)}.{rest}"
    columns = (
        Column("Class"),
        Column("Test rows", True),
        Column("Error", True),
        Column("Taken for (of its rows)"),
    )
    return Table(
        "classes-table", "The winner's test error by class", columns, rows, sortable=True, note=note
    )


def _covers(run: Run) -> str:
    if run.folds is None:
        return "new rows of the class and new seeds, for this training set"
    return "new rows of the class, networks and training sets"


def _taken_for(one: OneClass) -> str:
    """The classes that it is taken for, with the share of its rows."""
    often = [(name, share) for name, share in one.taken_for if share >= MIXED_UP]
    words = [f"{name} ({100 * share:.0f}{text.SPACE}%)" for name, share in often[:NAMED]]
    more = f" and {len(often) - NAMED} more" * (len(often) > NAMED)
    return (", ".join(words) + more) or text.DASH
