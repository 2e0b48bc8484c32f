"""Activations, in place on two buffers of shape (P, n, B), forward and backward side by side.

`z` holds the linear part before forward and the activation after it; `d` holds dJ/da before
backward and dJ/dz after it. Constants are 0-d arrays of the buffers' type: a Python number is
converted at every call, which for small networks costs as much as the work.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array, Layer, empty, empty_like, scalar, zeros_like


def relu(z: Array, d: Array) -> Layer:
    """max(z, 0); the derivative at 0 is 0.

    As a product with a mask, which backward can use again.
    """
    zero = scalar(0, z)
    is_positive, mask = empty(z.shape, dtype=bool), empty_like(z)

    def forward() -> None:
        np.greater(z, zero, is_positive)
        np.copyto(mask, is_positive)
        np.multiply(z, mask, z)

    def backward() -> None:
        np.multiply(d, mask, d)

    return Layer(forward, backward)


def leaky_relu(z: Array, d: Array) -> Layer:
    """z, or 0.01 z below 0: Maas et al. (2013)."""
    zero, below, rest = scalar(0, z), scalar(0.01, z), scalar(0.99, z)
    is_positive, slope = empty(z.shape, dtype=bool), empty_like(z)

    def forward() -> None:
        np.greater(z, zero, is_positive)
        np.multiply(is_positive, rest, slope)
        np.add(slope, below, slope)
        np.multiply(z, slope, z)

    def backward() -> None:
        np.multiply(d, slope, d)

    return Layer(forward, backward)


def tanh(z: Array, d: Array) -> Layer:
    """tanh z; the derivative is 1 − a²."""
    slope, one = empty_like(z), scalar(1, z)

    def forward() -> None:
        np.tanh(z, z)

    def backward() -> None:
        np.multiply(z, z, slope)
        np.subtract(one, slope, slope)
        np.multiply(d, slope, d)

    return Layer(forward, backward)


def bind_logistic(z: Array, out: Array) -> Callable[[], None]:
    """1 / (1 + e^−z), accurate in both tails: where e^−z overflows it is 0. `out` may be z."""
    one = scalar(1, z)

    def forward() -> None:
        np.negative(z, out)
        np.exp(out, out)
        np.add(out, one, out)
        np.divide(one, out, out)

    return forward


def sigmoid(z: Array, d: Array) -> Layer:
    """The logistic function; the derivative is a·(1 − a)."""
    slope, one = empty_like(z), scalar(1, z)

    def backward() -> None:
        np.subtract(one, z, slope)
        np.multiply(z, slope, slope)
        np.multiply(d, slope, d)

    return Layer(bind_logistic(z, z), backward)


def elu(z: Array, d: Array) -> Layer:
    """z, or e^z − 1 below 0: Clevert et al. (2016), with α = 1."""
    return _exponential_below(z, d, alpha=1.0, scale=1.0)


def selu(z: Array, d: Array) -> Layer:
    """λz, or λα(e^z − 1) below 0: Klambauer et al. (2017), eq. 2 and 14."""
    return _exponential_below(z, d, alpha=1.6732632423543772, scale=1.0507009873554805)


def _exponential_below(z: Array, d: Array, alpha: float, scale: float) -> Layer:
    """scale·z, or scale·alpha·(e^z − 1) below 0, whose derivative there is a + scale·alpha."""
    zero, above, depth = scalar(0, z), scalar(scale, z), scalar(scale * alpha, z)
    other, is_positive = empty_like(z), empty(z.shape, dtype=bool)

    def forward() -> None:
        np.minimum(z, zero, out=other)
        np.expm1(other, other)
        np.multiply(other, depth, other)
        np.maximum(z, zero, out=z)
        np.multiply(z, above, z)
        np.add(z, other, z)

    def backward() -> None:
        np.greater(z, zero, is_positive)
        np.add(z, depth, other)
        np.copyto(other, above, where=is_positive)
        np.multiply(d, other, d)

    return Layer(forward, backward)


def silu(z: Array, d: Array) -> Layer:
    """z·σ(z), also called swish: Elfwing et al. (2018); the derivative is σ + a(1 − σ)."""
    gate, slope, one = empty_like(z), empty_like(z), scalar(1, z)
    logistic = bind_logistic(z, gate)

    def forward() -> None:
        logistic()
        np.multiply(z, gate, z)

    def backward() -> None:
        np.subtract(one, gate, slope)
        np.multiply(slope, z, slope)
        np.add(slope, gate, slope)
        np.multiply(d, slope, d)

    return Layer(forward, backward)


def gelu(z: Array, d: Array) -> Layer:
    """z·(1 + tanh(√(2/π)(z + 0.044715 z³)))/2: Hendrycks and Gimpel (2016), the tanh form.

    It differs from z·Φ(z), PyTorch's default, by at most 5e-4; PyTorch calls this form "tanh".
    """
    half, one, root = scalar(0.5, z), scalar(1, z), scalar(math.sqrt(2 / math.pi), z)
    cubic, cubic3 = scalar(0.044715, z), scalar(3 * 0.044715, z)
    linear, gate, slope = empty_like(z), empty_like(z), empty_like(z)

    def forward() -> None:
        np.copyto(linear, z)
        np.multiply(z, z, gate)
        np.multiply(gate, cubic, gate)
        np.add(gate, one, gate)
        np.multiply(gate, z, gate)
        np.multiply(gate, root, gate)
        np.tanh(gate, gate)
        np.multiply(z, half, slope)
        np.multiply(slope, gate, z)
        np.add(z, slope, z)

    def backward() -> None:
        # (1 + t)/2 + z(1 − t²)·√(2/π)(1 + 3·0.044715 z²)/2
        np.multiply(linear, linear, slope)
        np.multiply(slope, cubic3, slope)
        np.add(slope, one, slope)
        np.multiply(slope, root, slope)
        np.multiply(slope, linear, slope)
        np.multiply(gate, gate, linear)
        np.subtract(one, linear, linear)
        np.multiply(slope, linear, slope)
        np.add(slope, gate, slope)
        np.add(slope, one, slope)
        np.multiply(slope, half, slope)
        np.multiply(d, slope, d)

    return Layer(forward, backward)


def softplus(z: Array, d: Array) -> Layer:
    """log(1 + e^z) without overflow; the derivative is 1 − e^−a."""
    other, zero = empty_like(z), scalar(0, z)

    def forward() -> None:
        np.absolute(z, other)
        np.negative(other, other)
        np.exp(other, other)
        np.log1p(other, other)
        np.maximum(z, zero, out=z)
        np.add(z, other, z)

    def backward() -> None:
        np.negative(z, other)
        np.expm1(other, other)
        np.negative(other, other)
        np.multiply(d, other, d)

    return Layer(forward, backward)


def identity(z: Array, d: Array) -> Layer:
    """The linear part as it is."""

    def nothing() -> None:
        """Neither direction changes a number."""

    return Layer(nothing, nothing)


ACTIVATIONS: Mapping[str, Callable[[Array, Array], Layer]] = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "elu": elu,
    "selu": selu,
    "gelu": gelu,
    "silu": silu,
    "swish": silu,
    "softplus": softplus,
    "identity": identity,
}


class ForwardOnly(NamedTuple):
    """An activation for evaluation, without a backward: after · f(before · z) + shift.

    bind(z) -> f, in place. The factors and the shift are multiplied into the weights of the layers
    on both sides, where they cost nothing for each row (see `dnn.affine`).
    """

    bind: Callable[[Array], Callable[[], None]]
    before: float = 1.0
    after: float = 1.0
    shift: float = 0.0


def _bind_maximum(z: Array) -> Callable[[], None]:
    """max(z, 0) of two arrays: with a scalar NumPy's loop takes four times as long."""
    zeros = zeros_like(z[:1])
    return partial(np.maximum, z, zeros, out=z)


# Those that are cheaper on their own than as the forward half of a layer.
FORWARD_ONLY: Mapping[str, ForwardOnly] = {
    "relu": ForwardOnly(_bind_maximum),
    # 1 / (1 + e^−z) = (1 + tanh(z/2)) / 2: one function instead of four.
    "sigmoid": ForwardOnly(lambda z: partial(np.tanh, z, z), before=0.5, after=0.5, shift=0.5),
}


def forward_only(name: str) -> ForwardOnly:
    """One of `ACTIVATIONS`, by its name, without its backward."""
    return FORWARD_ONLY.get(name, ForwardOnly(lambda z: ACTIVATIONS[name](z, z).forward))
