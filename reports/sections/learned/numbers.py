"""Regression: predicted against actual, residuals, and errors in the target's own unit."""

from collections.abc import Iterator

from reports import text, units
from reports.figures import residuals as figures
from reports.frames import Run
from reports.sections.blocks import Block, Cell, Column, Paragraphs, Plot, Row, Table
from reports.stats.learned import residuals as stats
from reports.stats.learned.residuals import Residuals
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import rows

PLAIN = units.Unit("")
SHARE = units.Unit("", 100.0, f"{text.SPACE}%")


DRAWN = 4  # targets; the table has all of them


def numbers(run: Run) -> Iterator[Block]:
    """Nothing with classes."""
    found = stats.residuals(run)
    if not found:
        return
    unit = "" if stats.in_own_unit(run) else " (SDs)"
    # One name twice would be one target's: of several, names differ.
    each = {one.target: tuple(own for own in found if own.target == one.target) for one in found}
    drawn = dict(list(each.items())[:DRAWN])
    for number, (name, own) in enumerate(drawn.items(), start=1):
        caption, place = _sentence(own[0], name), number if run.several else None
        yield Plot(figures.residuals(own, f"{name}{unit}", caption, place))
    yield _table(run, found)
    splits = next(iter(each.values()))
    shown = [len(figures.thinned(one.frame)) for one in splits]
    thinned = [one.name for one, few in zip(splits, shown, strict=True) if few < len(one.frame)]
    some = f" Of the {text.listing(thinned)} {figures.MOST} are drawn." if thinned else ""
    some += f" Of {len(each)} targets the first {DRAWN} are drawn." * (len(each) > DRAWN)
    yield Paragraphs(
        (
            "Each mark is a row: the mean prediction of the networks that were not trained on it. "
            "On the dotted line a prediction is right. Grey line: the mean of what is left in each "
            f"tenth of the {found[0].name}; away from 0 there is something left to learn.{some}",
        ),
        "quiet",
    )


def _sentence(one: Residuals, name: str) -> str:
    off, explained = units.OWN.interval(one.absolute), SHARE.interval(one.explained)
    return (
        f"It is {off} off on average, and explains {explained} of how {name} varies. {_slope(one)}"
    )


def _slope(one: Residuals) -> str:
    slope = one.slope
    if not slope.known:
        return ""
    said = f"Where it predicts 1 more, the truth is {PLAIN.interval(slope)} more"
    if slope.low <= 1 <= slope.high:
        return f"{said}: its predictions lie neither too far apart nor too close."
    if slope.high < 1:
        return f"{said}: its predictions lie too far apart."
    return f"{said}: its predictions lie too close to the mean."


def _table(run: Run, found: tuple[Residuals, ...]) -> Table:
    are_several = bool(run.several)
    is_own = stats.in_own_unit(run)
    unit = "in the target's own unit" if is_own else "in SDs of the training target"
    lines = tuple(
        Row(
            (
                *(Cell(one.target),) * are_several,
                Cell(text.capital(one.name)),
                Cell(text.number(len(one.frame))),
                _cell(units.OWN, _rmse(run, one)),
                _cell(units.OWN, one.absolute),
                _cell(SHARE, one.explained),
            )
        )
        for one in found
    )
    columns = (
        *(Column("Target"),) * are_several,
        Column("Rows of"),
        Column("Rows", True),
        Column("Root of the mean square (RMSE)", True),
        Column("Mean distance (MAE)", True),
        Column("Explained (R²)", True),
    )
    note = (
        f"Of one network, on average; RMSE and MAE {unit}. R²: 1 less the mean square over that of "
        f"predicting the rows' own mean; below 0 it is worse than that. Brackets: {text.LEVEL} "
        f"intervals for {found[0].rmse.covers}."
    )
    return Table("residuals-table", f"Errors {unit}", columns, lines, note=note)


def _rmse(run: Run, one: Residuals) -> Interval:
    """Of one target, what is told of the winner elsewhere; of several, of each alone."""
    if run.several:
        return one.rmse
    (unit,) = stats.units(run)
    return rows.new_rows(run, str(run.winner), one.split).times(unit.sd)


def _cell(scale: units.Unit, found: Interval) -> Cell:
    return Cell(scale.head(found), scale.bounds(found).strip())
