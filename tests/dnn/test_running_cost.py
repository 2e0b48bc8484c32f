"""The course's mini-batch loop written plainly, and what `fit` replays of it: costs, parameters."""

from collections.abc import Callable

import numpy as np
import pytest

from dnn import Data, Network, Replay, Settings, Streams, fit, score

ROWS, SIZE = 300, 64  # four full batches, and one of 44
NETWORK = Network(2, (5, 2), 1)
Array = np.ndarray


def moons() -> Data:
    rng = np.random.default_rng(0)
    angle, side = rng.uniform(0, np.pi, ROWS), np.arange(ROWS) % 2
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x[side == 1] = np.array([1.0, 0.5]) - x[side == 1]
    return Data(x + 0.2 * rng.standard_normal(x.shape), side[:, None].astype(float))


def drawn() -> list[Array]:
    """W1, b1, W2, … by He, biases 0."""
    rng = np.random.RandomState(3)
    layers = [(rng.randn(n, k) * np.sqrt(2 / k), np.zeros((n, 1))) for n, k in NETWORK.shapes]
    return [array for layer in layers for array in layer]


def permutation(epoch: int) -> Array:
    """Of the course's epoch, from 0."""
    return np.random.RandomState(11 + epoch).permutation(ROWS)


def backward(theta: list[Array], x: Array, y: Array) -> tuple[float, list[Array]]:
    """The summed loss of a batch (columns are rows), and the gradient of its mean."""
    activations = [x]
    for w, b in zip(theta[0:4:2], theta[1:4:2], strict=True):
        activations.append(np.maximum(w @ activations[-1] + b, 0))
    z = theta[4] @ activations[-1] + theta[5]
    loss = float((np.logaddexp(0, z) - y * z).sum())
    slope, grads = 1 / (1 + np.exp(-z)) - y, []
    for layer in (2, 1, 0):
        grads = [
            slope @ activations[layer].T / y.shape[1],
            slope.mean(axis=1, keepdims=True),
            *grads,
        ]
        slope = theta[2 * layer].T @ slope * (activations[layer] > 0)
    return loss, grads


def gradient_descent(g: Array, v: Array, s: Array, t: int) -> Array:
    return g


def momentum(g: Array, v: Array, s: Array, t: int) -> Array:
    """An exponential average without correction."""
    v[:] = 0.9 * v + 0.1 * g
    return v


def adam(inside: bool) -> Callable[[Array, Array, Array, int], Array]:
    def change(g: Array, v: Array, s: Array, t: int) -> Array:
        v[:] = 0.9 * v + 0.1 * g
        s[:] = 0.999 * s + 0.001 * g**2
        first, second = v / (1 - 0.9**t), s / (1 - 0.999**t)
        return first / (np.sqrt(second + 1e-8) if inside else np.sqrt(second) + 1e-8)

    return change


CHANGES = {
    "gradient_descent": (gradient_descent, 0.1),
    "momentum": (momentum, 0.1),
    "adam": (adam(inside=False), 0.02),
    "adam_epsilon_inside": (adam(inside=True), 0.02),
}


def course(optimizer: str, decay: float, interval: int, epochs: int) -> tuple[Array, list[Array]]:
    """Costs of the epochs, and the parameters at the end."""
    (change, start), data, theta = CHANGES[optimizer], moons(), drawn()
    memory = [(np.zeros_like(a), np.zeros_like(a)) for a in theta]
    rate, steps, costs = start, 0, []
    for epoch in range(epochs):
        order, total = permutation(epoch), 0.0
        for first in range(0, ROWS, SIZE):
            rows, steps = order[first : first + SIZE], steps + 1
            loss, grads = backward(theta, data.x[rows].T, data.y[rows].T)
            total += loss
            for a, g, (v, s) in zip(theta, grads, memory, strict=True):
                a -= rate * change(g, v, s, steps)
        costs.append(total / ROWS)
        rate = start / (1 + decay * np.floor(epoch / interval))
    return np.array(costs), theta


def as_one(theta: list[Array]) -> Array:
    """theta (1, N)."""
    flat = np.zeros((1, NETWORK.n_columns))
    for block, w, b in zip(NETWORK.blocks(flat), theta[::2], theta[1::2], strict=True):
        block.w[0], block.b[0] = w, b[:, 0].reshape(block.b[0].shape)
    return flat


@pytest.mark.parametrize("optimizer", list(CHANGES))
@pytest.mark.parametrize(
    ("decay", "interval", "epochs"), [(0.0, 1, 60), (1.0, 1, 60), (1.0, 1000, 1003)]
)
def test_the_courses_mini_batches(optimizer: str, decay: float, interval: int, epochs: int) -> None:
    """Its epoch 1000 is the last at the full rate where the rate falls every thousand."""
    costs, expected = course(optimizer, decay, interval, epochs)
    settings = Settings(
        *(optimizer, CHANGES[optimizer][1], SIZE, epochs),
        schedule="inverse_time",
        schedule_settings={"decay": decay, "interval": interval},
        score_every=0,
    )
    theta, replay = as_one(drawn()), Replay(order=lambda epoch: permutation(epoch - 1))
    streams = Streams.spawn(0, 1)
    records = list(
        fit(NETWORK, theta, moons(), None, streams, settings, replay=replay, running_cost=True)
    )
    assert np.isnan(records[0].running_cost).all()  # nothing was trained yet
    got = np.array([record.running_cost[0] for record in records[1:]])
    np.testing.assert_allclose(got, costs, rtol=0, atol=1e-9)
    np.testing.assert_allclose(theta, as_one(expected), rtol=0, atol=1e-8)


def test_of_one_batch_it_is_the_cost_with_its_penalties_before_the_update() -> None:
    """As the course's cost with L2, which has the penalty in it."""
    data, theta = moons(), as_one(drawn()).repeat(2, axis=0)
    l2, l1 = np.array([0.7, 0.0]), np.array([0.0, 0.3])
    settings = Settings("gradient_descent", 0.1, ROWS, 2, l2=l2, l1=l1)
    before: list[Array] = []
    records = fit(NETWORK, theta, data, None, Streams.spawn(0, 2), settings, running_cost=True)
    for record in records:
        if before:
            np.testing.assert_allclose(record.running_cost, before[-1], rtol=1e-12)
        w = theta[:, : NETWORK.n_weights]
        penalty = l2 / 2 * (w**2).sum(axis=1) + l1 * np.abs(w).sum(axis=1)
        before.append(score(NETWORK, theta, data)[0] + penalty / ROWS)
    assert len(before) == 3


def test_it_counts_weights_of_classes_and_rows_of_their_own() -> None:
    data = moons()
    own = [np.arange(0, 90), np.arange(100, 190)]
    settings = Settings("gradient_descent", 1e-12, 30, 1, class_weights=(1, 3))
    theta = as_one(drawn()).repeat(2, axis=0)
    streams = Streams.spawn(0, 2)
    training = fit(NETWORK, theta, data, None, streams, settings, rows=own, running_cost=True)
    cost = training.run().running_cost
    for network, rows in enumerate(own):
        each = np.array([1.0, 3.0])[data.y[rows, 0].astype(int)]
        part = [
            score(NETWORK, theta[:1], Data(data.x[r : r + 1], data.y[r : r + 1]))[0][0]
            for r in rows
        ]
        assert cost[network] == pytest.approx((each * part).sum() / each.sum(), rel=1e-6)


def test_unasked_for_and_where_nothing_is_trained_it_is_no_number() -> None:
    theta = as_one(drawn()).repeat(3, axis=0)
    theta[2] *= 1e200
    settings = Settings(epochs=2)
    plain = fit(NETWORK, theta.copy(), moons(), None, Streams.spawn(0, 3), settings)
    assert np.isnan([record.running_cost for record in plain]).all()
    training = fit(NETWORK, theta, moons(), None, Streams.spawn(0, 3), settings, running_cost=True)
    next(training)
    training.drop([1])
    assert np.isfinite(next(training).running_cost).tolist() == [True, False, False]
