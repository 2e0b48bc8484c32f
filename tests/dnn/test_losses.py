"""Losses at extreme logits, and against their definitions."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import huber as scipy_huber
from scipy.special import log_softmax

from dnn import LOSSES


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("size", [0.0, 1.0, 1000.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finite_however_large_the_logits(loss: str, size: float, dtype: type) -> None:
    signs = np.array([[[1.0, -1.0, 1.0, -1.0]]], dtype)
    z = dtype(size) * (
        signs if loss == "binary_cross_entropy" else np.concatenate([signs, -signs], 1)
    )
    y = np.zeros((4, z.shape[1]), dtype)
    y[:, 0] = 1
    dz = np.empty_like(z)
    with np.errstate(over="ignore"):  # as in training: e^1000 is infinity, and 1/(1 + it) is 0
        LOSSES[loss]().bind(z, y[None], dz)()
    assert np.isfinite(LOSSES[loss]().per_row(z, y)).all()
    assert np.isfinite(LOSSES[loss]().outputs(z)).all()
    assert np.isfinite(dz).all()


def test_softmax_is_scipys() -> None:
    rng = np.random.default_rng(0)
    z, labels = rng.standard_normal((2, 5, 9)), rng.integers(0, 5, 9)
    log_p = log_softmax(z, axis=1)
    softmax = LOSSES["softmax_cross_entropy"]()
    np.testing.assert_allclose(softmax.outputs(z), log_p.swapaxes(1, 2))
    expected = -log_p[:, labels, np.arange(9)]
    np.testing.assert_allclose(softmax.per_row(z, np.eye(5)[labels]), expected)
    wrong = (z.argmax(axis=1) != labels).astype(float)
    np.testing.assert_array_equal(softmax.error_per_row(z, np.eye(5)[labels]), wrong)


def test_binary_is_softmax_over_two() -> None:
    rng = np.random.default_rng(0)
    z, labels = 3 * rng.standard_normal((2, 1, 9)), rng.integers(0, 2, 9)
    both = np.concatenate([np.zeros_like(z), z], axis=1)
    binary, softmax = LOSSES["binary_cross_entropy"](), LOSSES["softmax_cross_entropy"]()
    y, onehot = labels[:, None].astype(float), np.eye(2)[labels]
    np.testing.assert_allclose(binary.per_row(z, y), softmax.per_row(both, onehot))
    np.testing.assert_allclose(binary.outputs(z), softmax.outputs(both))
    np.testing.assert_array_equal(binary.error_per_row(z, y), softmax.error_per_row(both, onehot))


@pytest.mark.parametrize("delta", [0.3, 1.0, 5.0])
def test_huber_is_scipys(delta: float) -> None:
    rng = np.random.default_rng(0)
    z, y = 3 * rng.standard_normal((2, 2, 9)), rng.standard_normal((9, 2))
    expected = scipy_huber(delta, z - y.T).mean(axis=1)
    np.testing.assert_allclose(LOSSES["huber"](delta=delta).per_row(z, y), expected)


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        ("binary_cross_entropy", [[0], [2]], "expected 0 or 1 for binary_cross_entropy, got 2"),
        ("binary_cross_entropy", [[-1], [1]], "expected 0 or 1 for binary_cross_entropy, got -1"),
        ("softmax_cross_entropy", [[0, 1], [1, 1]], r"expected one-hot rows .* got \[1.0, 1.0\]"),
        ("softmax_cross_entropy", [[0, 0], [1, 0]], r"expected one-hot rows .* got \[0.0, 0.0\]"),
        ("softmax_cross_entropy", [[2, -1], [1, 0]], r"expected one-hot rows .* got \[2.0, -1.0"),
    ],
)
def test_labels_outside_the_classes(loss: str, y: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LOSSES[loss]().check(np.array(y, float))


@pytest.mark.parametrize("loss", list(LOSSES))
def test_the_constant_predictor_is_the_best_constant(loss: str) -> None:
    """No constant output beats it, and one equals it."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 60)
    y = {
        "binary_cross_entropy": (labels[:, None] > 0).astype(float),
        "softmax_cross_entropy": np.eye(3)[labels],
        "mean_squared_error": rng.standard_normal((60, 1)),
        "huber": 3 * rng.standard_normal((60, 1)),
    }[loss]
    mean = y.mean(axis=0)
    best = {
        "binary_cross_entropy": lambda: np.log(mean / (1 - mean)),
        "softmax_cross_entropy": lambda: np.log(mean),
        "mean_squared_error": lambda: mean,
        "huber": lambda: minimize_scalar(lambda c: scipy_huber(1, y - c).mean(), tol=1e-12).x[None],
    }[loss]()
    constant = LOSSES[loss]().constant(y)

    def cost(z: np.ndarray) -> float:
        return float(LOSSES[loss]().per_row(np.repeat(z[None, :, None], 60, axis=2), y).mean())

    assert cost(best) == pytest.approx(constant)
    for nudge in rng.standard_normal((5, len(best))):
        assert cost(best + 0.1 * nudge) >= constant - 1e-12
