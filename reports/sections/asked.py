"""The answer to a study's question as a figure: times where it is of speed, else how good."""

import math
from collections.abc import Sequence

from reports import text, units
from reports.advice import shown
from reports.advice.answer import name
from reports.figures.arms import wrapped
from reports.figures.asked import MOST, Question, RankedArm, Size, asked
from reports.figures.figure import Figure
from reports.frames import Run
from reports.stats.answer import arms, recommending
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import measures
from reports.stats.speed import convergence, pace

SHADED = f"With {text.LEVEL} intervals. Shaded: as good as the best, within the margin."
LONG = 27  # letters, from which on a name has two lines; in a panel beside that of the errors fewer
IN_PANEL = 22


def times(run: Run, prefix: str, sizes: Sequence[Size], most: int = MOST) -> Figure | None:
    """Of a study that asks how soon a target is reached; None of others, or where no arm was."""
    aim = convergence.target(run)
    if aim is None or not pace.is_asked(run) or len(arms.judged(run)) < 2:
        return None
    found = pace.by_epochs(run)
    if not found[0].reached:
        return None
    names = {one.config: name(run, one.arm) for one in arms.judged(run)}
    ranked = []
    for one in found:
        reached = f"{one.reached}/{one.n}"
        never = "" if one.reached else "not reached"
        said = f"{text.time(one.time, one.reached)} ({one.reached} of {one.n} reached it)"
        label = wrapped(f"{names[one.config]} ({reached})", LONG)
        ranked.append(RankedArm(label, one.time, said, never, run.trial_of(one.config)))
    scale = units.unit(run, aim.metric)
    what = f"epochs to a {scale.name} of {scale.value(aim.value)}"
    missed = any(one.reached < one.n for one in found)
    is_alone = any(one.reached and not one.time.known for one in found)
    caption = f"Means with {text.LEVEL} intervals. In brackets: networks that reached it" + (
        f"; those that did not count with {text.number(found[0].horizon)} epochs." * missed or "."
    )
    caption += " A dot alone: too few networks missed it to tell its range." * is_alone
    return asked(Question(ranked, what, caption), prefix, sizes, most)


def good(run: Run, prefix: str, sizes: Sequence[Size], most: int = MOST) -> Figure | None:
    """The arms by what they are compared by: errors, else differences to the best of them."""
    judged, by = arms.judged(run), measures.measure(run)
    if len(judged) < 2:
        return None
    long = _long(sizes)
    if by.is_error:
        return asked(_errors(run, long), prefix, sizes, most)
    first, unit = judged[0], by.unit(run)
    found = [_apart(one) for one in judged]
    ranked = [
        RankedArm(
            wrapped(name(run, one.arm), long),
            each.times(unit.own),
            "the best" if one.difference is None else unit.interval(each, difference=True),
            "" if math.isfinite(each.estimate) else "every network diverged",
            run.trial_of(one.config),
        )
        for one, each in zip(judged, found, strict=True)
    ]
    margin = unit.own * recommending.margin(run, first.config, by)
    what = f"difference to the best in {shown.quantity(run, by)}"
    what += ", points" * bool(unit.points)
    points = bool(unit.points)
    one = Question(ranked, what, SHADED, (-margin, margin), percent=points, signed=points)
    return asked(one, prefix, sizes, most)


def _long(sizes: Sequence[Size]) -> int:
    return IN_PANEL if "panel" in sizes else LONG


def _apart(one: arms.Judged) -> Interval:
    if one.difference is None:
        return intervals.none(0.0, one.error.n, "the best itself")
    return one.difference.found.decisive


def _errors(run: Run, long: int) -> Question:
    judged, unit = arms.judged(run), shown.error_unit(run)
    ranked = [
        RankedArm(
            wrapped(name(run, one.arm), long),
            one.error.times(unit.own),
            unit.interval(one.error),
            "" if math.isfinite(one.error.estimate) else "every network diverged",
            run.trial_of(one.config),
        )
        for one in judged
    ]
    margin = unit.own * recommending.margin(run, judged[0].config, measures.plain())
    middle = unit.own * judged[0].error.estimate
    what = "typical error on new data" if run.regression else "error on new data"
    band = (max(middle - margin, 0.0), middle + margin)
    return Question(ranked, what, SHADED, band, percent=not run.regression)
