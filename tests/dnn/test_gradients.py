"""Analytic gradients against central differences, in float64, for every layer and loss."""

from collections.abc import Callable

import numpy as np
import pytest

from dnn import ACTIVATIONS, LOSSES, Network
from dnn.binding import bind

EPSILON = 1e-5
POPULATION, ROWS = 2, 7


def targets(loss: str, rng: np.random.Generator, outputs: int) -> np.ndarray:
    """(POPULATION, ROWS, outputs): what each loss expects."""
    if loss == "binary_cross_entropy":
        return rng.integers(0, 2, (POPULATION, ROWS, 1)).astype(float)
    if loss == "softmax_cross_entropy":
        return np.eye(outputs)[rng.integers(0, outputs, (POPULATION, ROWS))]
    return rng.standard_normal((POPULATION, ROWS, outputs))


def central_differences(cost: Callable[[], np.ndarray], at: np.ndarray) -> np.ndarray:
    """D cost (P,) / d at (P, N), each column in turn."""
    slopes = np.empty_like(at)
    for column in range(at.shape[1]):
        saved = at[:, column].copy()
        at[:, column] = saved + EPSILON
        up = cost()
        at[:, column] = saved - EPSILON
        slopes[:, column] = (up - cost()) / (2 * EPSILON)
        at[:, column] = saved
    return slopes


def difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


@pytest.mark.parametrize("batch_norm", [False, True], ids=["plain", "batch_norm"])
@pytest.mark.parametrize("hidden", [(), (4,), (5, 3), (16,), (17, 3)], ids=str)
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("loss", list(LOSSES))
def test_gradient_of_the_whole_network(
    loss: str, activation: str, hidden: tuple[int, ...], batch_norm: bool
) -> None:
    """With dropout's masks fixed and rows that weigh differently."""
    rng = np.random.default_rng(7)
    outputs = 1 if loss == "binary_cross_entropy" else 3
    # The widest are computed row by row.
    columns = 8 if hidden[:1] > (15,) else 4
    network = Network(columns, hidden, outputs, activation, loss, batch_norm)
    # Biases too are random, so that no unit sits on a kink.
    theta = rng.standard_normal((POPULATION, network.n_columns))
    grad = np.empty((POPULATION, network.n_parameters))
    keep_prob = np.full((POPULATION, len(hidden)), 0.7)
    batch = bind(network, theta, grad, ROWS, keep_prob if hidden else None, weighted=True)
    batch.x[..., :columns] = rng.standard_normal((POPULATION, ROWS, columns))
    batch.y[:] = targets(loss, rng, outputs)
    batch.weights[:] = rng.uniform(0.5, 2, batch.weights.shape)
    batch.draw([np.random.default_rng(k) for k in range(POPULATION)])

    def cost() -> np.ndarray:
        batch.forward()
        return (batch.weights * LOSSES[loss]().per_row(batch.z, batch.y)).mean(axis=-1)

    numeric = central_differences(cost, theta[:, : network.n_parameters])
    batch.gradient()
    assert difference(grad, numeric) < 1e-6


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_gradient_of_each_activation(activation: str) -> None:
    rng = np.random.default_rng(3)
    start = rng.standard_normal((2, 3 * 5))
    weights = rng.standard_normal((2, 3, 5))
    z, d = np.empty((2, 3, 5)), np.empty((2, 3, 5))
    bound = ACTIVATIONS[activation](z, d)

    def cost() -> np.ndarray:
        z[:] = start.reshape(z.shape)
        bound.forward()
        return (z * weights).sum(axis=(1, 2))

    numeric = central_differences(cost, start)
    cost()
    d[:] = weights
    bound.backward()
    assert difference(d.reshape(start.shape), numeric) < 1e-6


def test_a_wrong_gradient_is_seen() -> None:
    """The check itself can fail: doubling one weight's gradient is far outside the bound."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 20)), np.empty((2, 20))
    b[:] = a
    b[:, 3] *= 2
    assert difference(a, b) > 1e-2
