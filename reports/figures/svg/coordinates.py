"""From matplotlib's places, which count upwards, to SVG's; what lies inside of the axes."""

from typing import Any

import numpy as np

from reports.figures.svg import ids

SLACK = 0.6  # by which a line may leave the axes


def flipped(points: Any, height: float) -> np.ndarray:
    """(n, 2) in the figure's units, counted from its upper left corner."""
    found = np.array(points, dtype=float).reshape(-1, 2)
    found[:, 1] = height - found[:, 1]
    return found


def corners(axes: Any, height: float, slack: float) -> tuple[np.ndarray, np.ndarray]:
    """Upper left and lower right corner of the axes, so far outside."""
    box = axes.bbox
    low = np.array([box.x0 - slack, height - box.y1 - slack])
    return low, np.array([box.x1 + slack, height - box.y0 + slack])


def inside(points: np.ndarray, axes: Any, height: float) -> np.ndarray:
    """(n,) whether a mark stands within the axes."""
    low, high = corners(axes, height, 1.0)
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def clipped(points: np.ndarray, axes: Any, height: float, prefix: str) -> str:
    """The attribute that cuts off what reaches over the axes, where something does."""
    low, high = corners(axes, height, SLACK)
    known = points[np.isfinite(points).all(axis=1)]
    if ((known >= low) & (known <= high)).all():
        return ""
    return f' clip-path="url(#{ids.clip(axes, prefix)})"'
