"""The types that the package speaks in, and where its loops find their numbers and constants."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]


class Layer(NamedTuple):
    """A layer over fixed buffers: call `forward`, then `backward`."""

    forward: Callable[[], None]
    backward: Callable[[], None]


# Bytes of a cache line, and of the widest registers.
LINE = 64


def empty(shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """As NumPy's, but beginning with a cache line, whose loops then take up to a tenth less."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + LINE, np.uint8)
    start = -memory.__array_interface__["data"][0] % LINE
    values: NDArray[Any] = memory[start : start + size].view(dtype).reshape(shape)
    return values


def empty_like(values: Array) -> Array:
    """`empty` of the same shape and type."""
    return empty(values.shape, values.dtype)


def zeros_like(values: Array) -> Array:
    """Zeros of the same shape and type, likewise."""
    zeros = empty_like(values)
    zeros[:] = 0
    return zeros


def scalar(value: float, like: Array) -> Array:
    """A 0-d array of that type: the cheapest constant for a ufunc, and one that can be changed."""
    return np.array(value, like.dtype)


def common(values: NDArray[Any]) -> NDArray[Any]:
    """The 0-d array of the one value that all networks share, or the values as they are.

    A loop over a scalar takes a third of the time of one over a column.
    """
    first = values.flat[0]
    return np.array(first, values.dtype) if (values == first).all() else values
