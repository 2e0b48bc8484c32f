"""L1, clipping and max-norm: each against its definition, on one update."""

import dataclasses

import numpy as np
import pytest

from dnn import Data, Network, Settings, Streams, fit

NETWORK = Network(4, (6, 3), 1, "tanh")
PLAIN = Settings("gradient_descent", 0.5, batch_size=30, epochs=1)


def after_one_update(**change: object) -> np.ndarray:
    streams = Streams.spawn(0, 3)
    theta = NETWORK.initialize("he", streams.initial, np.float64, bias=0.1)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((30, 4))
    data = Data(x, (x[:, :1] > 0).astype(float))
    list(fit(NETWORK, theta, data, None, streams, dataclasses.replace(PLAIN, **change)))
    return theta


START = NETWORK.initialize("he", Streams.spawn(0, 3).initial, np.float64, bias=0.1)
GRADIENT = (START - after_one_update()) / 0.5


def test_l1_pulls_weights_by_their_sign_and_no_bias() -> None:
    strength = np.array([0.0, 3.0, 9.0])
    expected = GRADIENT.copy()
    weights = START[:, : NETWORK.n_weights]
    expected[:, : NETWORK.n_weights] += strength[:, None] / 30 * np.sign(weights)
    np.testing.assert_allclose(START - after_one_update(l1=strength), 0.5 * expected, atol=1e-14)


def test_clip_value_bounds_every_number() -> None:
    expected = np.clip(GRADIENT, -0.01, 0.01)
    assert (expected != GRADIENT).any()
    np.testing.assert_allclose(
        START - after_one_update(clip_value=0.01), 0.5 * expected, atol=1e-14
    )


def test_clip_norm_shortens_what_is_longer() -> None:
    norms = np.linalg.norm(GRADIENT, axis=1)
    limits = np.array([0.5 * norms[0], 2 * norms[1], np.inf])
    expected = GRADIENT * np.array([[0.5], [1], [1]])
    np.testing.assert_allclose(
        START - after_one_update(clip_norm=limits), 0.5 * expected, atol=1e-14
    )


def test_penalties_are_clipped_with_the_gradient() -> None:
    both = START - after_one_update(l2=1e4, clip_value=0.01)
    assert np.abs(both).max() <= 0.5 * 0.01 + 1e-15


@pytest.mark.parametrize("limit", [0.3, 1.0])
def test_max_norm_of_every_hidden_unit(limit: float) -> None:
    plain = NETWORK.blocks(after_one_update())
    bounded = NETWORK.blocks(after_one_update(max_norm=limit))
    for before, after in zip(plain[:-1], bounded[:-1], strict=True):
        norms = np.linalg.norm(before.w, axis=2, keepdims=True)
        np.testing.assert_allclose(after.w, before.w * np.minimum(1, limit / norms), rtol=1e-12)
        np.testing.assert_array_equal(after.b, before.b)
    np.testing.assert_array_equal(plain[-1].w, bounded[-1].w)
