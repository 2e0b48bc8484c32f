"""The whole vocabulary searched for real: every word reaches the training."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.class_weight import compute_class_weight

from sweeps.base.errors import UserError
from sweeps.data.datasets.loading import load
from sweeps.data.source import sources
from sweeps.phases.prepare import prepare
from sweeps.study import scoring
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents, parsing
from sweeps.study.file.documents import Document
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, plain
from sweeps.study.objectives import Objective
from sweeps.study.spec import Study
from sweeps.training import networks, seeds
from sweeps.training.task import Task
from sweeps.training.trial import train
from tests.sweeps.helpers import study, sweeps, trials

TEXT = """
name: small
data: {source: 'synthetic:moons', options: {rows: 200}}
fixed: {hidden: [8, 4], epochs: 6, patience: 3}
space:
  initializer: [orthogonal, glorot_normal, lecun]
  activation: [gelu, silu, elu]
  batch_norm: [true, false]
  l1: {low: 1e-6, high: 1, log: true}
  max_norm: [none, 1, 3]
  clip_norm: [none, 0.1]
  optimizer: [adamw, nadam, lion, rmsprop_centred]
  schedule:
    choices:
      constant: {}
      cosine: {floor: {low: 0, high: 0.5}}
      inverse_time: {decay: {low: 0.1, high: 2}, interval: 2}
replicates: {count: 2, resample: none}
search: {trials: 12, window: 4, pruner: {median: {startup: 2, warmup: 2}}}
confirm: {top: 1, replicates: 3}
"""


def test_the_same_trials_at_any_number_of_jobs(tmp_path: Path) -> None:
    path = str(study(tmp_path, TEXT))
    for jobs in ("1", "2"):
        done = sweeps(path, "--jobs", jobs, "--out", jobs, cwd=tmp_path)
        assert done.stderr == ""
    one, two = (
        pd.read_parquet(tmp_path / jobs / "small" / "trials.parquet").drop(columns="seconds")
        for jobs in ("1", "2")
    )
    pd.testing.assert_frame_equal(one, two)
    assert len(one) == 12
    assert one["param.schedule.cosine.floor"].notna().any()
    assert set(one["param.batch_norm"]) == {True, False}


def settings(change: str) -> tuple:
    values = {
        "name": "a",
        "data": {"source": "synthetic:moons", "options": {"rows": 60}},
        "fixed": {"hidden": [5], "epochs": 3},
        "space": {},
    }
    word, _, value = change.partition("=")
    values["fixed"][word] = documents.value(value, change)
    spec = parsing.study(Document(values, {}, "study"))
    dataset = load(spec.data, Path(), spec.dtype)
    config = spec.space.default
    return networks.network(config, dataset), networks.settings(config, dataset)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("schedule={step: {interval: 5}}", {"schedule": "step"}),
        ("l1=0.5", {"l1": 0.5}),
        ("max_norm=2", {"max_norm": 2.0}),
        ("max_norm=none", {"max_norm": np.inf}),
        ("clip_norm=0.1", {"clip_norm": 0.1}),
        ("patience=4", {"patience": 4}),
        ("patience=none", {"patience": None}),
        ("clip_value=0.2", {"clip_value": 0.2}),
        ("clip_value=none", {"clip_value": np.inf}),
        ("label_smoothing=0.1", {"label_smoothing": 0.1}),
        ("class_weights=balanced", {"class_weights": "balanced"}),
        ("class_weights=[1, 3]", {"class_weights": (1.0, 3.0)}),
        ("class_weights=none", {"class_weights": None}),
        ("loss=auto", {"loss": None}),
        ("loss={huber: {delta: 2}}", {"loss": "huber", "loss_settings": {"delta": 2.0}}),
        ("optimizer={adamw: {weight_decay: 0.1}}", {"optimizer": "adamw"}),
    ],
)
def test_a_word_is_dnns_setting(change: str, expected: dict) -> None:
    _, given = settings(change)
    for name, value in expected.items():
        assert getattr(given, name) == value


def test_settings_of_an_arm_and_batch_normalization_arrive_too() -> None:
    _, given = settings("schedule={step: {interval: 5}}")
    assert given.schedule_settings == {"interval": 5, "decay": 0.1}
    assert settings("batch_norm=true")[0].batch_norm
    assert not settings("l2=1")[0].batch_norm


def test_balanced_is_scikit_learns_on_the_training_rows() -> None:
    dataset = load(DataSpec(source="sklearn:breast_cancer"), Path(), "float64")
    labels = dataset.labels["train"]
    usual = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    losses = {}
    for name, weights in {
        "ours": "balanced",
        "theirs": usual.tolist(),
        "ratios": (7 * usual).tolist(),
        "none": "none",
    }.items():
        given = VOCABULARY.canonical("class_weights", weights)
        config = VOCABULARY.defaults() | {"hidden": (4,), "epochs": 3, "class_weights": given}
        goal = (Objective(metric="dev_loss"),)
        task = Task(0, config, 0, seeds.SEARCH, range(2), goal, dtype="float64")
        losses[name] = train(task, dataset).final["dev_loss"]
    np.testing.assert_allclose(losses["theirs"], losses["ours"], rtol=1e-9)
    np.testing.assert_allclose(losses["ratios"], losses["ours"], rtol=1e-9)
    assert (np.abs(losses["none"] - losses["ours"]) > 1e-4).all()


OF_CLASSES = """
name: small
data: {source: 'sklearn:iris'}
fixed: {hidden: [6], epochs: 8}
space:
  label_smoothing: {low: 0, high: 0.5}
  class_weights: [none, balanced, [1, 2, 0.5]]
  clip_value: [none, 0.01]
objective: balanced_error
replicates: {count: 2, resample: none}
search: {trials: 10, pruner: none}
confirm: {top: 1, replicates: 3}
"""
OF_NUMBERS = """
name: small
data: {source: 'sklearn:diabetes'}
fixed: {hidden: [6], epochs: 8}
space:
  loss: {choices: {auto: {}, huber: {delta: {low: 0.1, high: 2, log: true}}}}
objective: mean_absolute_error
replicates: {count: 2, resample: none}
search: {trials: 6, pruner: none}
confirm: {top: 1, replicates: 3}
"""


@pytest.mark.parametrize("text", [OF_CLASSES, OF_NUMBERS], ids=["classes", "numbers"])
def test_what_is_trained_on_changes_and_the_scores_stay_comparable(
    tmp_path: Path, text: str
) -> None:
    sweeps(str(study(tmp_path, text)), "--jobs", "2", cwd=tmp_path)
    folder = tmp_path / "runs" / "small"
    spec = parsing.study(documents.read(tmp_path / "small.yaml"))
    labels = load(spec.data, Path(), spec.dtype).labels["dev"]
    found = trials(folder)
    for record in found.values():
        outputs = np.array(record["arrays/dev_outputs"])
        losses = [scoring.loss_and_error(one, labels)[0] for one in outputs]
        np.testing.assert_allclose(record["final/dev_loss"], losses, rtol=1e-5)
    assert len({str(record["final/dev_loss"]) for record in found.values()}) >= 3
    winner = parsing.study(documents.read(folder / "best.yaml")).space.default
    settings = pd.read_parquet(folder / "confirm.parquet").loc[0, "settings"]
    words = ("loss", "label_smoothing", "class_weights", "clip_value")
    told = json.loads(settings)
    assert all(told[word] == plain(winner[word]) for word in words)
    page = (folder / "report.html").read_text()
    assert all(word in page for word in spec.space.searched)
    (tmp_path / "new.csv").write_text(rows_to_predict(spec))
    done = sweeps("predict", str(folder), "new.csv", cwd=tmp_path, module="sweeps")
    assert len(done.stdout.splitlines()) == 4


def rows_to_predict(spec: Study) -> str:
    table = sources.read(spec.data.source, None, {}, Path())
    return table.frame.drop(columns=table.target).head(3).to_csv(index=False)


@pytest.mark.parametrize(
    ("source", "change", "message"),
    [
        ("diabetes", "fixed.label_smoothing=0.1", "expected 0 in regression, got 0.1 (label_smoo"),
        (
            *("diabetes", "space.label_smoothing={low: 0, high: 0.2}"),
            "space.label_smoothing: expected 0 in regression, got a range",
        ),
        (
            *("diabetes", "space.class_weights=[none, balanced]"),
            "space.class_weights: expected 'none' in regression, got 'balanced' (class_weights is",
        ),
        (
            *("iris", "space.loss={choices: {auto: {}, huber: {}}}"),
            "space.loss: expected 'auto' in classification, got 'huber' (loss is for regression)",
        ),
        (
            *("iris", "space.optimizer={choices: {adam: {loss: huber}}}"),
            "space.optimizer: expected 'auto' in classification, got {'huber': {'delta': 1.0}}",
        ),
        (
            *("iris", "fixed.class_weights=[1, 2]"),
            "fixed.class_weights: expected 3 weights, one for each of setosa, versicolor, "
            "virginica, got [1.0, 2.0]",
        ),
        (*("iris", "fixed.class_weights=[0, 0, 0]"), "expected a weight above 0, got [0, 0, 0]"),
        (*("iris", "fixed.class_weights=[1, -1, 0]"), "weights.1: expected a number >= 0, got -1"),
        (
            *("iris", "fixed.class_weights=balancd"),
            "expected 'none', 'balanced' or a list of weights, got 'balancd' (did you mean 'bal",
        ),
        (
            *("iris", "space.class_weights=[1, 2]"),
            "space.class_weights.0: expected 'none', 'balanced' or a list of weights, got 1 (one",
        ),
        (
            *("iris", 'constraints=["l2 < class_weights"]'),
            "constraints.0: expected a hyperparameter that is a number, got 'class_weights'",
        ),
    ],
)
def test_what_does_not_fit_the_data_is_refused(
    tmp_path: Path, source: str, change: str, message: str
) -> None:
    text = f"name: small\ndata: {{source: 'sklearn:{source}'}}\nspace: {{l2: [0, 1]}}\n"
    document = documents.read(study(tmp_path, text))
    with pytest.raises(UserError) as refused:
        prepare(document, tmp_path, [change])
    assert message in str(refused.value)


def test_words_of_the_other_task_may_stand_at_their_defaults(tmp_path: Path) -> None:
    text = """
name: small
data: {source: 'sklearn:diabetes'}
fixed: {label_smoothing: 0, class_weights: none}
space: {loss: [auto, huber], l2: [0, 1]}
constraints: ["l2 < 1 when loss is huber"]
"""
    prepare(documents.read(study(tmp_path, text)), tmp_path, [])


def test_a_replicate_that_stops_early_keeps_its_best(tmp_path: Path) -> None:
    text = TEXT.replace("epochs: 6, patience: 3", "epochs: 60, patience: 2")
    options = ("--no-confirm", "--trials", "3", "--set", "search.start=random")
    sweeps(str(study(tmp_path, text)), *options, cwd=tmp_path)
    curves = pd.read_parquet(tmp_path / "runs" / "small" / "curves.parquet")
    for _, one in curves.groupby(["trial", "replicate"]):
        assert one["dev_loss"].iloc[-1] == one["dev_loss"].min()
    assert curves.groupby("trial")["epoch"].max().min() < 60
