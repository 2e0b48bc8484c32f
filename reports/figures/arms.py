"""The arms of a study: dots with intervals, errors along a word's values, a map of two words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reports.figures import hover
from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import INK, MUTED, SERIES, names_at, percent_axis, tidy
from reports.stats.sampling.intervals import Array, Interval
from reports.text import LEVEL, capital

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LETTERS = 360.0, 11.8  # so that letters are of 11 px on a phone 375 px wide
LINE = 26.0  # height of a row
WIDE = 7  # cells side by side that hold a number each


@dataclass(frozen=True)
class ArmError:
    """An arm: its name, its error, and whether it was confirmed or is known from the search."""

    name: str
    error: Interval
    is_confirmed: bool
    words: str
    trial: int | None = None


def dots(arms: Sequence[ArmError], margin: float, percent: bool, what: str, covers: str) -> Figure:
    """Errors with intervals, the best first; the band is the margin around it.

    what: the axis' label. covers: what the intervals of confirmed arms do.
    """
    rows = [
        (
            one.name,
            "confirmed" if one.is_confirmed else "search alone",
            *(one.error.estimate, one.error.low, one.error.high, one.error.n),
        )
        for one in arms
    ]
    caption = f"{capital(what)}, with {LEVEL} intervals for {covers}. Shaded: as good as the first."
    if not all(one.is_confirmed for one in arms):
        caption += " Open, with dotted lines: known from the search alone, which chose by them."
    data = pd.DataFrame(rows, columns=["arm", "from", "error", "low", "high", "n"])
    found = _dots(arms, margin, percent, what)
    return Figure("arms-figure", "How good each is", caption, (found,), data)


def _dots(arms: Sequence[ArmError], margin: float, percent: bool, what: str) -> Panel:
    names = [wrapped(one.name) for one in arms]
    height = LINE + 10 * any("\n" in name for name in names)
    with canvas(WIDTH, 66 + height * len(arms)) as figure:
        axes = figure.subplots()
        middle = arms[0].error.estimate
        axes.axvspan(max(middle - margin, 0), middle + margin, color=SERIES[0], alpha=0.13, lw=0)
        for place, one in enumerate(arms):
            ends, line = [one.error.low, one.error.high], "-" if one.is_confirmed else ":"
            if one.error.known:
                axes.plot(ends, [place, place], color=SERIES[0], lw=2.2, linestyle=line)
            fill = SERIES[0] if one.is_confirmed else "none"
            (point,) = axes.plot(
                one.error.estimate,
                place,
                "o",
                color=SERIES[0],
                markerfacecolor=fill,
                markersize=7.5,
                markeredgewidth=1.6,
            )
            if one.trial is not None:
                hover.tell_trials(point, [one.trial])
        names_at(axes.yaxis, range(len(arms)), names)
        axes.set_ylim(len(arms) - 0.5, -0.5)
        ends = [one.error.high if one.error.known else one.error.estimate for one in arms]
        axes.set_xlim(0, 1.04 * max(*ends, 1e-9))
        _finish(axes, what, "", "x", percent)
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=4)
        words = "; ".join(f"{one.name} {one.words}" for one in arms)
        return panel(figure, "arms-dots", what, f"{words}.")


def wrapped(name: str, width: int = 22) -> str:
    """In two lines, broken before `with`, `nor`, `of`, or at a space, where it is long."""
    if len(name) <= width:
        return name
    for word in (" with ", " nor ", " of "):
        head, found, tail = name.partition(word)
        if found:
            return f"{head}\n{word.strip()} {tail}"
    cut = name.rfind(" ", 0, width + 1)
    return f"{name[:cut]}\n{name[cut + 1 :]}" if cut > 0 else name


def _finish(axes: "Axes", x: str, y: str, grid: str, percent: bool) -> None:
    tidy(axes, x, y, grid="x" if grid == "x" else "y")
    axes.tick_params(labelsize=LETTERS)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_fontsize(LETTERS)
        label.set_color(MUTED)
    if grid == "x":
        axes.tick_params(axis="x", labelcolor=MUTED)
    if percent:
        percent_axis(axes, "x" if grid == "x" else "y")


@dataclass(frozen=True)
class Cells:
    """(rows, columns) errors of two words' values, NaN where there is none; which are confirmed."""

    words: tuple[str, str]  # of the rows, of the columns
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    errors: Array
    confirmed: Array
    best: tuple[int, int] | None

    @property
    def are_all_confirmed(self) -> bool:
        """Whether a mark of those that are would tell nothing."""
        return bool(self.confirmed.all())


def heat(cells: Cells, percent: bool, source: str, lower_is: str) -> Figure:
    """A map of two words: the more colour, the lower the error; each cell says its number."""
    if len(cells.columns) > max(WIDE, len(cells.rows)):
        cells = _turned(cells)
    data = pd.DataFrame(
        [
            (r, c, cells.errors[i, j], bool(cells.confirmed[i, j]))
            for i, r in enumerate(cells.rows)
            for j, c in enumerate(cells.columns)
        ],
        columns=[*cells.words, "error", "confirmed"],
    )
    caption = f"{source} The more colour, the lower. Framed: {lower_is}."
    if not cells.are_all_confirmed:
        caption += " With a dot: trained again in the confirmation, whose numbers are in the table."
    found = _heat(cells, percent)
    title = capital(f"{cells.words[0]} against {cells.words[1]}")
    return Figure("arms-map", title, caption, (found,), data)


def _turned(cells: Cells) -> Cells:
    best = None if cells.best is None else (cells.best[1], cells.best[0])
    words = (cells.words[1], cells.words[0])
    return Cells(words, cells.columns, cells.rows, cells.errors.T, cells.confirmed.T, best)


def _heat(cells: Cells, percent: bool) -> Panel:
    from matplotlib.patches import Rectangle

    rows, columns = cells.errors.shape
    low, high = float(np.nanmin(cells.errors)), float(np.nanmax(cells.errors))
    with canvas(WIDTH, 76 + 30 * rows) as figure:
        axes = figure.subplots()
        for (i, j), error in np.ndenumerate(cells.errors):
            if not np.isfinite(error):
                axes.text(j, i, "\N{EN DASH}", ha="center", va="center", color=MUTED)
                continue
            depth = 0.06 + 0.44 * (high - error) / (high - low) if high > low else 0.2
            corner = (j - 0.48, i - 0.47)
            axes.add_patch(Rectangle(corner, 0.96, 0.94, color=SERIES[0], alpha=depth, lw=0))
            is_best = (i, j) == cells.best
            said = f"{100 * error:.1f}" if percent else f"{error:.3g}"
            axes.text(
                j,
                i,
                said + " \N{BULLET}" * bool(cells.confirmed[i, j] and not cells.are_all_confirmed),
                ha="center",
                va="center",
                fontsize=LETTERS,
                color=INK,
                fontweight="bold" if is_best else "normal",
            )
            if is_best:
                axes.add_patch(Rectangle(corner, 0.96, 0.94, fill=False, edgecolor=INK, lw=1.8))
        names_at(axes.xaxis, range(columns), cells.columns)
        names_at(axes.yaxis, range(rows), cells.rows)
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(rows - 0.5, -0.5)
        _finish(axes, cells.words[1], cells.words[0], "y", percent=False)
        axes.grid(visible=False)
        axes.tick_params(length=0)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        return panel(figure, "arms-heat", "Error by two settings", _heat_words(cells, percent))


def _heat_words(cells: Cells, percent: bool) -> str:
    unit = 100 if percent else 1
    each = (
        f"{r}, {c}: {unit * cells.errors[i, j]:.3g}"
        for i, r in enumerate(cells.rows)
        for j, c in enumerate(cells.columns)
    )
    return f"{'; '.join(each)}."
