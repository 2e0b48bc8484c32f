"""The way from the defaults to the winner: what is predicted after each change, with its doubt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from reports import text
from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.scales import Scale
from reports.figures.style import INK, MUTED, PLAIN, SERIES, short, tidy
from reports.stats.sampling.intervals import Interval
from reports.stats.search.ablation import Path
from reports.stats.settings.objectives import Objective

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PITCH = 44.0  # of the rows
COLOURS = {"better": SERIES[2], "worse": SERIES[5], "not decided": MUTED}
START = "defaults"

Row = tuple[str, Interval, str]  # the change, what is predicted after it, the answer


def ablation(found: Path, goal: Objective, log: bool) -> Figure:
    """A row for the defaults and for each change, in the order of the gain."""
    rows: list[Row] = [(START, found.start, "")]
    rows += [(step.words, step.after, step.answer) for step in found.steps]
    title = f"From the defaults to the winner: {goal.name}"
    said = "; ".join(f"{words} {one.estimate:.3g} {answer}".strip() for words, one, answer in rows)
    made = _panel(rows, found.measured, goal, log, title, f"{said}.")
    table = [(words, one.estimate, one.low, one.high, answer) for words, one, answer in rows]
    columns = ["change", "predicted", "low", "high", "answer"]
    data = pd.DataFrame(table, columns=columns)
    return Figure("ablation-figure", title, _caption(found, goal), (made,), data)


def _panel(
    rows: Sequence[Row], measured: float, goal: Objective, log: bool, title: str, said: str
) -> Panel:
    ends = [x for _, one, _ in rows for x in (one.low, one.high)] + [measured]
    with canvas(height=PITCH * len(rows) + 46) as figure:
        axes = figure.subplots()
        for place, row in enumerate(rows):
            _row(axes, place, *row)
        axes.plot(measured, len(rows) - 1, "x", color=INK, markersize=10, markeredgewidth=1.6)
        Scale(min(ends), max(ends), log).apply(axes, "x", goal.unit)
        axes.set_ylim(len(rows) - 0.7, -0.8)
        axes.set_yticks([])
        if not log:
            axes.locator_params(axis="x", nbins=5)
        tidy(axes, goal.name, grid="x")
        return panel(figure, "ablation", title, said)


def _row(axes: "Axes", place: int, words: str, one: Interval, answer: str) -> None:
    """Its name and its answer above what is predicted."""
    colour = COLOURS.get(answer, INK)
    look: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "fontsize": PLAIN}
    axes.text(0, place - 0.3, short(words, 40), fontweight="bold", **look)
    axes.text(1, place - 0.3, answer, ha="right", color=colour, **look)
    axes.plot([one.low, one.high], [place, place], color=colour, linewidth=2.0, alpha=0.6)
    middle: dict[str, Any] = {"markersize": 12, "markeredgewidth": 4.0, "label": words}
    axes.plot(one.estimate, place, "|", color=colour, **middle)


def _caption(found: Path, goal: Objective) -> str:
    return (
        "One setting is changed at a time, each time the one of most gain. Nothing was trained "
        f"for this: {goal.name} is predicted from {found.trials} complete trials, with its "
        f"{text.LEVEL} interval. \N{MULTIPLICATION SIGN}: the winner as measured in the search."
    )
