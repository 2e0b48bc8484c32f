"""Figures that are laid out by hand: lines and words at places in the figure's own units.

For what no axes of matplotlib's show: axes below each other with lines across them, strips.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from reports.figures.canvases import canvas, keeper
from reports.figures.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

Point = tuple[float, float]
WIDTH = 360.0
LETTERS = 11.8  # of 11 px on a phone 375 px wide


@contextmanager
def freehand(height: float) -> "Iterator[tuple[Canvas, Axes]]":
    """A figure, and axes as large as it is, without a frame, from the upper left corner on."""
    with canvas(WIDTH, height) as figure:
        if keeper() is None:
            figure.set_layout_engine("none")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        yield figure, axes


def lines(
    axes: "Axes",
    each: Sequence[Sequence[Point]],
    colour: str,
    width: float = 1.0,
    opacity: float | Sequence[float] = 1.0,
) -> Any:
    """Lines through points, of one look; opacity: of all, or of each. The artist they are."""
    from matplotlib.collections import LineCollection

    found = LineCollection(each, colors=colour, linewidths=width, alpha=opacity)
    return axes.add_collection(found, autolim=False)


def words(
    axes: "Axes",
    x: float,
    y: float,
    said: str,
    anchor: Literal["left", "center", "right"] = "left",
    colour: str = INK,
    is_bold: bool = False,
) -> None:
    """A line of text, its letters standing on y."""
    weight = "bold" if is_bold else "normal"
    axes.text(x, y, said, ha=anchor, color=colour, fontweight=weight, fontsize=LETTERS)
