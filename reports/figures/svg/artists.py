"""One artist of a matplotlib figure as SVG, and its swatch in a legend."""

from typing import Any

import numpy as np

from reports.figures.svg import areas, elements, lines, markers
from reports.figures.svg.elements import number

HALF = 4.0  # of the height of a swatch


def drawn(artist: Any, axes: Any, height: float, prefix: str, title: str = "") -> str:
    """One artist of the axes. height: of the figure. title: what a bar says of itself."""
    from matplotlib.collections import Collection, LineCollection, PathCollection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    if isinstance(artist, Line2D):
        return lines.drawn(artist, axes, height, prefix)
    if isinstance(artist, LineCollection):
        return lines.bundle(artist, axes, height, prefix)
    if isinstance(artist, PathCollection):
        return areas.scattered(artist, height)
    if isinstance(artist, Collection):
        return areas.drawn(artist, axes, height, prefix)
    if isinstance(artist, Patch):
        return areas.patch(artist, axes, height, prefix, title)
    raise TypeError(f"svg: expected a line, a patch or a collection, got {artist!r}")


def is_line(artist: Any) -> bool:
    """Whether its swatch needs the length of a line."""
    from matplotlib.lines import Line2D

    return isinstance(artist, Line2D) and lines.has_line(artist)


def swatch(artist: Any, x: float, y: float, wide: float, prefix: str) -> str:
    """What stands beside a name in a legend, its middle at y."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    if isinstance(artist, Line2D):
        line = f"M{number(x)} {number(y)}h{number(wide)}"
        look = f' fill="none"{lines.stroke(artist)}'
        found = elements.path(line, look) * lines.has_line(artist)
        if markers.has_marks(artist):
            found += markers.drawn(artist, np.array([[x + wide / 2, y]]), kind="")
        return found
    corner = f"M{number(x)} {number(y - HALF)}h{number(wide)}v{2 * HALF:g}h{number(-wide)}z"
    if not isinstance(artist, Patch):
        return elements.path(corner, elements.filled(tuple(artist.get_facecolor()[0])))
    return elements.path(corner, areas.look(artist)) + areas.hatched(artist, corner, prefix)
