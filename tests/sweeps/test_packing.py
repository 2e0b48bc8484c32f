"""Several trials as one population: the numbers each would have alone, bit for bit."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps.data import Dataset
from sweeps.data.datasets.loading import load
from sweeps.engines import Failure
from sweeps.search.task_queue import TaskQueue
from sweeps.search.workers import Workers
from sweeps.study.data_section import DataSpec
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.metric_constraints import MetricConstraint
from sweeps.study.objectives import Objective
from sweeps.study.search_section import Search
from sweeps.training import networks, packing, seeds
from sweeps.training.stop_rules import BestAbove
from sweeps.training.task import Outcome, Task
from sweeps.training.trial import train, train_together


@pytest.fixture(scope="module")
def moons() -> Dataset:
    return load(DataSpec(source="synthetic:moons", options={"rows": 120}), Path(), "float32")


def task(number: int, **words: Any) -> Task:
    config = VOCABULARY.defaults() | {"hidden": (6, 4), "epochs": 7}
    config |= {word: VOCABULARY.canonical(word, value) for word, value in words.items()}
    goals = (Objective(metric="auc", at="best"), Objective(metric="gap", at="best"))
    limits = (MetricConstraint(metric="dev_loss", sign="<=", bound=0.5),)
    return Task(number, config, 3, seeds.SEARCH, range(3), goals, "float32", limits)


def same(ours: Outcome, alone: Outcome) -> None:
    assert (ours.number, ours.state, ours.values) == (alone.number, alone.state, alone.values)
    assert ours.violations == alone.violations
    for name in ("reports", "each"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(alone, name))
    for name in ("curves", "final", "arrays"):
        mine, theirs = getattr(ours, name), getattr(alone, name)
        assert mine.keys() == theirs.keys()
        for key in mine.keys() - {"seconds"}:
            np.testing.assert_array_equal(mine[key], theirs[key], err_msg=key)


PACKS: dict[str, list[dict[str, Any]]] = {
    "rates, penalties, dropout": [
        {"learning_rate": 0.1, "l2": 0.5, "keep_prob": 0.5, "initializer": "xavier"},
        {"learning_rate": 0.001, "l2": 1e-6, "keep_prob": [0.9, 0.6]},
        {"learning_rate": 0.03, "l2": 3.0, "keep_prob": 0.99},
    ],
    "settings of optimizer and schedule": [
        {"optimizer": {"adam": {"beta1": 0.5}}, "schedule": {"exponential": {"decay": 0.5}}},
        {"optimizer": {"adam": {"beta2": 0.9}}, "schedule": {"exponential": {"decay": 0.9}}},
    ],
    "limits": [
        {"max_norm": 0.5, "clip_norm": 0.1, "l1": 0.2, "batch_norm": True, "clip_value": 0.1},
        {"max_norm": 3.0, "clip_norm": 9.0, "l1": 0.1, "batch_norm": True, "clip_value": 0.01},
    ],
    "labels and weights of classes": [
        {"label_smoothing": 0.2, "class_weights": [1, 3], "learning_rate": 0.1},
        {"label_smoothing": 0.2, "class_weights": [1, 3], "learning_rate": 0.01},
    ],
    "one diverges": [
        {"optimizer": "gradient_descent", "learning_rate": 1e30},
        {"optimizer": "gradient_descent", "learning_rate": 0.1},
    ],
    "patience": [{"patience": 1, "learning_rate": 0.3}, {"patience": 1, "learning_rate": 1e-4}],
}


@pytest.mark.parametrize("name", PACKS)
def test_together_is_what_it_is_apart(moons: Dataset, name: str) -> None:
    tasks = [task(number, **words) for number, words in enumerate(PACKS[name])]
    assert len({key(one, moons) for one in tasks}) == 1
    for ours, one in zip(train_together(tasks, moons), tasks, strict=True):
        same(ours, train(one, moons))


def key(one: Task, dataset: Dataset) -> Any:
    how = networks.settings(one.config, dataset)
    return packing.key(one, how, networks.network(one.config, dataset))


def test_one_that_is_pruned_leaves_the_others_alone(moons: Dataset) -> None:
    tasks = [task(number, learning_rate=10.0**-number) for number in range(3)]
    tasks[1] = replace(tasks[1], stop_rule=BestAbove((np.inf, np.inf, *[-2.0] * 6)))
    found = train_together(tasks, moons)
    assert [one.state for one in found] == ["complete", "pruned", "complete"]
    for ours, one in zip(found, tasks, strict=True):
        same(ours, train(one, moons))


def test_only_what_can_be_together_has_one_key(moons: Dataset) -> None:
    first = key(task(0), moons)
    assert key(task(1, learning_rate=0.5), moons) == first
    for other in (
        {"batch_size": 64},
        {"hidden": [6]},
        {"optimizer": "momentum"},
        {"keep_prob": 0.5},
        {"l2": 0.1},
        {"clip_norm": 1.0},
        {"clip_value": 1.0},
        {"label_smoothing": 0.1},
        {"class_weights": "balanced"},
        {"loss": "huber"},
        {"loss": {"huber": {"delta": 0.5}}},
        {"activation": "tanh"},
        {"inputs": "quantile"},
        {"target_scale": "log"},
        {"schedule": {"cosine": {}}},
    ):
        assert key(task(1, **other), moons) != first, other
    assert key(task(0, hidden=[512, 512]), moons) is None  # it gains nothing
    assert key(replace(task(0), seconds=3.0), moons) is None  # its clock is its own


class Fragile:
    """An engine whose tasks fail where number 1 is among them."""

    jobs = 1

    def __init__(self) -> None:
        self.packs: list[list[int]] = []
        self._queue: list[tuple[int, list[Task]]] = []

    def submit(self, key: int, task: Any) -> None:
        self.packs.append([one.number for one in task])
        self._queue.append((key, task))

    def ready(self) -> bool:
        return bool(self._queue)

    def wait(self) -> list[tuple[int, Any]]:
        key, tasks = self._queue.pop(0)
        if any(one.number == 1 for one in tasks):
            return [(key, Failure("no room"))]
        return [(key, [Outcome(one.number, "complete", (1.0,)) for one in tasks])]

    def close(self) -> None: ...


def test_a_pack_that_fails_is_tried_trial_by_trial(moons: Dataset) -> None:
    engine = Fragile()
    workers = Workers(engine, moons, Search(growth=1))
    for number in range(4):
        workers.add(task(number))
    outcomes: list[Outcome] = []
    while ended := workers.wait():
        outcomes += ended
    assert {one.number: one.state for one in outcomes} == {
        0: "complete",
        1: "failed",
        2: "complete",
        3: "complete",
    }
    assert engine.packs == [[0], [1, 2, 3], [1], [2], [3]]


def numbers(pack: list[Task]) -> list[int]:
    return [one.number for one in pack]


def test_the_longest_goes_first_until_the_oldest_holds_the_window_up(moons: Dataset) -> None:
    queue = TaskQueue(moons, window=lambda _: 10, most=1)
    for number, size in enumerate([64, 16, 120, 32]):
        queue.add(task(number, batch_size=size))
    assert numbers(queue.take(2)) == [1]
    queue.add(task(5, batch_size=16))
    assert numbers(queue.take(2)) == [5]
    queue.add(task(6, batch_size=16))
    assert [numbers(queue.take(2)) for _ in range(2)] == [[0], [6]]


def test_each_free_worker_has_its_share_of_what_waits(moons: Dataset) -> None:
    queue = TaskQueue(moons, window=lambda _: 100, most=4)
    for number in range(8):
        queue.add(task(number, batch_size=[16, 32][number % 2]))
    assert numbers(queue.take(4)) == [0, 2]
    assert numbers(queue.take(2)) == [4, 6]
    assert numbers(queue.take(2)) == [1, 3]
    assert numbers(queue.take(1)) == [5, 7]
    assert len(queue) == 0


def test_of_packs_the_one_with_the_most_work_goes_first(moons: Dataset) -> None:
    queue = TaskQueue(moons, window=lambda _: 100, most=4)
    for number, size in enumerate([16, 32, 32, 32]):
        queue.add(task(number, batch_size=size))
    assert numbers(queue.take(1)) == [1, 2, 3]
    assert numbers(queue.take(1)) == [0]


def test_to_choose_among_many_is_quick(monkeypatch: pytest.MonkeyPatch, moons: Dataset) -> None:
    """A window may be of 10,000 trials; while the parent chooses, workers wait."""
    queue, one = TaskQueue(moons, window=lambda _: 10_000, most=4), task(0)
    known = [queue._entry(replace(one, number=number)) for number in range(2)]
    monkeypatch.setattr(
        queue, "_entry", lambda task: replace(known[0], task=task, work=task.number % 7)
    )
    for number in range(3_000):
        queue.add(replace(one, number=number))
    started = time.perf_counter()
    assert numbers(queue.take(1)) == [6, 0, 1, 2]
    assert time.perf_counter() - started < 0.2


def test_where_nothing_is_known_of_the_tasks_the_oldest_goes_alone() -> None:
    queue = TaskQueue(None, window=lambda _: 16, most=4)
    for number in range(3):
        queue.add(task(number, batch_size=[64, 32, 16][number]))
    assert [numbers(queue.take(1)) for _ in range(3)] == [[0], [1], [2]]
