"""`data.weight`: read, refused, trained with, scored with; no input, and not needed to predict."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as known

from sweeps.base.errors import Expected, UserError
from sweeps.data.arrays import network_arrays
from sweeps.data.datasets import loading
from sweeps.study import metrics
from sweeps.study.data_section import DataSpec
from sweeps.training import baselines
from tests.sweeps.helpers import study, sweeps

SPLIT = {"dev": 0.25, "test": 0.25}


def table(rows: int = 80, classes: int = 2, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, 2))
    score = x[:, 0] + rng.standard_normal(rows)
    words = np.array(["a", "b", "c"])[np.digitize(score, [0, 0.8][: classes - 1])]
    made = pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "w": rng.integers(1, 5, rows) / 2})
    return made.assign(y=score if classes == 0 else words)


def loaded(folder: Path, frame: pd.DataFrame, **data: object) -> loading.Dataset:
    frame.to_csv(folder / "rows.csv", index=False)
    spec = DataSpec(source="rows.csv", target="y", weight="w", split=SPLIT, **data)
    return loading.load(spec, folder, "float64")


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_constants_and_baselines_are_scored_as_scikit_learn_does(
    tmp_path: Path, classes: int
) -> None:
    dataset = loaded(tmp_path, table(200, classes))
    train, dev = dataset.parts["train"], dataset.parts["dev"]
    assert dataset.n_in == 2
    assert train.weights is not None
    assert dev.weights is not None
    (constant,) = (
        baselines.train(name, dataset) for name in baselines.names(dataset, ["constant"])
    )
    for name, value in constant.final.items():
        np.testing.assert_allclose(dataset.constants[name], value, rtol=1e-9, err_msg=name)
    labels, outputs = dataset.labels["dev"], constant.arrays["dev_outputs"][0].astype(float)
    if classes == 0:
        wanted = known.mean_squared_error(labels, outputs[:, 0], sample_weight=dev.weights)
    else:
        p = np.exp(outputs)
        wanted = known.log_loss(labels, p / p.sum(axis=1, keepdims=True), sample_weight=dev.weights)
    np.testing.assert_allclose(constant.final["dev_loss"], wanted, rtol=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
def test_scores_of_classes_are_those_of_scikit_learn(classes: int) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, 90)
    p = rng.dirichlet(np.ones(classes), (2, 90)).round(1) + 0.01  # with ties
    p /= p.sum(axis=-1, keepdims=True)
    weights = rng.integers(0, 4, 90) * 0.7
    for number, said in enumerate(p):
        guess, own = said.argmax(axis=1), {"sample_weight": weights}
        areas = [
            known.roc_auc_score(labels == c, np.log(said[:, c]), **own) for c in np.unique(labels)
        ]
        wanted = {
            "balanced_error": 1 - known.balanced_accuracy_score(labels, guess, **own),
            "macro_f1": known.f1_score(labels, guess, average="macro", **own),
            "auc": np.mean(areas),
        }
        for name, value in wanted.items():
            found = getattr(metrics, name)(np.log(p), labels, weights)[number]
            np.testing.assert_allclose(found, value, rtol=1e-9, err_msg=name)


def test_equal_weights_are_none_at_all(tmp_path: Path) -> None:
    dataset = loaded(tmp_path, table().assign(w=3))
    assert dataset.weights == {}
    assert dataset.facts["weight"] == {"column": "w", "equal": True}
    assert dataset.n_in == 2


def test_the_constant_of_weights_is_that_of_repeated_rows(tmp_path: Path) -> None:
    dataset = loaded(tmp_path, table(120, 0).assign(w=np.arange(120) % 3))
    repeated = {
        part: rows.take(np.repeat(np.arange(len(rows)), np.rint(rows.weights * 1).astype(int)))
        for part, rows in dataset.parts.items()
        if rows.weights is not None
    }
    plain = {p: type(r)(r.x, r.y) for p, r in repeated.items()}
    found = network_arrays.constants(dataset.target, plain)
    for name, value in found.items():
        np.testing.assert_allclose(dataset.constants[name], value, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -2], "weight: expected finite weights of 0 or more, got -2 in line 3"),
        ([1, None], "weight: expected a weight in every row, got an empty cell in line 3"),
        ([1, np.inf], "weight: expected finite weights of 0 or more, got inf in line 3"),
        ([0, 0], "weight: expected a weight above 0, got 0 in every row"),
        ([1, "heavy"], "weight: expected numbers in all of its cells, got 'heavy'"),
    ],
)
def test_weights_that_cannot_be(tmp_path: Path, weights: list, message: str) -> None:
    frame = table()
    column = [*weights, *([weights[0]] * (len(frame) - 2))]
    with pytest.raises(Expected) as fault:
        loaded(tmp_path, frame.assign(w=pd.Series(column, dtype=object)))
    assert f"{fault.value.at}: {fault.value.message}".startswith(message)


def test_a_class_that_weighs_nothing_is_refused(tmp_path: Path) -> None:
    frame = table()
    with pytest.raises(UserError, match="above 0 among the train rows of class 'b', got none"):
        loaded(tmp_path, frame.assign(w=(frame["y"] == "a").astype(int)))


@pytest.mark.parametrize("column", ["y", "x2", "nothing"])
def test_the_column_is_there_and_nothing_else_too(tmp_path: Path, column: str) -> None:
    table().to_csv(tmp_path / "rows.csv", index=False)
    spec = DataSpec(source="rows.csv", target="y", weight=column, ignore=("x2",), split=SPLIT)
    with pytest.raises(Expected) as fault:
        loading.load(spec, tmp_path, "float64")
    assert fault.value.at == "weight"


TEXT = """
name: small
data: {source: rows.csv, target: y, weight: w}
fixed: {hidden: [4], epochs: 3, batch_size: full}
space: {learning_rate: {low: 1e-3, high: 1e-1, log: true}}
objective: auc
search: {trials: 3}
confirm: {top: 1}
"""


def test_a_run_says_what_is_weighted_and_its_model_needs_no_weights(tmp_path: Path) -> None:
    frame = table(120)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    study(tmp_path, TEXT)
    ran = sweeps("small.yaml", "--out", ".", cwd=tmp_path)
    assert "rows weighted by 'w'" in ran.stdout
    stored = np.load(tmp_path / "small" / "predictions.npz")
    for part in ("dev", "test"):
        np.testing.assert_allclose(
            stored[f"{part}_weight"] / stored[f"{part}_weight"][0],
            (own := frame["w"].to_numpy()[stored[f"{part}_row"]]) / own[0],
        )
    confirm = pd.read_parquet(tmp_path / "small" / "confirm.parquet")
    networks = confirm[confirm["kind"] == "network"]
    networks = networks[networks["config"] == networks["config"].iloc[0]]
    config = networks["config"].iloc[0]
    said, target, weights = (
        stored[f"{name}"] for name in (f"{config}/test", "test_target", "test_weight")
    )
    wanted = [known.roc_auc_score(target, one[:, 1], sample_weight=weights) for one in said]
    np.testing.assert_allclose(networks["test_auc"], wanted, rtol=1e-6)
    frame[["x1", "x2"]].to_csv(tmp_path / "new.csv", index=False)
    sweeps("predict", "small", "new.csv", cwd=tmp_path, module="sweeps")
