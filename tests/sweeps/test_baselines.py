"""The confirmation's baselines: chosen, bounded in time, told, and known to earlier runs."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import dnn
import sweeps
from reports.stats.lints import confirmed_lints
from sweeps.base.errors import UserError
from sweeps.data import Dataset
from sweeps.phases import confirm, confirmed, prepare
from sweeps.phases.confirmed import Confirmed
from sweeps.study.confirm_section import BASELINES
from sweeps.study.file import documents
from sweeps.study.spec import Study
from sweeps.training import baselines
from sweeps.views import estimates, plan
from sweeps.views.training_progress import TrainingProgress


def values(**confirmation: Any) -> dict[str, Any]:
    return {
        "name": "tiny",
        "data": {"source": "synthetic:moons", "options": {"rows": 90}},
        "fixed": {"hidden": [3], "epochs": 3},
        "space": {"learning_rate": [0.01, 0.1]},
        "replicates": {"count": 2, "resample": "none"},
        "search": {"trials": 2, "pruner": "none"},
        "confirm": {"top": 1, "replicates": 2, **confirmation},
    }


def prepared(**confirmation: Any) -> tuple[Study, Dataset]:
    document = documents.Document(values(**confirmation), {}, "study")
    return prepare.prepare(document, Path(), [])


def work(folder: Path, **confirmation: Any) -> confirm.ConfirmationWork:
    study, dataset = prepared(**confirmation)
    return confirm.prepare(study, dataset, confirm.candidates(study, []), folder, "a study")


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (["boosting", "linear", "linear"], ("linear", "boosting")),
        ([], ()),
        ("none", ()),
        (None, ()),
        (["constant"], ("constant",)),
    ],
)
def test_which_are_chosen(given: Any, chosen: tuple[str, ...]) -> None:
    assert prepared(baselines=given)[0].confirm.baselines == chosen


def test_all_of_them_if_nothing_is_said() -> None:
    study, dataset = prepared()
    assert study.confirm.baselines == BASELINES == tuple(baselines.BASELINES)
    names = ["majority class", "logistic regression", "gradient boosting"]
    assert baselines.of_study(study, dataset) == names


WEIGHTED = ["class-weighted logistic regression", "class-weighted gradient boosting"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"objective": "balanced_error"}, WEIGHTED),
        ({"objective": [{"metric": "auc"}, {"metric": "balanced_error"}]}, WEIGHTED),
        ({"space": {"class_weights": ["none", "balanced"]}}, WEIGHTED),
        ({"fixed": {"class_weights": "balanced"}}, WEIGHTED),
        ({"fixed": {"class_weights": "none"}, "objective": "auc"}, []),
        ({"objective": "balanced_error", "confirm": {"baselines": ["linear"]}}, WEIGHTED[:1]),
    ],
)
def test_where_classes_count_alike_simple_models_may_weigh_them_too(
    more: dict[str, Any], expected: list[str]
) -> None:
    document = documents.Document(values() | more, {}, "study")
    study, dataset = prepare.prepare(document, Path(), [])
    every = baselines.of_study(study, dataset)
    assert [name for name in every if name.startswith("class-weighted")] == expected
    assert ("with classes weighted, too" in plan._beside(study)) == bool(expected)


def test_weighted_classes_have_the_same_weight() -> None:
    """Of one class in ten, in places of both, the weighted model says many times as many rows."""
    _, dataset = prepared()
    labels = dataset.labels["train"]
    rare = np.flatnonzero(labels == 1)[4:]
    keep = np.setdiff1d(np.arange(len(labels)), rare)
    part = dataset.parts["train"]
    few = replace(
        dataset,
        parts={**dataset.parts, "train": replace(part, x=part.x[keep], y=part.y[keep])},
        labels={**dataset.labels, "train": labels[keep]},
    )
    plain, weighted = (
        baselines.train(name, few).arrays["dev_outputs"][0].argmax(axis=-1).mean()
        for name in ("logistic regression", "class-weighted logistic regression")
    )
    assert weighted > plain + 0.1


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_each_has_a_model_for_each_kind_of_target_under_a_name_of_its_own(kind: str) -> None:
    models = [row[kind] for row in baselines.BASELINES.values()]
    assert len({model.name for model in models}) == len(models)
    assert (
        baselines.BASELINES["constant"][kind].name in confirmed_lints.CONSTANTS
    )  # the report knows it so


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"baselines": ["linnear"]}, "known baseline, got 'linnear' (did you mean 'linear'?)"),
        ({"baselines": "linear"}, "a list of baselines, got 'linear'"),
        ({"baselines": [["linear"]]}, "a known baseline, got ['linear']"),
        ({"baseline_time": "soon"}, "a time like 90s, 10m or 1.5h, got 'soon'"),
        ({"baseline_time": 0}, "a time like 90s, 10m or 1.5h, got 0"),
    ],
)
def test_what_the_study_file_gets_wrong(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as told:
        prepared(**given)
    (fault,) = told.value.faults
    assert fault.path.startswith(f"confirm.{next(iter(given))}")
    assert said in fault.message


class Slow:
    """A model that would not end."""

    def fit(self, x: Any, y: Any) -> None:
        time.sleep(1000)


def test_one_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    _, dataset = prepared()
    row = baselines.BASELINES["boosting"]
    slow = replace(row["classification"], make=Slow)
    monkeypatch.setitem(row, "classification", slow)  # type: ignore[arg-type]
    outcome = baselines.within(0.05, "gradient boosting", dataset)
    assert outcome.state == "failed"
    assert outcome.cause == "not finished in 0.05 s (confirm.baseline_time allows more)"


def test_one_that_did_not_finish_is_named(tmp_path: Path) -> None:
    study = values(baselines=["boosting"], baseline_time=0.001)
    result = sweeps.run(study, out=tmp_path, jobs=1, quiet=True)
    said = json.loads((result.folder / "provenance.json").read_text())
    assert said["lost"] == {"gradient boosting": baselines.late(0.001)}
    assert result.confirm is not None
    assert set(result.confirm["kind"]) == {"network"}
    assert "Gradient boosting is not in the table: not finished in 0.001 s" in (
        result.report.read_text()
    )


def test_what_did_not_finish_waits_for_more_time(tmp_path: Path) -> None:
    """The keys of records are those of runs that could not choose."""
    (tmp_path / "artifacts").mkdir()
    first = work(tmp_path, baselines=["boosting"], baseline_time=0.001)
    name = "gradient boosting"
    assert first.keys[name] == {"study": "a study", "baseline": name}
    study, dataset = prepared(baselines=["boosting"], baseline_time=0.001)
    alone = replace(first, chosen=[], packs=first.packs[:1])
    found = confirmed.outcomes(alone, study, dataset, tmp_path, jobs=1)
    assert found == Confirmed({}, {name: baselines.late(0.001)})
    again = work(tmp_path, baselines=["boosting"], baseline_time=0.001)
    assert again.late == found.lost
    assert name not in [job.label for job in again.jobs]
    more = work(tmp_path, baselines=["boosting"], baseline_time="1m")
    assert name in [job.label for job in more.jobs]


def wide() -> Dataset:
    """Of 800 small images in colour."""
    _, dataset = prepared()
    x = np.broadcast_to(np.float32(0), (800, 12_288))
    target = replace(dataset.target, classes=tuple("abcdef"))
    parts = {**dataset.parts, "train": dnn.Data(x, np.zeros((800, 6), np.float32))}
    return replace(dataset, parts=parts, target=target)


def test_the_estimate_counts_them() -> None:
    study, dataset = prepared()
    ordinary = estimates.beside_networks(study, dataset)
    assert all(seconds < 1 for _, seconds, _ in ordinary)
    (constant, linear, boosting) = estimates.beside_networks(study, wide())
    assert constant == ("majority class", 0.0, False)
    assert 5 < linear[1] < 300
    assert boosting == ("gradient boosting", 300.0, True)
    none, _ = prepared(baselines="none")
    assert estimates.beside_networks(none, wide()) == []


def test_what_takes_long_has_a_worker_of_its_own(tmp_path: Path) -> None:
    study, dataset = prepared()
    packs = confirm.prepare(study, wide(), [], tmp_path, "a study").packs
    labels = [[job.label for job in pack] for pack in packs]
    assert labels == [["logistic regression"], ["gradient boosting"], ["majority class"]]
    (together,) = confirm.prepare(study, dataset, [], tmp_path, "a study").packs
    assert len(together) == 3


def test_the_progress_names_what_is_under_way(tmp_path: Path) -> None:
    (tmp_path / "artifacts").mkdir()
    jobs = work(tmp_path, baselines=["linear", "boosting"]).jobs
    progress = TrainingProgress(Console(quiet=True), "confirm", jobs, 1)
    assert progress.parts() == ["0/2 networks", "2 baselines under way"]
    for job in jobs[:1]:
        progress.update(job)
    assert progress.parts()[::2] == ["0/2 networks", "gradient boosting under way"]
    for job in jobs[1:]:
        progress.update(job)
    assert progress.parts() == ["2/2 networks", "took 0 s"]


def test_the_plan_names_them() -> None:
    for given, said in ((["linear"], "(linear; 5m at most)"), ("none", "no baselines")):
        lines = dict(plan.lines(*prepared(baselines=given), 2, 1, "here"))
        assert said in lines["confirm"]
