"""Marks of a line: one path for all of them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from reports.figures import hover
from reports.figures.svg import elements, hover_data
from reports.figures.svg.coordinates import inside
from reports.figures.svg.elements import number

KIND = "m"  # class by which the page's script finds marks
CLOSE = 79  # matplotlib's code of a path's last point, which closes it


def has_marks(line: Any) -> bool:
    """Whether a line has any."""
    return line.get_marker() not in ("None", None, "", " ")


def of_line(line: Any, points: np.ndarray, axes: Any, height: float) -> str:
    """Those that stand within the axes."""
    kept = inside(points, axes, height) if line.get_clip_on() else np.full(len(points), True)
    trials = hover.trials(line)
    about = ""
    if trials is not None:
        each = (str(one) for one, is_kept in zip(trials, kept, strict=True) if is_kept)
        about = elements.attribute("data-t", " ".join(each))
    return drawn(line, points[kept], about + hover_data.series(line))


def drawn(line: Any, points: np.ndarray, about: str = "", kind: str = KIND) -> str:
    """The marks of a line at these points. about: further attributes."""
    if not len(points):
        return ""
    marker, size, alpha = line.get_marker(), float(line.get_markersize()), line.get_alpha()
    shape, is_open = _shape(str(marker), size)
    face = "none" if is_open else line.get_markerfacecolor()
    edge = elements.stroked(line.get_markeredgecolor(), _edge(line, is_open), alpha)
    if not is_open and elements.paint(face)[0] == elements.paint(line.get_markeredgecolor())[0]:
        edge = ""
    places = elements.points(points)
    if marker in ("o", ".") and not edge:
        stroke = elements.stroked(face, size / 2 if marker == "." else size, alpha)
        return dots(places, stroke, about, kind)
    moves = "".join(f"M{place}{shape}" for place in places)
    return elements.path(moves, f"{elements.filled(face, alpha)}{edge}{about}", kind=kind)


def dots(places: Sequence[str], stroke: str, about: str = "", kind: str = KIND) -> str:
    """Discs: lines of no length with round ends, the shortest way to write many."""
    moves = "".join(f"M{place}h0" for place in places)
    return elements.path(moves, f' stroke-linecap="round"{stroke}{about}', kind=kind)


def _edge(line: Any, is_open: bool) -> float:
    return max(float(line.get_markeredgewidth()), 1.0 if is_open else 0.0)


@lru_cache(256)
def _shape(marker: str, size: float) -> tuple[str, bool]:
    """A marker as moves from its middle, and whether it is strokes alone."""
    half = size / 2
    if marker in ("o", "."):
        r = half if marker == "o" else half / 2
        arc = f"a{number(r)} {number(r)} 0 1 0"
        return f"m{number(-r)} 0{arc} {number(2 * r)} 0{arc} {number(-2 * r)} 0z", False
    from matplotlib.markers import MarkerStyle

    style: Any = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform().scale(size))
    corners = np.asarray(path.vertices) * (1, -1)
    codes = [1] + [2] * (len(corners) - 1) if path.codes is None else path.codes
    moves, last = "", np.zeros(2)
    start = last
    for place, code in zip(corners, codes, strict=True):
        if code == CLOSE:
            moves, last = f"{moves}z", start
            continue
        moves += ("m" if code == 1 else "l") + " ".join(map(number, place - last))
        start = place if code == 1 else start
        last = place
    return moves, not style.is_filled()
