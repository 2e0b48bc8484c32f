"""Rows to predict of every kind that `sweeps.run` takes; what is no table is refused in a line."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
from scipy import sparse

import sweeps
from sweeps.base.errors import UserError
from sweeps.results.result import Result

X = np.random.default_rng(0).normal(size=(60, 2))
Y = np.where(X.sum(axis=1) > 0, "yes", "no")
FRAME = pd.DataFrame(X, columns=["x1", "x2"])
MODELS = ("winner", "logistic regression")
HOW: dict[str, Any] = {"space": {"learning_rate": [0.001, 0.1]}, "fixed": {"hidden": [3]}}
HOW["fixed"]["epochs"] = 2


def run(given: Any, out: Path, **more: Any) -> Result:
    confirm = {"top": 1, "replicates": 2, "baselines": ["linear"]}
    document = {"name": "t", "data": {"source": given, **more}, "confirm": confirm, **HOW}
    return sweeps.run({**document, "replicates": 2}, out=out, trials=2, jobs=1, quiet=True)


@pytest.fixture(scope="module")
def of_arrays(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run((X, Y), tmp_path_factory.mktemp("arrays"))


def expect_same(result: Result, given: Any, rows: pd.DataFrame) -> None:
    for model in MODELS:
        pd.testing.assert_series_equal(result.predict(given, model), result.predict(rows, model))
        predictor = result.predictor(model)
        np.testing.assert_array_equal(predictor.outputs(given), predictor.outputs(rows))


@pytest.mark.parametrize(
    "given",
    [
        X[:5],
        X[:0],
        X[:5].astype(object),
        sparse.csr_matrix(X[:5]),
        (X[:5], Y[:5]),
        {"data": X[:5], "target": Y[:5]},
        pyarrow.table({"x2": X[:5, 1], "x1": X[:5, 0]}),
    ],
    ids=["array", "no rows", "objects", "sparse", "pair", "scikit-learn's", "other order"],
)
def test_rows_after_a_run_of_arrays(of_arrays: Result, given: Any) -> None:
    is_empty = isinstance(given, np.ndarray) and len(given) == 0
    expect_same(of_arrays, given, FRAME.head(0 if is_empty else 5))


def test_tables_of_other_libraries_predict_as_a_frame_does(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    words = np.array(["u", "v", "w"])[np.arange(60) % 3]
    days = pd.date_range("2024-01-01", periods=60)
    frame = FRAME.assign(word=words, kind=pd.Categorical(words), day=days, y=Y)
    frame["whole"] = np.arange(60) % 7
    result = run(frame, tmp_path, target="y")
    rows = frame.drop(columns="y").head(9)
    of_polars = polars.from_pandas(rows)
    for given in (of_polars, pyarrow.Table.from_pandas(rows), of_polars.to_arrow()):
        expect_same(result, given, rows)


@pytest.mark.parametrize(
    ("given", "got"),
    [
        (X[:2].tolist(), "a list"),
        (None, "nothing"),
        ({"x1": 1.0, "x2": 2.0}, "a dict"),
        ("new.csv", "a str"),
    ],
)
def test_what_is_no_table_is_refused(of_arrays: Result, given: Any, got: str) -> None:
    said = "predict: expected rows: a DataFrame, an Arrow table or an array (n, columns), got "
    for model in MODELS:
        with pytest.raises(UserError) as raised:
            of_arrays.predict(given, model)
        assert str(raised.value) == said + got
    with pytest.raises(UserError, match="got no column 'x2'"):
        of_arrays.predict(X[:5, :1])


@pytest.mark.parametrize(
    ("given", "target"),
    [(X, Y), (FRAME, pd.Series(Y)), (pyarrow.table(FRAME), Y.tolist()), (X, X)],
    ids=["array", "series", "list", "several"],
)
def test_a_target_apart_is_told_to_be_given_in_a_pair(given: Any, target: Any) -> None:
    with pytest.raises(UserError, match=r"a pair, sweeps.run\(\(X, y\), …\), got target= with 60"):
        sweeps.run(given, target=target, **HOW)


def test_as_many_names_as_rows_are_names(tmp_path: Path) -> None:
    square = pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 1.0], "c": [0.0, 1.0]})
    with pytest.raises(UserError, match="'d'"):
        sweeps.run(square, target=["a", "d"], out=tmp_path, **HOW)
