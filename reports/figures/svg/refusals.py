"""What is refused, since it would be left out: a kind of artist that is not written is no gap."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def expect_known(figure: "Canvas") -> None:
    """All of it can be written; looks may differ. Errors: ValueError, with the kinds that not."""
    if unknown := [*_of_figure(figure), *chain.from_iterable(map(_of_axes, figure.axes))]:
        kinds = sorted({type(one).__name__ for one in unknown})
        raise ValueError(
            "svg: expected lines, patches, collections and texts of axes, and legends, "
            f"got {', '.join(kinds)}"
        )


def _of_figure(figure: "Canvas") -> Iterator[Any]:
    yield from (*figure.texts, *figure.images, *figure.lines, *figure.patches)
    legends = (*figure.legends, *(axes.get_legend() for axes in figure.axes))
    yield from (one for one in legends if one is not None and one.get_title().get_text())


def _of_axes(axes: Any) -> Iterator[Any]:
    yield from (*axes.images, *axes.tables, *axes.child_axes)
    for text in axes.texts:
        if getattr(text, "arrow_patch", None) is not None or text.get_bbox_patch() is not None:
            yield text
    yield from (axes.title for side in ("center", "right") if axes.get_title(side))
