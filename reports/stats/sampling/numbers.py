"""How far predicted numbers are off, row by row; of several targets in the mean over them.

Targets are (n,), said as (..., n, 1); of several (n, K), said as (..., n, K). All in SDs of the
training rows, in which targets of any unit count alike.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.stats.sampling.intervals import Array


def squares(said: NDArray[Any], target: NDArray[Any]) -> Array:
    """(..., n) squared errors."""
    return _over_targets(_off(said, target) ** 2, target)


def distances(said: NDArray[Any], target: NDArray[Any]) -> Array:
    """(..., n) absolute errors."""
    return _over_targets(np.abs(_off(said, target)), target)


def _off(said: NDArray[Any], target: NDArray[Any]) -> Array:
    found: Array = said - target if target.ndim == 2 else said[..., 0] - target
    return found


def _over_targets(each: Array, target: NDArray[Any]) -> Array:
    found: Array = each.mean(axis=-1) if target.ndim == 2 else each
    return found
