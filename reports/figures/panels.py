"""A canvas that is drawn becomes a panel of the page."""

from typing import TYPE_CHECKING

from reports.figures import canvases, saving, style
from reports.figures.figure import Panel
from reports.figures.svg import layout, legend
from reports.figures.svg.document import document

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


def key_above(canvas: "Canvas", axes: "Axes", columns: int, letters: float = style.SMALL) -> None:
    """A legend of what the axes show, above them; the canvas grows by it.

    So the first of several panels has axes as high as the others', with which it ends on a line.
    """
    found = canvas.legend(
        *axes.get_legend_handles_labels(),
        loc="outside upper left",
        ncols=columns,
        fontsize=letters,
        handletextpad=0.1,
        columnspacing=1.0,
    )
    if canvases.keeper() is not None:
        return
    wide, high = layout.size(canvas)
    room = legend.measured(found, wide - 2 * layout.EDGE).high + legend.AROUND
    canvas.set_size_inches(wide / 72, (high + room) / 72)


def legend_in_lines(canvas: "Canvas", columns: int) -> None:
    """A legend of all axes above them; of as many lines in two panels, these stand side by side."""
    canvas.legend(
        loc="outside upper left",
        ncols=columns,
        columnspacing=0.8,
        handlelength=1.5,
        handletextpad=0.4,
    )


def panel(canvas: "Canvas", name: str, title: str, description: str) -> Panel:
    """As inline SVG, and as files where figures are saved; what is kept stays matplotlib's.

    `name` keeps its ids apart from those of the other panels of the page.
    """
    keeper = canvases.keeper()
    if keeper is not None:
        keeper.keep(canvas, name)
        return Panel(name, title, description)
    saving.save(canvas, name)
    return Panel(document(canvas, name, title, description), title, description)
