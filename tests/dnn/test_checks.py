"""What the public functions refuse, by name, and never with another kind of error."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dnn import Data, Network, Replay, Settings, Streams, fit, gradcheck, labels, predict, score

NETWORK = Network(3, (5, 4), 1)
X, Y = np.zeros((8, 3)), np.ones((8, 1))
THETA = NETWORK.initialize("he", Streams.spawn(0, 2).initial, np.float64)


def train(**change: Any) -> Any:
    given = {
        "network": NETWORK,
        "theta": THETA.copy(),
        "train": Data(X, Y),
        "dev": None,
        "streams": Streams.spawn(0, 2),
        "settings": Settings(),
    }
    return fit(**(given | change))


def check(**change: Any) -> Any:
    given = {"network": NETWORK, "theta": THETA[0], "x": X, "y": Y}
    return gradcheck.check(**(given | change))


READ_ONLY = THETA.copy()
READ_ONLY.flags.writeable = False
FAULTS: dict[str, tuple[Callable[[], Any], str]] = {
    "a width": (
        lambda: Network(3, 5, 1),
        "Network: hidden: expected a tuple of layer sizes, got 5",
    ),
    "a truth": (lambda: Network(True, (5,), 1), "Network: n_in: expected a whole number of 1 or"),
    "batch_norm": (
        lambda: Network(3, (5,), 1, batch_norm="no"),
        "batch_norm: expected True or Fal",
    ),
    "softmax": (
        lambda: Network(3, (5,), 1, loss="softmax_cross_entropy"),
        "n_out: expected 2 or more for softmax_cross_entropy, got 1",
    ),
    "delta": (
        lambda: Network(3, (), 1, loss="huber", loss_settings={"delta": None}),
        "huber: delta: expected a number > 0, got None",
    ),
    "bias": (
        lambda: NETWORK.initialize("he", Streams.spawn(0, 1).initial, bias=np.nan),
        "initialize: bias: expected a number, got nan",
    ),
    "dtype": (
        lambda: NETWORK.initialize("he", Streams.spawn(0, 1).initial, int),
        "initialize: dtype: expected float32 or float64, got <class 'int'>",
    ),
    "scale": (
        lambda: NETWORK.initialize("uniform", Streams.spawn(0, 1).initial, scale=np.inf),
        r"initialize: uniform\.scale: expected a number, got inf",
    ),
    "a list": (lambda: Data([[1.0]], Y), "Data: x: expected a NumPy array, got list"),
    "a frame": (lambda: Data(pd.DataFrame(X), Y), "Data: x: expected a NumPy array, got DataFrame"),
    "a masked array": (lambda: Data(np.ma.array(X), Y), "expected a NumPy array, got MaskedArray"),
    "spawn": (lambda: Streams.spawn(0, 1.5), "Streams.spawn: population: expected a whole number"),
    "seed": (lambda: Streams.spawn(-1, 2), "Streams.spawn: seed: expected a whole number of 0 or"),
    "theta": (lambda: train(theta=[1.0]), "fit: theta: expected a NumPy array, got list"),
    "integers": (
        lambda: train(theta=THETA.astype(int)),
        "fit: theta: expected float32 or float64, got int64",
    ),
    "read-only": (lambda: train(theta=READ_ONLY), "fit: theta: expected an array that can be writ"),
    "train": (lambda: train(train=(X, Y)), "fit: train: expected dnn.Data, got tuple"),
    "labels": (lambda: train(train=Data(X, 3 * Y)), "fit: train: y: expected 0 or 1 for binary_c"),
    "network": (lambda: train(network="net"), "fit: network: expected a dnn.Network, got str"),
    "streams": (lambda: train(streams=None), "fit: streams: expected dnn.Streams, got None"),
    "settings": (lambda: train(settings=None), "fit: settings: expected dnn.Settings, got NoneT"),
    "replay": (lambda: train(replay={}), r"fit: replay: expected dnn.Replay, got \{\}"),
    "rows": (lambda: train(rows=5), r"fit: rows: expected one array per network \(2\), got int"),
    "few": (
        lambda: train(streams=Streams.spawn(0, 3)),
        r"fit: streams\.order: expected one per network \(2\), got 3",
    ),
    "predict a list": (
        lambda: predict(NETWORK, THETA, [[1.0, 2, 3]]),
        "predict: x: expected a NumPy array of numbers, got list",
    ),
    "predict text": (
        lambda: predict(NETWORK, THETA, X.astype(str)),
        "predict: x: expected a NumPy array of numbers, got <U",
    ),
    "predict NaN": (
        lambda: predict(NETWORK, THETA, X * np.nan),
        "predict: x: expected finite numbers, got NaN or infinity",
    ),
    "score": (
        lambda: score(NETWORK, THETA, Data(X[:, :2], Y)),
        r"score: data: expected x \(n, 3\) and y \(n, 1\), got \(8, 2\)",
    ),
    "score labels": (
        lambda: score(NETWORK, THETA, Data(X, 3 * Y)),
        "score: data: y: expected 0 or 1 for binary_cross_entropy, got 3",
    ),
    "check rows": (lambda: check(y=Y[:5]), r"Data: expected x \(n, n_in\) and y \(n, K\), got"),
    "check width": (lambda: check(x=X[:, :2]), r"gradcheck: expected x \(n, 3\) and y \(n, 1\)"),
    "check most": (lambda: check(most=0), "gradcheck: most: expected a whole number of 1 or more"),
    "check epsilon": (lambda: check(epsilon=0), "gradcheck: epsilon: expected a number >= 1e-14"),
    "check l2": (lambda: check(l2=-1), "gradcheck: l2: expected a number >= 0, got -1"),
    "check fault": (
        lambda: check(faults={"W1": np.nan}),
        "gradcheck: faults: W1: expected a number",
    ),
    "check masks": (
        lambda: check(keep_prob=[0.5, 0.5], masks=[np.ones((5, 8))]),
        r"gradcheck: masks: expected one of \[\(5, 8\), \(4, 8\)\] a hidden layer",
    ),
    "check sevens": (
        lambda: check(keep_prob=[0.5, 0.5], masks=[np.full((5, 8), 7), np.ones((4, 8))]),
        "gradcheck: masks: expected 0 and 1 alone",
    ),
    "check size": (
        lambda: check(network=Network(3, (6000, 6000), 1), theta=np.zeros(36_036_001)),
        "gradcheck: expected at most 25,000,000 parameters, got 36,036,001",
    ),
    "smoothing": (lambda: labels.smooth(Y, "x"), "label_smoothing: expected a number >= 0 and < 1"),
    "weights": (lambda: labels.row_weights(Y, [0, 0]), "class_weights: expected 2 weights of 0 or"),
    "infinite weight": (
        lambda: labels.row_weights(Y, [np.inf, 1]),
        r"class_weights: expected a number >= 0, got \[inf, 1\]",
    ),
    "classes": (lambda: labels.one_hot([0], 2.0), "one_hot: classes: expected a whole number of 1"),
}


@pytest.mark.parametrize(("call", "message"), FAULTS.values(), ids=FAULTS)
def test_one_line_that_names_it(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as fault:
        call()
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("outputs", [1, 3])
def test_no_rows_have_no_predictions(outputs: int) -> None:
    for loss, columns in (("mean_squared_error", outputs), ("softmax_cross_entropy", outputs)):
        if loss == "softmax_cross_entropy" and outputs == 1:
            continue
        network = Network(3, (5,), outputs, loss=loss)
        theta = network.initialize("he", Streams.spawn(0, 2).initial)
        assert predict(network, theta, X[:0]).shape == (2, 0, columns)
    assert predict(NETWORK, THETA, X[:0]).shape == (2, 0, 2)


def test_a_list_of_widths_is_the_networks_own() -> None:
    widths = [5, 4]
    network = Network(3, widths, 1)
    widths.append(9)
    assert network == Network(3, np.array([5, 4]), 1) == NETWORK
    assert isinstance(Replay(), Replay)
