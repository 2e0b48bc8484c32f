"""Evaluation mode: what is left to the products, and splits that are scored together."""

import tracemalloc
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from dnn import ACTIVATIONS, Data, Network, predict, score, scoring
from dnn.activations import forward_only
from dnn.affine import WIDE
from dnn.chunks import CHUNK_ROWS
from dnn.evaluation import Evaluation
from dnn.normalization import EPSILON
from dnn.scoring import ScoredSplit, Scorer


def population(network: Network, dtype: str, networks: int = 3) -> np.ndarray:
    """Parameters of no special value, running statistics included."""
    rng = np.random.default_rng(0)
    theta = network.initialize("he", [np.random.default_rng(k) for k in range(networks)], dtype)
    theta[:, network.n_weights :] += rng.uniform(0.1, 0.5, theta[:, network.n_weights :].shape)
    return theta


def rows(network: Network, count: int, dtype: str, seed: int = 0) -> Data:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((count, network.n_in))
    return Data(x.astype(dtype), (x[:, :1] > 0).astype(dtype))


def step_by_step(network: Network, theta: np.ndarray, x: np.ndarray) -> np.ndarray:
    """z (P, K, n) as the layers are defined, in float64."""
    a = np.broadcast_to(x.T, (len(theta), *x.T.shape)).astype(np.float64)
    for depth, block in enumerate(network.blocks(theta.astype(np.float64))):
        z = block.w @ a + (0 if block.gain is not None else block.b)
        if block.gain is not None:
            z = (z - block.mean) / np.sqrt(block.variance + EPSILON) * block.gain + block.b
        if depth < len(network.hidden):
            ACTIVATIONS[network.activation](z, z.copy()).forward()
        a = z
    return a


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-6)])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("hidden", [(), (3,), (18, 5), (5, 18, 4)], ids=str)
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_outputs_are_those_of_the_layers_one_by_one(
    activation: str, hidden: tuple[int, ...], batch_norm: bool, dtype: str, tolerance: float
) -> None:
    network = Network(9, hidden, 2, activation, "mean_squared_error", batch_norm and bool(hidden))
    compare_outputs(network, dtype, tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-6)])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("sizes", [(WIDE, 3, 1), (WIDE, 16, 2), (9, WIDE, WIDE, 2)], ids=str)
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_outputs_of_wide_layers_too(
    activation: str, sizes: Sequence[int], batch_norm: bool, dtype: str, tolerance: float
) -> None:
    """Whose weights are not copied."""
    n_in, *hidden, n_out = sizes
    network = Network(n_in, tuple(hidden), n_out, activation, "mean_squared_error", batch_norm)
    compare_outputs(network, dtype, tolerance)


def compare_outputs(network: Network, dtype: str, tolerance: float) -> None:
    theta = population(network, dtype)
    x = rows(network, 40, dtype).x
    found = predict(network, theta, x).swapaxes(1, 2)
    expected = step_by_step(network, theta, x)
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_an_activation_alone_is_the_first_half_of_its_layer(name: str, dtype: str) -> None:
    """Where it saturates, too."""
    z = np.concatenate([np.linspace(-8, 8, 321), [-1e4, -90.0, 90.0, 1e4]]).astype(dtype)
    z = np.tile(z, (2, 3, 1))
    whole, own, found = z.copy(), forward_only(name), z.copy()
    with np.errstate(all="ignore"):
        ACTIVATIONS[name](whole, z.copy()).forward()
        found *= own.before
        own.bind(found)()
    found = own.after * found + own.shift
    np.testing.assert_allclose(found, whole, rtol=1e-6, atol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("sizes", [(1, 1), (30, 7), (500, 12), (500, 13), (512, 512), (1100, 900)])
def test_splits_scored_together_have_the_scores_of_each(sizes: Sequence[int]) -> None:
    """Whatever rows of them are evaluated at once."""
    network = Network(4, (5,), 1)
    theta = population(network, "float64")
    splits = [rows(network, size, "float64", seed) for seed, size in enumerate(sizes)]
    found = Scorer(network, theta, [ScoredSplit(each) for each in splits])(np.arange(3))
    expected = np.concatenate([score(network, theta, each) for each in splits])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_scores_follow_theta_and_the_networks_asked_for() -> None:
    network = Network(20, (18, 5), 1, "sigmoid", batch_norm=True)
    theta = population(network, "float64")
    data = rows(network, CHUNK_ROWS + 9, "float64")
    scorer = Scorer(network, theta, [ScoredSplit(data)])
    for members in ([0, 1, 2], [2], [0, 2], [1, 2], [0, 1, 2]):
        theta *= 1.1
        found = scorer(np.array(members))
        np.testing.assert_allclose(found, score(network, theta[members], data), rtol=1e-12)


def test_rows_of_its_own_beside_rows_of_all() -> None:
    network = Network(4, (5,), 1)
    theta = population(network, "float64")
    train, dev = rows(network, 700, "float64"), rows(network, 90, "float64", 1)
    own = [np.arange(600), np.array([3, 3, 4]), np.arange(100, 700)]
    found = Scorer(network, theta, [ScoredSplit(train, own), ScoredSplit(dev)])(np.arange(3))
    for member, numbers in enumerate(own):
        alone = theta[member : member + 1]
        mine = Data(train.x[numbers], train.y[numbers])
        expected = np.concatenate([score(network, alone, mine), score(network, alone, dev)])
        np.testing.assert_allclose(found[:, member : member + 1], expected, rtol=1e-12)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_wide_networks_are_held_once(activation: str, batch_norm: bool) -> None:
    """What evaluation needs beside theta is little."""
    network = Network(WIDE, (WIDE, WIDE), 1, activation, batch_norm=batch_norm)
    theta = population(network, "float32")
    x = rows(network, 20, "float32").x
    tracemalloc.start()
    try:
        predict(network, theta, x)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < theta.nbytes / 4


@pytest.mark.parametrize("kept", [scoring.KEPT, 0])
def test_own_rows_have_the_same_bits_alone_and_among_others(
    monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Those of as many rows are one product where the rows are few; of many, none is copied."""
    monkeypatch.setattr(scoring, "KEPT", kept)
    network = Network(9, (18, 5), 1, batch_norm=True)
    theta, data = population(network, "float32", 5), rows(network, 900, "float32")
    theta[1] = np.nan
    rng = np.random.default_rng(0)
    own = [rng.integers(0, 900, count) for count in (600, 600, 599, 600, 40)]
    dev = [rng.integers(0, 900, count) for count in (30, 30, 30, 30, 31)]
    splits = [ScoredSplit(data, own), ScoredSplit(data, dev)]
    scorer = Scorer(network, theta, splits)
    everyone, some = scorer(np.arange(5)), scorer(np.array([0, 2, 4]))
    np.testing.assert_array_equal(everyone[:, [0, 2, 4]], some)
    for member in (0, 2, 3, 4):
        alone = [ScoredSplit(data, [one.rows[member]]) for one in splits if one.rows]
        found = Scorer(network, theta[member : member + 1].copy(), alone)(np.arange(1))
        np.testing.assert_array_equal(everyone[:, member : member + 1], found)


def test_buffers_are_bound_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though each network has another number of rows."""
    network = Network(4, (5,), 1)
    theta, data = population(network, "float64", 4), rows(network, 900, "float64")
    bound: list[int] = []
    bind = Evaluation._bind

    def counted(self: Evaluation, count: int) -> Callable[[np.ndarray], np.ndarray]:
        bound.append(count)
        return bind(self, count)

    monkeypatch.setattr(Evaluation, "_bind", counted)
    own = [np.arange(count) for count in (600, 700, 800, 900)]
    scorer = Scorer(network, theta, [ScoredSplit(data, own)])
    scorer(np.arange(4))
    scorer(np.arange(4))
    assert bound == [CHUNK_ROWS, 88, CHUNK_ROWS, 188, CHUNK_ROWS, 288, CHUNK_ROWS, 388]


@pytest.mark.parametrize(("beyond", "cuts"), [(0, 1), (1, 2)])
def test_chunks_are_kept_where_rows_and_targets_are_few(
    monkeypatch: pytest.MonkeyPatch, beyond: int, cuts: int
) -> None:
    network = Network(4, (5,), 1)
    theta, data = population(network, "float64"), rows(network, 90, "float64")
    times: list[int] = []
    row_chunks = scoring.row_chunks

    def counted(splits: Sequence[scoring.Rows]) -> Iterator[scoring.RowChunk]:
        times.append(len(splits))
        return row_chunks(splits)

    monkeypatch.setattr(scoring, "row_chunks", counted)
    monkeypatch.setattr(scoring, "KEPT", data.x.nbytes + data.y.nbytes - beyond)
    scorer = Scorer(network, theta, [ScoredSplit(data)])
    scorer(np.arange(3))
    scorer(np.arange(3))
    assert len(times) == cuts


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("hidden", [(), (5,), (18, 5), (WIDE, 4)], ids=str)
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu"])
def test_neighbours_change_no_bit(activation: str, hidden: tuple[int, ...], dtype: str) -> None:
    """Be they few or many, or not a number."""
    network = Network(9, hidden, 1, activation, batch_norm=bool(hidden))
    theta = population(network, dtype, 7)
    theta[3] = np.nan
    splits = [ScoredSplit(rows(network, 530, dtype)), ScoredSplit(rows(network, 41, dtype, 1))]
    scorer = Scorer(network, theta, splits)
    everyone, some = scorer(np.arange(7)), scorer(np.array([1, 6]))
    alone = Scorer(network, theta[6:].copy(), splits)(np.arange(1))
    np.testing.assert_array_equal(everyone[:, [1, 6]], some)
    np.testing.assert_array_equal(some[:, 1:], alone)
    assert np.isfinite(np.delete(everyone, 3, axis=1)).all()
