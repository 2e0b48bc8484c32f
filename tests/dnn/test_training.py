"""`fit`: bitwise independence of neighbours, records, divergence, faults."""

import dataclasses
import tracemalloc
from itertools import product

import numpy as np
import pytest

from dnn import OPTIMIZERS, Data, Network, Record, Streams, fit, predict
from dnn.training import Settings, _bind_epoch

DTYPES = {"float32": np.float32, "float64": np.float64}
TASKS = {
    "binary_cross_entropy": 1,
    "softmax_cross_entropy": 3,
    "mean_squared_error": 1,
}


def data(loss: str, rows: int, dtype: type, seed: int = 0) -> Data:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, 6))
    if loss == "binary_cross_entropy":
        y = (x[:, :1] * x[:, 1:2] > 0).astype(float)
    elif loss == "softmax_cross_entropy":
        y = np.eye(3)[np.digitize(x[:, 0], [-0.5, 0.5])]
    else:
        y = np.sin(2 * x[:, :1]) + 0.1 * rng.standard_normal((rows, 1))
    return Data(x.astype(dtype), y.astype(dtype))


def streams(rows: range, seed: int = 5) -> Streams:
    """The networks of these numbers, whoever else is there."""
    everyone = Streams.spawn(seed, rows.stop)

    def pick(generators: list) -> list:
        return [generators[row] for row in rows]

    return Streams(pick(everyone.initial), pick(everyone.order), pick(everyone.dropout))


def train(
    network: Network, rows: range, settings: Settings, dtype: type, train_rows: int = 83
) -> tuple[np.ndarray, list[Record]]:
    generators = streams(rows)
    theta = network.initialize("he", generators.initial, dtype)
    records = fit(
        network,
        theta,
        data(network.loss, train_rows, dtype),
        data(network.loss, 40, dtype, seed=1),
        generators,
        settings,
    )
    return theta, list(records)


@pytest.mark.parametrize("dtype", list(DTYPES.values()), ids=list(DTYPES))
@pytest.mark.parametrize(("optimizer", "loss"), list(product(OPTIMIZERS, TASKS)))
def test_row_3_of_8_equals_a_population_of_one(optimizer: str, loss: str, dtype: type) -> None:
    """With dropout, a partial last batch, and neighbours of other hyperparameters."""
    network = Network(6, (9, 5), TASKS[loss], "relu", loss)
    rates, penalties = np.linspace(0.001, 0.05, 8), np.linspace(0, 3, 8)
    keep = np.linspace(0.5, 1, 16).reshape(8, 2)

    def settings(rows: slice) -> Settings:
        return Settings(
            optimizer,
            rates[rows],
            batch_size=16,
            epochs=4,
            l2=penalties[rows],
            keep_prob=keep[rows],
        )

    together, records = train(network, range(8), settings(slice(8)), dtype)
    alone, solo = train(network, range(3, 4), settings(slice(3, 4)), dtype)
    np.testing.assert_array_equal(together[[3]], alone)
    for record, one in zip(records, solo, strict=True):
        for name in ("train_loss", "train_error", "dev_loss", "dev_error"):
            np.testing.assert_array_equal(getattr(record, name)[[3]], getattr(one, name))


def test_a_diverging_neighbour_changes_nothing() -> None:
    network = Network(6, (8,), 1, loss="mean_squared_error")
    rates = np.array([0.01, 1e6, 0.02])

    def settings(rows: slice) -> Settings:
        return Settings("gradient_descent", rates[rows], batch_size=20, epochs=6)

    together, records = train(network, range(3), settings(slice(3)), np.float32)
    alone, solo = train(network, range(2, 3), settings(slice(2, 3)), np.float32)
    np.testing.assert_array_equal(together[[2]], alone)
    assert records[-1].diverged.tolist() == [False, True, False]
    assert np.isnan(records[-1].train_loss[1])
    assert np.isfinite(records[-1].train_loss[[0, 2]]).all()
    assert len(solo) == len(records) == 7


def test_training_ends_when_all_have_diverged() -> None:
    network = Network(6, (8,), 1, loss="mean_squared_error")
    settings = Settings("gradient_descent", 1e8, epochs=50)
    _, records = train(network, range(2), settings, np.float32)
    assert records[-1].diverged.all()
    assert len(records) < 51


@pytest.mark.parametrize("hidden", [(), (9, 5)], ids=str)
@pytest.mark.parametrize("batch_size", [1, 16, 82, 83, 1000])
def test_records_count_the_costs(batch_size: int, hidden: tuple[int, ...]) -> None:
    network = Network(6, hidden, 1)
    _, records = train(network, range(2), Settings(batch_size=batch_size, epochs=2), np.float32)
    batches = -(-83 // batch_size)
    assert [r.epoch for r in records] == [0, 1, 2]
    assert [r.updates for r in records] == [0, batches, 2 * batches]
    assert [r.gradient_evaluations for r in records] == [0, 83, 166]
    weights = 6 if not hidden else 6 * 9 + 9 * 5 + 5
    per_row = 6 * weights - 2 * 6 * (hidden[0] if hidden else 1)
    assert records[-1].flops == 166 * per_row
    assert records[0].seconds == 0 < records[-1].seconds


@pytest.mark.parametrize(("loss", "outputs"), list(TASKS.items()))
def test_it_learns(loss: str, outputs: int) -> None:
    network = Network(6, (32, 16), outputs, "tanh", loss)
    settings = Settings("adam", 0.01, batch_size=16, epochs=60)
    _, records = train(network, range(3), settings, np.float32)
    assert (records[-1].train_loss < 0.2 * records[0].train_loss).all()


def test_records_are_those_of_predict() -> None:
    """Evaluation mode, on splits longer than one evaluation chunk."""
    network = Network(6, (7,), 3, loss="softmax_cross_entropy")
    settings = Settings(epochs=2, keep_prob=0.5)
    theta, records = train(network, range(2), settings, np.float64, train_rows=1200)
    rows = data(network.loss, 1200, np.float64)
    log_p = predict(network, theta, rows.x)
    np.testing.assert_allclose(np.exp(log_p).sum(axis=-1), 1)
    expected = -(log_p * rows.y).sum(axis=-1).mean(axis=-1)
    np.testing.assert_allclose(records[-1].train_loss, expected)
    wrong = (log_p.argmax(axis=-1) != rows.y.argmax(axis=-1)).mean(axis=-1)
    np.testing.assert_allclose(records[-1].train_error, wrong)


def test_the_penalty_is_lambda_over_2m_on_weights_alone() -> None:
    """One full-batch step with and without: the difference is −α(λ/m)W, and 0 for biases."""
    network = Network(6, (5,), 1)
    plain, _ = train(network, range(2), Settings("gradient_descent", 0.1, 83, 1), np.float64)
    decayed, _ = train(
        network, range(2), Settings("gradient_descent", 0.1, 83, 1, l2=7.0), np.float64
    )
    start = network.initialize("he", streams(range(2)).initial, np.float64)
    expected = -0.1 * 7 / 83 * start
    np.testing.assert_allclose(decayed - plain, expected, atol=1e-15)


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_the_hot_loop_allocates_nothing_that_grows(optimizer: str) -> None:
    """The peak over an epoch: the batch's indices and the generators' shuffles, no buffers."""
    population, rows, size = 8, 2000, 20
    network = Network(20, (64, 32), 1)
    generators = Streams.spawn(0, population)
    theta = network.initialize("he", generators.initial)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, 20)).astype(np.float32)
    data = Data(x, (x[:, :1] > 0).astype(np.float32))
    settings = Settings(optimizer, batch_size=size, l2=1.0)
    keep_prob = np.full((population, 2), 0.8)
    run_epoch, _ = _bind_epoch(network, theta, data, generators, settings, keep_prob)
    run_epoch()
    tracemalloc.start()
    run_epoch()
    left, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 2_048
    assert peak <= 65_536 + 16 * population * size + 8 * rows
    assert theta.nbytes > 65_536  # so a copy of the parameters would be seen


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, "batch_size: expected 1 or more, got 0"),
        ({"optimizer": "adma"}, "optimizer: expected one of gradient_descent.*got adma"),
        ({"keep_prob": 0.0}, "keep_prob: expected 0 < keep_prob <= 1, got 0.0"),
        ({"keep_prob": np.ones((2, 3))}, "keep_prob: expected one per hidden layer"),
    ],
)
def test_settings_that_cannot_be(change: dict, message: str) -> None:
    settings = dataclasses.replace(Settings(), **change)
    with pytest.raises(ValueError, match=message):
        train(Network(6, (5, 4), 1), range(2), settings, np.float32)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match=r"expected x \(n, 5\) and y \(n, 1\), got \(83, 6\)"):
        train(Network(5, (5,), 1), range(2), Settings(), np.float32)
    with pytest.raises(ValueError, match="layer sizes of 1 or more, got 0"):
        Network(5, (0,), 1)
    with pytest.raises(ValueError, match="activation: expected one of relu"):
        Network(5, (3,), 1, "rleu")
    with pytest.raises(ValueError, match="at least one row"):
        Data(np.empty((0, 2)), np.empty((0, 1)))
