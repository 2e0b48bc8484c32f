"""A training is judged alike whoever trains: a function that reports our curves has our verdict."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps.data import Dataset
from sweeps.data.datasets.loading import load
from sweeps.study import trainer_code
from sweeps.study.data_section import DataSpec
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.metric_constraints import MetricConstraint
from sweeps.study.metrics import worst
from sweeps.study.objectives import Objective
from sweeps.study.trainers import Trainer
from sweeps.training import custom, seeds, trial
from sweeps.training.stop_rules import BestAbove
from sweeps.training.task import SCORES, Outcome, Task

EPOCHS, REPLICATES = 8, 3
LIMITS = (
    MetricConstraint(metric="gap", sign="<=", bound=0.02),
    MetricConstraint(metric="train_loss", sign="<=", bound=0.5),
)
# The curves of a finished training, replicate by replicate, as a function of the user's.
REPORTING = """
from pathlib import Path

import numpy as np


def train(config, data, seed):
    curves = np.load(Path(__file__).with_name("curves.npz"))
    replicate = curves["seeds"].tolist().index(seed)
    for epoch in range(1, len(curves["dev_loss"])):
        yield {name: float(curves[name][epoch, replicate]) for name in curves if name != "seeds"}
"""
LEARNS = {"learning_rate": 0.1}
ROUGH = {"learning_rate": 0.5}
DIVERGES = {"optimizer": "gradient_descent", "learning_rate": 1e30}
FAR_OFF = {"initializer": {"normal": {"scale": 5.0}}, "learning_rate": 1e-5}


@pytest.fixture(scope="module")
def data() -> dict[str, Dataset]:
    rows = {"source": "synthetic:moons", "options": {"rows": 120}}
    return {
        "classification": load(DataSpec(**rows), Path(), "float32"),
        "regression": load(DataSpec(source="sklearn:diabetes"), Path(), "float32"),
    }


def task(words: dict[str, Any], **objective: Any) -> Task:
    config = VOCABULARY.defaults() | {"hidden": (6,), "epochs": EPOCHS}
    config |= {word: VOCABULARY.canonical(word, value) for word, value in words.items()}
    goals = (Objective(**objective), Objective(metric="epochs_to_target"), Objective(metric="gap"))
    targets = (("dev_error", 0.2),)
    replicates = range(REPLICATES)
    return Task(0, config, 0, seeds.SEARCH, replicates, goals, "float32", LIMITS, targets)


def both(one: Task, dataset: Dataset, folder: Path) -> tuple[Outcome, Outcome]:
    """What our networks come to, and a function that reports the same curves to their end."""
    rows = dataset.without("test")
    whole = trial.train(replace(one, stop_rule=Task.stop_rule), rows).curves
    of_replicates = [seeds.trainer(one.seed, one.phase, r) for r in one.replicates]
    np.savez(folder / "curves.npz", seeds=of_replicates, **{name: whole[name] for name in SCORES})
    (folder / "reporting.py").write_text(REPORTING)
    function = trainer_code.find(Trainer(call="reporting:train"), folder)
    return trial.train(one, rows), custom.train(function, one, rows)


def expect_same_verdict(ours: Outcome, theirs: Outcome) -> None:
    """All but epoch 0, which is of the untrained networks, or of a constant predictor."""
    assert theirs.cause == ""
    assert (theirs.state, theirs.values) == (ours.state, ours.values)
    assert theirs.violations == ours.violations
    assert theirs.final.keys() == ours.final.keys()
    for name in ours.final:
        np.testing.assert_array_equal(theirs.final[name], ours.final[name], err_msg=name)
    for name in ("epoch", "diverged", *SCORES):
        np.testing.assert_array_equal(theirs.curves[name][1:], ours.curves[name][1:])
    np.testing.assert_array_equal(theirs.reports[1:], ours.reports[1:])
    np.testing.assert_array_equal(theirs.each[1:], ours.each[1:])
    np.testing.assert_array_equal(theirs.arrays["gone"], ours.arrays["gone"])


# What our networks are best at in some epoch after epoch 0, which a function has none of.
LEARNED = ("dev_loss", "dev_error", "train_error")
WHAT_COUNTS = [
    *[(metric, "last") for metric in (*LEARNED, "gap", "epochs_to_target")],
    *[(metric, "best") for metric in LEARNED],
    *[(metric, "shared") for metric in ("dev_loss", "dev_error")],
]


@pytest.mark.parametrize("kind", ["classification", "regression"])
@pytest.mark.parametrize(("metric", "at"), WHAT_COUNTS)
@pytest.mark.parametrize("reduce", ["mean", "worst", {"sd": 1}])
def test_the_same_curves_have_the_same_values(
    data: dict[str, Dataset], tmp_path: Path, kind: str, metric: str, at: str, reduce: Any
) -> None:
    one = task(LEARNS if at == "best" else ROUGH, metric=metric, at=at, reduce=reduce)
    ours, theirs = both(one, data[kind], tmp_path)
    assert ours.state == "complete"
    expect_same_verdict(ours, theirs)


@pytest.mark.parametrize("at", ["last", "best", "shared"])
def test_the_same_curves_are_pruned_at_the_same_epoch(
    data: dict[str, Dataset], tmp_path: Path, at: str
) -> None:
    learning = trial.train(task(LEARNS, at=at), data["classification"])
    limit = float(learning.reports[1:4].min()) - 1e-9  # the best until epoch 3 is just above
    bounds = (np.inf, np.inf, np.inf, limit, *[-np.inf] * (EPOCHS - 3))
    one = replace(task(LEARNS, at=at), stop_rule=BestAbove(bounds))
    ours, theirs = both(one, data["classification"], tmp_path)
    assert ours.state == "pruned"
    assert ours.curves["epoch"][-1] == 3
    expect_same_verdict(ours, theirs)


@pytest.mark.parametrize("kind", ["classification", "regression"])
@pytest.mark.parametrize("metric", ["dev_loss", "dev_error", "gap"])
def test_one_that_diverges_has_the_same_worst_value(
    data: dict[str, Dataset], tmp_path: Path, kind: str, metric: str
) -> None:
    ours, theirs = both(task(DIVERGES, metric=metric), data[kind], tmp_path)
    assert ours.arrays["gone"].all()
    limit = worst(data[kind], "dev_loss" if metric == "dev_loss" else "dev_error")
    assert ours.value == pytest.approx(limit)
    expect_same_verdict(ours, theirs)


def test_none_is_worse_than_the_worst(data: dict[str, Dataset], tmp_path: Path) -> None:
    """Nor is the gap of errors that would be."""
    dataset = data["regression"]
    ours, theirs = both(task(FAR_OFF), dataset, tmp_path)
    assert not ours.arrays["gone"].any()
    assert (ours.curves["train_error"][-1] > worst(dataset, "train_error")).any()
    assert (ours.final["train_error"] <= worst(dataset, "train_error")).all()
    assert (ours.final["gap"] <= worst(dataset, "dev_error")).all()
    expect_same_verdict(ours, theirs)
