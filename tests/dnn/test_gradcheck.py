"""The gradient check itself: it passes when right, fails when wrong, and refuses what it cannot."""

import numpy as np
import pytest

from dnn import ACTIVATIONS, LOSSES, Network, gradcheck


def problem(network: Network, rows: int = 8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    x = rng.standard_normal((rows, network.n_in))
    if network.loss == "softmax_cross_entropy":
        y = np.eye(network.n_out)[rng.integers(0, network.n_out, rows)]
    else:
        y = rng.integers(0, 2, (rows, network.n_out)).astype(float)
    theta = network.initialize("xavier", [np.random.default_rng(1)], np.float64)[0]
    return theta, x, y


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_network_passes(loss: str, activation: str, batch_norm: bool) -> None:
    outputs = 3 if loss == "softmax_cross_entropy" else 1
    network = Network(4, (6, 5), outputs, activation, loss, batch_norm)
    done = gradcheck.check(network, *problem(network), epsilon=1e-5, nudge=0.1, l2=0.5)
    assert done.passed, done.blocks
    assert set(done.blocks) == set(gradcheck.columns(network))


def test_rows_may_have_weights() -> None:
    network = Network(4, (6,), 1, "tanh")
    theta, x, y = problem(network)
    weights = np.array([0, 0, 0, 1, 1, 2, 2, 2.0])
    done = gradcheck.check(network, theta, x, y, epsilon=1e-5, weights=weights)
    assert done.passed
    # Rows of weight 0 are as good as gone; the mean is still over all eight.
    without = gradcheck.check(network, theta, x[3:], y[3:], epsilon=1e-5, weights=weights[3:])
    np.testing.assert_allclose(done.gradient, without.gradient * 5 / 8, atol=1e-12)
    with pytest.raises(ValueError, match=r"weights: expected one a row \(8,\), got \(2,\)"):
        gradcheck.check(network, theta, x, y, weights=np.ones(2))


def test_zero_biases_put_relu_on_its_kink_and_a_nudge_takes_it_off() -> None:
    """Rows of zeros: every hidden unit is exactly at 0."""
    network = Network(4, (6,), 1)
    theta, x, y = problem(network)
    on = gradcheck.check(network, theta, 0 * x, y, epsilon=1e-5)
    assert on.on_kinks == 6  # the hidden biases
    assert on.checked["b1"] == 0
    off = gradcheck.check(network, theta, 0 * x, y, epsilon=1e-5, nudge=0.1)
    assert off.passed
    assert off.on_kinks == 0


@pytest.mark.parametrize("block", ["W1", "b1", "gain1", "W2", "b2"])
def test_a_fault_in_any_block_is_found_and_named(block: str) -> None:
    network = Network(4, (6,), 1, "tanh", batch_norm=True)
    options = {"epsilon": 1e-5, "nudge": 0.1}
    done = gradcheck.check(network, *problem(network), faults={block: 1.001}, **options)
    assert not done.passed
    broken = {name for name, value in done.blocks.items() if value > gradcheck.PASS_MARK}
    assert broken == {block}


def test_dropout_needs_fixed_masks() -> None:
    network = Network(4, (6,), 1, "tanh")
    theta, x, y = problem(network)
    with pytest.raises(
        ValueError, match="expected fixed masks and keep_prob with dropout, got keep_prob alone"
    ):
        gradcheck.check(network, theta, x, y, keep_prob=[0.5])
    masks = [np.random.default_rng(0).random((6, len(x))) < 0.5]
    done = gradcheck.check(network, theta, x, y, keep_prob=[0.5], masks=masks, epsilon=1e-5)
    assert done.passed
    without = gradcheck.check(network, theta, x, y, epsilon=1e-5)
    assert np.linalg.norm(done.gradient - without.gradient) > 0.1


def test_a_sample_of_each_block_is_enough() -> None:
    network = Network(40, (30,), 1, "tanh")
    done = gradcheck.check(network, *problem(network), epsilon=1e-5, most=50)
    assert done.checked == {"W1": 50, "W2": 30, "b1": 30, "b2": 1}
    assert len(done.gradient) == 111
    assert done.passed
    broken = gradcheck.check(network, *problem(network), epsilon=1e-5, most=50, faults={"W1": 2})
    assert broken.difference > 0.01


def test_the_difference_has_its_smallest_value_between_truncation_and_rounding() -> None:
    network = Network(4, (6,), 1, "tanh")
    done = gradcheck.against_epsilon(network, *problem(network), nudge=0.1)
    differences = [one.difference for one in done]
    assert [one.epsilon for one in done] == [10.0**-k for k in range(2, 13)]
    best = int(np.argmin(differences))
    assert 2 <= best <= 5
    # Central differences: the truncation error falls with the square of ε.
    assert differences[0] / differences[1] == pytest.approx(100, rel=0.1)
    assert differences[-1] > 100 * differences[best]


def test_an_unknown_block() -> None:
    network = Network(4, (6,), 1)
    with pytest.raises(ValueError, match="faults: expected one of W1, b1, W2, b2; got 'w2'"):
        gradcheck.check(network, *problem(network), faults={"w2": 2})


def two_layers(scale_w2: float = 1, scale_b1: float = 1) -> tuple:
    """Cost and gradient of a network written by hand, with bugs by factors, and its parameters."""
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((3, 7)), rng.integers(0, 2, (1, 7))
    theta = {
        name: rng.standard_normal(shape)
        for name, shape in {"W1": (4, 3), "b1": (4, 1), "W2": (1, 4), "b2": (1, 1)}.items()
    }

    def forward(p: dict) -> tuple[np.ndarray, np.ndarray]:
        a = np.tanh(p["W1"] @ x + p["b1"])
        return a, p["W2"] @ a + p["b2"]

    def cost(p: dict) -> float:
        _, z = forward(p)
        return float((np.logaddexp(0, z) - y * z).mean())

    def gradient(p: dict) -> dict:
        a, z = forward(p)
        dz2 = (1 / (1 + np.exp(-z)) - y) / x.shape[1]
        dz1 = p["W2"].T @ dz2 * (1 - a**2)
        return {  # in another order than theta's
            "b2": dz2.sum(axis=1, keepdims=True),
            "W2": scale_w2 * dz2 @ a.T,
            "b1": scale_b1 * dz1.sum(axis=1, keepdims=True),
            "W1": dz1 @ x.T,
        }

    return cost, gradient, theta


@pytest.mark.parametrize(
    ("bugs", "broken"),
    [({}, set()), ({"scale_w2": 2}, {"W2"}), ({"scale_w2": 2, "scale_b1": 4}, {"W2", "b1"})],
)
def test_a_backward_pass_of_ones_own(bugs: dict[str, float], broken: set[str]) -> None:
    cost, gradient, theta = two_layers(**bugs)
    done = gradcheck.check_function(cost, gradient, theta, epsilon=1e-5)
    assert done.passed == (not broken)
    assert {k for k, apart in done.blocks.items() if apart > gradcheck.PASS_MARK} == broken
    assert done.checked == {"W1": 12, "b1": 4, "W2": 4, "b2": 1}


def test_a_function_of_one_number_and_of_an_array() -> None:
    assert gradcheck.check_function(lambda t: t * 2.0, lambda t: 2.0, 4.0).passed
    doubled = gradcheck.check_function(lambda t: t * 2.0, lambda t: 4.0, 4.0)
    assert doubled.difference == pytest.approx(1 / 3)
    theta = np.arange(6.0).reshape(2, 3)

    def spoils(t: np.ndarray) -> float:
        t *= 3
        return float((t**2).sum())

    done = gradcheck.check_function(spoils, lambda t: 18 * t, theta, most=4)
    assert done.passed
    assert done.checked == {"theta": 4}
    assert theta[1, 2] == 5


@pytest.mark.parametrize(
    ("cost", "gradient", "theta", "message"),
    [
        (np.sum, lambda t: np.ones(2), np.ones(3), r"theta: expected shape \(3,\), got \(2,\)"),
        (lambda t: t, np.ones_like, np.ones(3), r"cost: expected one number, got shape \(3,\)"),
        (lambda t: np.nan, np.ones_like, np.ones(3), "cost: expected a number, got"),
        (np.sum, np.ones_like, np.array([1, np.inf]), "theta: theta: expected a number, got"),
        (np.sum, np.ones_like, {}, "theta: expected parameters, got none"),
        (lambda p: 0.0, lambda p: {"w": 1.0}, {"W": 1.0}, "gradient: expected W, got w"),
        (lambda p: 0.0, lambda p: 1.0, {"W": 1.0}, r"arrays by name \(W\), got float"),
    ],
)
def test_what_is_no_function_with_its_gradient(cost, gradient, theta, message) -> None:
    with pytest.raises(ValueError, match=f"gradcheck: .*{message}"):
        gradcheck.check_function(cost, gradient, theta)
