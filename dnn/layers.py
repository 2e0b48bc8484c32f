"""Layers, bound to their buffers: each returns its forward and its backward, made side by side.

Shapes: P networks, B rows, n units. Hidden activations are feature-major `(P, n, B)`, so that the
inner loops run over the rows. A bound layer allocates nothing when it is called. Activations are
in `dnn.activations`, batch normalization in `dnn.normalization`.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dnn.arrays import Array, Layer, common, empty, empty_like, scalar


def dense(
    a: Array,
    w: Array,
    b: Array | None,
    z: Array,
    dz: Array,
    dw: Array,
    db: Array | None,
    da: Array | None,
) -> Layer:
    """Linear: z = w·a + b.

    a (P, n_in, B), or any view of that shape; w (P, n_out, n_in); b (P, n_out, 1), or None for no
    bias; z (P, n_out, B). dz, dw, db, da are the gradients' buffers, of the same shapes; `da=None`
    for the first layer, whose input gradient nobody asks for. z may be dz.
    """
    ones = np.ones((a.shape[-1], 1), dtype=z.dtype)
    of_inputs, of_weights = product(w, a, z), product(dz, a.swapaxes(-1, -2), dw)
    to_inputs = None if da is None else _to_inputs(w, dz, da)

    def forward() -> None:
        of_inputs()
        if b is not None:
            np.add(z, b, z)

    def backward() -> None:
        of_weights()
        if db is not None:
            np.matmul(dz, ones, db)
        if to_inputs is not None:
            to_inputs()

    return Layer(forward, backward)


def _to_inputs(w: Array, dz: Array, da: Array) -> Callable[[], None]:
    """da = wᵀ·dz, written row by row where da lies so."""
    w_transposed, dz_transposed = w.swapaxes(-1, -2), dz.swapaxes(-1, -2)
    if da.flags.c_contiguous:
        left, right, out = w_transposed, dz, da
    else:
        left, right, out = dz_transposed, w, da.swapaxes(-1, -2)
    # From a single unit it is an outer product, for which BLAS takes several times as long.
    return product(left, right, out) if w.shape[-2] > 1 else partial(np.multiply, left, right, out)


def product(left: Array, right: Array, out: Array) -> Callable[[], None]:
    """out (P, m, n) = left (P, m, k) · right (P, k, n), however right lies in memory.

    OpenBLAS's AVX-512 kernels for small products take 1.2 to 2 times as long where right is
    transposed; with an out of this size it is worth a copy, up to where the large ones begin. (With
    its AVX2 kernels the copy is lost: a tenth to a third of this one product.)
    """
    (_, m, n), k = out.shape, right.shape[-2]
    is_transposed = right.strides[-2] < right.strides[-1]
    if not is_transposed or m * n < 1536 or m * k * n * out.itemsize >= 4_000_000:
        return partial(np.matmul, left, right, out)
    straight = empty(right.shape, right.dtype)

    def multiply() -> None:
        np.copyto(straight, right)
        np.matmul(left, straight, out)

    return multiply


def dense_rows(x: Array, w: Array, z: Array, dz: Array, dw: Array) -> Layer:
    """Linear, row by row: z = x·w, for the first layer.

    x (P, B, n_in + 1), its last column ones; w (P, n_in + 1, n), its last row the biases; z and its
    gradient (P, B, n).
    """
    x_transposed = x.swapaxes(-1, -2)

    def forward() -> None:
        np.matmul(x, w, z)

    def backward() -> None:
        np.matmul(x_transposed, dz, dw)

    return Layer(forward, backward)


# Of each unit's 16 random bits: keep_prob is met to 1/131,072, and 4 units share one draw.
LEVELS = 65_536


def dropout(a: Array, out: Array, d: Array, bits: NDArray[np.uint16], keep_prob: Array) -> Layer:
    """Inverted dropout (Srivastava et al., 2014; scaled as in the course).

    `out` gets a with some units gone; it is not a itself, which the activation's derivative needs.
    `d` holds dJ/dout before backward and dJ/da after it. `bits` (P, n, B) is filled with random
    bits by the caller before each forward. A unit stays with the probability keep_prob (P, 1, 1),
    rounded to a whole number of 65,536ths but at least one of them, and is then divided by it.
    keep_prob = 1 changes no bit.
    """
    kept = empty(a.shape, dtype=bool)
    mask = empty_like(a)
    last, scale = _threshold(keep_prob, a)

    def forward() -> None:
        np.less_equal(bits, last, kept)
        np.copyto(mask, kept)
        np.multiply(mask, scale, mask)
        np.multiply(a, mask, out)

    def backward() -> None:
        np.multiply(d, mask, d)

    return Layer(forward, backward)


def relu_dropout(z: Array, d: Array, bits: NDArray[np.uint16], keep_prob: Array) -> Layer:
    """`relu` and then `dropout`, in place: the same numbers with one mask instead of two."""
    zero = scalar(0, z)
    kept, is_positive, mask = (empty(z.shape, t) for t in (bool, bool, z.dtype))
    last, scale = _threshold(keep_prob, z)

    def forward() -> None:
        np.less_equal(bits, last, kept)
        np.greater(z, zero, is_positive)
        np.logical_and(kept, is_positive, kept)
        np.copyto(mask, kept)
        np.multiply(mask, scale, mask)
        np.multiply(z, mask, z)

    def backward() -> None:
        np.multiply(d, mask, d)

    return Layer(forward, backward)


def _threshold(keep_prob: Array, like: Array) -> tuple[NDArray[np.uint16], Array]:
    """The last 16-bit number that stays, and what it is scaled by; 0-d where networks agree."""
    levels = np.maximum(np.round(keep_prob * LEVELS), 1)
    last, scale = (levels - 1).astype(np.uint16), (LEVELS / levels).astype(like.dtype)
    return common(last), common(scale)


def masked(a: Array, out: Array, d: Array, mask: Array) -> Layer:
    """Dropout whose scaled mask (P, n, B) the caller fills: 0, or 1/keep_prob."""

    def forward() -> None:
        np.multiply(a, mask, out)

    def backward() -> None:
        np.multiply(d, mask, d)

    return Layer(forward, backward)
