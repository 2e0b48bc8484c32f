"""Lines as SVG: of one artist, or a bundle of short ones."""

from typing import Any

import numpy as np

from reports.figures import hover
from reports.figures.svg import elements, hover_data, markers
from reports.figures.svg.coordinates import clipped, flipped

FEW = 12  # points of a line, up to which all are kept


def has_line(line: Any) -> bool:
    """Whether its points are joined."""
    return line.get_linestyle() not in ("None", "", " ")


def stroke(line: Any) -> str:
    """How it is drawn."""
    dashes = line._dash_pattern[1]  # as the width scales it, which has no public name
    return elements.stroked(line.get_color(), line.get_linewidth(), line.get_alpha(), dashes)


def drawn(line: Any, axes: Any, height: float, prefix: str) -> str:
    """A line and its marks."""
    points = flipped(line.get_transform().transform(line.get_xydata()), height)
    marks = markers.of_line(line, points, axes, height) if markers.has_marks(line) else ""
    if not has_line(line):
        return marks
    moves = polyline(_stepped(points, line.get_drawstyle()))
    clip = clipped(points, axes, height, prefix) if line.get_clip_on() else ""
    is_series = line.get_transform() == axes.transData and not marks
    about = hover_data.series(line) if is_series else ""
    look = f' fill="none"{stroke(line)}{clip}{about}'
    return elements.path(moves, look) + marks if moves else marks


def _stepped(points: np.ndarray, style: str) -> np.ndarray:
    if not style.startswith("steps"):
        return points
    from matplotlib.cbook import STEP_LOOKUP_MAP

    return np.column_stack(STEP_LOOKUP_MAP[style](points[:, 0], points[:, 1]))


def polyline(points: np.ndarray) -> str:
    """`M0 1L2 3`; a gap where a point is not finite."""
    parts, known = [], np.isfinite(points).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        found = elements.points(_simple(points[first:last]))
        parts.append("M" + "L".join(found) if len(found) > 1 else f"M{found[0]}h0")
    return "".join(parts)


def _simple(points: np.ndarray) -> np.ndarray:
    """Without points that lie on the way, to a fifth of a unit (rcParams, in figures.style)."""
    if len(points) < FEW:
        return points
    from matplotlib.path import Path

    found: Any = Path(points).cleaned(simplify=True)
    return np.asarray(found.vertices[found.codes != 0])


def bundle(found: Any, axes: Any, height: float, prefix: str) -> str:
    """Many lines, as of vlines: those of one look are one path, but for those of trials."""
    transform, trials = found.get_transform(), hover.trials(found)
    paths = [flipped(transform.transform(one.vertices), height) for one in found.get_paths()]
    if trials is not None:
        return _of_trials(paths, trials, _looks(found, 1)[0])
    looks: dict[str, list[np.ndarray]] = {}
    for path, look in zip(paths, _looks(found, len(paths)), strict=True):
        looks.setdefault(look, []).append(path)
    return "".join(
        elements.path(
            "".join(map(polyline, each)),
            f' fill="none"{look}{clipped(np.concatenate(each), axes, height, prefix)}',
        )
        for look, each in looks.items()
        if look
    )


def _looks(found: Any, count: int) -> list[str]:
    """How each of the first so many is drawn."""
    colours, widths = found.get_edgecolor(), np.atleast_1d(found.get_linewidth())
    dashes = [pattern[1] for pattern in found._linestyles]  # no public name gives the pattern
    return [
        elements.stroked(
            tuple(colours[place % len(colours)]),
            float(widths[place % len(widths)]),
            None,
            dashes[place % len(dashes)],
        )
        for place in range(count)
    ]


def _of_trials(paths: list[np.ndarray], trials: list[int], look: str) -> str:
    """Each a path of its own that says its trial, with all of its points."""
    each = (
        elements.path("M" + "L".join(elements.points(path)), f' data-trial="{trial}"')
        for path, trial in zip(paths, trials, strict=True)
    )
    return f'<g fill="none"{look}>{"".join(each)}</g>'
