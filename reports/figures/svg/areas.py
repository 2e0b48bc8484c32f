"""Bars, bands and areas as SVG, plain or hatched."""

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np

from reports.figures.svg import elements, hover_data, ids, markers
from reports.figures.svg.coordinates import clipped, flipped
from reports.figures.svg.lines import polyline
from reports.figures.svg.markers import CLOSE

HATCHED = {
    "//": ("5", '<path d="M-1 1L1-1M0 5L5 0M4 6L6 4" stroke="var(--paper)" stroke-width="1.2"/>'),
    "..": ("4", '<circle cx="2" cy="2" r="0.9" fill="var(--paper)"/>'),
}


def scattered(found: Any, height: float) -> str:
    """Points as discs, by colour and size."""
    places = flipped(found.get_offset_transform().transform(found.get_offsets()), height)
    sizes, colours = found.get_sizes(), found.get_facecolor()
    looks: dict[str, list[str]] = {}
    for place, point in enumerate(elements.points(places) if len(colours) else ()):
        wide = float(sizes[place % len(sizes)]) ** 0.5
        look = elements.stroked(tuple(colours[place % len(colours)]), wide)
        looks.setdefault(look, []).append(point)
    return "".join(
        markers.dots(each, look, hover_data.series(found)) for look, each in looks.items()
    )


def drawn(found: Any, axes: Any, height: float, prefix: str) -> str:
    """The areas of a collection: a band, the levels of a map."""
    transform, faces = found.get_transform(), found.get_facecolor()
    edges, widths = found.get_edgecolor(), np.atleast_1d(found.get_linewidth())
    parts = []
    for place, path in enumerate(found.get_paths()):
        if not len(path.vertices):
            continue
        look = elements.filled(tuple(faces[place % len(faces)])) if len(faces) else ' fill="none"'
        if len(edges):
            look += elements.stroked(tuple(edges[place % len(edges)]), widths[place % len(widths)])
        moves, points = _outline(path, transform, height)
        parts.append(elements.path(moves, look + clipped(points, axes, height, prefix)))
    return "".join(parts)


def _outline(path: Any, transform: Any, height: float) -> tuple[str, np.ndarray]:
    """A path of straight lines, closed where it is, and its corners."""
    points = flipped(transform.transform(path.vertices), height)
    codes = [1] + [2] * (len(points) - 1) if path.codes is None else path.codes
    codes = np.asarray(codes)
    starts = [*np.flatnonzero(codes == 1), len(points)]
    parts = []
    for first, last in itertools.pairwise(starts):
        is_closed = bool(codes[last - 1] == CLOSE)
        parts.append(polyline(points[first : last - is_closed]) + "z" * is_closed)
    return "".join(parts), points


def patch(found: Any, axes: Any, height: float, prefix: str, title: str = "") -> str:
    """A bar or another shape. title: what it says of itself."""
    moves, points = _outline(found.get_path(), found.get_transform(), height)
    clip = clipped(points, axes, height, prefix)
    plain = elements.path(moves, look(found) + clip, title)
    return plain + hatched(found, moves, prefix, f' class="h"{clip}')


def look(found: Any) -> str:
    """How a shape is filled and edged."""
    alpha = found.get_alpha()
    face = elements.filled(found.get_facecolor() if found.get_fill() else "none", alpha)
    has_edge = not found.get_hatch()  # a hatch takes its colour from the edge
    return face + elements.stroked(found.get_edgecolor(), has_edge * found.get_linewidth(), alpha)


def hatched(found: Any, moves: str, prefix: str, look: str = "") -> str:
    """The outline again, filled with its pattern, if it has one."""
    if found.get_hatch() not in HATCHED:
        return ""
    number = list(HATCHED).index(found.get_hatch())
    return elements.path(moves, f' fill="url(#{ids.hatch(number, prefix)})"{look}')


def hatches(artists: Iterable[Any], prefix: str) -> str:
    """The patterns that they are filled with."""
    used = {str(one.get_hatch()) for one in artists}
    return "".join(
        f'<pattern id="{ids.hatch(place, prefix)}" width="{size}" height="{size}" '
        f'patternUnits="userSpaceOnUse">{body}</pattern>'
        for place, (name, (size, body)) in enumerate(HATCHED.items())
        if name in used
    )
