"""The types that the package speaks in, and the one constant that all its loops need."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]


class Bound(NamedTuple):
    """A layer over fixed buffers: call `forward`, then `backward`."""

    forward: Callable[[], None]
    backward: Callable[[], None]


def scalar(value: float, like: Array) -> Array:
    """A 0-d array of that type: the cheapest constant for a ufunc, and one that can be changed."""
    return np.array(value, like.dtype)


def common(values: NDArray[Any]) -> NDArray[Any]:
    """The 0-d array of the one value that all networks share, or the values as they are.

    A loop over a scalar takes a third of the time of one over a column.
    """
    first = values.flat[0]
    return np.array(first, values.dtype) if (values == first).all() else values
