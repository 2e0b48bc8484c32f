"""The best value so far against trials and against seconds, a line for each search of its own."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from reports.figures.chart import Chart, Key, Span
from reports.figures.scales import Scale
from reports.figures.sheet import Line, Lines, Point, panel
from reports.figures.style import SERIES, SHOWN, Figure, Panel, beyond, short
from reports.frames import Array
from reports.stats.best_so_far import Course
from reports.stats.objectives import Objective


def best_so_far(courses: Sequence[Course], goal: Objective, scale: Scale) -> Figure:
    """courses: best first. scale: of the values."""
    shown = courses[:SHOWN]
    panels = (
        _panel(shown, goal, scale, "trials", [np.arange(1, len(c.best) + 1.0) for c in shown]),
        _panel(shown, goal, scale, "seconds of training", [c.seconds for c in shown]),
    )
    caption = (
        f"The {goal.best} {goal.name} of the complete trials so far"
        f"{', of each arm, which has a search of its own' * (len(courses) > 1)}. Seconds: training "
        "of all trials, also of pruned ones, summed, whatever ran side by side. Chosen for being "
        f"{goal.best}, and so too good to be true: the confirmation says what it comes to. What "
        f"is off the scale is drawn at its edge.{beyond(len(courses))}"
    )
    rows = [
        (one.name, number, float(seconds), float(best))
        for one in shown
        for number, (best, seconds) in enumerate(zip(one.best, one.seconds, strict=True), 1)
    ]
    data = pd.DataFrame(rows, columns=["search", "trials", "seconds", "best"])
    title = "Best so far"
    return Figure("best-so-far", title, caption, panels, data, "data/trials.csv")


def _panel(
    courses: Sequence[Course], goal: Objective, scale: Scale, what: str, places: Sequence[Array]
) -> Panel:
    keys = [Key(short(one.name, 24), SERIES[number]) for number, one in enumerate(courses)]
    chart = Chart(
        Span(0.0, max(float(each[-1]) for each in places), what),
        _span(courses, goal, scale),
        height=160.0,
        keys=keys if len(courses) > 1 else (),
    )
    lines = [
        Lines([Line(_steps(chart, x, one.best))], SERIES[number], 1.8)
        for number, (one, x) in enumerate(zip(courses, places, strict=True))
        if one.last
    ]
    words = "; ".join(f"{one.name or goal.name}: {one.best[-1]:.4g} at the end" for one in courses)
    kind = what.split()[0]
    title = f"Best {goal.name} so far, by {kind}"
    return panel([*chart.axes(), *lines], chart.size, f"best-by-{kind}", title, f"{words}.")


def _span(courses: Sequence[Course], goal: Objective, scale: Scale) -> Span:
    """The values that are drawn, as far as the scale goes, with some room below."""
    values = np.concatenate([one.best[np.isfinite(one.best)] for one in courses])
    low, high = (float(np.clip(x, scale.low, scale.high)) for x in (values.min(), values.max()))
    if low == high:
        low, high = scale.low, scale.high
    room = 0.05 * (high - low)
    if scale.log:
        return Span(low * (low / high) ** 0.05, high, goal.name, True, goal.unit.tick)
    return Span(low - room, high + room, goal.name, False, goal.unit.tick)


def _steps(chart: Chart, x: Array, best: Array) -> list[Point]:
    """The corners of the line: where it begins, each time it improves, and where it ends."""
    known = np.flatnonzero(np.isfinite(best))
    improved = [known[0], *(n for n in known[1:] if best[n] != best[n - 1])]
    points: list[Point] = []
    for n in improved:
        new = chart.at(float(x[n]), float(best[n]))
        points += [(new[0], points[-1][1]), new] if points else [new]
    return [*points, chart.at(float(x[-1]), float(best[-1]))]
