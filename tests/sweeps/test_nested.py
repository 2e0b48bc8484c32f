"""Outer folds: every row once a test row, each fold a run of its own that goes on after a kill."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sweeps as package
from sweeps.base.errors import UserError
from sweeps.data.arrays.dataset import Target, TargetScale
from sweeps.data.datasets import loading
from sweeps.data.divided import outer_folds
from sweeps.phases import nested, prepare
from sweeps.results import nested as results
from sweeps.results.nested import OuterResult
from sweeps.results.result import Result
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents
from sweeps.study.file.documents import parse
from sweeps.study.spec import Study
from tests.reports import folders
from tests.sweeps.helpers import await_records, command, environment, sweeps, trials

TEXT = """
name: small
data: {source: 'sklearn:wine'}
fixed: {hidden: [6], epochs: 5}
space:
  l2: {low: 1e-4, high: 1, log: true}
  learning_rate: [0.01, 0.1]
replicates: {count: 3, resample: kfold}
search: {trials: 3, window: 2}
confirm: {top: 1, replicates: 6, baselines: [linear], nested: 3}
"""
FILES = ("nested.npz", "nested.parquet")


def study(folder: Path, text: str = TEXT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.yaml").write_text(text)
    return folder / "small.yaml"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with its folds, by one job, that nothing happened to."""
    folder = tmp_path_factory.mktemp("nested")
    sweeps(str(study(folder)), "--jobs", "1", cwd=folder)
    return folder / "runs" / "small"


def same(run: Path, reference: Path) -> None:
    """The numbers of the folds and all their records, but for seconds."""
    for name in FILES:
        assert (run / name).read_bytes() == (reference / name).read_bytes(), name
    for number in "123":
        fold, other = run / "outer" / number, reference / "outer" / number
        assert json.dumps(trials(fold)) == json.dumps(trials(other))


def test_every_row_is_scored_once_by_networks_that_never_saw_it(done: Path) -> None:
    with np.load(done / "nested.npz") as file:
        found = dict(file)
    table = loading.read(DataSpec(source="sklearn:wine"), Path())
    folds = outer_folds.drawn(3, table.spec.split, table.names, table.groups, 178)
    for number, rows in enumerate(folds, 1):
        assert (found["fold"][rows] == number).all()
        inner = np.load(done / "outer" / str(number) / "predictions.npz")
        assert len(inner["dev_target"]) + len(inner["test_target"]) == 178
        np.testing.assert_array_equal(found["target"][rows], inner["test_target"])
        winner = pd.read_parquet(done / "outer" / str(number) / "confirm.parquet")["config"][0]
        mean = np.log(np.exp(inner[f"{winner}/test"].astype(float)).mean(axis=0))
        np.testing.assert_allclose(found["ensemble"][rows], mean, rtol=1e-9)
    frame = pd.read_parquet(done / "nested.parquet")
    for _, row in frame.iterrows():
        own = found["fold"] == row["fold"]
        said, target = found["ensemble"][own], found["target"][own]
        assert row["error"] == pytest.approx((said.argmax(axis=1) != target).mean())
        assert row["loss"] == pytest.approx(-said[np.arange(len(said)), target].mean())


def test_folds_added_to_a_finished_run_are_as_unharmed_after_a_kill(
    done: Path, tmp_path: Path
) -> None:
    """With two jobs, killed in the middle of fold 2; the study's own trials stay."""
    path, run = study(tmp_path, TEXT.replace(", nested: 3", "")), tmp_path / "runs" / "small"
    sweeps(str(path), "--jobs", "2", cwd=tmp_path)
    assert package.load(run).nested is None
    kept = json.dumps(trials(run))
    study(tmp_path)
    with subprocess.Popen(
        command(str(path), "--jobs", "2"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        await_records(process, run / "outer" / "2", 1)
        process.kill()
    assert not (run / "nested.parquet").exists()
    assert package.load(run).nested is None  # the study itself is done
    sweeps(str(path), "--jobs", "2", cwd=tmp_path)
    same(run, done)
    assert json.dumps(trials(run)) == kept


def test_what_the_folds_gave_is_said(done: Path) -> None:
    result = package.load(done)
    assert result.nested is not None
    assert list(result.nested["fold"]) == [1, 2, 3]
    assert "The whole procedure" in str(result)
    assert "What the whole procedure gives on new rows" in result.report.read_text()
    found = json.loads((done / "summary.json").read_text())["nested"]
    assert (found["folds"], found["rows"]) == (3, 178)
    assert set(found["settings"]["1"]) == {"l2", "learning_rate"}


def test_a_folds_study_goes_on_by_itself(done: Path) -> None:
    fold = done / "outer" / "1"
    before = json.dumps(trials(fold))
    again = sweeps("resume", str(fold), "--jobs", "1", cwd=done, module="sweeps")
    assert "3 of 3 trials are done" in again.stdout
    assert json.dumps(trials(fold)) == before


@pytest.mark.parametrize("weighted", [False, True])
def test_numbers_are_in_the_studys_units(tmp_path: Path, weighted: bool) -> None:
    """A fold standardizes the target by rows of its own: here twice as wide, and 3 higher."""
    fold = folders.write(tmp_path / "fold", folders.Made(task="regression", top=1, confirmed=4))
    (tmp_path / "data").mkdir()
    own, study = (Target("y", "regression", mean=m, scale=s) for m, s in ((4.0, 2.0), (1.0, 1.0)))
    rows = np.random.default_rng(0).permutation(114)
    weight = rows % 3 + 0.5 if weighted else None
    if weighted:
        stored = dict(np.load(fold / "predictions.npz"))
        np.savez(fold / "predictions.npz", **stored, test_weight=weight)
    results.write(tmp_path, study, [OuterResult(1, rows, own, Result(fold))])
    run = Result(fold).run
    with np.load(tmp_path / "nested.npz") as file:
        found = dict(file)
    target = run.predictions.target("test") * 2 + 3
    said = run.predictions.of(str(run.winner), "test")[..., 0].astype(float).mean(axis=0) * 2 + 3
    np.testing.assert_allclose(found["target"][rows], target)
    np.testing.assert_allclose(found["ensemble"][rows, 0], said)
    (row,) = pd.read_parquet(tmp_path / "nested.parquet").to_dict("records")
    square = np.average((said - target) ** 2, weights=weight)
    assert row["error"] == pytest.approx(square**0.5)
    if weighted:
        np.testing.assert_array_equal(found["weight"][rows], weight)
    assert row["loss"] == pytest.approx(row["error"] ** 2)


def test_scores_of_several_targets_have_no_one_factor(tmp_path: Path) -> None:
    """Of networks of which no outputs are known: their own scores are in units of the fold."""
    made = folders.Made(task="regression", top=1, confirmed=4)
    fold = folders.write(tmp_path / "fold", made)
    known = {n: v for n, v in np.load(fold / "predictions.npz").items() if "/" not in n}

    def target(scales: tuple[float, ...]) -> Target:
        return Target.of_several([Target("y", "regression", scale=scale) for scale in scales])

    def error(own: Target, study: Target) -> float:
        y = known["test_target"]
        y = np.stack([y] * own.width, axis=1) if own.several else y
        np.savez(fold / "predictions.npz", **{**known, "test_target": y})
        results.write(tmp_path, study, [OuterResult(1, np.arange(len(y)), own, Result(fold))])
        return float(pd.read_parquet(tmp_path / "nested.parquet")["error"][0])

    (tmp_path / "data").mkdir()
    assert np.isnan(error(target((2.0, 30.0)), target((1.0, 10.0))))
    one = Target("y", "regression")
    assert error(replace(one, scale=2.0), one) == pytest.approx(2 * error(one, one))
    with pytest.raises(ValueError, match="a scale that keeps scores"):
        TargetScale.between(target((2.0, 30.0)), target((1.0, 10.0))).of_score("error")


def accepted(text: str, tmp_path: Path) -> Study:
    return prepare.prepare(parse(text, "s.yaml"), tmp_path, [])[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "'sklearn:wine'}\n",
            "'sklearn:wine', split: {column: alcohol}}\nreplicates: 3\n",
            "confirm.nested: expected none with data.split.column, got 3 (its folds are drawn "
            "from all rows; leave out data.split.column, or nested)",
        ),
        (
            "window: 2",
            "window: 2, from: runs/other",
            "confirm.nested: expected none with search.from, got 3 (that run has seen the rows "
            "of every fold; leave out one of the two)",
        ),
        (
            "nested: 3",
            "nested: 60",
            "confirm.nested: expected at least 60 rows of every class, one for each fold, got 48 "
            "of class 'class_2' (fewer folds; rare classes can be merged, or their rows left out)",
        ),
        (
            "count: 3",
            "count: 33",
            "confirm.nested: expected rows enough for the study in every outer fold, got too few "
            "in fold 1 (fewer folds leave more: ",
        ),
        ("nested: 3", "nested: 2", "confirm.nested: expected a number >= 3, got 2"),
    ],
)
def test_folds_that_cannot_be_are_refused_in_a_line(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    text = TEXT.replace(old, new)
    if "column" in new:  # which is no more for replicates of other rows
        text = text.replace("replicates: {count: 3, resample: kfold}\n", "")
    with pytest.raises(UserError) as fault:
        accepted(text, tmp_path)
    (line,) = str(fault.value).splitlines()
    assert said in line


def test_more_outer_folds_than_groups_are_refused(tmp_path: Path) -> None:
    rows = np.arange(60)
    frame = pd.DataFrame({"x": rows % 7, "z": rows % 5, "y": ["a", "b"] * 30, "g": rows // 6})
    frame.to_csv(tmp_path / "t.csv", index=False)
    text = TEXT.replace("'sklearn:wine'", "t.csv, target: y, group: g")
    text = text.replace("nested: 3", "nested: 12")
    expected = "confirm.nested: expected at least 12 groups to make 12 folds of, got 10"
    with pytest.raises(UserError, match=expected):
        accepted(text, tmp_path)


def test_check_says_what_the_folds_cost(tmp_path: Path) -> None:
    said = sweeps("check", str(study(tmp_path)), cwd=tmp_path, module="sweeps").stdout
    assert "3 outer folds besides: about " in said
    assert documents.read(tmp_path / "small.yaml").values["confirm"]["nested"] == 3


def test_a_link_in_the_place_of_a_fold_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outer").mkdir()
    (tmp_path / "outer" / "2").symlink_to(tmp_path)
    with pytest.raises(UserError, match=r"outer/2: expected a file of the run, got a .*link"):
        nested.folders(tmp_path, 3)
