"""`predict --model`: baselines are scikit-learn's, on the study's own rows as they were."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multioutput import MultiOutputRegressor

import sweeps
from sweeps.base.errors import UserError
from sweeps.data.datasets import loading
from sweeps.results import fitted_baseline
from sweeps.results.fitted_baseline import FittedBaseline
from sweeps.results.result import Result
from sweeps.study.file import documents, parsing
from tests.sweeps import helpers

INPUTS = ["a", "b", "c"]
SHORT: dict[str, Any] = {
    "fixed": {"hidden": [2], "epochs": 2},
    "space": {"learning_rate": [0.01, 0.1]},
    "search": {"trials": 1},
    "confirm": {"top": 1, "replicates": 4, "learning_curve": 0},
}


def table() -> pd.DataFrame:
    """(90, 7): three numbers, a class of three, and two numbers that hang on them; a part."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(90, 3)) * [1, 10, 0.1] + [0, 5, 1]
    z = x / [1, 10, 0.1]
    kind = np.array(["no", "maybe", "yes"])[np.digitize(z[:, 0] + rng.normal(size=90), [-0.5, 0.5])]
    y = 50 + 9 * z[:, 1] + rng.normal(size=90)
    part = np.where(np.arange(90) < 60, "train", np.where(np.arange(90) < 75, "dev", "test"))
    found = pd.DataFrame(x, columns=INPUTS)
    return found.assign(kind=kind, y=y, w=y - 3 * z[:, 2], part=part)


def study(folder: Path, target: Any, **changes: Any) -> dict[str, Any]:
    """A short study of the table, which is a file beside it."""
    table().to_csv(folder / "table.csv", index=False)
    used = {target} if isinstance(target, str) else {*target, "part"}
    ignored = sorted({"kind", "y", "w", "part"} - used)
    data = {"source": str(folder / "table.csv"), "target": target, "ignore": ignored}
    return {"name": "short", **SHORT, **changes, "data": data | changes.get("data", {})}


def fitted(folder: Path, name: str, *target: str, **changes: Any) -> FittedBaseline:
    """In a folder that has the study of a run."""
    made = study(folder, target[0] if len(target) == 1 else list(target), **changes)
    (folder / "study.yaml").write_text(json.dumps(made))
    return fitted_baseline.fitted(folder, name)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("classes")
    return sweeps.run(study(folder, "kind"), out=folder / "runs", jobs=1, quiet=True)


def inputs(rows: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Those rows standardized by themselves, and all."""
    mean, sd = rows[INPUTS].mean().to_numpy(), rows[INPUTS].std(ddof=0).to_numpy()
    return (rows[INPUTS].to_numpy() - mean) / sd, (table()[INPUTS].to_numpy() - mean) / sd


def test_classes_as_by_hand_on_all_rows(classes: Result) -> None:
    own, every = inputs(table())
    by_hand = LogisticRegression(max_iter=2000).fit(own, table()["kind"])
    words = ("predict", "runs/short", "table.csv", "--model", "logistic regression")
    done = helpers.sweeps(*words, cwd=classes.folder.parents[1], module="sweeps")
    said = pd.read_csv(io.StringIO(done.stdout))
    assert list(said) == ["row", "line", "prediction", "p.maybe", "p.no", "p.yes"]
    wanted = by_hand.predict_proba(every)
    np.testing.assert_allclose(said[["p.maybe", "p.no", "p.yes"]], wanted, atol=1e-5)
    assert said["prediction"].tolist() == by_hand.predict(every).tolist()
    assert done.stderr.splitlines()[-1] == (
        "predicted by logistic regression, fitted on 90 rows of the study"
    )
    assert classes.predict(table(), model="linear").tolist() == said["prediction"].tolist()
    commonest = table()["kind"].mode()[0]
    assert set(classes.predict(table(), model="majority class")) == {commonest}


def test_a_number_as_by_hand_on_all_rows_but_test(tmp_path: Path) -> None:
    pool = {"final": {"rows": "pool"}}
    linear = fitted(tmp_path, "linear regression", "y", **pool)
    divided = loading.read(parsing.study(documents.read(tmp_path / "study.yaml")).data, tmp_path)
    kept = table().drop(index=divided.parts["test"])
    assert linear.rows == len(kept) == 72
    own, every = inputs(kept)
    by_hand = Ridge().fit(own, (kept["y"] - kept["y"].mean()) / kept["y"].std(ddof=0))
    wanted = by_hand.predict(every) * kept["y"].std(ddof=0) + kept["y"].mean()
    np.testing.assert_allclose(linear.predict(table()), wanted, rtol=1e-5)
    mean = fitted(tmp_path, "mean", "y", **pool).predict(table())
    np.testing.assert_allclose(mean, kept["y"].mean())


def test_several_as_by_hand_on_the_training_rows(tmp_path: Path) -> None:
    own_parts = {"data": {"split": {"column": "part"}}}
    said = fitted(tmp_path, "gradient boosting", "y", "w", **own_parts).predict(table())
    kept = table().iloc[:60]
    own, every = inputs(kept)
    y = kept[["y", "w"]]
    made = HistGradientBoostingRegressor(random_state=0, early_stopping=False)
    by_hand = MultiOutputRegressor(made).fit(own, (y - y.mean()) / y.std(ddof=0))
    wanted = by_hand.predict(every) * y.std(ddof=0).to_numpy() + y.mean().to_numpy()
    assert list(said) == ["y", "w"]
    np.testing.assert_allclose(said, wanted, rtol=1e-5)


def test_names(classes: Result) -> None:
    result = classes
    use = result.recommendation.use
    advised = result.predictor("recommended").outputs(table())
    np.testing.assert_array_equal(advised, result.predictor(use).outputs(table()))
    winner = result.predictor().outputs(table())
    np.testing.assert_array_equal(winner, result.predictor(result.run.winner).outputs(table()))
    words = ("predict", "runs/short", "table.csv", "--model", "logistic regresion")
    done = helpers.sweeps(*words, cwd=result.folder.parents[1], module="sweeps", code=2)
    assert done.stderr == (
        "--model: expected a model of the run, got 'logistic regresion' "
        "(did you mean 'logistic regression'?)\n"
    )
    (other,) = {*result.run.configs} - {result.run.winner}
    with pytest.raises(UserError, match=f"got '{other}' .of the networks the winner's alone"):
        result.predictor(other)


def test_rows_that_are_not_as_they_were(classes: Result, tmp_path: Path) -> None:
    shutil.copytree(classes.folder.parents[1], tmp_path, dirs_exist_ok=True)
    table().assign(a=0.0).to_csv(tmp_path / "table.csv", index=False)
    (tmp_path / "new.csv").write_text("a,b,c\n1,2,3\n")
    words = ("predict", "runs/short", "new.csv", "--model", "logistic regression")
    done = helpers.sweeps(*words, cwd=tmp_path, module="sweeps", code=2)
    assert done.stderr == (
        "runs/short/study.yaml: data.source: expected the rows of the run, got "
        "'../../table.csv' with others (data.sha256); logistic regression is fitted again on the "
        "study's rows: put them back as they were, or run the study again\n"
    )
    (tmp_path / "table.csv").unlink()
    done = helpers.sweeps(*words, cwd=tmp_path, module="sweeps", code=2)
    (line,) = done.stderr.splitlines()
    assert line.startswith("runs/short/study.yaml:")
    assert line.endswith(
        "; logistic regression is fitted again on the study's rows: put them back "
        "where the run had them"
    )
    said = sweeps.load(tmp_path / "runs/short").predict(pd.read_csv(tmp_path / "new.csv"))
    assert len(said) == 1, "networks need no rows"
