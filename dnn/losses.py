"""Losses from the last layer's linear output (logits), stable however large it is.

Shapes: z (P, K, B) feature-major; y (P, B, K) or (B, K), sample-major as it was gathered:
K = 1 with 0/1 for binary, one-hot rows for softmax, the target columns for regression.
The L2 penalty is not a loss of the data: see `dnn.network`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dnn.arrays import Array
from dnn.layers import logistic


@dataclass(frozen=True)
class Loss:
    """What a network is trained on.

    per_row(z, y) -> (P, B): loss of each row; their mean is the cost.
    mistakes(z, y) -> (P, B): what `error` averages over rows; `error_from_mean` ends it.
    bind(z, y, dz) -> backward: writes d(mean loss)/dz into dz, which may be z.
    outputs(z) -> (P, B, K′): log-probabilities of all classes, or the predictions.
    constant(y) -> the loss of the best constant predictor on y (n, K): the scale of "beyond sense".
    """

    per_row: Callable[[Array, Array], Array]
    mistakes: Callable[[Array, Array], Array]
    bind: Callable[[Array, Array, Array], Callable[[], None]]
    outputs: Callable[[Array], Array]
    constant: Callable[[Array], float]
    error_from_mean: Callable[[Array], Array] = np.positive


def _feature_major(y: Array) -> Array:
    return y.swapaxes(-1, -2)


def _entropy(p: Array) -> float:
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())


def _softplus(z: Array) -> Array:
    """log(1 + e^z) without overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _bind_binary(z: Array, y: Array, dz: Array) -> Callable[[], None]:
    """Dz = (σ(z) − y)/B."""
    y_t, rows = _feature_major(y), z.shape[-1]

    def backward() -> None:
        logistic(z, out=dz)
        np.subtract(dz, y_t, out=dz)
        np.multiply(dz, 1 / rows, out=dz)

    return backward


def _binary_per_row(z: Array, y: Array) -> Array:
    y_t = _feature_major(y)
    losses: Array = (_softplus(z) - y_t * z)[..., 0, :]
    return losses


def _binary_mistakes(z: Array, y: Array) -> Array:
    wrong: Array = ((z > 0) != (_feature_major(y) > 0.5))[..., 0, :].astype(z.dtype)
    return wrong


def _binary_outputs(z: Array) -> Array:
    z = _feature_major(z)
    return np.concatenate([-_softplus(z), -_softplus(-z)], axis=-1)


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=-2, keepdims=True)
    log_p: Array = shifted - np.log(np.exp(shifted).sum(axis=-2, keepdims=True))
    return log_p


def _bind_softmax(z: Array, y: Array, dz: Array) -> Callable[[], None]:
    """Dz = (softmax(z) − y)/B."""
    y_t, rows = _feature_major(y), z.shape[-1]
    column = np.empty((*z.shape[:-2], 1, rows), dtype=z.dtype)

    def backward() -> None:
        np.max(z, axis=-2, keepdims=True, out=column)
        np.subtract(z, column, out=dz)
        np.exp(dz, out=dz)
        np.sum(dz, axis=-2, keepdims=True, out=column)
        np.divide(dz, column, out=dz)
        np.subtract(dz, y_t, out=dz)
        np.multiply(dz, 1 / rows, out=dz)

    return backward


def _softmax_per_row(z: Array, y: Array) -> Array:
    losses: Array = -(_log_softmax(z) * _feature_major(y)).sum(axis=-2)
    return losses


def _softmax_mistakes(z: Array, y: Array) -> Array:
    wrong: Array = (z.argmax(axis=-2) != y.argmax(axis=-1)).astype(z.dtype)
    return wrong


def _bind_squared(z: Array, y: Array, dz: Array) -> Callable[[], None]:
    """Dz = 2(z − y)/(B·K)."""
    y_t, scale = _feature_major(y), 2 / (z.shape[-1] * z.shape[-2])

    def backward() -> None:
        np.subtract(z, y_t, out=dz)
        np.multiply(dz, scale, out=dz)

    return backward


def _squared_per_row(z: Array, y: Array) -> Array:
    losses: Array = ((z - _feature_major(y)) ** 2).mean(axis=-2)
    return losses


LOSSES: Mapping[str, Loss] = {
    "binary_cross_entropy": Loss(
        per_row=_binary_per_row,
        mistakes=_binary_mistakes,
        bind=_bind_binary,
        outputs=_binary_outputs,
        constant=lambda y: _entropy(np.array([y.mean(), 1 - y.mean()])),
    ),
    "softmax_cross_entropy": Loss(
        per_row=_softmax_per_row,
        mistakes=_softmax_mistakes,
        bind=_bind_softmax,
        outputs=lambda z: _feature_major(_log_softmax(z)),
        constant=lambda y: _entropy(y.mean(axis=0)),
    ),
    # Its error is the root of the mean square, in the target's own units.
    "mean_squared_error": Loss(
        per_row=_squared_per_row,
        mistakes=_squared_per_row,
        bind=_bind_squared,
        outputs=_feature_major,
        constant=lambda y: float(y.var(axis=0).mean()),
        error_from_mean=np.sqrt,
    ),
}
