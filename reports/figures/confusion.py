"""Confusion matrices: what each class is taken for, as shares of its rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import INK, MUTED, RULE, SERIES, SMALL, names_at, short
from reports.stats.learned.confusion import Confusion
from reports.text import SPACE, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

IN_WORDS = 12  # classes up to which a cell says its share
NAME = 12  # letters of a class's name
_FEW = 4  # classes up to which a cell says its share with a sign and a decimal
PALEST = 0.005  # of a class's rows: less is left white


def confusion(found: Sequence[Confusion], caption: str) -> Figure:
    """A panel for each split."""
    data = pd.concat([one.frame for one in found], ignore_index=True)
    panels = tuple(_panel(one) for one in found)
    return Figure("confusion", "What each class is taken for", caption, panels, data)


def _panel(found: Confusion) -> Panel:
    count = len(found.names)
    # A few cells need not be large; many need room for their numbers.
    size = max(min(75.0 * count, 250.0), 26.0 * min(count, IN_WORDS)) + (14 if count > 2 else 0)
    with canvas(height=size + 40) as figure:
        axes = figure.subplots()
        for right in range(count):
            for said in range(count):
                _cell(axes, found, right, said)
        names = [short(name, NAME) for name in found.names]
        step = 1 if count <= IN_WORDS else 2 if count <= 20 else 3
        is_long = max(map(len, names)) * count > 34
        names_at(axes.xaxis, range(0, count, step), names[::step])
        names_at(axes.yaxis, range(0, count, step), names[::step])
        if is_long:
            axes.tick_params(axis="x", rotation=90)
        axes.set_xlim(-0.5, count - 0.5)
        axes.set_ylim(count - 0.5, -0.5)
        for side in axes.spines.values():
            side.set_edgecolor(RULE)
        axes.tick_params(length=0)
        axes.set_xlabel("taken for" + ", % of the true class" * (_FEW < count <= IN_WORDS))
        axes.set_ylabel("true class")
        axes.set_title(found.name.capitalize())
        hits, rows = float(np.trace(found.rows)), float(found.rows.sum())
        words = f"{hits / rows:.1%} of {number(rows)} rows right."
        title = f"What each class is taken for, {found.name}"
        return panel(figure, f"confusion-{found.split}", title, words)


def _cell(axes: "Axes", found: Confusion, right: int, said: int) -> None:
    """A tinted square; where there is room its share in words."""
    from matplotlib.patches import Rectangle

    share = float(found.shares[right, said])
    if share < PALEST and right != said:
        return
    colour = MUTED if right == said else SERIES[5]
    depth = 0.06 + 0.3 * share if right == said else 0.12 + 0.5 * share**0.5
    at = (said - 0.47, right - 0.47)
    axes.add_patch(Rectangle(at, 0.94, 0.94, facecolor=colour, alpha=depth, linewidth=0))
    if len(found.names) <= IN_WORDS:
        words = _share(share, len(found.names))
        axes.text(said, right, words, ha="center", va="center", fontsize=SMALL, color=INK)
    elif right != said:  # not by colour alone
        axes.plot(said, right, "s", color=INK, markersize=1.6)


def _share(share: float, count: int) -> str:
    """`4.1 %`, or of many classes `4`."""
    if count <= _FEW:
        return f"{100 * share:.1f}{SPACE}%"
    return f"{100 * share:.0f}"
