"""The lower envelope of points: what the best of them come to along an axis."""

import numpy as np
from numpy.typing import NDArray

from reports.stats.sampling.intervals import Array


def lower(x: Array, y: Array) -> NDArray[np.intp]:
    """The places of those of (n,) points on the lower convex hull, in the order of x.

    By the monotone chain (Andrew, 1979). Of points at the same x the lowest counts.
    """
    order = np.lexsort((y, x))
    kept: list[int] = []
    for place in map(int, order):
        if kept and x[kept[-1]] == x[place]:
            continue
        while len(kept) > 1 and not _turns_left(x, y, kept[-2], kept[-1], place):
            kept.pop()
        kept.append(place)
    return np.array(kept, dtype=np.intp)


def _turns_left(x: Array, y: Array, first: int, middle: int, last: int) -> bool:
    ahead = (x[middle] - x[first]) * (y[last] - y[first])
    return bool(ahead > (y[middle] - y[first]) * (x[last] - x[first]))
