"""Every optimizer: against its formula written naively, and on problems it must solve."""

from collections.abc import Mapping

import numpy as np
import pytest

from dnn import OPTIMIZERS

RATES = {"gradient_descent": 0.1, "momentum": 0.1, "rmsprop": 0.01, "adam": 0.05}


def columns(values: Mapping[str, float], population: int) -> dict[str, np.ndarray]:
    return {name: np.full((population, 1), value) for name, value in values.items()}


def hyper(name: str, population: int = 1) -> dict[str, np.ndarray]:
    return columns({"learning_rate": RATES[name], **OPTIMIZERS[name].settings}, population)


def naive(name: str, theta: np.ndarray, grads: list[np.ndarray]) -> np.ndarray:
    """The textbook's loop, one array at a time."""
    alpha, m, v = RATES[name], 0.0, 0.0
    for t, g in enumerate(grads, 1):
        if name == "gradient_descent":
            theta = theta - alpha * g
        elif name == "momentum":
            m = 0.9 * m + 0.1 * g
            theta = theta - alpha * m
        elif name == "rmsprop":
            v = 0.9 * v + 0.1 * g**2
            theta = theta - alpha * g / (np.sqrt(v) + 1e-8)
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
            theta = theta - alpha * m_hat / (np.sqrt(v_hat) + 1e-8)
    return theta


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_formula_and_dtype(name: str, dtype: type, tolerance: float) -> None:
    rng = np.random.default_rng(0)
    start = rng.standard_normal((3, 8)).astype(dtype)
    grads = [rng.standard_normal((3, 8)).astype(dtype) for _ in range(50)]
    theta, grad = start.copy(), np.empty_like(start)
    step = OPTIMIZERS[name].bind(theta, grad, hyper(name, 3))
    for g in grads:
        grad[:] = g
        step()
    assert theta.dtype == dtype
    expected = naive(name, start.astype(float), [g.astype(float) for g in grads])
    np.testing.assert_allclose(theta, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_reaches_the_bottom_of_a_bowl(name: str) -> None:
    curvature = np.array([[1.0, 3.0, 10.0]])
    theta, grad = np.array([[3.0, -2.0, 1.0]]), np.empty((1, 3))
    step = OPTIMIZERS[name].bind(theta, grad, hyper(name))
    for _ in range(3000):
        grad[:] = curvature * theta
        step()
    assert np.abs(theta).max() < 0.02


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_each_network_takes_its_own_hyperparameters(name: str) -> None:
    rng = np.random.default_rng(1)
    start, g = rng.standard_normal((2, 5)), rng.standard_normal((2, 5))
    both, grad = start.copy(), g.copy()
    settings = hyper(name, 2)
    settings["learning_rate"] = np.array([[0.1], [0.2]])
    OPTIMIZERS[name].bind(both, grad, settings)()
    for row, rate in enumerate((0.1, 0.2)):
        alone, grad = start[[row]], g[[row]]
        settings = hyper(name) | {"learning_rate": np.full((1, 1), rate)}
        OPTIMIZERS[name].bind(alone, grad, settings)()
        np.testing.assert_array_equal(both[[row]], alone)
