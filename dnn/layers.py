"""Layers, bound to their buffers: each returns its forward and its backward, made side by side.

Shapes: P networks, B rows, n units. Hidden activations are feature-major `(P, n, B)`, so that the
inner loops run over the rows. A bound layer allocates nothing when it is called.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array


class Bound(NamedTuple):
    """A layer over fixed buffers: call `forward`, then `backward`."""

    forward: Callable[[], None]
    backward: Callable[[], None]


def dense(
    a: Array, w: Array, b: Array, z: Array, dz: Array, dw: Array, db: Array, da: Array | None
) -> Bound:
    """Z = w·a + b.

    a (P, n_in, B), or any view of that shape; w (P, n_out, n_in); b (P, n_out, 1); z (P, n_out, B).
    dz, dw, db, da are the gradients' buffers, of the same shapes; `da=None` for the first layer,
    whose input gradient nobody asks for. z may be dz.
    """
    a_transposed, w_transposed = a.swapaxes(-1, -2), w.swapaxes(-1, -2)
    ones = np.ones((a.shape[-1], 1), dtype=z.dtype)

    def forward() -> None:
        np.matmul(w, a, out=z)
        np.add(z, b, out=z)

    def backward() -> None:
        np.matmul(dz, a_transposed, out=dw)
        np.matmul(dz, ones, out=db)
        if da is not None:
            np.matmul(w_transposed, dz, out=da)

    return Bound(forward, backward)


def relu(z: Array, d: Array) -> Bound:
    """max(z, 0), in place; the derivative at 0 is 0."""
    positive = np.empty(z.shape, dtype=bool)

    def forward() -> None:
        np.maximum(z, 0, out=z)

    def backward() -> None:
        np.greater(z, 0, out=positive)
        np.multiply(d, positive, out=d)

    return Bound(forward, backward)


def tanh(z: Array, d: Array) -> Bound:
    """Tanh z, in place; the derivative is 1 − a²."""
    slope = np.empty_like(z)

    def forward() -> None:
        np.tanh(z, out=z)

    def backward() -> None:
        np.multiply(z, z, out=slope)
        np.subtract(1, slope, out=slope)
        np.multiply(d, slope, out=d)

    return Bound(forward, backward)


def logistic(z: Array, out: Array) -> None:
    """1 / (1 + e^−z) as (1 + tanh(z/2)) / 2, which cannot overflow. `out` may be z."""
    np.multiply(z, 0.5, out=out)
    np.tanh(out, out=out)
    np.multiply(out, 0.5, out=out)
    np.add(out, 0.5, out=out)


def sigmoid(z: Array, d: Array) -> Bound:
    """The logistic function, in place; the derivative is a·(1 − a)."""
    slope = np.empty_like(z)

    def forward() -> None:
        logistic(z, out=z)

    def backward() -> None:
        np.subtract(1, z, out=slope)
        np.multiply(z, slope, out=slope)
        np.multiply(d, slope, out=d)

    return Bound(forward, backward)


def identity(z: Array, d: Array) -> Bound:
    """Z itself."""

    def nothing() -> None:
        """Neither direction changes a number."""

    return Bound(nothing, nothing)


def dropout(a: Array, out: Array, d: Array, uniform: Array, keep_prob: Array) -> Bound:
    """Inverted dropout (Srivastava et al., 2014; scaled as in the course).

    `out` gets a with some units gone; it is not a itself, which the activation's derivative needs.
    `d` holds dJ/dout before backward and dJ/da after it. `uniform` (P, n, B) is filled by the
    caller with draws from [0, 1) before each forward; a unit stays where its draw is below
    `keep_prob` (P, 1, 1), and is then divided by it. keep_prob = 1 changes no bit.
    """
    kept = np.empty(a.shape, dtype=bool)
    mask = np.empty_like(a)
    scale = 1 / keep_prob

    def forward() -> None:
        np.less(uniform, keep_prob, out=kept)
        np.multiply(kept, scale, out=mask)
        np.multiply(a, mask, out=out)

    def backward() -> None:
        np.multiply(d, mask, out=d)

    return Bound(forward, backward)


# An activation works in place on two buffers of shape (P, n, B): `z` holds the linear part before
# forward and the activation after it; `d` holds dJ/da before backward and dJ/dz after it.
ACTIVATIONS: Mapping[str, Callable[[Array, Array], Bound]] = {
    "relu": relu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "identity": identity,
}
