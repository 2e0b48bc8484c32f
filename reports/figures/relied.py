"""How much worse the winner gets when a column is shuffled, with intervals."""

from typing import TYPE_CHECKING

import numpy as np

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import INK, MUTED, SERIES, names_at, percent_axis, short, tidy
from reports.stats.learned.relied import Relied

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

SHOWN = 15  # columns
NAME = 22  # letters of a column's name


def relied(found: Relied, unit: float, percent: bool, what: str, caption: str) -> Figure:
    """unit: what the rises are multiplied by. what: the axis' label."""
    frame = found.frame
    frame[["rise", "low", "high"]] *= unit
    return Figure(
        "relied",
        "Which columns it relies on",
        caption,
        (_panel(found, unit, percent, what),),
        frame,
    )


def _panel(found: Relied, unit: float, percent: bool, what: str) -> Panel:
    shown = found.columns[:SHOWN]
    sure = set(found.shown_to_matter)
    is_mixed = 0 < len(sure & {name for name, _ in shown}) < len(shown)
    with canvas(height=70 + 18 * is_mixed + 22 * len(shown)) as figure:
        axes = figure.subplots()
        axes.axvline(0, color=INK, linewidth=0.9)
        for place, (name, rise) in enumerate(shown):
            colour, is_sure = (SERIES[0], True) if name in sure else (MUTED, False)
            if rise.known:
                ends = np.array([rise.low, rise.high]) * unit
                axes.plot(ends, [place, place], color=colour, linewidth=2.2)
            face = colour if is_sure else "none"
            middle = rise.estimate * unit
            axes.plot(middle, place, "o", color=colour, markerfacecolor=face, markersize=6)
        if is_mixed:
            _legend(figure)
        names_at(axes.yaxis, range(len(shown)), [short(name, NAME) for name, _ in shown])
        axes.set_ylim(len(shown) - 0.4, -0.6)
        tidy(axes, what, grid="x")
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=5)
        if percent:
            percent_axis(axes, "x", symbol="")
        words = ", ".join(f"{name} {rise.estimate * unit:.3g}" for name, rise in shown)
        return panel(figure, "relied-columns", "Rise in error by shuffled column", f"{words}.")


def _legend(figure: "Canvas") -> None:
    from matplotlib.lines import Line2D

    looks = {"shown to matter": (SERIES[0], SERIES[0]), "may do nothing": (MUTED, "none")}
    marks = [
        Line2D([], [], color=colour, marker="o", markersize=6, markerfacecolor=face, linewidth=2.2)
        for colour, face in looks.values()
    ]
    figure.legend(marks, list(looks), loc="outside upper left", ncols=2, columnspacing=1.2)
