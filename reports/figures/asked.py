"""The answer to a study's question, drawn: its arms by how soon, or by how good, best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from reports.figures import interval_rows
from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import MUTED, SERIES, percent_axis
from reports.stats.sampling.intervals import Interval
from reports.text import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Width, letters and height of a line of a drawing, in the pixels of a screen that wide.
SIZES = {"wide": (500.0, 12.5, 23.0), "narrow": (343.0, 11.3, 19.0), "panel": (360.0, 11.8, 26.0)}
MOST = 7  # arms on the first screen
Size = Literal["wide", "narrow", "panel"]


@dataclass(frozen=True)
class RankedArm:
    """An arm: its name, its value, the same in words; a remark in the place of no value.

    trial: of the setting that stands for it.
    """

    name: str
    found: Interval
    words: str
    remark: str = ""
    trial: int | None = None


@dataclass(frozen=True)
class Question:
    """Arms, best first; what their values are, and from where to where they are as good.

    percent: shares, written as percent; signed: as points.
    """

    arms: Sequence[RankedArm]
    what: str
    caption: str
    band: tuple[float, float] | None = None
    percent: bool = False
    signed: bool = False


def asked(one: Question, prefix: str, sizes: Sequence[Size], most: int = MOST) -> Figure:
    """A panel for each size."""
    is_long = any("\n" in arm.name for arm in one.arms)
    shown = one.arms[: most - 2 * is_long]
    panels = tuple(_drawn(one, shown, prefix, size) for size in sizes)
    rows = [
        (arm.name.replace("\n", " "), x.estimate, x.low, x.high, x.n)
        for arm, x in ((arm, arm.found) for arm in one.arms)
    ]
    left = len(one.arms) - len(shown)
    caption = one.caption + f" Not shown: {count(left, 'other')} further behind." * bool(left)
    data = pd.DataFrame(rows, columns=["arm", "value", "low", "high", "n"])
    return Figure(prefix, one.what, caption, panels, data)


def _drawn(one: Question, shown: Sequence[RankedArm], prefix: str, size: Size) -> Panel:
    width, letters, line = SIZES[size]
    line += 14 * any("\n" in arm.name for arm in shown)
    base = 66 if size == "panel" else 44  # as high as the figure beside it
    with canvas(width, base + line * len(shown)) as figure:
        axes = figure.subplots()
        if one.band is not None:
            axes.axvspan(*one.band, color=SERIES[0], alpha=0.13, lw=0)
        for place, arm in enumerate(shown):
            _row(axes, place, arm, letters)
        names = [arm.name for arm in shown]
        interval_rows.label(axes, names, one.what, letters, _ends(one, shown), ticks=4)
        if one.percent:
            percent_axis(axes, "x", *([""] * one.signed))
        words = "; ".join(f"{arm.name} {arm.words}".replace("\n", " ") for arm in shown)
        return panel(figure, f"{prefix}-{size}", one.what, f"{words}.")


def _row(axes: "Axes", place: int, arm: RankedArm, letters: float) -> None:
    if arm.remark:
        axes.text(0, place, f"  {arm.remark}", va="center", fontsize=letters, color=MUTED)
        return
    interval_rows.interval(axes, place, arm.found, SERIES[0], trial=arm.trial)


def _ends(one: Question, shown: Sequence[RankedArm]) -> tuple[float, float]:
    """From 0, or below it where an interval is, to a little more than the largest."""
    known = [arm.found for arm in shown if not arm.remark]
    high = [x.high if x.known else x.estimate for x in known]
    low = [x.low if x.known else x.estimate for x in known]
    band = one.band or (0.0, 0.0)
    first, last = min([0.0, *low, band[0]]), max([*high, band[1], 1e-9])
    room = 0.04 * (last - first)
    return (first - room if first < 0 else 0.0), last + room
