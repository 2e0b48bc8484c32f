"""Several targets of one regression: read, refused, scaled each on its own, trained, predicted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
from numpy.typing import NDArray
from ruamel.yaml import YAML
from sklearn.datasets import load_linnerud

import sweeps
from reports.stats.learned import residuals
from reports.stats.settings import by_target
from sweeps.base.errors import Expected, UserError
from sweeps.commands.work import new
from sweeps.data import Dataset
from sweeps.data.datasets import folded_dataset, loading, resampled_dataset
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.given import given_tables
from sweeps.data.source.source_table import SourceTable
from sweeps.phases.confirm import Candidate, Confirmation
from sweeps.results import model_file
from sweeps.results.result import Result
from sweeps.study import trainer_code
from sweeps.study.confirm_section import Confirm
from sweeps.study.data_section import DataSpec
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.objectives import Objective
from sweeps.study.replicates_section import ReplicatesSpec
from sweeps.study.trainers import Trainer
from sweeps.training import baselines, custom, seeds
from sweeps.training.task import Task
from sweeps.training.trial import train
from tests.sweeps import helpers as small

NAMES = ("y", "z")


def table(rows: int = 90) -> pd.DataFrame:
    """Two numbers above 0, of units that are far apart."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.uniform(-1, 1, rows), "b": rng.uniform(-1, 1, rows)})
    first = np.exp(frame["a"] + rng.normal(0, 0.1, rows))
    return frame.assign(y=first, z=5000 + 900 * frame["b"] + rng.normal(0, 100, rows))


def divided(frame: pd.DataFrame, names: tuple[str, ...] = NAMES) -> DividedTable:
    source = SourceTable(frame, names[0], "digest", more=names[1:])
    return loading.divided(source, DataSpec(source="t.csv", target=names))


def of_folds(frame: pd.DataFrame) -> Dataset:
    known = divided(frame)
    confirm = Confirm(top=1, replicates=3, folds=3)
    return folded_dataset.folded(known, loading.encoded(known, "float64"), confirm, "float64")


def task(scale: str = "standardize", metric: str = "dev_error") -> Task:
    config = VOCABULARY.defaults() | {"hidden": (8,), "epochs": 4, "learning_rate": 0.03}
    goal = Objective(metric=metric, at="last")
    own = config | {"target_scale": scale}
    return Task(0, own, 0, seeds.SEARCH, range(3), (goal,), "float64", keep=True)


def test_each_target_is_scaled_by_a_replicates_own_training_rows() -> None:
    frame = table()
    known = divided(frame)
    spec = ReplicatesSpec(count=3, resample="kfold")

    def scales(other: pd.DataFrame) -> list[NDArray[np.float64]]:
        own = divided(other)
        made = resampled_dataset.resampled(own, loading.encoded(own, "float64"), spec, "float64")
        found = []
        for one in made.each_trained:
            y = one.parts["train"].y
            np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-9)
            np.testing.assert_allclose(y.std(axis=0), 1, rtol=1e-9)
            target = made.target
            found.append(target.means + one.scale.shift * target.scales)
        return found

    plain = scales(frame)
    changed = frame.copy()
    row = int(known.parts["train"][0])  # of the pool: a dev row of one fold, and trained on in two
    changed.loc[row, "z"] *= 50
    moved = [ours != theirs for ours, theirs in zip(plain, scales(changed), strict=True)]
    assert sum(bool(one[1]) for one in moved) == 2
    assert not any(one[0] for one in moved)


@pytest.mark.parametrize("scale", ["standardize", "log", "quantile"])
def test_scores_weigh_targets_alike_and_a_model_says_the_tables_numbers(
    tmp_path: Path, scale: str
) -> None:
    frame = table()
    dataset, job = of_folds(frame), task(scale)
    outcome = train(job, dataset)
    for part in ("dev", "test"):
        for number in range(3):
            labels = dataset.of(number).labels[part]
            said = outcome.arrays[f"{part}_outputs"][number, : len(labels)]
            each = ((said - labels) ** 2).mean(axis=0)  # in SDs of each target
            loss = outcome.final[f"{part}_loss"][number]
            assert loss == pytest.approx(each.mean(), rel=1e-4)
            assert outcome.final[f"{part}_error"][number] == pytest.approx(loss**0.5, rel=1e-9)
    winner = Confirmation(Candidate("", 0, job.config, False, 0.0), outcome, 1)
    model_file.save(tmp_path / "model.npz", winner, dataset)
    rows = frame.iloc[divided(frame).parts["test"]]
    said = model_file.load(tmp_path / "model.npz").networks(rows)
    units = (said - dataset.target.means) / dataset.target.scales
    np.testing.assert_allclose(units, outcome.arrays["test_outputs"], rtol=1e-4, atol=1e-4)


def test_baselines_predict_each_as_if_it_were_alone() -> None:
    frame = table()
    together = loading.encoded(divided(frame), "float64")
    for name in baselines.names(together, ["constant", "linear", "boosting"]):
        found = baselines.train(name, together)
        for place, target in enumerate(NAMES):
            rows = frame.drop(columns={*NAMES} - {target})
            own = baselines.train(name, loading.encoded(divided(rows, (target,)), "float64"))
            ours, alone = (one.arrays["dev_outputs"] for one in (found, own))
            np.testing.assert_allclose(ours[..., place], alone[..., 0], rtol=1e-6, atol=1e-9)


TRAINER = """
import numpy as np
def train(config, data, seed):
    assert data.train.y.shape == (len(data.train.x), 2)
    for _ in range(2):
        said = {f"{part}_outputs": np.tile(data.train.y.mean(axis=0), (len(rows.x), 1))
                for part, rows in (("dev", data.dev), ("test", data.test))}
        yield {**said, **EXTRA}
"""


@pytest.mark.parametrize("extra", ["{}", "{'train_loss': 0.5}"])
def test_a_training_function_says_all_targets(tmp_path: Path, extra: str) -> None:
    (tmp_path / "mine.py").write_text(TRAINER.replace("EXTRA", extra))
    trainer = trainer_code.find(Trainer(call="mine:train"), tmp_path)
    dataset = of_folds(table())
    outcome = custom.train(trainer, task(), dataset)
    if extra != "{}":  # in which unit? each target has its own
        assert "expected outputs alone, without numbers, got train_loss" in outcome.cause
        return
    wanted = [dataset.of(number).constants["dev_error"] for number in range(3)]
    np.testing.assert_allclose(outcome.final["dev_error"], wanted, rtol=1e-9)


def test_a_list_of_one_is_the_name() -> None:
    assert DataSpec(source="t.csv", target=["y"]) == DataSpec(source="t.csv", target="y")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("target: []", "data.target: expected the name of a column, or a list of names, got []"),
        ("target: 5", "data.target: expected the name of a column, or a list of names, got 5"),
        ("target: [y, z, y]", "data.target: expected each target once, got 'y' twice"),
        ("target: [y, x]", "data.target: expected a column of the data, got 'x'"),
        (
            "target: [y, word]",
            "t.csv: target 'word': expected a number for regression, got 'no' (as one of",
        ),
        (
            "target: [y, code]",
            "got what may be classes in 'code', 0 … 2 (data.task: regression reads",
        ),
        (
            "target: [y, z], columns: {z: category}",
            "data.columns.z: expected number for one of several targets, got 'category'",
        ),
        ("target: [y, z], task: classification", "expected one target for classification, got 2"),
        ("target: [y, z], ignore: [z]", "data.target: expected a target that is not ignored"),
        ("target: [y, z], weight: z", "data.weight: expected a column that is not the target"),
        (
            "target: [y, z], test: {source: t.csv, target: y}",
            "data.test.target: expected 2 targets, as of",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(tmp_path: Path, data: str, message: str) -> None:
    frame = table().assign(word=["no", "yes", "so"] * 30, code=[0, 1, 2] * 30)
    frame.to_csv(tmp_path / "t.csv", index=False)
    text = f"name: small\ndata: {{source: t.csv, {data}}}\nspace: {{learning_rate: [0.1, 0.2]}}\n"
    with pytest.raises(UserError) as fault:
        sweeps.run(small.study(tmp_path, text), quiet=True, out=tmp_path)
    assert message in str(fault.value)
    assert len(str(fault.value).splitlines()) == 1


def test_arrays_and_sets_of_scikit_learn_have_several(tmp_path: Path) -> None:
    x, y = table()[["a", "b"]].to_numpy(), table()[list(NAMES)].to_numpy()
    frame, names = given_tables.frame((x, y), None)
    assert names == ["y1", "y2"]
    np.testing.assert_array_equal(frame[names], y)
    assert given_tables.frame((x, y), NAMES)[1] == list(NAMES)
    assert given_tables.frame(load_linnerud(), None)[1] == ["Weight", "Waist", "Pulse"]
    np.savez(tmp_path / "a.npz", X=x, y=y)
    read = loading.read(DataSpec(source="a.npz", examples="rows"), tmp_path)
    assert read.table.targets == ("y1", "y2")
    np.testing.assert_array_equal(read.table.frame[["y1", "y2"]], y)
    with pytest.raises(Expected, match=r"a name for each target, got 1 for an array of shape"):
        given_tables.frame((x, y), "y")


@pytest.mark.parametrize("of", [pd.DataFrame, pyarrow.Table.from_pandas], ids=["pandas", "Arrow"])
def test_targets_with_names_are_chosen_by_them(of: Callable[[pd.DataFrame], Any]) -> None:
    given = table()
    x, y = given[["a", "b"]], of(given[list(NAMES)])
    frame, names = given_tables.frame((x, y), ["z", "y"])
    assert names == ["z", "y"]
    pd.testing.assert_frame_equal(frame, given[["a", "b", "z", "y"]])
    for other in (["y", "w"], ["y", "z", "w"], "y"):
        with pytest.raises(Expected, match=r"^expected the targets 'y', 'z', in any order, got 'y"):
            given_tables.frame((x, y), other)
    numbered = pd.DataFrame(given[list(NAMES)].to_numpy())
    assert given_tables.frame((x, numbered), ["z", "y"])[0]["z"].equals(given["y"].rename("z"))


TEXT = """
name: small
data: {source: t.csv, target: [y, z]}
fixed: {hidden: [4], epochs: 5, batch_size: full}
space: {learning_rate: [0.03, 0.1]}
replicates: {count: 2, resample: none}
search: {trials: 2}
confirm: {top: 1, replicates: 3, learning_curve: 0}
final: {rows: pool}
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A run of a file, its folder being `small` beside t.csv."""
    folder = tmp_path_factory.mktemp("several")
    table().to_csv(folder / "t.csv", index=False)
    return sweeps.run(small.study(folder, TEXT), out=folder, jobs=1, quiet=True)


def test_python_gives_what_a_file_does(ran: Result, tmp_path: Path) -> None:
    frame = pd.read_csv(ran.folder.parent / "t.csv")
    study = YAML(typ="safe").load(TEXT) | {"data": {"source": frame, "target": list(NAMES)}}
    other = sweeps.run(study, out=tmp_path, jobs=1, quiet=True)
    ours, theirs = (np.load(one.folder / "predictions.npz") for one in (ran, other))
    for name in ("dev_target", f"{ran.run.winner}/test", "gradient boosting/test"):
        np.testing.assert_array_equal(ours[name], theirs[name])
    pd.testing.assert_frame_equal(ran.predict(frame), other.predict(frame))


def test_a_file_of_rows_is_predicted_a_column_a_target(ran: Result) -> None:
    rows = ran.folder.parent / "t.csv"
    words = ("predict", str(ran.folder), str(rows), "--out", "out.csv")
    small.sweeps(*words, cwd=rows.parent, module="sweeps")
    made, said = pd.read_csv(rows.parent / "out.csv"), ran.predict(pd.read_csv(rows))
    assert list(said.columns) == list(NAMES)
    for name in NAMES:
        np.testing.assert_allclose(made[f"prediction.{name}"], said[name], rtol=1e-5)
        assert (made[f"sd.{name}"] > 0).all()


def test_the_report_tells_each_target_in_its_own_unit(ran: Result) -> None:
    run, frame = ran.run, pd.read_csv(ran.folder.parent / "t.csv")
    test = np.load(ran.folder / "predictions.npz")["test_row"]
    off = ran.model.networks(frame.iloc[test]) - frame.iloc[test][list(NAMES)].to_numpy()
    wanted = np.sqrt((off**2).mean(axis=(0, 1)))
    found = by_target.rmse(run, str(run.winner), "test")
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    told = {one.target: one.rmse.estimate for one in residuals.residuals(run)}
    np.testing.assert_allclose([told[name] for name in NAMES], wanted, rtol=1e-4)
    page = ran.report.read_text()
    for words in ("RMSE of each target", "SDs of each training target", "what is so: z"):
        assert words in page


def test_new_writes_a_study_of_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table().assign(code=[0, 1, 2] * 30).to_csv("t.csv", index=False)
    made = new.create("mine", "t.csv", ["y", "code"])
    text = made.path.read_text()
    assert "  target: [y, code]  # the columns to predict, all numbers\n" in text
    assert "  task: regression" in text
    small.sweeps("check", "mine.yaml", cwd=tmp_path, module="sweeps")
    with pytest.raises(UserError, match=r"--target: expected each target once, got 'y' twice"):
        new.create("other", "t.csv", ["y", "y"])
