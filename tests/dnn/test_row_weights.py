"""Weights of rows: in what is trained on and in scores, of the engine and of the estimators."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

import dnn
from dnn.estimators import MLPClassifier, MLPRegressor

LOSSES = {"binary_cross_entropy": 1, "softmax_cross_entropy": 3, "mean_squared_error": 1}


def rows(loss: str, count: int, seed: int = 0) -> dnn.Data:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((count, 4))
    code = np.digitize(x[:, 0] + rng.standard_normal(count), [-0.5, 0.5])
    y = {
        "binary_cross_entropy": lambda: (code[:, None] > 1).astype(float),
        "softmax_cross_entropy": lambda: np.eye(3)[code],
        "mean_squared_error": lambda: x[:, :1] ** 2,
    }[loss]()
    return dnn.Data(x, y)


def trained(
    loss: str, train: dnn.Data, dev: dnn.Data, settings: dnn.Settings, **of: object
) -> tuple[np.ndarray, dnn.Record]:
    network = dnn.Network(4, (5,), LOSSES[loss], loss=loss)
    streams = dnn.Streams.spawn(3, 2)
    theta = network.initialize("he", streams.initial, "float64")
    return theta, dnn.fit(network, theta, train, dev, streams, settings, **of).run()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("own_rows", [False, True])
@pytest.mark.parametrize("change", [{}, {"class_weights": "balanced"}, {"patience": 3}], ids=str)
def test_a_weight_of_2_is_a_row_twice_and_one_of_0_is_none(
    loss: str, own_rows: bool, change: dict
) -> None:
    if "class_weights" in change and loss == "mean_squared_error":
        change = {}
    train, dev = rows(loss, 40), rows(loss, 30, seed=1)
    times = np.random.default_rng(2).integers(0, 3, 40)
    dev_times = np.random.default_rng(3).integers(0, 3, 30)
    settings = dnn.Settings(batch_size=1000, epochs=8, learning_rate=0.05, **change)
    many = [np.repeat(np.arange(len(t)), t) for t in (times, dev_times)]
    doubled = [dnn.Data(d.x[own], d.y[own]) for d, own in zip((train, dev), many, strict=True)]
    theta, record = trained(loss, doubled[0], doubled[1], settings)
    weighted = [
        dataclasses.replace(data, weights=t.astype(float) * 7)
        for data, t in zip((train, dev), (times, dev_times), strict=True)
    ]
    each: dict = {}
    if own_rows:  # rows that are of neither network stand among them
        weighted = [
            dnn.Data(
                np.concatenate([d.x, 9 + d.x]),
                np.concatenate([d.y, d.y]),
                np.concatenate([d.weights, 5 + d.weights]),
            )
            for d in weighted
        ]
        each = {"rows": [np.arange(40)] * 2, "dev_rows": [np.arange(30)] * 2}
    found, weighted_record = trained(loss, *weighted, settings, **each)
    np.testing.assert_allclose(found, theta, rtol=1e-9, atol=1e-12)
    for name in ("train_loss", "train_error", "dev_loss", "dev_error"):
        expected = getattr(record, name)
        np.testing.assert_allclose(getattr(weighted_record, name), expected, rtol=1e-9)


def test_small_batches_go_by_the_weights_and_equal_weights_change_no_bit() -> None:
    train, dev = rows("binary_cross_entropy", 50), rows("binary_cross_entropy", 20, seed=1)
    settings = dnn.Settings(batch_size=8, epochs=3)
    plain, _ = trained("binary_cross_entropy", train, dev, settings)
    alike = dataclasses.replace(train, weights=np.full(50, 4.0))
    np.testing.assert_array_equal(trained("binary_cross_entropy", alike, dev, settings)[0], plain)
    other = dataclasses.replace(train, weights=np.arange(50.0))
    assert (trained("binary_cross_entropy", other, dev, settings)[0] != plain).any()


def test_scores_are_those_of_scikit_learn() -> None:
    data = rows("softmax_cross_entropy", 1200)  # more than one chunk
    data = dataclasses.replace(data, weights=np.random.default_rng(4).exponential(size=1200))
    network = dnn.Network(4, (5,), 3, loss="softmax_cross_entropy")
    theta = network.initialize("he", dnn.Streams.spawn(0, 2).initial, "float64")
    loss, error = dnn.score(network, theta, data)
    for number, log_p in enumerate(dnn.predict(network, theta, data.x)):
        true, said = data.y.argmax(axis=1), log_p.argmax(axis=1)
        wanted = log_loss(true, np.exp(log_p), sample_weight=data.weights)
        np.testing.assert_allclose(loss[number], wanted, rtol=1e-12)
        wrong = 1 - accuracy_score(true, said, sample_weight=data.weights)
        np.testing.assert_allclose(error[number], wrong, rtol=1e-12)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.array([1.0, -1, 1]), "finite numbers >= 0, got -1.0 in row 1"),
        (np.array([1.0, 1, np.nan]), "finite numbers >= 0, got nan in row 2"),
        (np.zeros(3), "a weight above 0, got 0 in every row"),
        (np.ones(2), r"shape \(3,\), got \(2,\)"),
    ],
)
def test_weights_that_cannot_be(weights: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=f"Data: weights: expected .*{message}"):
        dnn.Data(np.ones((3, 1)), np.ones((3, 1)), weights)


def test_own_rows_that_all_weigh_nothing_are_refused() -> None:
    data = dataclasses.replace(rows("mean_squared_error", 6), weights=np.arange(6) // 3 * 1.0)
    with pytest.raises(ValueError, match="rows: expected a weight above 0 among a network's rows"):
        trained("mean_squared_error", data, data, dnn.Settings(), rows=[np.arange(3), np.arange(6)])


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
def test_an_estimator_goes_by_the_weights_with_rows_held_out_too(make: type) -> None:
    x = np.random.default_rng(0).standard_normal((80, 1))
    y = np.tile([0.0, 1.0], 40)  # nothing but the weights speaks for one of them
    how = {"hidden": (), "patience": 20, "epochs": 60, "learning_rate": 0.05, "random_state": 0}
    plain = make(**how).fit(x, y).predict(x)
    alike = make(**how).fit(x, y, sample_weight=np.full(80, 2.5))
    np.testing.assert_array_equal(alike.predict(x), plain)
    weighted = make(**how).fit(x, y, sample_weight=np.where(y == 1, 9.0, 1.0))
    assert weighted.predict(x).mean() > 0.8
