"""The best value so far against trials and seconds, a line for each search of its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures import hover
from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import key_above, panel
from reports.figures.scales import Scale
from reports.figures.style import SERIES, SHOWN, beyond, short, tidy
from reports.frames import Array
from reports.stats.search.best_so_far import Course
from reports.stats.settings.objectives import Objective
from reports.text import SPACE, exact, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


BOTH = "trials, and the seconds that they trained"


def best_so_far(courses: Sequence[Course], goal: Objective, scale: Scale) -> Figure:
    """courses: in the order of their colours. scale: of the values."""
    shown = courses[:SHOWN]
    each = [np.arange(1, len(one.best) + 1.0) for one in shown]
    panels = [_panel(shown, goal, scale, BOTH if len(courses) == 1 else "trials", each)]
    if len(courses) > 1:
        panels.append(_panel(shown, goal, scale, "seconds of training", [c.seconds for c in shown]))
    worst = max(goal.sign * float(np.nanmax(goal.sign * one.best)) for one in shown)
    cut = " What is off the scale is drawn at its edge." * (not scale.low <= worst <= scale.high)
    caption = (
        f"The {goal.best} {goal.name} of the complete trials so far"
        f"{', of each arm, which has a search of its own' * (len(courses) > 1)}. Seconds: training "
        "of all trials, also of pruned ones, summed, whatever ran side by side. Chosen for being "
        f"{goal.best}, and so too good to be true: the confirmation says what it comes to."
        f"{cut}{beyond(len(courses))}"
    )
    rows = [
        (one.name, trials, float(seconds), float(best))
        for one in shown
        for trials, (best, seconds) in enumerate(zip(one.best, one.seconds, strict=True), 1)
    ]
    data = pd.DataFrame(rows, columns=["search", "trials", "seconds", "best"])
    title = "Best so far"
    return Figure("best-so-far", title, caption, tuple(panels), data, "data/trials.csv")


def _panel(
    courses: Sequence[Course], goal: Objective, scale: Scale, what: str, places: Sequence[Array]
) -> Panel:
    with canvas() as figure:
        axes = figure.subplots()
        for place, (one, x) in enumerate(zip(courses, places, strict=True)):
            best = np.clip(one.best, scale.low, scale.high)
            name = short(one.name or goal.name, 24)
            axes.plot(x, best, drawstyle="steps-post", color=SERIES[place], label=name)
        axes.set_xlim(0, max(float(each[-1]) for each in places))
        _shown(courses, scale).apply(axes, "y", goal.unit)
        tidy(axes, what, f"{goal.best} {goal.name} so far")
        if what == BOTH:
            _tell_seconds(axes, courses[0])
        if len(courses) > 1 and what == "trials":
            key_above(figure, axes, 2)
        words = "; ".join(
            f"{one.name or goal.name}: {one.best[-1]:.4g} at the end" for one in courses
        )
        kind = what.partition(",")[0].split()[0]
        title = f"Best {goal.name} so far, by {kind}"
        return panel(figure, f"best-by-{kind}", title, f"{words}.")


def _tell_seconds(axes: "Axes", one: Course) -> None:
    """Under each number of trials, how long they took: an axis of its own would repeat the line."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    def words(trials: float, _: object) -> str:
        taken = one.seconds[int(trials) - 1] if trials >= 1 else 0.0
        return f"{exact(trials)}\n{number(float(taken), 2)}{SPACE}s"

    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(words))
    hover.tell_word(axes.xaxis, "trials")


def _shown(courses: Sequence[Course], scale: Scale) -> Scale:
    """As far as the values go, within the scale."""
    values = np.concatenate([one.best[np.isfinite(one.best)] for one in courses])
    low, high = (float(np.clip(x, scale.low, scale.high)) for x in (values.min(), values.max()))
    return Scale(low, high, scale.log) if low < high else scale
