"""A dense layer in evaluation mode: a product, and in it all that is the same for every row."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array, empty, empty_like, scalar
from dnn.network import Block
from dnn.normalization import EPSILON

# From so many inputs on, a layer's weights are not copied into a matrix with biases and scales: by
# then a pass or two over its units is little beside its product, and the copy as large as theta.
WIDE = 512


class Affine(NamedTuple):
    """factor · (matrix · a) + shift, where the last two are None if the matrix holds them.

    matrix: (P, n, n_in + 1), for inputs above a row of ones, or (P, n, n_in). refresh() takes over
    what the parameters are by then.
    """

    matrix: Array
    refresh: Callable[[], None]
    factor: Array | None = None
    shift: Array | None = None

    def bind_rest(self, z: Array, then: Callable[[], None]) -> Callable[[], None]:
        """What is left to be done in z (P, n, B) after the product, and `then`."""
        factor, shift = self.factor, self.shift
        if shift is None:
            return then

        def rest() -> None:
            if factor is not None:
                np.multiply(z, factor, z)
            np.add(z, shift, z)
            then()

        return rest


def bind(block: Block, first: Array | None, before: float, after: float, offset: float) -> Affine:
    """before · (w · (after · t + offset) + b) of inputs t, batch normalization included.

    first: the view (P, n_in + 1, n) of w and b where they lie so.
    """
    is_plain = block.gain is None and before == after == 1 and offset == 0
    if is_plain and first is not None:
        return Affine(first.swapaxes(1, 2), lambda: None)
    if block.w.shape[-1] >= WIDE:
        shift = np.empty_like(block.b)
        factor, refresh_columns = _bind_columns(block, shift, before, after, offset)
        return Affine(block.w, refresh_columns, None if is_plain else factor, shift)
    networks, n_out, n_in = block.w.shape
    if first is not None:
        matrix = empty_like(first).swapaxes(1, 2)
    else:
        matrix = empty((networks, n_out, n_in + 1), block.w.dtype)
    w = matrix[..., :-1]
    factor, refresh_columns = _bind_columns(block, matrix[..., -1:], before, after, offset)

    def refresh() -> None:
        refresh_columns()
        np.multiply(block.w, factor, w)

    return Affine(matrix, refresh)


def _bind_columns(
    block: Block, shift: Array, before: float, after: float, offset: float
) -> tuple[Array, Callable[[], None]]:
    """The layer's factor, one or (P, n, 1), and what writes both it and shift (P, n, 1)."""
    w, b, gain, mean, variance = block
    scale, of_b = scalar(before * after, b), scalar(before, b)
    if gain is None and not offset:
        return scale, partial(np.multiply, b, of_b, shift)
    epsilon, share = scalar(EPSILON, b), scalar(1 / after, b)
    offsets, sums = np.full((w.shape[-1], 1), offset / after, b.dtype), np.zeros_like(b)
    rest, factor = (sums, scale) if gain is None else (np.empty_like(b), np.empty_like(b))

    def refresh() -> None:
        if offset:
            np.matmul(w, offsets, sums)
        if gain is not None and mean is not None and variance is not None:
            np.add(variance, epsilon, factor)
            np.sqrt(factor, factor)
            np.divide(gain, factor, factor)
            np.multiply(factor, scale, factor)
            np.multiply(mean, share, rest)
            np.subtract(sums, rest, rest)
        np.multiply(rest, factor, rest)
        np.multiply(b, of_b, shift)
        np.add(shift, rest, shift)

    return factor, refresh
