"""A whole figure as one <svg>: its names, definitions, axes and legends."""

from itertools import chain
from typing import TYPE_CHECKING

from reports.figures.svg import areas, axes, ids, layout, legend
from reports.figures.svg.elements import number, said
from reports.figures.svg.layout import EDGE, Laid
from reports.figures.svg.legend import AROUND, Key
from reports.figures.svg.refusals import expect_known

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def document(figure: "Canvas", prefix: str, title: str, description: str) -> str:
    """The figure, named by title and description. Errors: ValueError for what is not written.

    prefix: of its ids.
    """
    expect_known(figure)
    width, height = layout.size(figure)
    title_id, description_id = ids.title(prefix), ids.description(prefix)
    return (
        f'<svg viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-labelledby="{title_id} {description_id}">'
        f"{said('title', title, title_id)}{said('desc', description, description_id)}"
        f"{_body(figure, prefix)}</svg>"
    )


def _body(figure: "Canvas", prefix: str) -> str:
    figure.set_layout_engine("none")
    figure.set_dpi(72)
    width, height = layout.size(figure)
    keys = [(legend.side(one), legend.measured(one, width - 2 * EDGE)) for one in figure.legends]
    head = sum(key.high + AROUND for side, key in keys if side == "upper")
    foot = sum(key.high + AROUND for side, key in keys if side == "lower")
    laid = layout.lay(figure, head, foot)
    parts = [_definitions(laid, height, prefix)]
    parts += [axes.drawn(one, height, prefix) for one in laid]
    parts += [_key(key, side, height, prefix) for side, key in keys]
    return "".join(parts)


def _definitions(laid: list[Laid], height: float, prefix: str) -> str:
    clips = "".join(axes.clip(one.axes, height, prefix) for one in laid)
    every = chain.from_iterable(one.axes.patches for one in laid)
    return f"<defs>{clips}{areas.hatches(every, prefix)}</defs>"


def _key(key: Key, side: str, height: float, prefix: str) -> str:
    top = EDGE if side == "upper" else height - EDGE - key.high
    return legend.drawn(key, EDGE, top, prefix)
