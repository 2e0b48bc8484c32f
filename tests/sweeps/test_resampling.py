"""Replicates with rows of their own: which ones, what is fitted on them, how they are scored."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML
from sklearn.metrics import roc_auc_score

from sweeps.base.errors import Expected, UserError
from sweeps.data import Dataset
from sweeps.data.column import encode
from sweeps.data.datasets import loading, resampled_dataset
from sweeps.data.divided import resampling
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.divided.resampling import Pool, Resample
from sweeps.data.source.source_table import SourceTable
from sweeps.phases import prepare
from sweeps.results import resolved
from sweeps.study import trainer_code
from sweeps.study.data_section import DataSpec, SplitSpec
from sweeps.study.file import documents
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.objectives import Objective
from sweeps.study.replicates_section import ReplicatesSpec
from sweeps.study.trainers import Trainer
from sweeps.training import custom, seeds
from sweeps.training.task import Outcome, Task
from sweeps.training.trial import train, train_together
from tests.sweeps import helpers as small

KINDS = ("kfold", "repeated", "bootstrap")


def spec(resample: str, count: int = 5, **rest: Any) -> ReplicatesSpec:
    return ReplicatesSpec.model_validate({"count": count, "resample": resample, **rest})


def table(rows: int = 103, regression: bool = False) -> pd.DataFrame:
    """Numbers with gaps, a rare word, and a target that hangs on them."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.normal(50, 10, rows),
            "dose": rng.exponential(3, rows),
            "plan": rng.choice(["basic", "plus", "pro"], rows),
            "patient": rng.integers(0, rows // 3, rows),
        }
    )
    signal = frame["age"] / 10 + rng.normal(0, 0.5, rows)
    frame["y"] = signal * 7 + 100 if regression else np.where(signal > 5, "ill", "well")
    return frame


def divided(frame: pd.DataFrame, **changes: Any) -> DividedTable:
    given = {"source": "t.csv", "target": "y", "ignore": ["patient"], **changes}
    return loading.divided(SourceTable(frame, "y", "digest"), DataSpec.model_validate(given))


def searched(
    frame: pd.DataFrame, replicates: ReplicatesSpec, dtype: str = "float32", **changes: Any
) -> Dataset:
    """What the search sees of a table."""
    known = divided(frame, **changes)
    dataset = loading.encoded(known, dtype)
    return resampled_dataset.resampled(known, dataset, replicates, dtype)


def rows_of(frame: pd.DataFrame, replicates: ReplicatesSpec, **changes: Any) -> list[Resample]:
    return resampling.draw(replicates, SplitSpec(), pool_of(divided(frame, **changes)))


def pool_of(known: DividedTable) -> Pool:
    rows = np.sort(np.concatenate([known.parts["train"], known.parts["dev"]]))
    return Pool(rows, known.names, known.groups)


def task(replicates: range = range(5), metric: str = "dev_loss", **words: Any) -> Task:
    config = VOCABULARY.defaults() | {"hidden": (6,), "epochs": 4}
    config |= {word: VOCABULARY.canonical(word, value) for word, value in words.items()}
    goal = Objective(metric=metric, at="last")
    return Task(0, config, 0, seeds.SEARCH, replicates, (goal,), "float32")


# --- which rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("regression", [False, True])
@pytest.mark.parametrize("grouped", [False, True])
def test_folds_cover_the_pool_once_a_repeat(grouped: bool, regression: bool) -> None:
    frame, group = table(regression=regression), {"group": "patient"} if grouped else {}
    changes: dict[str, Any] = {"ignore": [] if grouped else ["patient"], **group}
    pool = pool_of(divided(frame, **changes)).rows
    each = rows_of(frame, spec("kfold", 10, folds=5), **changes)
    assert len(each) == 10
    for repeat in (each[:5], each[5:]):
        np.testing.assert_array_equal(np.sort(np.concatenate([one.dev for one in repeat])), pool)
    assert not np.array_equal(each[0].dev, each[5].dev)
    for one in each:
        assert not set(one.train) & set(one.dev)
        assert set(one.train) <= set(pool)
        if grouped:
            patients = frame["patient"]
            assert not set(patients.iloc[one.train]) & set(patients.iloc[one.dev])
    # All make as many updates: a row is left out where a fold is a row smaller.
    left_out = {len(pool) - len(one.train) - len(one.dev) for one in each}
    has_one_size = len({len(one.train) for one in each}) == 1
    assert has_one_size or grouped
    assert left_out == ({0, 1} if has_one_size else {0})


@pytest.mark.parametrize("kind", KINDS)
def test_classes_have_their_shares(kind: str) -> None:
    frame = table(400)
    share = (frame["y"] == "ill").mean()
    for one in rows_of(frame, spec(kind)):
        assert (frame["y"].iloc[one.train] == "ill").mean() == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("grouped", [False, True])
def test_splits_and_bootstrap_samples(grouped: bool) -> None:
    frame = table(400)
    changes: dict[str, Any] = {"group": "patient", "ignore": []} if grouped else {}
    pool = pool_of(divided(frame, **changes)).rows
    splits, bags = (rows_of(frame, spec(kind), **changes) for kind in ("repeated", "bootstrap"))
    for one in (*splits, *bags):
        np.testing.assert_array_equal(np.union1d(one.train, one.dev), pool)
        if grouped:
            patients = frame["patient"]
            assert not set(patients.iloc[one.train]) & set(patients.iloc[one.dev])
    for one in splits:
        assert len(one.dev) == pytest.approx(80, abs=5 if grouped else 0)
    for one in bags:  # each row is left out with a probability of about 1/e
        assert len(one.dev) == pytest.approx(len(pool) / np.e, rel=0.3)
        assert grouped or len(one.train) == len(pool)
    assert len({one.dev.tobytes() for one in (*splits, *bags)}) == 10


@pytest.mark.parametrize("kind", KINDS)
def test_rows_hang_on_the_splits_seed_and_the_replicates_number(kind: str) -> None:
    known = divided(table(400))
    pool = pool_of(known)
    folds = {"folds": 5} if kind == "kfold" else {}

    def drawn(count: int, seed: int) -> list[bytes]:
        each = resampling.draw(spec(kind, count, **folds), SplitSpec(seed=seed), pool)
        return [one.dev.tobytes() for one in each]

    assert drawn(10, 0)[:5] == drawn(5, 0)
    assert not set(drawn(5, 0)) & set(drawn(5, 1))


# --- what is fitted on them ----------------------------------------------------------------------


def test_each_replicate_is_encoded_by_its_own_training_rows() -> None:
    frame = table()
    known, replicates = divided(frame), spec("kfold")
    dataset = searched(frame, replicates, "float64")
    each = resampling.draw(replicates, SplitSpec(), pool_of(known))
    assert dataset.n_in == len(encode.fit(known.features.frame, True).inputs)
    for number, rows in enumerate(each):
        own, encoder = dataset.of(number), encode.fit(known.features.frame.iloc[rows.train], True)
        for part in ("train", "dev"):
            expected = encoder.encode(known.features.frame.iloc[getattr(rows, part)])
            np.testing.assert_array_equal(own.parts[part].x, expected)
            classes = np.array(dataset.target.classes)[own.labels[part]]
            assert classes.tolist() == frame["y"].iloc[getattr(rows, part)].tolist()
        np.testing.assert_allclose(own.parts["train"].x[:, :2].mean(axis=0), 0, atol=1e-12)


def test_a_word_or_gap_of_dev_rows_alone_has_an_input_that_is_0() -> None:
    frame, replicates = table(), spec("kfold")
    row = rows_of(frame, replicates)[2].dev[0]
    frame.loc[row, "plan"], frame.loc[row, "dose"] = "rare", np.nan
    dataset = searched(frame, replicates)
    names = encode.fit(divided(frame).features.frame, True).inputs
    rare, gap = names.index("plan = rare"), names.index("dose is missing")
    plans = [n for n, name in enumerate(names) if name.startswith("plan")]
    for number in range(5):
        own = dataset.of(number)
        seen = number != 2
        assert own.parts["train"].x[:, [rare, gap]].any(axis=0).tolist() == [seen, seen]
        assert not own.parts["dev"].x[:, [rare, gap]].any()
        lost = (own.parts["dev"].x[:, plans] == 0).all(axis=1)
        assert lost.sum() == (0 if seen else 1)


# --- how they are scored -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_networks_numbers_hang_on_its_own_rows_alone(kind: str) -> None:
    """Not on its neighbours: alone, in pieces, or packed with other trials."""
    dataset = searched(table(), spec(kind))
    whole = train(task(keep_prob=0.8, metric="auc"), dataset)
    for number in range(5):
        alone = train(task(range(number, number + 1), keep_prob=0.8, metric="auc"), dataset)
        same(whole, alone, number)
    other = replace(task(keep_prob=0.8, metric="auc", learning_rate=0.1), number=1)
    packed, _ = train_together([task(keep_prob=0.8, metric="auc"), other], dataset)
    for number in range(5):
        same(packed, whole, number, number)


def same(one: Outcome, other: Outcome, place: int, there: int = 0) -> None:
    for name in ("train_loss", "dev_loss", "train_error", "dev_error"):
        np.testing.assert_array_equal(one.curves[name][:, place], other.curves[name][:, there])
    np.testing.assert_array_equal(one.each[:, place], other.each[:, there])
    ours, theirs = one.arrays["dev_outputs"][place], other.arrays["dev_outputs"][there]
    np.testing.assert_array_equal(ours[np.isfinite(ours)], theirs[np.isfinite(theirs)])


@pytest.mark.parametrize("kind", KINDS)
def test_dev_rows_of_several_sizes(kind: str) -> None:
    """Outputs are as many as the most rows; behind those of the others is nothing."""
    dataset = searched(table(), spec(kind))
    outcome = train(task(metric="auc"), dataset)
    outputs = outcome.arrays["dev_outputs"]
    sizes = [len(dataset.of(number).labels["dev"]) for number in range(5)]
    assert outputs.shape == (5, max(sizes), 2)
    assert np.isfinite(outputs).all(axis=-1).sum(axis=1).tolist() == sizes
    for number, size in enumerate(sizes):
        own, said = dataset.of(number).labels["dev"], outputs[number, :size]
        assert outcome.final["auc"][number] == pytest.approx(roc_auc_score(own, said[:, 1]))
        loss = -said[np.arange(size), own].mean()
        assert outcome.final["dev_loss"][number] == pytest.approx(loss, rel=1e-5)
    assert outcome.value == pytest.approx(outcome.final["auc"].mean())


@pytest.mark.parametrize("metric", ["dev_error", "mean_absolute_error"])
def test_numbers_are_scored_in_the_studys_units(metric: str) -> None:
    """SDs of the training rows of the one split, whatever a replicate's own training rows have."""
    frame, replicates = table(regression=True), spec("bootstrap")
    each = rows_of(frame, replicates)
    dataset = searched(frame, replicates)
    outcome = train(task(metric=metric), dataset)
    sd = dataset.target.scale
    assert sd == pytest.approx(frame["y"].iloc[divided(frame).parts["train"]].std(ddof=0))
    for number, rows in enumerate(each):
        true = frame["y"].iloc[rows.dev].to_numpy()
        said = outcome.arrays["dev_outputs"][number, : len(true), 0] * sd + dataset.target.mean
        rmse, mae = np.sqrt(((said - true) ** 2).mean()), np.abs(said - true).mean()
        assert outcome.final["dev_error"][number] == pytest.approx(rmse / sd, rel=1e-4)
        assert outcome.final["dev_loss"][number] == pytest.approx((rmse / sd) ** 2, rel=1e-4)
        if metric == "mean_absolute_error":
            assert outcome.final[metric][number] == pytest.approx(mae / sd, rel=1e-4)
        constant = frame["y"].iloc[rows.train].mean()
        expected = np.sqrt(((constant - true) ** 2).mean()) / sd
        assert dataset.of(number).constants["dev_error"] == pytest.approx(expected, rel=1e-5)
    own = [dataset.of(number).constants["dev_loss"] for number in range(5)]
    assert dataset.constants["dev_loss"] == pytest.approx(np.mean(own))


def test_a_full_batch_is_all_of_a_replicates_rows() -> None:
    outcome = train(task(batch_size="full"), searched(table(), spec("kfold")))
    assert outcome.curves["updates"].tolist() == [0, 1, 2, 3, 4]


def test_balanced_weights_are_those_of_its_own_rows() -> None:
    dataset = searched(table(), spec("kfold"))
    outcome = train(task(class_weights="balanced"), dataset)
    assert np.isfinite(outcome.curves["train_loss"]).all()


# --- a training function of the user's own -------------------------------------------------------


def test_a_training_function_is_given_each_replicates_rows(tmp_path: Path) -> None:
    """In its own units, which its numbers are taken to be in."""
    (tmp_path / "mine.py").write_text(
        "def train(config, data, seed):\n"
        "    assert abs(data.train.y.mean()) < 1e-9 and abs(data.train.y.std() - 1) < 1e-9\n"
        "    assert abs(data.train.x[:, :2].mean()) < 1e-6\n"
        "    for _ in range(config['epochs']):\n"
        "        yield {'dev_outputs': 0 * data.dev.y, 'train_loss': 1, 'train_error': 1}\n"
    )
    dataset = searched(table(regression=True), spec("bootstrap"))
    trainer = trainer_code.find(Trainer(call="mine:train"), tmp_path)
    outcome = custom.train(trainer, task(metric="mean_absolute_error"), dataset)
    assert outcome.state == "complete", outcome.cause
    for number in range(5):
        own, final = dataset.of(number), outcome.final
        rows, size = own.labels["dev"], len(own.labels["dev"])
        said = outcome.arrays["dev_outputs"][number]
        np.testing.assert_allclose(said[:size, 0], own.scale.shift, rtol=1e-6)
        assert np.isnan(said[size:]).all()
        assert final["dev_error"][number] == pytest.approx(own.constants["dev_error"], rel=1e-5)
        expected = np.abs(rows - own.scale.shift).mean()
        assert final["mean_absolute_error"][number] == pytest.approx(expected)
        assert final["train_loss"][number] == pytest.approx(own.scale.factor**2)
        assert final["train_error"][number] == pytest.approx(own.scale.factor)


# --- faults --------------------------------------------------------------------------------------


def few(frame: pd.DataFrame, rare: int) -> pd.DataFrame:
    """With so many rows of a third class."""
    return frame.assign(y=[*["rare"] * rare, *frame["y"].iloc[rare:]])


@pytest.mark.parametrize(
    ("frame", "replicates", "changes", "message"),
    [
        (
            *(few(table(), 5), spec("kfold", 10), {}),
            "count: expected at least 10 rows of every class, one for each fold, got 4 of class "
            "'rare' (fewer folds; rare classes can be merged, or their rows left out)",
        ),
        (
            *(table(regression=True), spec("kfold", 200, folds=100), {}),
            "folds: expected at least 100 rows to make 100 folds of, got 82",
        ),
        (
            table().assign(patient=np.arange(103) % 8),
            spec("kfold", 20),
            {"group": "patient", "ignore": []},
            "count: expected at least 20 groups to make 20 folds of, got 6 (fewer folds)",
        ),
        (
            *(few(table(), 3), spec("bootstrap", 30), {}),
            "resample: expected out-of-bag rows of every class in each replicate, got none of "
            "class 'rare' in replicate 3 (resample: kfold leaves out every row once; or another "
            "data.split.seed)",
        ),
    ],
)
def test_too_few_rows_for_what_is_asked(
    frame: pd.DataFrame, replicates: ReplicatesSpec, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(Expected) as raised:
        rows_of(frame, replicates, **changes)
    assert f"{raised.value.at}: {raised.value.message}" == message


TEXT = """
name: s
data: {source: t.csv, target: y, ignore: [patient]}
space: {l2: [0, 1]}
"""


@pytest.mark.parametrize(
    ("replicates", "message"),
    [
        ("{resample: kfold, folds: 4}", "a count that is a multiple of folds (4), got 5 (try 4 or"),
        ("{count: 3, resample: kfold, folds: 5}", "multiple of folds (5), got 3 (try 5)"),
        ("{count: 1, resample: kfold}", "expected a count of 2 or more for kfold, got 1"),
        ("{folds: 5}", "replicates: expected folds with resample: kfold alone, got auto"),
        (
            "{resample: kfolds}",
            "replicates.resample: expected auto, none, kfold, repeated, bootstrap or rolling",
        ),
        ("{count: 10, fold: 5}", "replicates.fold: expected a known key, got 'fold' (did you mean"),
        ("{resample: kfold, folds: 1}", "replicates.folds: expected a number >= 2, got 1"),
        ("{resample: kfold, count: 80}", "replicates.count: expected at least 80 rows of every"),
    ],
)
def test_faults_of_the_section_in_a_line(tmp_path: Path, replicates: str, message: str) -> None:
    table().to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UserError) as raised:
        prepared(tmp_path, replicates)
    assert message in str(raised.value)
    assert str(raised.value).startswith("s.yaml:5: replicates")
    assert len(raised.value.faults) == 1


def prepared(folder: Path, replicates: str, assignments: Sequence[str] = ()) -> Any:
    document = documents.parse(f"{TEXT}replicates: {replicates}\n", "s.yaml")
    return prepare.prepare(document, folder, list(assignments))


def test_none_where_a_column_says_which_rows_are_dev(tmp_path: Path) -> None:
    rows = table()
    rows["part"] = np.resize(["train", "train", "dev", "test"], len(rows))
    rows.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UserError, match=r"resample: expected none with data\.split\.column, got "):
        prepared(tmp_path, "{resample: kfold}", ["data.split.column=part"])


# --- a run ---------------------------------------------------------------------------------------

FOLDS = small.TEXT.replace("{count: 3, resample: none}", "{count: 4, resample: kfold, folds: 2}")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folds")
    path = str(small.study(folder, FOLDS))
    told = small.sweeps(path, "--dry-run", cwd=folder).stdout
    small.sweeps(path, "--jobs", "2", cwd=folder)
    assert (
        "resampled 2 folds × 2 repeats of the 160 rows that are not test; folds of its own in the "
        "confirmation"
    ) in told
    return folder / "runs" / "small"


def test_the_same_study_at_any_number_of_jobs_and_extended(finished: Path, tmp_path: Path) -> None:
    alone, extended = tmp_path / "alone", tmp_path / "extended"
    for folder in (alone, extended):
        folder.mkdir()
    small.sweeps(str(small.study(alone, FOLDS)), "--jobs", "1", "--no-confirm", cwd=alone)
    path = str(small.study(extended, FOLDS))
    small.sweeps(path, "--jobs", "2", "--no-confirm", "--trials", "9", cwd=extended)
    small.sweeps(path, "--jobs", "2", "--no-confirm", cwd=extended)
    expected = small.trials(finished)
    states = {one["meta"]["state"] for one in expected.values()}
    assert states == {"complete", "pruned"}
    for folder in (alone, extended):
        found = small.trials(folder / "runs" / "small")
        # Through JSON, for NaN has to equal NaN.
        assert json.dumps(found) == json.dumps(expected)


def test_what_a_run_says_of_it(finished: Path) -> None:
    said = YAML(typ="safe").load((finished / "study.yaml").read_text())
    assert said["replicates"] == {"count": 4, "resample": "kfold", "folds": 2}
    provenance = json.loads((finished / "provenance.json").read_text())
    assert provenance["search"]["replicates"] == 4
    assert provenance["search"]["resample"] == "2 folds × 2 repeats"
    page = (finished / "report.html").read_text()
    assert "2 folds × 2 repeats of the 160 rows that are not test" in page
    assert "The confirmation draws folds of its own of the same rows" in page
    assert "those of the resamples (see Methods), which is part of the difference" not in page
    frame = pd.read_parquet(finished / "trials.parquet")
    assert (frame["replicates"] == 4).all()


def test_it_is_another_study_unless_nothing_is_resampled(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "t.csv", index=False)

    def identity(replicates: str) -> Any:
        return resolved.identity(*prepared(tmp_path, replicates))

    assert identity("{resample: none}")["replicates"] == 5
    assert identity("{resample: kfold}") == identity("{resample: kfold, folds: 5}")
    each = [identity(f"{{count: 10, resample: {kind}}}") for kind in (*KINDS, "none")]
    each.append(identity("{count: 10, resample: kfold, folds: 5}"))
    assert len({json.dumps(one) for one in each}) == 5
    for one in each:
        assert one | {"replicates": 0} == each[0] | {"replicates": 0}
