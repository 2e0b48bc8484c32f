"""One artist of a matplotlib figure as SVG, and its swatch in a legend."""

from typing import Any

import numpy as np

from reports.figures.as_svg import areas, ink, lines, markers
from reports.figures.as_svg.ink import number

HALF = 4.0  # of the height of a swatch


def drawn(artist: Any, axes: Any, height: float, prefix: str) -> str:
    """One artist of the axes. height: of the figure. prefix: of the page's ids."""
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
        return areas.patch(artist, axes, height, prefix)
    raise TypeError(f"as_svg: expected a line, a patch or a collection, got {artist!r}")


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
        found = f'<path d="{line}" fill="none"{lines.stroke(artist)}/>' * lines.has_line(artist)
        if markers.has_marks(artist):
            found += markers.drawn(artist, np.array([[x + wide / 2, y]])).replace(' class="m"', "")
        return found
    corner = f"M{number(x)} {number(y - HALF)}h{number(wide)}v{2 * HALF:g}h{number(-wide)}z"
    if not isinstance(artist, Patch):
        return f'<path d="{corner}"{ink.filled(tuple(artist.get_facecolor()[0]))}/>'
    found = f'<path d="{corner}"{areas.look(artist)}/>'
    if artist.get_hatch() in areas.HATCHED:
        found += f'<path d="{corner}" fill="url(#{areas.hatch(artist, prefix)})"/>'
    return found
