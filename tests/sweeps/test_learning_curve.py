"""The learning curve over training rows, and networks of all rows: what a run leaves of both."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dnn
import sweeps
from dnn.schedules import Moment
from sweeps.base.errors import UserError
from sweeps.data.datasets import growing_dataset, loading
from sweeps.data.datasets.growing_dataset import GrowingRows
from sweeps.phases import confirm, learning_curve, prepare, training_jobs
from sweeps.phases.confirmed import Ranked, outcomes
from sweeps.results import learning_curve as frame_of
from sweeps.study.confirm_section import Confirm
from sweeps.study.file import documents, parsing
from sweeps.training import final, lengthened
from sweeps.training.task import Outcome
from tests.sweeps import helpers as small
from tests.sweeps.test_confirm import here
from tests.sweeps.test_resampling import divided, table

SECTION = Confirm.model_validate({"replicates": 4, "folds": 2, "learning_curve": 4})


def rows_of(frame: pd.DataFrame, **changes: Any) -> GrowingRows:
    return growing_dataset.growing_rows(divided(frame, **changes), SECTION)


# --- which rows ----------------------------------------------------------------------------------


def wide(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rare = np.where(np.arange(rows) % 20 == 0, "rare", "common")
    group = np.arange(rows) // 4
    return pd.DataFrame({"x": rng.normal(size=rows), "y": rare, "patient": group})


def test_parts_grow_by_a_factor_are_nested_and_end_with_the_folds_own_rows() -> None:
    sizes = rows_of(wide(), ignore=("patient",)).sizes
    counts = [len(one[0].train) for one in sizes]
    assert len(sizes) == 4
    assert counts[0] == pytest.approx(counts[-1] / 10, abs=1)
    ratios = np.divide(counts[1:], counts[:-1])
    np.testing.assert_allclose(ratios, ratios.mean(), rtol=0.05)
    for smaller, larger in itertools.pairwise(sizes):
        for fold in range(2):
            assert set(smaller[fold].train) < set(larger[fold].train)
            np.testing.assert_array_equal(smaller[fold].dev, larger[fold].dev)
            assert not set(larger[fold].train) & set(larger[fold].dev)


def test_each_part_has_the_classes_in_their_shares() -> None:
    frame = wide()
    for folds in rows_of(frame, ignore=("patient",)).sizes:
        for one in folds:
            rare = int((frame["y"].iloc[one.train] == "rare").sum())
            assert rare == pytest.approx(len(one.train) / 20, abs=1)
            assert rare > 0


def test_groups_stay_whole() -> None:
    frame = wide()
    sizes = rows_of(frame, group="patient").sizes
    assert len(sizes) == 4
    for folds in sizes:
        for one in folds:
            known = frame["patient"].iloc[one.train].value_counts()
            assert (known == 4).all()


def test_too_few_rows_have_no_curve() -> None:
    few = pd.DataFrame({"x": np.linspace(0, 1, 30), "y": np.linspace(1, 3, 30)})
    assert not rows_of(few, ignore=()).sizes


# --- as many updates -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", dnn.SCHEDULES)
def test_a_schedule_and_patience_are_as_long_in_updates(name: str) -> None:
    schedule = dnn.SCHEDULES[name]
    config = {
        "batch_size": 10,
        "epochs": 12,
        "schedule": (name, tuple(schedule.settings.items())),
        "patience": 3,
    }
    longer = lengthened.lengthened(config, 20, 100)
    assert (longer["epochs"], longer["patience"]) == (60, 15)
    for epoch in range(12):
        few = Moment(epoch * 5, 60, epoch * 10, 120)
        all_rows = Moment(epoch, 12, epoch * 10, 120)
        expected = schedule.factor(dict(config["schedule"][1]), all_rows)
        found = schedule.factor(dict(longer["schedule"][1]), few)
        # The course's decay goes by the epoch before the last.
        assert found == pytest.approx(expected) or name == "inverse_time"
    last = Moment(59, 60, 118, 120), Moment(11, 12, 110, 120)
    ends = [
        schedule.factor(dict(one["schedule"][1]), at)
        for one, at in zip((longer, config), last, strict=True)
    ]
    assert ends[0] == pytest.approx(ends[1], rel=0.1, abs=0.03)


@pytest.mark.parametrize(("size", "rows", "epochs"), [("full", 20, 12), (64, 70, 36), (64, 10, 72)])
def test_epochs_make_up_for_rows(size: Any, rows: int, epochs: int) -> None:
    config = {"batch_size": size, "epochs": 12, "schedule": ("constant", ()), "patience": "none"}
    assert lengthened.lengthened(config, rows, 370)["epochs"] == epochs


# --- how long the final networks train -----------------------------------------------------------


def outcome(each: Any, dev_loss: Any) -> Outcome:
    gone = np.array([False, False, False, True])
    return Outcome(
        0,
        "complete",
        (),
        each=np.array(each, float).T,
        curves={"dev_loss": np.array(dev_loss, float).T},
        arrays={"gone": gone},
    )


def test_final_networks_train_as_long_as_those_that_were_confirmed() -> None:
    """The horizon; the median of the epochs that counted; where patience ended, of the best."""
    best = [[9, 5, 4, 4, 4], [9, 9, 3, 2, 2], [9, 8, 7, 6, 6], [9, 9, 9, 9, 9]]
    loss = [[1, 5, 4, 6, 7], [1, 3, 2, 4, 5], [1, 3, 9, 9, 9], [1, np.nan, np.nan, np.nan, np.nan]]
    found = outcome(best, loss)
    config: dict[str, Any] = {"epochs": 4, "patience": "none"}
    assert final.epochs(config, found, at_best=False) == 4
    assert final.epochs(config, found, at_best=True) == 3
    assert final.epochs(config | {"patience": 2}, found, at_best=False) == 2


# --- a run ---------------------------------------------------------------------------------------

RUN = """
name: small
data: {source: t.csv, target: y, ignore: [patient]}
fixed: {hidden: [6], epochs: 4, batch_size: 8}
space: {l2: [0, 0.1]}
replicates: {count: 4, resample: kfold}
search: {trials: 2}
confirm: {top: 1, replicates: 8, folds: 2, learning_curve: 4, baselines: [linear]}
final: {rows: all}
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grown")
    frame = pd.concat([table(regression=True)] * 3, ignore_index=True)
    frame.to_csv(folder / "t.csv", index=False)
    told = small.sweeps(str(small.study(folder, RUN)), "--jobs", "2", cwd=folder).stdout
    assert "4 sizes × 2 folds" in told
    assert "every error here is that of networks trained on" in told
    return folder / "runs" / "small"


def test_what_a_run_leaves(finished: Path) -> None:
    curve = pd.read_parquet(finished / "learning_curve.parquet")
    confirmed = pd.read_parquet(finished / "confirm.parquet")
    assert (finished / "data" / "learning_curve.csv").exists()
    assert curve.groupby("config").size().tolist() == [8, 8]
    for config, own in curve.groupby("config"):
        whole = confirmed[(confirmed["config"] == config) & (confirmed["repeat"] == 0)]
        whole = whole[whole["seed"] == 0]
        last = own[own["size"] == 3]
        for score in ("train_loss", "train_error", "dev_loss", "dev_error"):
            assert last[score].tolist() == whole[score].tolist()
        if own["kind"].iloc[0] == "network":
            updates = own["epochs"] * np.ceil(own["rows"] / 8)
            np.testing.assert_allclose(updates, updates.iloc[-1], rtol=0.15)


def test_nothing_is_trained_again(finished: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.glob("artifacts/confirm-*.npz")}
    curve = (finished / "learning_curve.parquet").read_bytes()
    small.sweeps("small.yaml", "--jobs", "1", cwd=finished.parent.parent)
    after = {path: path.stat().st_mtime_ns for path in finished.glob("artifacts/confirm-*.npz")}
    assert after == before
    assert (finished / "learning_curve.parquet").read_bytes() == curve


def test_a_curve_is_the_same_where_its_parts_come_back_otherwise(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an engine, the last first; the run did them itself, for they are short."""
    (tmp_path / "artifacts").mkdir()
    document, base = documents.parse(f"{RUN}engine: ray\n", "s.yaml"), finished.parent.parent
    study, data = prepare.prepare(document, base, [])
    seen = data.for_confirmation
    identity = json.loads((finished / "provenance.json").read_text())["study_hash"]
    winner = sweeps.load(finished).confirm.iloc[0]
    l2 = json.loads(winner["settings"])["l2"]
    config = study.space.default | {"l2": l2}
    epoch, number = int(winner["counted_epoch"]), int(winner["trial"])
    chosen = [confirm.Candidate(winner["config"], number, config, True, 0.0, epoch)]
    done = confirm.prepare(study, seen, chosen, finished, identity)
    assert not done.packs
    ranked = outcomes(done, study, seen, finished, 1).ranked(chosen, study, seen)
    here(monkeypatch)
    monkeypatch.setattr(training_jobs, "SHORT", 0.0)
    divided = loading.read(study.data, base)
    work = learning_curve.prepare(study, divided, data, ranked, tmp_path, identity)
    assert work is not None
    curves, lost = learning_curve.train(work, study, ranked, tmp_path, 1)
    assert not lost
    left = pd.read_parquet(finished / "learning_curve.parquet")
    pd.testing.assert_frame_equal(frame_of.frame(curves), left)


def test_the_saved_networks_are_those_of_all_rows(finished: Path) -> None:
    result, frame = sweeps.load(finished), pd.read_csv(finished.parent.parent / "t.csv")
    model = result.model
    said = json.loads((finished / "provenance.json").read_text())["final"]
    assert said == {"networks": 8, "epochs": 4, "rows": len(frame), "judged": model.judged}
    assert len(model.theta) == 8
    assert not model.folds
    assert model.target.mean == pytest.approx(frame["y"].mean())
    assert model.target.scale == pytest.approx(frame["y"].std(ddof=0))


def test_a_lost_curve_is_named_and_the_other_is_there(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = parsing.study(documents.parse(RUN, "s.yaml"))
    known = loading.read(spec.data, finished.parent.parent)
    rows = growing_dataset.growing_rows(known, spec.confirm)
    (tmp_path / "artifacts").mkdir()
    lost = Outcome(-1, "failed", (), cause="its worker died")
    monkeypatch.setattr(learning_curve, "results_soon", lambda *given: iter_of("linear", [lost]))
    work = learning_curve.CurveWork({}, {"linear": {}}, rows, 2, (), [])
    found = learning_curve.train(work, spec, Ranked(), tmp_path, 1)
    assert found == ([], {"linear": "its worker died"})
    assert not list(tmp_path.glob("artifacts/*"))


def iter_of(label: str, parts: list[Outcome]) -> Any:
    yield label, parts


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("learning_curve: 4", "learning_curve: 2", "expected 0 for no learning curve, or 4 sizes"),
        ("rows: all", "rows: every", "final.rows"),
        ("space: {", "trainer: m:f\nspace: {", "final.rows: expected pool with a trainer, got"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(UserError) as raised:
        parsing.study(documents.parse(RUN.replace(old, new), "s.yaml"))
    assert message in str(raised.value)
    assert len(raised.value.faults) == 1
