"""The best value so far against trials and against seconds, a line for each search of its own."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.scales import Scale
from reports.figures.style import SERIES, SHOWN, beyond, short, tidy
from reports.frames import Array
from reports.stats.search.best_so_far import Course
from reports.stats.settings.objectives import Objective


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
    with canvas() as figure:
        axes = figure.subplots()
        for number, (one, x) in enumerate(zip(courses, places, strict=True)):
            best = np.clip(one.best, scale.low, scale.high)
            name = short(one.name or goal.name, 24)
            axes.plot(x, best, drawstyle="steps-post", color=SERIES[number], label=name)
        axes.set_xlim(0, max(float(each[-1]) for each in places))
        _shown(courses, scale).apply(axes, "y", goal.unit)
        tidy(axes, what, goal.name)
        if len(courses) > 1:
            figure.legend(loc="outside upper left")
        words = "; ".join(
            f"{one.name or goal.name}: {one.best[-1]:.4g} at the end" for one in courses
        )
        kind = what.split()[0]
        title = f"Best {goal.name} so far, by {kind}"
        return panel(figure, f"best-by-{kind}", title, f"{words}.")


def _shown(courses: Sequence[Course], scale: Scale) -> Scale:
    """As far as the values go, within the scale."""
    values = np.concatenate([one.best[np.isfinite(one.best)] for one in courses])
    low, high = (float(np.clip(x, scale.low, scale.high)) for x in (values.min(), values.max()))
    return Scale(low, high, scale.log) if low < high else scale
