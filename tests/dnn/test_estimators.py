"""The estimators: scikit-learn's own checks, its company, the ensemble, every message."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_info, threadpool_limits

import dnn
from dnn import ensembles
from dnn.estimators import MLPClassifier, MLPRegressor

X, CODES = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
SPECIES = np.array(["setosa", "versicolor", "virginica"])[CODES]
LENGTHS = np.random.default_rng(0).normal(X @ [[1.0, 0], [2, 1], [0, -3], [0, 0]], 0.1)
ESTIMATORS = {
    "binary": (MLPClassifier, SPECIES == "virginica"),
    "classes": (MLPClassifier, SPECIES),
    "target": (MLPRegressor, LENGTHS[:, 0]),
    "targets": (MLPRegressor, LENGTHS),
}
Case = tuple[type, np.ndarray]


@pytest.fixture(params=ESTIMATORS.values(), ids=ESTIMATORS)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def fitted(case: Case, **arguments: Any) -> Any:
    make, y = case
    return make(**{"hidden": (6,), "epochs": 3, "random_state": 0, **arguments}).fit(X, y)


@parametrize_with_checks(
    [make(n_networks=n) for make in (MLPClassifier, MLPRegressor) for n in (1, 3)]
)
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_in_a_pipeline_a_search_and_a_cross_validation() -> None:
    mlp = MLPClassifier((8,), epochs=20, learning_rate=1e-2, random_state=0)
    pipeline = make_pipeline(StandardScaler(), mlp)
    assert cross_val_score(pipeline, X, SPECIES, cv=3).mean() > 0.9
    grid = {"mlpclassifier__learning_rate": [1e-9, 1e-2], "mlpclassifier__hidden": [(8,), (4, 4)]}
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(X, SPECIES)
    assert search.best_params_["mlpclassifier__learning_rate"] == 1e-2
    assert search.best_score_ > 0.9


def test_a_clone_a_pickle_and_a_dump_predict_the_same_bits(case: Case, tmp_path: Path) -> None:
    model = fitted(case, n_networks=2)
    joblib.dump(model, tmp_path / "model")
    copies = [pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "model")]
    for copy in [*copies, clone(model).fit(X, case[1])]:
        np.testing.assert_array_equal(copy.predict(X), model.predict(X))
        np.testing.assert_array_equal(copy.std(X), model.std(X))


@pytest.mark.parametrize("patience", [None, 2])
def test_a_network_is_the_same_bits_in_any_ensemble(case: Case, patience: int | None) -> None:
    arguments = {"keep_prob": 0.8, "patience": patience, "epochs": 12, "learning_rate": 0.05}
    five = fitted(case, n_networks=5, **arguments).theta_
    np.testing.assert_array_equal(fitted(case, n_networks=3, **arguments).theta_, five[:3])
    assert len(np.unique(five, axis=0)) == 5
    other = fitted(case, n_networks=5, **arguments, random_state=1).theta_
    assert not (other == five).all(axis=1).any()


@pytest.mark.parametrize("name", ["binary", "classes"])
def test_a_class_is_that_of_the_networks_mean_probability(name: str) -> None:
    model = fitted(ESTIMATORS[name], n_networks=4)
    each = np.exp(dnn.predict(model.network_, model.theta_, X))
    assert each.shape == (4, len(X), len(model.classes_))
    np.testing.assert_allclose(model.predict_proba(X), each.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(model.std(X), each.std(axis=0, ddof=1), rtol=1e-9)
    best = model.predict_proba(X).argmax(axis=1)
    np.testing.assert_array_equal(model.predict(X), model.classes_[best])
    assert model.network_.n_out == {"binary": 1, "classes": 3}[name]


@pytest.mark.parametrize("name", ["target", "targets"])
def test_a_prediction_is_the_networks_mean_in_the_targets_unit(name: str) -> None:
    make, y = ESTIMATORS[name]
    model = fitted((make, y), n_networks=4)
    standard = dnn.predict(model.network_, model.theta_, X).reshape(4, *y.shape)
    each = standard * y.std(axis=0) + y.mean(axis=0)
    np.testing.assert_allclose(model.predict(X), each.mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(model.std(X), each.std(axis=0, ddof=1), rtol=1e-9)
    rescaled = fitted((make, 1000 * y - 7), n_networks=4)
    np.testing.assert_allclose(rescaled.predict(X), 1000 * model.predict(X) - 7, rtol=1e-6)


def test_one_network_has_no_spread(case: Case) -> None:
    model = fitted(case)
    like = model.predict_proba(X) if case[0] is MLPClassifier else model.predict(X)
    np.testing.assert_array_equal(model.std(X), np.zeros_like(like))


def test_a_constant_target_is_predicted_exactly() -> None:
    constant = np.full(len(X), 0.1)
    np.testing.assert_array_equal(fitted((MLPRegressor, constant)).predict(X), constant)
    both = np.column_stack([constant, LENGTHS[:, 0]])
    model = fitted((MLPRegressor, both), epochs=60, learning_rate=1e-2)
    np.testing.assert_array_equal(model.predict(X)[:, 0], constant)
    assert model.score(X, both) > 0.95


def test_a_column_is_a_target_with_a_warning() -> None:
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        model = fitted((MLPRegressor, LENGTHS[:, :1]))
    assert model.predict(X).shape == (len(X),)


def test_the_loss_curve_is_the_networks_mean_train_loss(case: Case) -> None:
    model = fitted(case, n_networks=3, epochs=8)
    assert model.n_iter_ == len(model.loss_curve_) == 8
    assert model.loss_curve_[-1] == model.loss_ < model.loss_curve_[0]
    if case[0] is MLPRegressor:
        y = case[1].reshape(len(X), -1)
        y = (y - y.mean(axis=0)) / y.std(axis=0)
    else:
        y = (case[1][:, None] == model.classes_).astype(float)[:, -model.network_.n_out :]
    loss, _ = dnn.score(model.network_, model.theta_, dnn.Data(X, y))
    np.testing.assert_allclose(model.loss_, loss.mean(), rtol=1e-12)


def test_float32_probabilities_sum_to_one() -> None:
    model = fitted(ESTIMATORS["classes"], dtype="float32", n_networks=2)
    assert model.theta_.dtype == np.float32
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-15)
    log_loss(SPECIES, model.predict_proba(X))  # warns where they do not


def test_a_full_batch_is_all_rows(case: Case) -> None:
    full, rows = (fitted(case, batch_size=size).theta_ for size in ("full", len(X)))
    np.testing.assert_array_equal(full, rows)


def test_the_order_of_memory_changes_no_bit() -> None:
    x, y = load_digits(return_X_y=True)
    frame = pd.DataFrame(np.asfortranarray(x), columns=[f"pixel {k}" for k in range(64)])
    model, named = (
        MLPClassifier((33,), epochs=1, random_state=0).fit(rows, y) for rows in (x, frame)
    )
    np.testing.assert_array_equal(named.theta_, model.theta_)
    assert named.loss_curve_ == model.loss_curve_
    np.testing.assert_array_equal(named.predict_proba(frame), model.predict_proba(x))
    assert named.feature_names_in_.tolist() == list(frame)


def test_patience_holds_rows_out_and_stops_early(case: Case) -> None:
    model = fitted(case, patience=2, epochs=1000, learning_rate=0.03, n_networks=2)
    assert 2 < model.n_iter_ < 1000
    assert len(model.theta_) == 2


def test_networks_that_diverged_are_left_out_with_a_warning() -> None:
    x = np.random.default_rng(0).standard_normal((80, 4))
    how = {"optimizer": "gradient_descent", "learning_rate": 0.5, "epochs": 20}
    model = MLPRegressor((8,), **how, n_networks=8, random_state=0)
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(x, np.sin(2 * x[:, 0]) + x[:, 1])
    kept = len(model.theta_)
    assert 0 < kept < 8
    assert [str(warning.message) for warning in caught] == [
        f"MLPRegressor: {8 - kept} of 8 networks diverged and are left out: "
        "standardize X, or take a learning_rate smaller than 0.5"
    ]
    assert caught[0].filename == __file__
    assert np.isfinite([*model.predict(x), *model.std(x), *model.loss_curve_, model.loss_]).all()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The BLAS threads at each record of a training and at each prediction."""
    seen: list[int] = []

    def note() -> None:
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        seen.extend(pool["num_threads"] for pool in pools)

    def fit(*arguments: Any) -> Iterator[dnn.Record]:
        for record in dnn.fit(*arguments):
            note()
            yield record

    def predict(*arguments: Any) -> Any:
        note()
        return dnn.predict(*arguments)

    monkeypatch.setattr(ensembles, "fit", fit)
    monkeypatch.setattr(ensembles.evaluation, "predict", predict)
    return seen


def test_training_and_predicting_use_one_blas_thread(threads: list[int]) -> None:
    with threadpool_limits(2, user_api="blas"):
        before = [pool["num_threads"] for pool in threadpool_info()]
        if 2 not in before:
            pytest.skip("this BLAS has one thread")
        model = fitted(ESTIMATORS["target"])
        in_fit = len(threads)
        model.predict(X)
        assert [pool["num_threads"] for pool in threadpool_info()] == before
    assert len(threads) > in_fit > 0
    assert set(threads) == {1}


def test_no_check_of_scikit_learn_is_left_out() -> None:
    """Those of the array API too, which scikit-learn skips where SciPy was not told before."""
    code = (
        "from sklearn.utils.estimator_checks import check_estimator\n"
        "from dnn.estimators import MLPClassifier, MLPRegressor\n"
        "for make in (MLPClassifier, MLPRegressor):\n"
        "    done = check_estimator(make(epochs=20))\n"
        "    assert len(done) > 50, len(done)\n"
        "    print({one['status'] for one in done})\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, "SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{'passed'}\n{'passed'}\n"
