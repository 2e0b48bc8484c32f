"""The way from the defaults to the winner: what is predicted after each change, with its doubt."""

import pandas as pd

from reports import text
from reports.figures.chart import Span
from reports.figures.sheet import Letters, Line, Lines, Shape, panel
from reports.figures.style import INK, MUTED, RULE, SERIES, Figure, short
from reports.stats.ablation import Path
from reports.stats.intervals import Interval
from reports.stats.objectives import Objective

WIDTH, PITCH, TOP = 360.0, 44.0, 14.0
LEFT, RIGHT = 16.0, 336.0
COLOURS = {"better": SERIES[2], "worse": SERIES[5], "not decided": SERIES[0]}
START = "defaults"


def ablation(found: Path, goal: Objective, log: bool) -> Figure:
    """A row for the defaults and for each change, in the order of the gain."""
    rows = [(START, found.start, "")]
    rows += [(step.words, step.after, step.answer) for step in found.steps]
    ends = [x for _, one, _ in rows for x in (one.low, one.high)] + [found.measured]
    axis = Span(min(ends), max(ends), goal.name, log, goal.unit.tick)
    bottom = TOP + PITCH * len(rows)
    shapes: list[Shape] = [*_scale(axis, bottom)]
    for number, (words, one, answer) in enumerate(rows):
        shapes += _row(axis, TOP + PITCH * number, words, one, answer)
    last = TOP + PITCH * (len(rows) - 1) + 20
    x = _x(axis, found.measured)
    cross = [
        Line([(x - 5, last - 5), (x + 5, last + 5)]),
        Line([(x - 5, last + 5), (x + 5, last - 5)]),
    ]
    shapes.append(Lines(cross, INK, 1.6))
    title = f"From the defaults to the winner: {goal.name}"
    said = "; ".join(f"{words} {one.estimate:.3g} {answer}".strip() for words, one, answer in rows)
    made = panel(shapes, (WIDTH, bottom + 46), "ablation", title, f"{said}.")
    table = [(words, one.estimate, one.low, one.high, answer) for words, one, answer in rows]
    columns = ["change", "predicted", "low", "high", "answer"]
    data = pd.DataFrame(table, columns=columns)
    return Figure("ablation-figure", title, _caption(found, goal), (made,), data)


def _x(axis: Span, value: float) -> float:
    return LEFT + (RIGHT - LEFT) * axis.share(value)


def _scale(axis: Span, bottom: float) -> list[Shape]:
    ticks = [(one, _x(axis, one)) for one in axis.ticks()]
    return [
        Lines([Line([(x, TOP + 6), (x, bottom)]) for _, x in ticks], RULE),
        *(Letters((x, bottom + 16), axis.write(one), "middle", MUTED) for one, x in ticks),
        Letters((RIGHT, bottom + 36), axis.name, "end", MUTED),
    ]


def _row(axis: Span, y: float, words: str, one: Interval, answer: str) -> list[Shape]:
    colour = COLOURS.get(answer, INK)
    low, middle, high = (_x(axis, value) for value in (one.low, one.estimate, one.high))
    at = y + 20
    return [
        Letters((0, y + 8), short(words, 40), bold=True),
        Letters((WIDTH, y + 8), answer, "end", colour),
        Lines([Line([(low, at), (high, at)])], colour, 2.0, 0.6),
        Lines([Line([(middle, at - 6), (middle, at + 6)])], colour, 4.0),
    ]


def _caption(found: Path, goal: Objective) -> str:
    share = f"{100 * found.foretold:.0f}{text.SPACE}%"
    return (
        "One setting is changed at a time, each time the one of most gain. Nothing was trained "
        f"for this: {goal.name} is predicted by a surrogate (a Gaussian process) fitted to "
        f"{found.trials} complete trials. Bars: {text.LEVEL} intervals for the mean of such a "
        "trial, as far as the surrogate is right; better, worse: the interval of the change itself "
        "leaves out no change. \N{MULTIPLICATION SIGN}: the winner as measured in the search. The "
        f"surrogate foretells {share} of what trials differ by that are left out one at a time. A "
        "setting beyond the searched range counts as the end of the range; in another order a "
        "change may bring something else."
    )
