"""Dropout's masks and batch normalization's statistics."""

import numpy as np
import pytest

from dnn import Network, layers
from dnn.binding import bind
from dnn.evaluation import Evaluation


def bits(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, shape, dtype=np.uint16)


@pytest.mark.parametrize("keep_prob", [0.003, 0.5, 0.86, 1.0])
def test_dropout_keeps_its_share_and_scales_it(keep_prob: float) -> None:
    a, d = np.ones((1, 100, 4000)), np.ones((1, 100, 4000))
    out = np.empty_like(a)
    bound = layers.dropout(a, out, d, bits(a.shape), np.full((1, 1, 1), keep_prob))
    bound.forward()
    kept = (out > 0).mean()
    assert kept == pytest.approx(keep_prob, abs=4 * np.sqrt(keep_prob * (1 - keep_prob) / 4e5))
    # The scale is that of the 65,536ths, so the expectation is exact.
    steps = round(keep_prob * 65536)
    assert set(np.unique(out)) <= {0.0, 65536 / steps}
    bound.backward()
    np.testing.assert_array_equal(out, d)


def test_every_bit_pattern_counts_once() -> None:
    """Of all 65,536 patterns, exactly the share of keep_prob stays."""
    a = np.ones((1, 256, 256))
    out = np.empty_like(a)
    every = np.arange(65536, dtype=np.uint16).reshape(a.shape)
    layers.dropout(a, out, a.copy(), every, np.full((1, 1, 1), 0.8)).forward()
    assert (out > 0).sum() == round(0.8 * 65536)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_relu_and_dropout_in_one_are_relu_and_dropout(dtype: type) -> None:
    rng = np.random.default_rng(0)
    keep = np.array([0.5, 0.9, 1.0])[:, None, None]
    z = rng.standard_normal((3, 7, 11)).astype(dtype)
    d = rng.standard_normal(z.shape).astype(dtype)
    from dnn.activations import relu

    one, two, d_one, d_two = z.copy(), z.copy(), d.copy(), d.copy()
    out, random = np.empty_like(z), bits(z.shape)
    fused = layers.relu_dropout(one, d_one, random, keep)
    first, second = relu(two, d_two), layers.dropout(two, out, d_two, random, keep)
    for call in (fused.forward, fused.backward, first.forward, second.forward):
        call()
    second.backward()
    first.backward()
    np.testing.assert_array_equal(one, out)
    np.testing.assert_array_equal(d_one, d_two)


def test_a_network_draws_its_masks_from_its_own_generator() -> None:
    network = Network(3, (6, 5), 1)
    theta = network.initialize("he", [np.random.default_rng(k) for k in range(4)])
    grad = np.empty((4, network.n_parameters), theta.dtype)
    keep = np.full((4, 2), 0.5)
    many = bind(network, theta, grad, 9, keep)
    alone = bind(network, theta[2:3], grad[2:3], 9, keep[2:3])
    many.draw([np.random.default_rng(k) for k in range(4)])
    alone.draw([np.random.default_rng(2)])
    np.testing.assert_array_equal(many.bits[2], alone.bits[0])
    assert (many.bits[0] != many.bits[1]).any()


def test_batch_normalization_normalizes_and_remembers() -> None:
    """After many batches the running statistics are the data's, and evaluation uses them."""
    rng = np.random.default_rng(0)
    network = Network(4, (5,), 1, "identity", "mean_squared_error", batch_norm=True)
    theta = network.initialize("he", [rng, rng], np.float64)
    grad = np.empty((2, network.n_parameters))
    batch = bind(network, theta, grad, 200)
    weights = network.blocks(theta)[0].w
    x = 3 + 2 * rng.standard_normal((200, 4))
    batch.x[:] = x
    for _ in range(300):
        batch.forward()
    linear = np.matmul(weights, x.T)
    block = network.blocks(theta)[0]
    np.testing.assert_allclose(block.mean[..., 0], linear.mean(axis=2))
    np.testing.assert_allclose(block.variance[..., 0], linear.var(axis=2, ddof=1))
    normalized = (linear - linear.mean(axis=2, keepdims=True)) / np.sqrt(
        linear.var(axis=2, ddof=1, keepdims=True) + 1e-5
    )
    last = network.blocks(theta)[1]
    expected = np.matmul(last.w, normalized) + last.b
    logits = Evaluation(network, theta).outputs(x).swapaxes(1, 2)
    np.testing.assert_allclose(logits, expected, rtol=1e-10, atol=1e-12)


def test_a_batch_of_one_row_changes_no_running_statistics() -> None:
    network = Network(4, (5,), 1, batch_norm=True)
    theta = network.initialize("he", [np.random.default_rng(0)], np.float64)
    before = theta.copy()
    batch = bind(network, theta, np.empty((1, network.n_parameters)), 1)
    batch.x[:] = 7
    batch.y[:] = 1
    batch.gradient()
    np.testing.assert_array_equal(theta, before)
    assert np.isfinite(batch.z).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5, 3, 8), (64, 128, 64), (32, 256, 64), (128, 128, 256)])
@pytest.mark.parametrize("is_transposed", [False, True])
def test_a_product_follows_its_operands(
    shape: tuple[int, int, int], is_transposed: bool, dtype: type
) -> None:
    """Of every size, on both sides of where a transposed operand is copied first."""
    rng, (m, k, n) = np.random.default_rng(0), shape
    left, out = rng.standard_normal((2, m, k)).astype(dtype), np.empty((2, m, n), dtype)
    stored = np.empty((2, n, k) if is_transposed else (2, k, n), dtype)
    right = stored.swapaxes(1, 2) if is_transposed else stored
    multiply = layers.product(left, right, out)
    for _ in range(2):  # the second time with other numbers in the same place
        stored[:] = rng.standard_normal(stored.shape)
        multiply()
        expected = np.matmul(left.astype(np.float64), right.astype(np.float64))
        np.testing.assert_allclose(out, expected, atol=k * np.finfo(dtype).eps * 10)


@pytest.mark.parametrize("large", [2**25, 0])
@pytest.mark.parametrize("n_in", [1, 2, 3, 7, 8, 30])
def test_a_batch_holds_the_rows_that_were_asked_for(
    n_in: int, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many columns stand behind them so that they are gathered in one move, or in two."""
    monkeypatch.setattr("dnn.network.LARGE", large)
    rng, net = np.random.default_rng(0), Network(n_in, (16,), 1)
    x = rng.standard_normal((9, n_in)).astype(np.float32)
    y = rng.standard_normal((9, 1)).astype(np.float32)
    theta = np.zeros((2, net.n_columns), np.float32)
    batch = bind(net, theta, np.zeros_like(theta), 4)
    rows = rng.integers(0, 9, (2, 4))
    batch.load(net.table(x, y), None, rows)
    np.testing.assert_array_equal(batch.x[..., :n_in], x[rows])
    np.testing.assert_array_equal(batch.y, y[rows])
    assert (batch.x[..., n_in:] == 1).all()
