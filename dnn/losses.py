"""Losses from the last layer's linear output (logits), stable however large it is.

Shapes: z (P, K, B) feature-major; y (P, B, K) or (B, K), sample-major as it was gathered:
K = 1 with 0/1 for binary, one-hot rows for softmax, the target columns for regression.
Weights of rows, and the mean over them, are `dnn.binding`'s; penalties are `dnn.penalties`'.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dnn.activations import bind_logistic
from dnn.arrays import Array, Flags, scalar
from dnn.numbers import POSITIVE, numbers


def _anything(y: Array) -> None:
    """Every finite number is a target."""


@dataclass(frozen=True)
class Loss:
    """What a network is trained on.

    per_row(z, y) -> (P, B): loss of each row; their mean is the cost.
    error_per_row(z, y) -> (P, B): what `error` averages over rows; `error_from_mean` ends it.
    bind(z, y, dz) -> backward: writes each row's d loss/dz into dz, which may be z.
    outputs(z) -> (P, B, K′): log-probabilities of all classes, or the predictions.
    constant(y) -> the loss of the best constant predictor on y (n, K): divergence is judged by it.
    check(y): refuses targets (n, K) that are none of this loss. Raises ValueError.
    has_classes: the targets are classes, and the outputs their log-probabilities.
    """

    per_row: Callable[[Array, Array], Array]
    error_per_row: Callable[[Array, Array], Array]
    bind: Callable[[Array, Array, Array], Callable[[], None]]
    outputs: Callable[[Array], Array]
    constant: Callable[[Array], float]
    error_from_mean: Callable[[Array], Array] = np.positive
    check: Callable[[Array], None] = _anything
    has_classes: bool = False


def _feature_major(y: Array) -> Array:
    return y.swapaxes(-1, -2)


def _entropy(p: Array) -> float:
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())


def _softplus(z: Array) -> Array:
    """log(1 + e^z) without overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def binary_cross_entropy() -> Loss:
    """softplus(z) − y·z, one output: the cross-entropy of σ(z) without ever forming σ(z)."""

    def bind(z: Array, y: Array, dz: Array) -> Callable[[], None]:
        y_t, logistic = _feature_major(y), bind_logistic(z, dz)

        def backward() -> None:
            """σ(z) − y."""
            logistic()
            np.subtract(dz, y_t, dz)

        return backward

    def per_row(z: Array, y: Array) -> Array:
        losses: Array = (_softplus(z) - _feature_major(y) * z)[..., 0, :]
        return losses

    def error_per_row(z: Array, y: Array) -> Array:
        wrong: Array = ((z > 0) != (_feature_major(y) > 0.5))[..., 0, :].astype(z.dtype)
        return wrong

    def outputs(z: Array) -> Array:
        z = _feature_major(z)
        return np.concatenate([-_softplus(z), -_softplus(-z)], axis=-1)

    def check(y: Array) -> None:
        outside = (y < 0) | (y > 1)
        if outside.any():
            raise ValueError(
                f"y: expected 0 or 1 for binary_cross_entropy, got {_first(y, outside)}"
            )

    return Loss(
        per_row,
        error_per_row,
        bind,
        outputs,
        constant=lambda y: _entropy(np.array([y.mean(), 1 - y.mean()])),
        check=check,
        has_classes=True,
    )


def softmax_cross_entropy() -> Loss:
    """−Σ y log softmax(z), with the largest logit taken off first."""

    def log_softmax(z: Array) -> Array:
        shifted = z - z.max(axis=-2, keepdims=True)
        log_p: Array = shifted - np.log(np.exp(shifted).sum(axis=-2, keepdims=True))
        return log_p

    def bind(z: Array, y: Array, dz: Array) -> Callable[[], None]:
        y_t, ones = _feature_major(y), np.ones((1, z.shape[-2]), dtype=z.dtype)
        column = np.empty((*z.shape[:-2], 1, z.shape[-1]), dtype=z.dtype)

        def backward() -> None:
            """softmax(z) − y."""
            np.maximum.reduce(z, axis=-2, keepdims=True, out=column)
            np.subtract(z, column, dz)
            np.exp(dz, dz)
            np.matmul(ones, dz, column)
            np.divide(dz, column, dz)
            np.subtract(dz, y_t, dz)

        return backward

    def per_row(z: Array, y: Array) -> Array:
        losses: Array = -(log_softmax(z) * _feature_major(y)).sum(axis=-2)
        return losses

    def error_per_row(z: Array, y: Array) -> Array:
        wrong: Array = (z.argmax(axis=-2) != y.argmax(axis=-1)).astype(z.dtype)
        return wrong

    def check(y: Array) -> None:
        outside = (np.abs(y.sum(axis=1) - 1) > 1e-3) | (y < 0).any(axis=1)
        if outside.any():
            raise ValueError(
                "y: expected one-hot rows (see dnn.one_hot) for softmax_cross_entropy, "
                f"got {y[outside][0].tolist()}"
            )

    return Loss(
        per_row,
        error_per_row,
        bind,
        outputs=lambda z: _feature_major(log_softmax(z)),
        constant=lambda y: _entropy(y.mean(axis=0)),
        check=check,
        has_classes=True,
    )


def mean_squared_error() -> Loss:
    """The mean of (z − y)² over outputs; its error is the root, in the target's own units."""

    def bind(z: Array, y: Array, dz: Array) -> Callable[[], None]:
        y_t, scale = _feature_major(y), scalar(2 / z.shape[-2], z)

        def backward() -> None:
            """2(z − y)/K."""
            np.subtract(z, y_t, dz)
            np.multiply(dz, scale, dz)

        return backward

    return Loss(
        per_row=_squares,
        error_per_row=_squares,
        bind=bind,
        outputs=_feature_major,
        constant=lambda y: float(y.var(axis=0).mean()),
        error_from_mean=np.sqrt,
    )


def huber(delta: float = 1.0) -> Loss:
    """r²/2 where |r| ≤ δ, else δ(|r| − δ/2), for r = z − y; mean over outputs: Huber (1964).

    Its error is the root of the mean square, as for `mean_squared_error`. Raises ValueError for
    a delta that is not above 0.
    """
    delta = float(numbers(delta, "huber: delta", POSITIVE))

    def bind(z: Array, y: Array, dz: Array) -> Callable[[], None]:
        y_t, scale = _feature_major(y), scalar(1 / z.shape[-2], z)
        low, high = scalar(-delta, z), scalar(delta, z)

        def backward() -> None:
            """r between −δ and δ, over K."""
            np.subtract(z, y_t, dz)
            np.clip(dz, low, high, out=dz)
            np.multiply(dz, scale, dz)

        return backward

    def values(residuals: Array) -> Array:
        clipped = np.minimum(np.abs(residuals), delta)
        each: Array = clipped * (np.abs(residuals) - clipped / 2)
        return each

    def per_row(z: Array, y: Array) -> Array:
        losses: Array = values(z - _feature_major(y)).mean(axis=-2)
        return losses

    def constant(y: Array) -> float:
        center = np.median(y, axis=0)
        for _ in range(100):  # each step is that of a weighted mean; it cannot overshoot
            center = center + np.clip(y - center, -delta, delta).mean(axis=0)
        return float(values(y - center).mean())

    return Loss(per_row, _squares, bind, _feature_major, constant, error_from_mean=np.sqrt)


def _squares(z: Array, y: Array) -> Array:
    losses: Array = ((z - _feature_major(y)) ** 2).mean(axis=-2)
    return losses


def _first(y: Array, outside: Flags) -> float:
    return float(y[outside].flat[0])


# A loss is made from its settings; those that are left out take the defaults above.
LOSSES: Mapping[str, Callable[..., Loss]] = {
    "binary_cross_entropy": binary_cross_entropy,
    "softmax_cross_entropy": softmax_cross_entropy,
    "mean_squared_error": mean_squared_error,
    "huber": huber,
}
