"""`fit`: bitwise independence of neighbours, records, divergence, faults."""

import dataclasses
import tracemalloc
from itertools import product

import numpy as np
import pytest

from dnn import OPTIMIZERS, Data, Network, Record, Settings, Streams, fit, one_hot, predict, score
from dnn.groups import NUMPY_BUFFER

DTYPES = {"float32": np.float32, "float64": np.float64}
TASKS = {
    "binary_cross_entropy": 1,
    "softmax_cross_entropy": 3,
    "mean_squared_error": 1,
    "huber": 1,
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
    assert [r.updates.tolist() for r in records] == [[0, 0], [batches] * 2, [2 * batches] * 2]
    assert [r.gradient_evaluations.tolist() for r in records] == [[0, 0], [83, 83], [166, 166]]
    weights = 6 if not hidden else 6 * 9 + 9 * 5 + 5
    per_row = 6 * weights - 2 * 6 * (hidden[0] if hidden else 1)
    assert (records[-1].flops == 166 * per_row).all()
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


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        *({"optimizer": name} for name in OPTIMIZERS),
        {"schedule": "one_cycle"},
        {"learning_rate": np.linspace(1e-4, 1e-3, 8), "keep_prob": np.linspace(0.3, 1, 8)},
        {"l1": 1.0, "max_norm": 1.0, "clip_norm": 1.0, "clip_value": 0.1},
        {"class_weights": [1, 2], "label_smoothing": 0.1},
    ],
    ids=str,
)
def test_the_hot_loop_allocates_nothing_that_grows(change: dict, batch_norm: bool) -> None:
    """The peak over 100 updates, loading included, and what is left after them."""
    population, rows, size = 8, 2000, 20
    network = Network(20, (64, 32), 1, batch_norm=batch_norm)
    generators = Streams.spawn(0, population)
    theta = network.initialize("he", generators.initial)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, 20)).astype(np.float32)
    given = Data(x, (x[:, :1] > 0).astype(np.float32))
    settings = dataclasses.replace(
        Settings(batch_size=size, l2=1.0, keep_prob=0.8, epochs=3), **change
    )
    training = fit(network, theta, given, None, generators, settings)
    next(training)
    next(training)
    (group,) = training._groups
    tracemalloc.start()
    with np.errstate(all="ignore"):
        np.setbufsize(NUMPY_BUFFER)
        group.run_epoch(2)
    left, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert group.stepper.steps == 200
    assert left < 2_048
    assert peak <= 65_536 + 16 * population * size
    assert theta.nbytes > 65_536  # so a copy of the parameters would be seen


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 0}, "batch_size: expected a whole number >= 1, got 0"),
        ({"batch_size": 2.5}, "batch_size: expected a whole number of 1 or more, got 2.5"),
        ({"epochs": -1}, "epochs: expected a whole number of 0 or more, got -1"),
        ({"patience": 0}, "patience: expected a whole number of 1 or more, got 0"),
        ({"epochs": 1.5}, "epochs: expected a whole number of 0 or more, got 1.5"),
        ({"epochs": True}, "epochs: expected a whole number of 0 or more, got True"),
        ({"batch_size": "full"}, "batch_size: expected a whole number >= 1, got 'full'"),
        ({"learning_rate": 0}, "learning_rate: expected a number > 0, got 0"),
        ({"learning_rate": np.nan}, "learning_rate: expected a number > 0, got nan"),
        ({"learning_rate": None}, "learning_rate: expected a number > 0, got None"),
        ({"optimizer_settings": {"epsilon": -1}}, r"adam\.epsilon: expected a number > 0, got -1"),
        ({"optimizer_settings": [1]}, r"settings of adam: expected a mapping, got \[1\]"),
        (
            {"schedule": "step", "schedule_settings": {"interval": 0}},
            r"step\.interval: expected a whole number >= 1, got 0",
        ),
        (
            {"schedule": "one_cycle", "schedule_settings": {"rise": 1}},
            r"one_cycle\.rise: expected a number > 0 and < 1, got 1",
        ),
        ({"patience": 3, "min_delta": np.nan}, "min_delta: expected a number >= 0, got nan"),
        ({"optimizer": "adma"}, "optimizer: expected one of .*; got 'adma'; did you mean 'adam'"),
        ({"schedule": "cosin"}, "schedule: expected one of .*got 'cosin'; did you mean 'cosine'"),
        ({"schedule": "step", "schedule_settings": {"deca": 1}}, "did you mean 'decay'"),
        (
            {"learning_rate": np.ones(3)},
            r"learning_rate: expected a number or one per network \(2,",
        ),
        ({"l2": -1.0}, "l2: expected a number >= 0, got -1.0"),
        ({"clip_norm": 0.0}, "clip_norm: expected a number > 0, got 0.0"),
        ({"keep_prob": 0.0}, "keep_prob: expected a number > 0 and <= 1, got 0.0"),
        ({"keep_prob": np.ones((2, 3))}, "keep_prob: expected one per hidden layer"),
        ({"keep_prob": np.ones((5, 2))}, r"keep_prob: expected a number, or shape \(2,\)"),
        ({"label_smoothing": 1.0}, "label_smoothing: expected a number >= 0 and < 1, got 1.0"),
        ({"class_weights": [1, 2, 3]}, "class_weights: expected 2 weights of 0 or more"),
        ({"loss": "hubr"}, "loss: expected one of .*; did you mean 'huber'"),
        ({"loss_settings": {"delta": 1}}, "loss_settings: expected none without a loss"),
        ({"loss": "huber", "label_smoothing": 0.1}, "expected a cross-entropy loss, got huber"),
        ({"class_weights": "even"}, "class_weights: expected numbers or 'balanced', got 'even'"),
    ],
)
def test_settings_that_cannot_be(change: dict, message: str) -> None:
    settings = dataclasses.replace(Settings(), **change)
    with pytest.raises(ValueError, match=message):
        train(Network(6, (5, 4), 1), range(2), settings, np.float32)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match=r"expected x \(n, 5\) and y \(n, 1\), got \(83, 6\)"):
        train(Network(5, (5,), 1), range(2), Settings(), np.float32)
    with pytest.raises(ValueError, match="hidden: expected a whole number of 1 or more, got 0"):
        Network(5, (0,), 1)
    with pytest.raises(
        ValueError, match=r"activation: expected one of relu, .*did you mean 'relu'"
    ):
        Network(5, (3,), 1, "rleu")
    with pytest.raises(ValueError, match="n_out: expected 1 for binary_cross_entropy, got 2"):
        Network(5, (3,), 2)
    with pytest.raises(ValueError, match="loss huber: expected one of delta; got 'delt'; did you"):
        Network(5, (3,), 1, loss="huber", loss_settings={"delt": 1})
    with pytest.raises(ValueError, match="at least one row"):
        Data(np.empty((0, 2)), np.empty((0, 1)))
    network = Network(6, (5,), 1)
    theta = network.initialize("he", streams(range(2)).initial)
    with pytest.raises(ValueError, match=r"theta: expected \(P, 41\) .*, got \(2, 40\)"):
        predict(network, theta[:, 1:], np.zeros((3, 6)))
    with pytest.raises(ValueError, match=r"x: expected \(n, 6\), got \(3, 5\)"):
        predict(network, theta, np.zeros((3, 5)))
    rows = data(network.loss, 20, np.float32)
    with pytest.raises(ValueError, match=r"streams\.order: expected one per network"):
        fit(network, theta, rows, None, streams(range(3)), Settings())
    with pytest.raises(ValueError, match="train: expected theta's type float32, got float64"):
        fit(network, theta, data(network.loss, 9, np.float64), None, streams(range(2)), Settings())
    own = [np.arange(5), np.array([3, 20])]
    with pytest.raises(ValueError, match=r"rows\[1\]: expected whole row numbers 0 … 19"):
        fit(network, theta, rows, None, streams(range(2)), Settings(), rows=own)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["x", "y"])
def test_data_must_be_finite(name: str, bad: float) -> None:
    values = {"x": np.zeros((4, 3)), "y": np.zeros((4, 1))}
    values[name][2, 0] = bad
    with pytest.raises(
        ValueError, match=f"Data: {name}: expected finite numbers, got .*in row 2, c"
    ):
        Data(**values)


def test_numbers_whose_sum_overflows_are_finite_all_the_same() -> None:
    Data(np.full((4, 3), 3e38, np.float32), np.zeros((4, 1), np.float32))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 3], r"expected whole numbers 0 … 2, got 3"),
        ([0, -1], r"expected whole numbers 0 … 2, got -1"),
        ([0, 1.5], r"expected whole numbers 0 … 2, got 1.5"),
        ([0, np.nan], r"expected whole numbers 0 … 2, got nan"),
        (["a", "b"], r"expected whole numbers of shape \(n,\), got <U1"),
        ([[0, 1]], r"expected whole numbers of shape \(n,\), got int64 of shape \(1, 2\)"),
    ],
)
def test_labels_that_are_none(labels: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        one_hot(labels, 3)


def test_one_hot_has_more_classes_than_the_label_type_can_count() -> None:
    rows = one_hot(np.array([0, 127], np.int8), 300)
    assert rows.shape == (2, 300)
    assert rows.argmax(axis=1).tolist() == [0, 127]


def test_early_stopping_brings_the_best_weights_back() -> None:
    """Each network by itself; its record is of what theta then holds."""
    network = Network(6, (40,), 1)
    settings = Settings("adam", 0.03, batch_size=16, epochs=80, patience=5)
    theta, records = train(network, range(4), settings, np.float32)
    dev = np.array([r.dev_loss for r in records])
    ended = np.array([r.active for r in records]).sum(axis=0)
    assert len(set(ended)) > 1  # not all at the same epoch
    held = score(network, theta, data(network.loss, 40, np.float32, seed=1))[0]
    np.testing.assert_array_equal(held, records[-1].dev_loss)
    for row, epoch in enumerate(ended):
        seen = dev[:epoch, row]
        assert held[row] == seen.min()
        assert epoch - seen.argmin() == settings.patience
        assert records[-1].updates[row] == epoch * 6
    # Without patience the same networks go on, with the same numbers until then.
    _, on = train(network, range(4), dataclasses.replace(settings, patience=None), np.float32)
    first = ended.min()
    np.testing.assert_array_equal(dev[:first], np.array([r.dev_loss for r in on])[:first])


def test_patience_that_never_ends_still_ends_with_the_best() -> None:
    network = Network(6, (40,), 1)
    settings = Settings("adam", 0.03, batch_size=16, epochs=30, patience=1000)
    _, records = train(network, range(3), settings, np.float32)
    dev = np.array([r.dev_loss for r in records])
    np.testing.assert_array_equal(dev[-1], dev[:-1].min(axis=0))


def test_class_weights_and_smoothing_change_the_training_and_no_score() -> None:
    network = Network(6, (8,), 3, loss="softmax_cross_entropy")
    plain, _ = train(network, range(2), Settings(epochs=30), np.float64)
    for change in ({"class_weights": [1, 1, 20]}, {"label_smoothing": 0.3}):
        settings = dataclasses.replace(Settings(epochs=30), **change)
        theta, records = train(network, range(2), settings, np.float64)
        assert (theta != plain).any()
        rows = data(network.loss, 83, np.float64)
        np.testing.assert_allclose(records[-1].train_loss, score(network, theta, rows)[0])
        if "class_weights" in change:
            share = np.exp(predict(network, theta, rows.x)).mean(axis=1)
            usual = np.exp(predict(network, plain, rows.x)).mean(axis=1)
            assert (share[:, 2] > usual[:, 2] + 0.05).all()


def test_a_loss_of_the_settings_changes_the_training_and_no_score() -> None:
    network = Network(6, (8,), 1, loss="mean_squared_error")
    settings = Settings(epochs=20, loss="huber", loss_settings={"delta": 0.5})
    theta, records = train(network, range(2), settings, np.float64)
    of_its_own = Network(6, (8,), 1, loss="huber", loss_settings={"delta": 0.5})
    same, others = train(of_its_own, range(2), Settings(epochs=20), np.float64)
    np.testing.assert_array_equal(theta, same)
    rows = data(network.loss, 83, np.float64)
    np.testing.assert_array_equal(records[-1].train_loss, score(network, theta, rows)[0])
    np.testing.assert_array_equal(others[-1].train_loss, score(of_its_own, theta, rows)[0])


def test_weights_of_classes_are_repeated_rows() -> None:
    """A class that weighs twice is a class whose rows are there twice, in a full batch."""
    network = Network(6, (8,), 1)
    rows = data(network.loss, 60, np.float64)
    is_one = rows.y[:, 0] == 1
    twice = Data(np.concatenate([rows.x, rows.x[is_one]]), np.concatenate([rows.y, rows.y[is_one]]))
    thetas = []
    for given, weights in ((rows, [1, 2]), (twice, None)):
        theta = network.initialize("he", streams(range(2)).initial, np.float64)
        settings = Settings("adam", batch_size=1000, epochs=20, class_weights=weights)
        list(fit(network, theta, given, None, streams(range(2)), settings))
        thetas.append(theta)
    np.testing.assert_allclose(*thetas, rtol=1e-9, atol=1e-12)


def test_all_have_diverged_but_not_at_once() -> None:
    network = Network(6, (8,), 1, loss="mean_squared_error")
    rates = np.array([0.01, 1e6, 1e8])
    settings = Settings("gradient_descent", rates, epochs=5)
    _, records = train(network, range(3), settings, np.float32)
    assert records[-1].active.tolist() == [True, False, False]
    assert records[-1].updates[0] == 5 * 3 > records[-1].updates[1]
