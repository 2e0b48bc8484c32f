"""What the estimators refuse, and the whole of what they say."""

from typing import Any

import numpy as np
import pytest

import dnn
from dnn import arguments
from dnn.estimators import MLPClassifier, MLPRegressor

X = np.random.default_rng(0).standard_normal((30, 3))
SPECIES = np.array(["setosa", "versicolor", "virginica"] * 10)

ARGUMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "activation": (
        {"activation": "rleu"},
        f"activation: expected one of {', '.join(dnn.ACTIVATIONS)}; got 'rleu'; "
        "did you mean 'relu'?",
    ),
    "initializer": (
        {"initializer": "He"},
        f"initializer: expected one of {', '.join(dnn.INITIALIZERS)}; got 'He'; did you mean 'he'?",
    ),
    "optimizer": (
        {"optimizer": "adma"},
        f"optimizer: expected one of {', '.join(dnn.OPTIMIZERS)}; got 'adma'; did you mean 'adam'?",
    ),
    "no name is near": (
        {"dtype": 64},
        "dtype: expected one of float32, float64; got 64",
    ),
    "a setting": (
        {"optimizer_settings": {"betta1": 0.9}},
        "optimizer_settings: adam: expected one of beta1, beta2, epsilon; got 'betta1'; "
        "did you mean 'beta1'?",
    ),
    "another's setting": (
        {"optimizer": "gradient_descent", "optimizer_settings": {"beta": 0.9}},
        "optimizer_settings: gradient_descent: expected no settings; got 'beta'",
    ),
    "a setting's value": (
        {"optimizer_settings": {"beta1": "0.9"}},
        "optimizer_settings: beta1: expected a number, got '0.9'",
    ),
    "no settings": (
        {"optimizer_settings": 0.9},
        "optimizer_settings: expected None or a mapping of names to numbers, got 0.9",
    ),
    "no width": (
        {"hidden": (8, 0)},
        "hidden: expected a tuple of layer sizes of 1 or more, got (8, 0)",
    ),
    "no tuple": ({"hidden": 32}, "hidden: expected a tuple of layer sizes of 1 or more, got 32"),
    "learning_rate": ({"learning_rate": 0}, "learning_rate: expected a number > 0, got 0"),
    "infinite": (
        {"learning_rate": float("inf")},
        "learning_rate: expected a number > 0, got inf",
    ),
    "text": ({"learning_rate": "1e-3"}, "learning_rate: expected a number > 0, got '1e-3'"),
    "batch_size": (
        {"batch_size": "auto"},
        "batch_size: expected a whole number of 1 or more, or 'full', got 'auto'",
    ),
    "epochs": ({"epochs": 2.0}, "epochs: expected a whole number of 1 or more, got 2.0"),
    "a truth": ({"epochs": True}, "epochs: expected a whole number of 1 or more, got True"),
    "l2": ({"l2": -1e-4}, "l2: expected a number >= 0, got -0.0001"),
    "NaN": ({"l2": float("nan")}, "l2: expected a number >= 0, got nan"),
    "keep_prob": ({"keep_prob": 0.0}, "keep_prob: expected a number > 0 and <= 1, got 0.0"),
    "batch_norm": ({"batch_norm": 1}, "batch_norm: expected True or False, got 1"),
    "n_networks": (
        {"n_networks": 0},
        "n_networks: expected a whole number of 1 or more, got 0",
    ),
    "patience": (
        {"patience": 0},
        "patience: expected None or a whole number of epochs, 1 or more, got 0",
    ),
    "validation_fraction": (
        {"validation_fraction": 1},
        "validation_fraction: expected a number > 0 and < 1, got 1",
    ),
}


def message(fault: pytest.ExceptionInfo[ValueError]) -> str:
    return str(fault.value)


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize(("arguments", "says"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_a_wrong_argument(make: type, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError) as fault:  # noqa: PT011 - the whole message is compared
        make(**arguments).fit(X, np.arange(30) % 3)
    assert message(fault) == f"{make.__name__}: {says}"


def test_every_argument_is_checked() -> None:
    checked = {*arguments.NAMES, *arguments.RULES}
    assert checked | {"random_state"} == set(MLPClassifier().get_params())


def test_numpys_numbers_and_lists_are_right() -> None:
    arguments = {"hidden": [np.int64(4)], "epochs": np.int32(2), "l2": np.float32(0.5)}
    model = MLPClassifier(**arguments, optimizer_settings={"beta1": np.float64(0.8)})
    assert model.fit(X, SPECIES).n_iter_ == 2


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_rows_that_are_not_finite(value: float) -> None:
    model, broken = MLPClassifier(epochs=1).fit(X, SPECIES), X.copy()
    broken[3, 1] = value
    begins = {np.nan: "Input X contains NaN.", np.inf: "Input X contains infinity"}[value]
    for call in (lambda: MLPClassifier().fit(broken, SPECIES), lambda: model.predict(broken)):
        with pytest.raises(ValueError, match=begins):
            call()


def test_another_number_of_features() -> None:
    model = MLPRegressor(epochs=1).fit(X, X[:, 0])
    with pytest.raises(ValueError) as fault:  # noqa: PT011 - the whole message is compared
        model.predict(X[:, :2])
    assert message(fault) == (
        "X has 2 features, but MLPRegressor is expecting 3 features as input."
    )


def test_one_class() -> None:
    with pytest.raises(ValueError) as fault:  # noqa: PT011 - the whole message is compared
        MLPClassifier().fit(X, ["setosa"] * 30)
    assert message(fault) == (
        "MLPClassifier: y: expected two classes or more, got one class, 'setosa'"
    )


def test_labels_unseen_in_fit_are_mistakes() -> None:
    """As scikit-learn's classifiers count them: a fold may lack a class."""
    model = MLPClassifier(epochs=1).fit(X[:20], [0, 1] * 10)
    labels = model.predict(X)
    assert model.score(X, np.where(labels == 0, 2, labels)) == (labels == 1).mean()


@pytest.mark.parametrize("n_networks", [1, 3])
def test_every_network_diverged(n_networks: int) -> None:
    model = MLPRegressor(learning_rate=1e9, n_networks=n_networks, random_state=0)
    with pytest.raises(ValueError) as fault:  # noqa: PT011 - the whole message is compared
        model.fit(X, X[:, 0])
    assert message(fault) == (
        f"MLPRegressor: {n_networks} of {n_networks} networks diverged: "
        "standardize X, or take a learning_rate smaller than 1000000000.0"
    )
