"""Batch normalization (Ioffe and Szegedy, 2015, algorithm 1), bound to its buffers as a layer is.

Shapes: P networks, B rows, n units; z and its gradient (P, n, B). A column (P, n, 1) that meets a
whole layer costs NumPy twice what a layer that meets a layer does: hence scales that are spread out
once for both directions, and weights that are scaled where they are few.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array, Layer, empty, empty_like, scalar

EPSILON = 1e-5
# Share of the newest batch in the running statistics.
MOMENTUM = 0.1


class BatchNormBuffers(NamedTuple):
    """What batch normalization reads and writes of each unit, all (P, n, 1).

    `mean` and `squares` get the batch's mean and sum of squares about it, which
    `bind_running_statistics` reads.
    """

    gain: Array
    shift: Array
    dgain: Array
    dshift: Array
    mean: Array
    squares: Array


def batch_norm(z: Array, d: Array, units: BatchNormBuffers) -> Layer:
    """gain·(z − μ)/√(σ² + ε) + shift over the batch.

    In place: z holds the linear part before forward and the normalized one after it, d its
    gradient. Backward overwrites z too.
    """
    shift, dshift, mean, squares = units.shift, units.dshift, units.mean, units.squares
    rows = z.shape[-1]
    averaging = np.full((rows, 1), 1 / rows, dtype=z.dtype)
    ones = np.ones((rows, 1), dtype=z.dtype)
    per_row = scalar(1 / rows, z)
    centred, scales = empty_like(z), empty_like(z)
    scale, column, update_scale, update_dgain = _scales(rows, units)

    def forward() -> None:
        np.matmul(z, averaging, mean)
        np.subtract(z, mean, centred)
        np.vecdot(centred, centred, squares[..., 0])
        update_scale()
        np.copyto(scales, scale)
        np.multiply(centred, scales, z)
        np.add(z, shift, z)

    def backward() -> None:
        # With x̂ = centred·inverse: dz = scale·(d − mean(d) − x̂·mean(d·x̂)).
        np.matmul(d, ones, dshift)
        np.vecdot(d, centred, column[..., 0])
        update_dgain()
        np.multiply(centred, column, z)
        np.multiply(dshift, per_row, column)
        np.add(z, column, z)
        np.subtract(d, z, d)
        np.multiply(d, scales, d)

    return Layer(forward, backward)


def dense_batch_norm(
    x: Array, w: Array, z: Array, d: Array, dw: Array, units: BatchNormBuffers
) -> Layer:
    """`dense` without bias and `batch_norm` in one, for a first layer of few inputs.

    x (P, n_in, B), or any view of that shape; w and its gradient (P, n, n_in). forward leaves the
    normalized part in z, backward takes its gradient from d. The inputs are centred instead of the
    units, and scales act on the weights: no pass over a whole layer is left but three products
    and the sum of squares.
    """
    shift, dshift, mean, squares = units.shift, units.dshift, units.mean, units.squares
    population, n_in, rows = x.shape
    averaging = np.full((rows, 1), 1 / rows, dtype=z.dtype)
    # With a row of ones, which takes the shifts along and sums up their gradients.
    inputs = empty((population, n_in + 1, rows), z.dtype)
    inputs[:, n_in] = 1
    centred, means = inputs[:, :n_in], empty((population, n_in, 1), z.dtype)
    linear, scaled = empty_like(z), empty((population, z.shape[1], n_in + 1), z.dtype)
    sums = empty_like(scaled)
    slopes, along = sums[..., :n_in], empty(w.shape, z.dtype)
    inputs_transposed, centred_transposed = inputs.swapaxes(1, 2), centred.swapaxes(1, 2)
    scale, column, update_scale, update_dgain = _scales(rows, units)

    def forward() -> None:
        np.copyto(centred, x)
        np.matmul(centred, averaging, means)
        np.subtract(centred, means, centred)
        np.matmul(w, means, mean)
        np.matmul(w, centred, linear)
        np.vecdot(linear, linear, squares[..., 0])
        update_scale()
        np.multiply(w, scale, scaled[..., :n_in])
        np.copyto(scaled[..., n_in:], shift)
        np.matmul(scaled, inputs, z)

    def backward() -> None:
        # As in `batch_norm`, times centredᵀ: mean(d) falls out, for centred rows sum to 0.
        np.matmul(d, inputs_transposed, sums)
        np.matmul(linear, centred_transposed, along)
        np.copyto(dshift, sums[..., n_in:])
        np.vecdot(slopes, w, column[..., 0])  # Σ d·linear
        update_dgain()
        np.multiply(along, column, along)
        np.subtract(slopes, along, slopes)
        np.multiply(slopes, scale, dw)

    return Layer(forward, backward)


def dense_rows_batch_norm(
    x: Array, w: Array, z: Array, d: Array, dw: Array, units: BatchNormBuffers
) -> Layer:
    """`dense_rows` without bias and `batch_norm` in one, for a first layer of many inputs.

    x (P, B, n_in); w and its gradient (P, n_in, n); z and d (P, B, n); of each unit, (P, 1, n).
    The inputs are centred instead of the units. Backward overwrites z and d.
    """
    shift, dshift, mean, squares = units.shift, units.dshift, units.mean, units.squares
    rows = z.shape[1]
    averaging = np.full((1, rows), 1 / rows, dtype=z.dtype)
    ones = np.ones((1, rows), dtype=z.dtype)
    centred, means = empty(x.shape, z.dtype), empty((len(x), 1, x.shape[2]), z.dtype)
    centred_transposed = centred.swapaxes(1, 2)
    linear, scales = empty_like(z), empty_like(z)
    scale, column, update_scale, update_dgain = _scales(rows, units)

    def forward() -> None:
        np.matmul(averaging, x, means)
        np.subtract(x, means, centred)
        np.matmul(means, w, mean)
        np.matmul(centred, w, linear)
        np.multiply(linear, linear, z)
        np.matmul(ones, z, squares)
        update_scale()
        np.copyto(scales, scale)
        np.multiply(linear, scales, z)
        np.add(z, shift, z)

    def backward() -> None:
        # As in `batch_norm`, but mean(d), which falls out: centred inputs sum to 0.
        np.matmul(ones, d, dshift)
        np.multiply(d, linear, z)
        np.matmul(ones, z, column)
        update_dgain()
        np.multiply(linear, column, z)
        np.subtract(d, z, d)
        np.multiply(d, scales, d)
        np.matmul(centred_transposed, d, dw)

    return Layer(forward, backward)


def _scales(
    rows: int, units: BatchNormBuffers
) -> tuple[Array, Array, Callable[[], None], Callable[[], None]]:
    """What all three share: two columns, and a call for each direction.

    The first call makes `scale` gain·inverse, for inverse = 1/√(s/B + ε), of the sums of squares s.
    The second takes Σ d·centred from `column`, writes dgain, and replaces `column` with the factor
    by which the centred units enter the gradient.
    """
    gain, dgain, squares = units.gain, units.dgain, units.squares
    spread, inverse, scale, column = (empty(gain.shape, gain.dtype) for _ in range(4))
    # 1/√(s/B + ε) is √B/√(s + Bε).
    epsilon, root = scalar(rows * EPSILON, gain), scalar(math.sqrt(rows), gain)

    def update_scale() -> None:
        np.add(squares, epsilon, spread)
        np.sqrt(spread, inverse)
        np.divide(root, inverse, inverse)
        np.multiply(inverse, gain, scale)

    def update_dgain() -> None:
        np.multiply(column, inverse, dgain)
        np.divide(column, spread, column)  # inverse²/B is 1/(s + Bε)

    return scale, column, update_scale, update_dgain


def bind_running_statistics(running: Array, batch: Array, rows: int) -> Callable[[], None]:
    """Running means and variances (P, S), a half each, towards those of a batch of so many rows.

    running ← 0.9·running + 0.1·batch's, the variances of the unbiased kind, as PyTorch keeps them;
    `batch` holds means and sums of squares, and is overwritten. A batch of one row has no variance
    and changes nothing.
    """
    half = running.shape[1] // 2
    older = scalar(1 - MOMENTUM, running)
    shares = np.full(running.shape[1], MOMENTUM, running.dtype)
    shares[half:] /= max(rows - 1, 1)

    def follow() -> None:
        np.multiply(running, older, running)
        np.multiply(batch, shares, batch)
        np.add(running, batch, running)

    return follow if rows > 1 else lambda: None
