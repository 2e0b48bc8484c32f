"""Every initializer: shape, mean and spread of its draw."""

import numpy as np
import pytest

from dnn import INITIALIZERS, Network

FAN_IN, FAN_OUT, SCALE = 300, 200, 0.3
SPREAD = {
    "zeros": 0.0,
    "constant": 0.0,
    "normal": SCALE,
    "uniform": SCALE / np.sqrt(3),
    "xavier": np.sqrt(1 / FAN_IN),
    "he": np.sqrt(2 / FAN_IN),
    "he_uniform": np.sqrt(2 / FAN_IN),
    "glorot": np.sqrt(2 / (FAN_IN + FAN_OUT)),
    "glorot_normal": np.sqrt(2 / (FAN_IN + FAN_OUT)),
    "lecun": np.sqrt(1 / FAN_IN),
    "lecun_uniform": np.sqrt(1 / FAN_IN),
    "orthogonal": SCALE / np.sqrt(FAN_IN),
}
# The largest weight in standard deviations: √3 of a uniform draw, 2/0.8796 of a truncated one.
REACH = {
    **dict.fromkeys(("uniform", "he_uniform", "glorot", "lecun_uniform"), np.sqrt(3)),
    **dict.fromkeys(("glorot_normal", "lecun"), 2 / 0.8796256610342398),
}


@pytest.mark.parametrize("name", list(INITIALIZERS))
def test_mean_and_spread(name: str) -> None:
    w = INITIALIZERS[name].draw(np.random.default_rng(0), FAN_IN, FAN_OUT, SCALE)
    assert w.shape == (FAN_OUT, FAN_IN)
    mean = SCALE if name == "constant" else 0
    assert w.std() == pytest.approx(SPREAD[name], rel=0.02, abs=1e-12)
    assert abs(w.mean() - mean) <= 4 * SPREAD[name] / np.sqrt(w.size) + 1e-12
    reach = np.abs(w).max() / max(w.std(), 1e-12)
    if name in REACH:
        assert reach == pytest.approx(REACH[name], rel=0.02)
    elif SPREAD[name]:
        assert reach > 3.5  # normal: no bound


@pytest.mark.parametrize(("fan_in", "fan_out"), [(7, 4), (4, 7), (5, 5)])
def test_orthogonal_rows_or_columns(fan_in: int, fan_out: int) -> None:
    w = INITIALIZERS["orthogonal"].draw(np.random.default_rng(0), fan_in, fan_out, 2.0)
    product = w @ w.T if fan_out <= fan_in else w.T @ w
    np.testing.assert_allclose(product, 4 * np.eye(min(fan_in, fan_out)), atol=1e-12)


@pytest.mark.parametrize("name", list(INITIALIZERS))
def test_a_network_draws_the_same_alone_and_in_a_population(name: str) -> None:
    network = Network(4, (5, 3), 1)

    def generators(rows: range) -> list[np.random.Generator]:
        return [np.random.default_rng([9, row]) for row in rows]

    settings = dict.fromkeys(INITIALIZERS[name].settings, SCALE)
    many = network.initialize(name, generators(range(4)), **settings)
    alone = network.initialize(name, generators(range(2, 3)), **settings)
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


def test_biases_and_batch_normalization_start_as_told() -> None:
    network = Network(2, (3,), 1, batch_norm=True)
    (theta,) = network.initialize("he", [np.random.default_rng(1)], bias=0.25)
    biases, gains, means, variances = np.split(theta[9:], [4, 7, 10])
    assert (biases == 0.25).all()
    assert (gains == 1).all()
    assert (means == 0).all()
    assert (variances == 1).all()


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("hee", {}, r"initializer: expected one of zeros, .*; got 'hee'; did you mean 'he'\?"),
        ("he", {"scale": 2}, "he: expected no settings; got 'scale'"),
        ("normal", {"scal": 2}, r"normal: expected one of scale; got 'scal'; did you mean 'scale'"),
    ],
)
def test_unknown_names(name: str, settings: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Network(2, (3,), 1).initialize(name, [np.random.default_rng(1)], **settings)
