"""The study that ships, run whole: its winner's error, and scikit-learn's MLP beside it."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

import studies
import sweeps
from sweeps.data.datasets.loading import load
from sweeps.results.result import Result
from sweeps.study.data_section import DataSpec, SplitSpec
from sweeps.study.file import parsing
from sweeps.study.file.documents import read
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.objectives import Objective
from sweeps.training import seeds
from sweeps.training.task import Task
from sweeps.training.trial import train

SPLITS = range(8)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return sweeps.run(
        studies.path("breast_cancer"), out=tmp_path_factory.mktemp("run"), jobs=2, quiet=True
    )


@pytest.mark.slow
def test_the_winner_errs_on_at_most_five_percent_of_the_test_rows(run: Result) -> None:
    assert run.confirm is not None
    winner = run.confirm[run.confirm["rank"] == 1]
    assert len(winner) == 20
    assert winner["test_error"].mean() <= 0.05


@pytest.mark.slow
def test_it_is_of_the_class_of_scikit_learns_mlp_on_any_split(run: Result) -> None:
    """One split can be lucky; the mean over several is not chosen."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    spec = parsing.study(read(studies.path("breast_cancer")))
    config = {word: VOCABULARY.canonical(word, value) for word, value in run.best.items()}
    ours, theirs = [], []
    for seed in SPLITS:
        data = load(
            DataSpec(source=spec.data.source, split=SplitSpec(seed=seed)), Path(), "float32"
        )
        goals = (Objective(at="last"),)
        task = Task(0, config, 0, seeds.CONFIRM, range(10), goals, "float32", keep=True)
        ours.append(train(task, data).final["test_error"].mean())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # 60 epochs, as ours
            model = MLPClassifier((32, 16), max_iter=60, batch_size=32, random_state=seed)
            model.fit(data.parts["train"].x, data.labels["train"])
        theirs.append(1 - model.score(data.parts["test"].x, data.labels["test"]))
    said = json.dumps({"ours": ours, "theirs": theirs})
    assert np.mean(ours) <= 0.05, said
    assert np.mean(ours) - np.mean(theirs) <= 0.01, said
