"""The confirmation out of fold: its folds, what is scored on which rows, what a run leaves."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge

import reports.frames
import sweeps
from reports.stats.sampling.losses import row_losses
from sweeps.base.errors import Expected, UserError
from sweeps.data import Dataset
from sweeps.data.datasets import folded_dataset, loading, resampled_dataset
from sweeps.data.divided import resampling
from sweeps.phases import confirm as confirmation
from sweeps.phases import confirmed, prepare
from sweeps.storage import npz
from sweeps.study import trainer_code
from sweeps.study.confirm_section import Confirm
from sweeps.study.file import documents
from sweeps.study.trainers import Trainer
from sweeps.training import baselines, custom, merging, seeds
from sweeps.training.task import Task
from sweeps.training.trial import train
from tests.sweeps import helpers as small
from tests.sweeps.test_resampling import divided, spec, table, task

BASELINES = ("mean", "linear regression", "gradient boosting")


def confirm(**said: Any) -> Confirm:
    return Confirm.model_validate(said)


def folded(frame: pd.DataFrame, dtype: str = "float32", **changes: Any) -> Dataset:
    """What a confirmation of 8 networks sees of a table: 2 folds × 2 repeats × 2 seeds."""
    known = divided(frame, **changes)
    section = confirm(replicates=8, folds=2, seeds=2)
    return folded_dataset.folded(known, loading.encoded(known, dtype), section, dtype)


def confirming(replicates: range = range(8), **words: Any) -> Task:
    return replace(task(replicates, **words), phase=seeds.CONFIRM, keep=True)


# --- which folds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "folds", "repeats", "seeds"),
    [
        ({}, 5, 2, 2),
        ({"replicates": 2}, 2, 1, 1),
        ({"replicates": 4}, 4, 1, 1),
        ({"replicates": 6}, 3, 1, 2),
        ({"replicates": 7}, 7, 1, 1),
        ({"replicates": 14}, 2, 7, 1),
        ({"replicates": 49}, 7, 7, 1),
        ({"folds": 10}, 10, 1, 2),
        ({"seeds": 1}, 5, 4, 1),
        ({"replicates": 30, "folds": 3, "seeds": 5}, 3, 2, 5),
    ],
)
def test_folds_repeats_and_seeds_by_rule(
    said: dict[str, int], folds: int, repeats: int, seeds: int
) -> None:
    design = confirm(**said).fold_designs[0]
    assert (design.folds, design.repeats, design.seeds) == (folds, repeats, seeds)
    places = [design.place(number) for number in range(design.replicates)]
    assert places == [(r, f, s) for r in range(repeats) for f in range(folds) for s in range(seeds)]


def test_folds_are_as_many_as_the_rarest_class_has_rows_for() -> None:
    """Unless the study says how many."""
    frame = table()
    frame["y"] = [*["rare"] * 5, *frame["y"].iloc[5:]]  # 4 of them in the pool
    known = divided(frame)
    pool = resampled_dataset.pool(known, resampling.CONFIRMATION)

    def drawn(**said: Any) -> Any:
        return folded_dataset.drawn_folds(confirm(**said), known.spec.split, pool)[0]

    assert drawn().folds == 4
    assert drawn(replicates=10).folds == 2
    for said, most in (({"folds": 5}, 5), ({"replicates": 5}, 5)):
        with pytest.raises(Expected, match=f"at least {most} rows of every class") as raised:
            drawn(**said)
        assert raised.value.at == "folds"


# --- what is trained and scored on which rows ----------------------------------------------------


@pytest.mark.parametrize("grouped", [False, True])
def test_every_row_of_the_pool_is_left_out_once_a_repeat(grouped: bool) -> None:
    frame = table()
    changes: dict[str, Any] = {"group": "patient", "ignore": []} if grouped else {}
    known, dataset = divided(frame, **changes), folded(frame, **changes)
    folds = dataset.folds
    assert folds is not None
    pool = np.sort(np.concatenate([known.parts["train"], known.parts["dev"]]))
    names = np.array(dataset.target.classes)
    assert names[folds.labels["dev"]].tolist() == frame["y"].iloc[pool].tolist()
    assert (not grouped) == (folds.groups == {})
    for number in range(8):
        repeat, fold, _ = folds.design.place(number)
        own = dataset.of(number)
        left_out = folds.number[repeat] == fold
        np.testing.assert_array_equal(own.labels["dev"], folds.labels["dev"][left_out])
        if grouped:
            inside = folds.groups["dev"]
            assert not set(inside[left_out]) & set(inside[~left_out])
        encoder = folds.encoders[number // 2]
        shown = encoder.encode(known.features.frame.iloc[known.parts["test"]])
        assert own.parts["test"].x.shape[1] == dataset.n_in
        np.testing.assert_array_equal(own.parts["test"].x[:, :2], shown[:, :2].astype(np.float32))
        np.testing.assert_allclose(own.parts["train"].x[:, :2].mean(axis=0), 0, atol=1e-6)
    assert not np.array_equal(folds.number[0], folds.number[1])
    one, twin, other = (dataset.of(number).parts["train"].x for number in (0, 1, 2))
    assert np.shares_memory(one, twin)
    assert not np.shares_memory(one, other)


def test_folds_are_not_those_of_the_search() -> None:
    known, section = divided(table()), spec("kfold", 2)
    drawn = [
        resampling.draw(section, known.spec.split, resampled_dataset.pool(known, purpose))
        for purpose in (resampling.SEARCH, resampling.CONFIRMATION)
    ]
    ours, theirs = ([one.dev.tobytes() for one in each] for each in drawn)
    assert not set(ours) & set(theirs)


@pytest.mark.parametrize("regression", [False, True])
def test_networks_are_scored_on_their_fold_and_on_the_test_rows(regression: bool) -> None:
    frame = table(101, regression)
    dataset = folded(frame)
    outcome = train(confirming(keep_prob=0.8), dataset)
    folds, final = dataset.folds, outcome.final
    assert folds is not None
    dev, test = folds.out_of_fold(outcome.arrays["dev_outputs"]), outcome.arrays["test_outputs"]
    assert dev.shape[:2] == (4, len(folds.labels["dev"]))
    for number in range(8):
        repeat, fold, seed = folds.design.place(number)
        own = folds.number[repeat] == fold
        for part, said, labels in (
            ("dev", dev[repeat * 2 + seed, own], folds.labels["dev"][own]),
            ("test", test[number], folds.labels["test"]),
        ):
            expected = errors(said, labels, regression)
            np.testing.assert_allclose(final[f"{part}_error"][number], expected, rtol=1e-5)
    # No number hangs on the pieces that networks are trained in.
    pieces = [train(confirming(numbers, keep_prob=0.8), dataset) for numbers in
              (range(3), range(3, 8))]  # fmt: skip
    merged = merging.merge(pieces, confirming().objectives, ())
    for group in ("final", "arrays"):
        whole, parts = getattr(outcome, group), getattr(merged, group)
        assert whole.keys() == parts.keys()
        for name, values in whole.items():
            np.testing.assert_array_equal(values, parts[name])


def errors(said: NDArray[Any], labels: NDArray[Any], regression: bool) -> float:
    """Of outputs (n, K′)."""
    if regression:
        return float(np.sqrt(((said[:, 0] - labels) ** 2).mean()))
    return float((said.argmax(axis=1) != labels).mean())


@pytest.mark.parametrize("regression", [False, True])
def test_baselines_are_trained_once_a_fold(regression: bool) -> None:
    dataset = folded(table(regression=regression), "float64")
    name = "linear regression" if regression else "logistic regression"
    outcome = baselines.train(name, dataset)
    assert outcome.arrays["dev_outputs"].shape[0] == 4
    for number in range(4):
        own = dataset.of(2 * number)
        model = Ridge() if regression else LogisticRegression(max_iter=2000)
        model.fit(own.parts["train"].x, own.labels["train"])
        for part in ("dev", "test"):
            said = model.predict(own.parts[part].x)
            wrong = said - own.labels[part] if regression else said != own.labels[part]
            expected = np.sqrt((wrong**2).mean()) if regression else wrong.mean()
            found = outcome.final[f"{part}_error"][number]
            assert found == pytest.approx(expected, rel=1e-5)
    once = baselines.seconds(name, dataset.of(0))
    assert baselines.seconds(name, dataset) == pytest.approx(4 * once, rel=0.05)


def test_a_training_function_is_given_the_rows_of_its_fold(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def train(config, data, seed):\n"
        "    assert abs(data.train.y.mean()) < 1e-9 and abs(data.train.y.std() - 1) < 1e-9\n"
        "    yield {'dev_outputs': 0 * data.dev.y, 'test_outputs': 0 * data.test.y,\n"
        "           'train_loss': 1, 'train_error': 1}\n"
    )
    dataset = folded(table(regression=True))
    trainer = trainer_code.find(Trainer(call="mine:train"), tmp_path)
    outcome = custom.train(trainer, confirming(), dataset)
    assert outcome.state == "complete", outcome.cause
    for number in range(8):
        shift = dataset.of(number).scale.shift
        expected = np.sqrt(((dataset.of(number).labels["test"] - shift) ** 2).mean())
        assert outcome.final["test_error"][number] == pytest.approx(expected)


# --- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{folds: 3}", "confirm: expected replicates that are a multiple of folds (3), got 20 (try "
                       "18 or 21)"),
        ("{folds: 5, seeds: 3}", "a multiple of folds (5) × seeds (3), got 20 (try 15 or 30)"),
        ("{seeds: 20}", "confirm: expected fewer seeds than replicates, got 20 (two folds or"),
        ("{folds: 1}", "confirm.folds: expected a number >= 2, got 1"),
        ("{folds: 40, replicates: 80}", "confirm.folds: expected at least 40 rows of every class, "
                                        "one for each fold, got"),
    ],
)  # fmt: skip
def test_faults_of_the_section_in_a_line(tmp_path: Path, said: str, message: str) -> None:
    table().to_csv(tmp_path / "t.csv", index=False)
    text = (
        "name: s\ndata: {source: t.csv, target: y, ignore: [patient]}\nspace: {l2: [0, 1]}\n"
        f"replicates: {{count: 4, resample: kfold}}\nconfirm: {said}\n"
    )
    with pytest.raises(UserError) as raised:
        prepare.prepare(documents.parse(text, "s.yaml"), tmp_path, [])
    assert message in str(raised.value)
    assert str(raised.value).startswith("s.yaml:5: confirm")
    assert len(raised.value.faults) == 1


# --- a run ---------------------------------------------------------------------------------------

RUN = """
name: small
data: {source: t.csv, target: y, ignore: [patient]}
fixed: {hidden: [6], epochs: 4}
space: {l2: [0, 0.1]}
objective: mean_absolute_error
replicates: {count: 4, resample: kfold}
search: {trials: 2}
confirm: {top: 1, replicates: 8, folds: 2}
final: {rows: pool}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("confirmed")
    table(regression=True).to_csv(folder / "t.csv", index=False)
    path = str(small.study(folder, RUN))
    told = small.sweeps(path, "--dry-run", cwd=folder).stdout
    small.sweeps(path, "--jobs", "2", cwd=folder)
    assert "best 1 + defaults × 8 networks (2 folds × 2 repeats × 2 seeds), each scored on" in told
    return folder / "runs" / "small"


def test_what_a_run_leaves(finished: Path) -> None:
    confirmed = pd.read_parquet(finished / "confirm.parquet")
    columns = ["repeat", "fold", "seed"]
    assert (confirmed[columns].dtypes == np.int64).all()
    with np.load(finished / "predictions.npz") as archive:
        said = {name: archive[name] for name in archive.files}
    rows = len(said["dev_target"])
    assert said["dev_fold"].shape == (2, rows)
    assert "dev_group" not in said
    for name, own in confirmed.groupby("config"):
        is_network = own["kind"].iloc[0] == "network"
        seeds = 2 if is_network else 1
        order = (own["repeat"] * 2 + own["fold"]) * seeds + own["seed"]
        assert own["replicate"].tolist() == order.tolist() == list(range(4 * seeds))
        dev, test = said[f"{name}/dev"], said[f"{name}/test"]
        assert dev.shape == (2 * seeds, rows, 1)
        assert test.shape == (4 * seeds, len(said["test_target"]), 1)
        for _, one in own.iterrows():
            left_out = said["dev_fold"][one["repeat"]] == one["fold"]
            far = dev[one["repeat"] * seeds + one["seed"], left_out, 0]
            far = np.abs(far - said["dev_target"][left_out])
            assert one["mean_absolute_error"] == pytest.approx(far.mean(), rel=1e-5)
            far = np.abs(test[one["replicate"], :, 0] - said["test_target"])
            assert one["test_mean_absolute_error"] == pytest.approx(far.mean(), rel=1e-5)
    section = json.loads((finished / "provenance.json").read_text())["confirm"]
    known = {"resample": "kfold", "folds": 2, "repeats": 2, "seeds": 2}
    assert section.items() >= known.items()


def test_the_saved_networks_have_each_its_folds_encoder(finished: Path) -> None:
    frame = pd.read_csv(finished.parent.parent / "t.csv")
    spec = prepare.prepare(documents.parse(RUN, "s.yaml"), finished.parent.parent, [])[0]
    test = loading.read(spec.data, finished.parent.parent).parts["test"]
    result = sweeps.load(finished)
    model, target = result.model, result.model.target
    with np.load(finished / "predictions.npz") as archive:
        winner = result.confirm["config"].iloc[0]
        said = archive[f"{winner}/test"] * target.scale + target.mean
    np.testing.assert_allclose(model.networks(frame.iloc[test]), said, rtol=1e-5)
    expected = said.mean(axis=0)[:, 0]
    np.testing.assert_allclose(result.predict(frame.iloc[test]), expected, rtol=1e-5)
    assert len(model.theta) == 8


def test_the_confirmation_is_the_same_at_any_jobs_and_is_not_done_again(
    finished: Path, tmp_path: Path
) -> None:
    """And other folds are another confirmation of the same search."""
    (tmp_path / "artifacts").mkdir()
    identity = json.loads((finished / "provenance.json").read_text())["study_hash"]
    epoch = int(pd.read_parquet(finished / "trials.parquet")["counted_epoch"].iloc[0])

    def work(folder: Path, *assignments: str) -> Any:
        document = documents.parse(RUN, "s.yaml")
        study, data = prepare.prepare(document, finished.parent.parent, list(assignments))
        chosen = [confirmation.Candidate("trial 0", 0, study.space.default, True, 0.0, epoch)]
        seen = data.for_confirmation
        return confirmation.prepare(study, seen, chosen, folder, identity), study, seen

    confirmed.outcomes(*work(tmp_path), tmp_path, jobs=1)
    records = sorted(tmp_path.glob("artifacts/*.npz"))
    assert len(records) == 4  # the setting and three baselines
    for path in records:
        ours, theirs = (npz.load(one) for one in (path, finished / "artifacts" / path.name))
        assert ours.keys() == theirs.keys()
        for name in ours.keys() - {"curves/seconds"}:
            np.testing.assert_array_equal(ours[name], theirs[name])
    assert not work(finished)[0].packs
    other = work(finished, "confirm.folds=4")[0].jobs
    assert {job.label for job in other} == {"trial 0", *BASELINES}


def test_the_report_judges_each_row_by_what_networks_that_never_saw_it_say(finished: Path) -> None:
    run = reports.frames.load(finished)
    with np.load(finished / "predictions.npz") as archive:
        said, target = archive["trial 0/dev"].astype(float), archive["dev_target"]
    losses = (said[..., 0] - target) ** 2
    np.testing.assert_allclose(row_losses(run, "trial 0", "dev", "loss"), losses, rtol=1e-6)
