"""The study's own question: its arms against each other, by error and by speed."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from reports import text, units
from reports.advice import reasons, shown
from reports.advice.answer import Answer, answer, name
from reports.advice.in_words import axis_name, tick
from reports.figures import arms as figures
from reports.figures.arms import ArmError, Cells
from reports.figures.figure import Figure
from reports.figures.style import beyond
from reports.frames import Run
from reports.sections import arm_counts, asked
from reports.sections.arm_times import times_table
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
from reports.sections.links import link
from reports.stats.answer import arms as stats
from reports.stats.answer import recommending
from reports.stats.answer.arms import Arm, Judged
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import measures, rows, searched

MOST = 24  # rows of the table, and dots


def arms(run: Run) -> Section | None:
    """None of a study that compares none."""
    found = answer(run)
    if found is None:
        return None
    return section("arms", f"Compared: {_compared(run)}", _blocks(run, found))


def _compared(run: Run) -> str:
    return text.listing([axis_name(word) for word in stats.words(run)])


def _blocks(run: Run, found: Answer) -> Iterator[Block]:
    soon = asked.times(run, "arms-times-figure", ("panel",), MOST)
    counted = arm_counts.of_quality(run) if soon is None else arm_counts.of_speed(run)
    if lead := tuple(filter(None, [counted, *found.more])):
        yield Paragraphs(lead)
    if soon is not None:
        yield Plot(replace(soon, title="How soon each gets there"))
    if any(arm.trial is not None for arm in stats.arms(run)) and len(stats.words(run)) == 2:
        yield Plot(_map(run))
    if arms := _errors(run):
        dots = _dots(run, arms[:MOST])
        dots = replace(dots, caption=dots.caption + beyond(len(arms), MOST))
        yield Plot(_with_differences(run, dots))
    if stats.judged(run) or len(stats.words(run)) == 1:
        yield _table(run)
    if (times := times_table(run)) is not None:
        yield times


def _with_differences(run: Run, errors: Figure) -> Figure:
    """With what the arms are compared by, where that is not the error."""
    if measures.measure(run).is_error:
        return errors
    apart = asked.good(run, "arms-apart", ("panel",), MOST)
    if apart is None:
        return errors
    first = errors.caption[0].lower() + errors.caption[1:]
    caption = f"First: {first} Second, by which it is decided: the {apart.title}."
    return replace(errors, panels=(*errors.panels, *apart.panels), caption=caption)


def _beside(run: Run) -> tuple[Arm, ...]:
    """The arms that the search alone knows, where no map shows them: there they are of one kind."""
    return stats.missing(run) if len(stats.words(run)) == 1 else ()


def _dots(run: Run, arms: list[ArmError]) -> Figure:
    judged = stats.judged(run)
    margin = recommending.margin(run, judged[0].config, measures.plain()) if judged else 0.0
    what = "error on new data" if not run.regression else "typical error on new data"
    covers = rows.covers(run, "rows")
    covers += f", in {units.of_target(run)}" * run.regression
    scale = shown.error_unit(run).own
    return figures.dots(arms, margin * scale, not run.regression, what, covers)


def _errors(run: Run) -> list[ArmError]:
    """The confirmed arms, best first, then those that the search alone knows."""
    found = [_error(run, one.arm, one.error, one.config) for one in stats.judged(run)]
    known = (arm for arm in _beside(run) if arm.trial is not None)
    return [*found, *(_error(run, arm, _searched(run, arm)) for arm in known)]


def _error(run: Run, arm: Arm, error: Interval, config: str = "") -> ArmError:
    unit, trial = shown.error_unit(run), run.trial_of(config) if config else arm.trial
    found, words = error.times(unit.own), unit.interval(error)
    return ArmError(name(run, arm), found, bool(config), words, trial)


def _searched(run: Run, arm: Arm) -> Interval:
    if arm.trial is None:
        raise ValueError("_searched: expected an arm with a complete trial, got none")
    return searched.error(run, arm.trial, arm.trials)


def _map(run: Run) -> Figure:
    """Of the confirmed networks where every cell has some, else of the search, alike for all."""
    first, second = stats.words(run)
    keys = [arm.key for arm in stats.arms(run)]
    down, across = (list(dict.fromkeys(key[n] for key in keys)) for n in (0, 1))
    errors, confirmed = np.full((2, len(down), len(across)), np.nan)
    measured = {one.arm.key: one.error.estimate for one in stats.judged(run)}
    is_whole = len(measured) == len(keys)
    found = searched.errors(run, [arm.trial for arm in stats.arms(run)])
    said: dict[tuple[int, str], str] = {}
    for arm, value in zip(stats.arms(run), found, strict=True):
        place = down.index(arm.key[0]), across.index(arm.key[1])
        errors[place] = measured[arm.key] if is_whole else value
        confirmed[place] = arm.config is not None
        words = zip((0, 1), stats.words(run), arm.key, arm.values, strict=True)
        said |= {(n, key): tick(word, x) for n, word, key, x in words}
    best = np.unravel_index(np.nanargmin(errors), errors.shape)
    whose = "confirmed networks" if is_whole else "search, whose trials all have as many networks"
    source = f"Mean error, {'%, ' * (not run.regression)}of the {whose}."
    cells = Cells(
        (axis_name(first), axis_name(second)),
        tuple(said[0, key] for key in down),
        tuple(said[1, key] for key in across),
        errors * shown.error_unit(run).own,
        np.nan_to_num(confirmed),
        (int(best[0]), int(best[1])),
    )
    lowest = "the lowest of these, chosen for it" if not is_whole else "the lowest"
    return figures.heat(cells, not run.regression, source, lowest)


def _table(run: Run) -> Table:
    judged, missing = stats.judged(run), _beside(run)
    by = measures.measure(run)
    lines = [_confirmed(run, one) for one in judged]
    lines += [_of_search(run, arm) for arm in missing[: max(MOST - len(lines), 0)]]
    unit = "" if by.is_error else f" ({shown.quantity(run, by)})"
    heads = ("Error on new data", f"Difference to the best{unit}", "Probability of being best")
    columns = (
        Column(text.capital(_compared(run))),
        *(Column(head, True) for head in heads),
        Column("Against the best"),
    )
    left = len(judged) + len(missing) - len(lines)
    hidden = f" Not lines: {text.count(left, 'arm')} of the search." * bool(left)
    return Table("arms-table", _caption(run), columns, tuple(lines), note=_note(run) + hidden)


def _caption(run: Run) -> str:
    each = "each value at its best"
    if len(stats.words(run)) == 2:
        each = "the pairs that were trained again" if stats.missing(run) else "each pair"
    return f"{text.capital(_compared(run))}: {each}"


def _confirmed(run: Run, one: Judged) -> Row:
    scale = shown.error_unit(run)
    cells = (
        Cell(text.capital(name(run, one.arm)), one.config, href=link(run, one.config).href),
        Cell(scale.head(one.error), scale.bounds(one.error).strip() or one.error.why),
        *_difference(run, one),
        Cell(_reading(one)),
    )
    return Row(cells, tone="" if one.difference else "winner")


def _difference(run: Run, one: Judged) -> tuple[Cell, Cell]:
    chance = Cell(text.probability(one.chance))
    if one.difference is None:
        return Cell(text.DASH), chance
    found = one.difference.found.decisive
    unit = one.difference.found.by.unit(run)
    ends = unit.bounds(found, difference=True).strip() or found.why
    return Cell(unit.head(found, difference=True), ends), chance


def _reading(one: Judged) -> str:
    return "the best" if one.difference is None else reasons.word(one.difference)


def _of_search(run: Run, arm: Arm) -> Row:
    empty = [Cell(text.DASH)] * 2
    said = Cell(text.DASH, "no trial was completed")
    if arm.trial is not None:
        scale, found = shown.error_unit(run), _searched(run, arm)
        ends = scale.bounds(found).strip() or found.why
        said = Cell(scale.head(found), f"{ends}, search alone")
    trial = "" if arm.trial is None else f"trial {arm.trial}"
    href = f"#trial-{arm.trial}" if trial else ""
    cells = (Cell(text.capital(name(run, arm)), trial, href=href), said, *empty)
    return Row((*cells, Cell("not confirmed: not decided")))


def _note(run: Run) -> str:
    judged = stats.judged(run)
    many = len(judged)
    said = [
        f"Brackets: {text.LEVEL} intervals; errors and differences for {rows.covers(run, 'rows')}. "
        f"Of {text.count(many, 'arm')} each interval is for itself: of many, some exclude 0 by "
        "luck. Probability of being best: the share of the paired bootstrap draws of all "
        "differences in which an arm is ahead of all the others, so it takes all of them into "
        "account; distances are first made as small as noise leaves of what was seen, so that of "
        "equals none seems to be ahead. It is of the settings that stand "
        "for the arms."
    ]
    if judged and judged[0].chance < max(one.chance for one in judged):
        said.append(
            "The first has the best mean; where intervals are lopsided, another may be likelier to "
            "be the best."
        )
    if _beside(run):
        total = len(stats.arms(run)) + 1
        said.append(
            "Search alone: its networks, not trained again, on rows that chose among them; "
            f"confirm: {{top: {total}}} would train them all again."
        )
    return " ".join(said)
