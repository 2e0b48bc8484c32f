"""The whole vocabulary searched for real: every word reaches the training."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweeps import documents, trial
from sweeps.data.loading import load
from sweeps.documents import Document
from sweeps.spec import check
from tests.sweeps.helpers import study, sweeps

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
replicates: 2
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
    spec = check(Document(values, {}, "study"))
    dataset = load(spec.data, Path(), spec.dtype)
    config = spec.space.default
    return trial.network(config, dataset), trial.settings(config, dataset)


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


def test_a_replicate_that_stops_early_keeps_its_best(tmp_path: Path) -> None:
    text = TEXT.replace("epochs: 6, patience: 3", "epochs: 60, patience: 2")
    sweeps(str(study(tmp_path, text)), "--no-confirm", "--trials", "3", cwd=tmp_path)
    curves = pd.read_parquet(tmp_path / "runs" / "small" / "curves.parquet")
    for _, one in curves.groupby(["trial", "replicate"]):
        assert one["dev_loss"].iloc[-1] == one["dev_loss"].min()
    assert curves.groupby("trial")["epoch"].max().min() < 60
