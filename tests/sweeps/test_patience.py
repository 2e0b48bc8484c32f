"""A trial of the search ends after so many epochs without a better one, where the best counts."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sweeps.base.errors import UserError
from sweeps.study import patience_rules
from sweeps.training import counting, seeds
from sweeps.training.task import Outcome, Task
from sweeps.training.trial import train, train_together
from tests.sweeps import test_search

EPOCHS = 120


def task(**changes: Any) -> tuple[Task, Any]:
    """Of a network that soon fits its training rows by heart."""
    study, dataset = test_search.study(fixed={"hidden": [30], "epochs": EPOCHS}, replicates=3)
    config = study.space.default | {"learning_rate": 0.05, "hidden": (30,)}
    every, goals = range(study.replicates.count), study.objectives
    made = Task(0, config, 0, seeds.SEARCH, every, goals, "float32", **changes)
    return made, dataset.for_search


def best(outcome: Outcome, of: Task) -> int:
    found = counting.epoch(of.objectives[0], outcome)
    assert found is not None
    return found


def test_it_ends_then_and_counts_what_it_would_have_counted() -> None:
    patient, rows = task(patience=10)
    whole, ended = train(replace(patient, patience=None), rows), train(patient, rows)
    epoch = best(ended, patient)
    assert len(ended.curves["epoch"]) - 1 == epoch + 10 < EPOCHS
    assert ended.state == "complete"
    np.testing.assert_array_equal(ended.reports, whole.reports[: epoch + 11])
    until, _ = task(counted_epoch=epoch)
    assert train(until, rows).values == ended.values


def test_in_a_pack_each_ends_by_itself() -> None:
    patient, rows = task(patience=10)
    other = replace(patient, number=1, config=patient.config | {"learning_rate": 1e-4})
    together = train_together([patient, other], rows)
    for ours, one in zip(together, (patient, other), strict=True):
        alone = train(one, rows)
        assert ours.values == alone.values
        np.testing.assert_array_equal(ours.reports, alone.reports)
    lengths = [len(outcome.reports) for outcome in together]
    assert lengths[0] < lengths[1]


@pytest.mark.parametrize(
    ("said", "epochs"),
    [
        ({"fixed": {"epochs": 200}}, 50),
        ({"fixed": {"epochs": 60}}, 30),
        ({"search": {"patience": 5}}, 5),
        ({"search": {"patience": "none"}}, None),
        ({"objective": {"metric": "dev_loss", "at": "last"}}, None),
        ({"objective": ["dev_loss", "flops"]}, None),
        ({"constraints": ["updates <= 10000"]}, None),
    ],
)
def test_how_many_epochs_it_waits(said: dict[str, Any], epochs: int | None) -> None:
    assert patience_rules.epochs(test_search.study(**said)[0]) == epochs


def test_where_all_epochs_are_needed_it_is_refused() -> None:
    with pytest.raises(UserError, match=r"search\.patience: expected no patience with at: last"):
        test_search.study(search={"patience": 5}, objective={"metric": "dev_loss", "at": "last"})
