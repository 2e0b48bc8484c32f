"""A whole figure as SVG: its legends, its axes with grid, marks, ticks and words."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from reports.figures.as_svg import areas, bars, ink, layout, legend, letters, marks, places, scale
from reports.figures.as_svg.ink import number
from reports.figures.as_svg.layout import EDGE, Laid
from reports.figures.as_svg.legend import AROUND, Key
from reports.figures.as_svg.ticks import Ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def body(figure: "Canvas", prefix: str) -> str:
    """What stands inside of the figure's <svg>. Errors: ValueError for what it cannot write."""
    _expect_known(figure)
    figure.set_layout_engine("none")
    figure.set_dpi(72)
    width, height = (72 * float(side) for side in figure.get_size_inches())
    keys = [(_side(one), legend.measured(one, width - 2 * EDGE)) for one in figure.legends]
    head = sum(key.high + AROUND for side, key in keys if side == "upper")
    foot = sum(key.high + AROUND for side, key in keys if side == "lower")
    laid = layout.lay(figure, head, foot)
    parts = [_definitions(figure, laid, height, prefix)]
    parts += [_axes(one, height, prefix) for one in laid]
    parts += [_key(key, side, height, prefix) for side, key in keys]
    return "".join(parts)


def _expect_known(figure: "Canvas") -> None:
    """A kind of artist that is not written is no silent gap; looks of those that are may differ."""
    if unknown := [*_of_figure(figure), *chain.from_iterable(map(_of_axes, figure.axes))]:
        kinds = sorted({type(one).__name__ for one in unknown})
        raise ValueError(
            "as_svg: expected lines, patches, collections and texts of axes, and legends, "
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


def _side(found: Any) -> str:
    """Whether a legend stands above or below."""
    return "lower" if str(found._outside_loc) == "lower" else "upper"  # no public name


def _key(key: Key, side: str, height: float, prefix: str) -> str:
    top = EDGE if side == "upper" else height - EDGE - key.high
    return legend.drawn(key, EDGE, top, prefix)


def _definitions(figure: "Canvas", laid: list[Laid], height: float, prefix: str) -> str:
    clips = ""
    for one in laid:
        box = one.axes.bbox
        clips += (
            f'<clipPath id="{places.clip_name(one.axes, prefix)}"><path d="M{number(box.x0)} '
            f"{number(height - box.y1)}h{number(box.width)}v{number(box.height)}"
            f'h{number(-box.width)}z"/></clipPath>'
        )
    every = [patch for one in laid for patch in one.axes.patches]
    return f"<defs>{clips}{areas.hatches(every, prefix)}</defs>"


def _axes(one: Laid, height: float, prefix: str) -> str:
    axes = one.axes
    bars.say(axes)
    behind = _grid(one, height)
    drawn = sorted(
        (
            artist
            for artist in (*axes.collections, *axes.patches, *axes.lines)
            if artist.get_visible()
        ),
        key=lambda artist: artist.get_zorder(),
    )
    parts = [behind, *(marks.drawn(artist, axes, height, prefix) for artist in drawn)]
    parts += [_spines(axes, height), _ticked(one, "x", height), _ticked(one, "y", height)]
    parts += [_named(one, height), _texts(axes, height)]
    found = axes.get_legend()
    if found is not None:
        key = legend.measured(found, axes.bbox.width)
        parts.append(legend.drawn(key, *legend.freest(axes, key, _points(axes, height)), prefix))
    about = scale.attributes(axes, one.x, one.y, height)
    return f"<g{about}>{''.join(parts)}</g>"


def _points(axes: Any, height: float) -> np.ndarray:
    """Of all lines and bars, close enough to each other to be seen by a legend."""
    found = [np.zeros((0, 2))]
    for line in axes.lines:
        if line.get_transform() != axes.transData or not len(line.get_xydata()):
            continue
        points = places.flipped(line.get_transform().transform(line.get_xydata()), height)
        if len(points) > 1:
            share = np.linspace(0, len(points) - 1, 160)
            each = np.arange(len(points))
            points = np.column_stack([np.interp(share, each, side) for side in points.T])
        found.append(points)
    for patch in axes.patches:
        box = patch.get_window_extent()
        x, y = np.meshgrid(np.linspace(box.x0, box.x1, 12), np.linspace(box.y0, box.y1, 12))
        found.append(np.column_stack([x.ravel(), height - y.ravel()]))
    return np.concatenate(found)


def _grid(one: Laid, height: float) -> str:
    box, parts = one.axes.bbox, ""
    for found, which in ((one.x, "x"), (one.y, "y")):
        if found.grid is None or not found.labels:
            continue
        if which == "x":
            lines = "".join(
                f"M{number(label.at)} {number(height - box.y1)}v{number(box.height)}"
                for label in found.labels
            )
        else:
            lines = "".join(
                f"M{number(box.x0)} {number(height - label.at)}h{number(box.width)}"
                for label in found.labels
            )
        parts += f'<path d="{lines}"{ink.stroked(*found.grid)}/>'
    return parts


def _spines(axes: Any, height: float) -> str:
    box = axes.bbox
    left, right, top, bottom = box.x0, box.x1, height - box.y1, height - box.y0
    ends = {
        "left": (left, top, left, bottom),
        "right": (right, top, right, bottom),
        "top": (left, top, right, top),
        "bottom": (left, bottom, right, bottom),
    }
    looks: dict[str, str] = {}
    for side, spine in axes.spines.items():
        if spine.get_visible():
            x, y, u, v = map(number, ends[side])
            look = ink.stroked(spine.get_edgecolor(), spine.get_linewidth())
            looks[look] = looks.get(look, "") + f"M{x} {y}L{u} {v}"
    return "".join(f'<path d="{path}" fill="none"{look}/>' for look, path in looks.items())


def _ticked(one: Laid, which: str, height: float) -> str:
    found: Ticks = one.x if which == "x" else one.y
    box, out = one.axes.bbox, found.length + found.pad
    parts, strokes = [], ""
    for label in found.labels:
        if which == "x":
            strokes += f"M{number(label.at)} {number(height - box.y0)}v{number(found.length)}"
            place = (label.at, height - box.y0 + out)
            across = "right" if label.turned else "center"
            up = "center" if label.turned == 90 else "top"
        else:
            strokes += f"M{number(box.x0)} {number(height - label.at)}h{number(-found.length)}"
            place, across, up = (box.x0 - out, height - label.at), "right", "center"
        if found.is_shown and label.words:
            parts.append(
                ink.text(
                    label.words,
                    *place,
                    label.size,
                    across=across,
                    up=up,
                    colour=label.colour,
                    is_bold=label.is_bold,
                    turned=label.turned,
                )
            )
    if found.length and strokes:
        parts.append(f'<path d="{strokes}"{ink.stroked(found.colour, found.width)}/>')
    return "".join(parts)


def _named(one: Laid, height: float) -> str:
    """The names of the axes, and the title."""
    axes, parts = one.axes, []
    box = axes.bbox
    top, bottom = height - box.y1, height - box.y0
    if axes.get_xlabel():
        label = axes.xaxis.label
        size, colour = float(label.get_fontsize()), label.get_color()
        y = bottom + layout.beside_ticks(one.x, "x") + layout.LABEL_PAD
        wide = letters.width(axes.get_xlabel(), size)
        middle = min(max((box.x0 + box.x1) / 2, EDGE + wide / 2), _width(axes) - EDGE - wide / 2)
        words = letters.fitted(axes.get_xlabel(), size, _width(axes) - 2 * EDGE, 1)
        parts.append(ink.text(words, middle, y, size, across="center", up="top", colour=colour))
    if axes.get_ylabel():
        label = axes.yaxis.label
        size, colour = float(label.get_fontsize()), label.get_color()
        words = letters.fitted(axes.get_ylabel(), size, height - 2 * EDGE, 1)
        x = box.x0 - layout.beside_ticks(one.y, "y") - layout.LABEL_PAD - 0.6 * size
        half = letters.width(words, size) / 2
        middle = min(max((top + bottom) / 2, EDGE + half), height - EDGE - half)
        parts.append(
            ink.text(words, x, middle, size, across="center", up="center", colour=colour, turned=90)
        )
    if axes.get_title(loc="left"):
        words, size = layout.title_words(axes), layout.title_size(axes)
        x = min(box.x0, _width(axes) - EDGE - letters.width(words, size, is_bold=True))
        y = top - 7.0
        parts.append(ink.text(words, max(x, EDGE), y, size, up="bottom", is_bold=True))
    return "".join(parts)


def _width(axes: Any) -> float:
    return 72 * float(axes.figure.get_size_inches()[0])


def _texts(axes: Any, height: float) -> str:
    parts = []
    for one in axes.texts:
        x, y = one.get_transform().transform(one.get_position())
        parts.append(
            ink.text(
                one.get_text(),
                float(x),
                height - float(y),
                float(one.get_fontsize()),
                across=one.get_ha(),
                up=one.get_va(),
                colour=one.get_color(),
                is_bold=one.get_fontweight() == "bold",
                turned=float(one.get_rotation()),
            )
        )
    return "".join(parts)
