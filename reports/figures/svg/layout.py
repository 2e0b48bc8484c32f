"""Where the axes of a figure stand, so that all of its words have room."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.figures.svg import text_size
from reports.figures.svg.ticks import Label, Ticks, ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

EDGE = 3.0  # around everything
BETWEEN = 9.0  # rows of axes, columns of axes
LABEL_PAD = 4.0
TITLE_PAD = 7.0
NAMES = 0.5  # of the figure's width, at most, for the words of the upright axis


@dataclass(frozen=True)
class Margins:
    """What stands around the axes proper, in the figure's units."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Laid:
    """Axes with their ticks and how far their words reach below and to the left."""

    axes: Any
    x: Ticks
    y: Ticks
    margins: Margins


def size(figure: "Canvas") -> tuple[float, float]:
    """Width and height, in the figure's units."""
    width, height = (72 * float(side) for side in figure.get_size_inches())
    return width, height


def lay(figure: "Canvas", head: float, foot: float) -> list[Laid]:
    """Sets the axes' places below `head` and above `foot`: twice, since ticks depend on room.

    Axes that were placed by hand, of no grid, stay where they are.
    """
    width, height = size(figure)
    found = [_measured(axes, width) for axes in figure.axes]
    for _ in range(2):
        before = _places(figure)
        _place(found, width, height, head, foot)
        if _places(figure) == before:
            break
        found = [_measured(axes, width) for axes in figure.axes]
    return found


def _places(figure: "Canvas") -> list[tuple[float, ...]]:
    return [axes.get_position().bounds for axes in figure.axes]


def _measured(axes: Any, width: float) -> Laid:
    x, y = ticks(axes.xaxis, width), ticks(axes.yaxis, NAMES * width)
    return Laid(axes, x, y, _margins(axes, x, y))


def label_size(axes: Any, which: str) -> float:
    """Of an axis' name, 0 where it has none."""
    label = axes.xaxis.label if which == "x" else axes.yaxis.label
    return float(label.get_fontsize()) if label.get_text() else 0.0


def beside_ticks(found: Ticks, which: str) -> float:
    """What strokes and words take, across the axis."""
    outward = found.length + found.pad
    if not found.is_shown or not any(one.words for one in found.labels):
        return outward
    return outward + max(_across(one, which) for one in found.labels)


def _across(label: Label, which: str) -> float:
    if which == "y":
        return label.wide
    angle = math.radians(label.turned)
    tall = text_size.height(label.words, label.size)
    return label.wide * math.sin(angle) + tall * math.cos(angle)


def _margins(axes: Any, x: Ticks, y: Ticks) -> Margins:
    box = axes.bbox
    left = beside_ticks(y, "y") + (text_size.LINE * label_size(axes, "y") + LABEL_PAD) * bool(
        axes.get_ylabel()
    )
    bottom = beside_ticks(x, "x") + (text_size.LINE * label_size(axes, "x") + LABEL_PAD) * bool(
        axes.get_xlabel()
    )
    right = 0.0
    for one in x.labels if x.is_shown else ():
        after = 0.0 if one.turned else one.wide / 2
        before = one.wide * math.cos(math.radians(one.turned)) if one.turned else one.wide / 2
        right = max(right, one.at + after - box.x1)
        left = max(left, box.x0 - one.at + before)
    top = max((0.5 * one.size for one in y.labels if y.is_shown), default=0.0)
    title = axes.get_title(loc="left")
    if title:
        size = title_size(axes)
        top = max(top, text_size.height(title_words(axes), size) + TITLE_PAD)
    return Margins(left, right, top, bottom)


def title_size(axes: Any) -> float:
    """Of the letters of a panel's title."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties

    size = mpl.rcParams["axes.titlesize"]
    return float(size) if not isinstance(size, str) else FontProperties(size=size).get_size()


def title_words(axes: Any) -> str:
    """In two lines where it is long."""
    figure = axes.get_figure(root=True)
    room = 72 * float(figure.get_size_inches()[0]) - 2 * EDGE if figure is not None else 300.0
    return text_size.fitted(axes.get_title(loc="left"), title_size(axes), room, 2, is_bold=True)


def _place(laid: list[Laid], width: float, height: float, head: float, foot: float) -> None:
    found = [one for one in laid if one.axes.get_subplotspec() is not None]
    if not found:
        return
    rows, columns = _sides(found[0].axes, "rows"), _sides(found[0].axes, "columns")
    lefts = [_most(found, "columns", n, "left") for n in range(len(columns))]
    rights = [_most(found, "columns", n, "right") for n in range(len(columns))]
    tops = [_most(found, "rows", n, "top") for n in range(len(rows))]
    bottoms = [_most(found, "rows", n, "bottom") for n in range(len(rows))]
    wide = width - 2 * EDGE - sum(lefts) - sum(rights) - BETWEEN * (len(columns) - 1)
    tall = height - 2 * EDGE - head - foot - sum(tops) - sum(bottoms) - BETWEEN * (len(rows) - 1)
    wide, tall = max(wide, 10.0), max(tall, 10.0)
    for one in found:
        row, column = _at(one.axes, "rows"), _at(one.axes, "columns")
        x = EDGE + sum(lefts[: column + 1]) + sum(rights[:column]) + BETWEEN * column
        x += wide * sum(columns[:column]) / sum(columns)
        y = EDGE + head + sum(tops[: row + 1]) + sum(bottoms[:row]) + BETWEEN * row
        y += tall * sum(rows[:row]) / sum(rows)
        own_wide = wide * columns[column] / sum(columns)
        own_tall = tall * rows[row] / sum(rows)
        bottom = height - y - own_tall
        one.axes.set_position((x / width, bottom / height, own_wide / width, own_tall / height))


def _sides(axes: Any, which: str) -> list[float]:
    """How the rows or columns of axes share what there is."""
    grid = axes.get_subplotspec().get_gridspec()
    ratios = grid.get_height_ratios() if which == "rows" else grid.get_width_ratios()
    return [float(one) for one in ratios]


def _at(axes: Any, which: str) -> int:
    spec = axes.get_subplotspec()
    return int((spec.rowspan if which == "rows" else spec.colspan).start)


def _most(found: list[Laid], which: str, number: int, side: str) -> float:
    each = [getattr(one.margins, side) for one in found if _at(one.axes, which) == number]
    return max(each, default=0.0)
