"""Axes: grid, artists, spines, ticks, names and words, in the order they lie on each other."""

from typing import Any

from reports.figures.svg import artists, elements, hover_data, ids, layout, legend, text_size
from reports.figures.svg.elements import number
from reports.figures.svg.layout import EDGE, Laid
from reports.figures.svg.ticks import Label, Ticks


def drawn(one: Laid, height: float, prefix: str) -> str:
    """All of them. height: of the figure. prefix: of its ids."""
    axes = one.axes
    parts = [_artists(axes, height, prefix), _texts(axes, height)]
    if axes.axison:
        ticks = (_ticked(one, "x", height), _ticked(one, "y", height))
        around = (_spines(axes, height), *ticks, _names(one, height), _title(axes, height))
        parts = [_grid(one, height), parts[0], *around, parts[1]]
    found = axes.get_legend()
    if found is not None:
        key = legend.measured(found, axes.bbox.width)
        parts.append(legend.drawn(key, *legend.freest(axes, key, height), prefix))
    return f"<g{hover_data.of_axes(axes, one.x, one.y, height)}>{''.join(parts)}</g>"


def clip(axes: Any, height: float, prefix: str) -> str:
    """The path that cuts off what leaves them."""
    box = axes.bbox
    moves = (
        f"M{number(box.x0)} {number(height - box.y1)}h{number(box.width)}v{number(box.height)}"
        f"h{number(-box.width)}z"
    )
    return f'<clipPath id="{ids.clip(axes, prefix)}">{elements.path(moves)}</clipPath>'


def _artists(axes: Any, height: float, prefix: str) -> str:
    titles = hover_data.bars(axes)
    every = (*axes.collections, *axes.patches, *axes.lines)
    shown = sorted((a for a in every if a.get_visible()), key=lambda a: float(a.get_zorder()))
    return "".join(artists.drawn(one, axes, height, prefix, titles.get(one, "")) for one in shown)


def _grid(one: Laid, height: float) -> str:
    box, parts = one.axes.bbox, ""
    for found, which in ((one.x, "x"), (one.y, "y")):
        if found.grid is None or not found.labels:
            continue
        if which == "x":
            start, stroke = number(height - box.y1), f"v{number(box.height)}"
            moves = (f"M{number(label.at)} {start}{stroke}" for label in found.labels)
        else:
            start, stroke = number(box.x0), f"h{number(box.width)}"
            moves = (f"M{start} {number(height - label.at)}{stroke}" for label in found.labels)
        parts += elements.path("".join(moves), elements.stroked(*found.grid))
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
            look = elements.stroked(spine.get_edgecolor(), spine.get_linewidth())
            looks[look] = looks.get(look, "") + f"M{x} {y}L{u} {v}"
    return "".join(elements.path(moves, f' fill="none"{look}') for look, moves in looks.items())


def _ticked(one: Laid, which: str, height: float) -> str:
    found: Ticks = one.x if which == "x" else one.y
    box, out = one.axes.bbox, found.length + found.pad
    parts, strokes = [], ""
    for label in found.labels:
        if which == "x":
            strokes += f"M{number(label.at)} {number(height - box.y0)}v{number(found.length)}"
            place = (label.at, height - box.y0 + out)
            sides = (
                "right" if label.turned else "center",
                "center" if label.turned == 90 else "top",
            )
        else:
            strokes += f"M{number(box.x0)} {number(height - label.at)}h{number(-found.length)}"
            place, sides = (box.x0 - out, height - label.at), ("right", "center")
        if found.is_shown and label.words:
            parts.append(_label(label, place, sides))
    if found.length and strokes:
        parts.append(elements.path(strokes, elements.stroked(found.colour, found.width)))
    return "".join(parts)


def _label(label: Label, place: tuple[float, float], sides: tuple[str, str]) -> str:
    return elements.text(
        label.words,
        *place,
        label.size,
        across=sides[0],
        up=sides[1],
        colour=label.colour,
        is_bold=label.is_bold,
        turned=label.turned,
    )


def _names(one: Laid, height: float) -> str:
    """Of the two axes, in the middle beside their ticks, within the figure."""
    axes, box, parts = one.axes, one.axes.bbox, ""
    width = layout.size(axes.figure)[0]
    if axes.get_xlabel():
        label, size = axes.xaxis.label, layout.label_size(axes, "x")
        words = text_size.fitted(axes.get_xlabel(), size, width - 2 * EDGE, 1)
        y = height - box.y0 + layout.beside_ticks(one.x, "x") + layout.LABEL_PAD
        middle = _within((box.x0 + box.x1) / 2, axes.get_xlabel(), size, width)
        look = {"across": "center", "up": "top", "colour": label.get_color()}
        parts += elements.text(words, middle, y, size, **look)
    if axes.get_ylabel():
        label, size = axes.yaxis.label, layout.label_size(axes, "y")
        words = text_size.fitted(axes.get_ylabel(), size, height - 2 * EDGE, 1)
        x = box.x0 - layout.beside_ticks(one.y, "y") - layout.LABEL_PAD - 0.6 * size
        middle = _within(height - (box.y0 + box.y1) / 2, words, size, height)
        look = {"across": "center", "up": "center", "colour": label.get_color(), "turned": 90}
        parts += elements.text(words, x, middle, size, **look)
    return parts


def _within(middle: float, words: str, size: float, room: float) -> float:
    half = text_size.width(words, size) / 2
    return min(max(middle, EDGE + half), room - EDGE - half)


def _title(axes: Any, height: float) -> str:
    if not axes.get_title(loc="left"):
        return ""
    words, size = layout.title_words(axes), layout.title_size(axes)
    width, box = layout.size(axes.figure)[0], axes.bbox
    x = min(box.x0, width - EDGE - text_size.width(words, size, is_bold=True))
    y = height - box.y1 - layout.TITLE_PAD
    return elements.text(words, max(x, EDGE), y, size, up="bottom", is_bold=True)


def _texts(axes: Any, height: float) -> str:
    parts = []
    for one in axes.texts:
        x, y = one.get_transform().transform(one.get_position())
        parts.append(
            elements.text(
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
