"""Every initializer: shape, mean and spread of its draw."""

import numpy as np
import pytest

from dnn import INITIALIZERS, Network

FAN_IN, FAN_OUT, SCALE = 300, 200, 0.3
SPREAD = {
    "zeros": 0.0,
    "normal": SCALE,
    "xavier": np.sqrt(1 / FAN_IN),
    "he": np.sqrt(2 / FAN_IN),
    "glorot": np.sqrt(2 / (FAN_IN + FAN_OUT)),
}


@pytest.mark.parametrize("name", list(INITIALIZERS))
def test_mean_and_spread(name: str) -> None:
    w = INITIALIZERS[name].draw(np.random.default_rng(0), FAN_IN, FAN_OUT, SCALE)
    assert w.shape == (FAN_OUT, FAN_IN)
    assert w.std() == pytest.approx(SPREAD[name], rel=0.02)
    assert abs(w.mean()) <= 4 * SPREAD[name] / np.sqrt(w.size)


@pytest.mark.parametrize("name", list(INITIALIZERS))
def test_a_network_draws_the_same_alone_and_in_a_population(name: str) -> None:
    network = Network(4, (5, 3), 1)

    def generators(rows: range) -> list[np.random.Generator]:
        return [np.random.default_rng([9, row]) for row in rows]

    many = network.initialize(name, generators(range(4)), scale=SCALE)
    alone = network.initialize(name, generators(range(2, 3)), scale=SCALE)
    np.testing.assert_array_equal(many[2], alone[0])
    biases = many[:, network.n_weights :]
    assert not biases.any()


def test_weights_are_drawn_layer_by_layer() -> None:
    """W1, W2, … from one stream, each (n_out, n_in) in C order, as the course draws them."""
    network = Network(2, (3,), 1)
    (theta,) = network.initialize("he", [np.random.default_rng(1)], dtype=np.float64)
    draws = np.random.default_rng(1).standard_normal(9)
    np.testing.assert_allclose(theta[:6], draws[:6] * np.sqrt(2 / 2))
    np.testing.assert_allclose(theta[6:9], draws[6:] * np.sqrt(2 / 3))
