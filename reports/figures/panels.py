"""A canvas that is drawn becomes a panel of the page."""

from typing import TYPE_CHECKING

from reports.figures import canvases, saving
from reports.figures.figure import Panel
from reports.figures.svg.document import document

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


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
