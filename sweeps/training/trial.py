"""One configuration trained with all its replicates as one population: a task in, an outcome out.

It knows nothing of Optuna, storages or processes; both are plain values that can be sent.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.study import metrics
from sweeps.training import judging, networks, packing, seeds
from sweeps.training.task import COUNTS, SCORES, Outcome, Task, failed, judged


def train(task: Task, dataset: Dataset) -> Outcome:
    """Train a task's replicates until the horizon, its rule, its time, or all have diverged."""
    (outcome,) = train_together([task], dataset)
    return outcome


def train_together(tasks: Sequence[Task], dataset: Dataset) -> list[Outcome]:
    """Several tasks as one population: each one's numbers are those it would have alone.

    They are of one `packing.key`. Of the clock each has the share of its networks.
    """
    net = networks.network(tasks[0].config, dataset)
    streams = [seeds.streams(task.seed, task.phase, task.replicates) for task in tasks]
    theta = np.concatenate(
        [
            networks.initialize(task.config, dataset, own, task.dtype)
            for task, own in zip(tasks, streams, strict=True)
        ]
    )
    courses: list[_Course] = []
    for task in tasks:
        start = courses[-1].rows.stop if courses else 0
        courses.append(_Course(task, net, theta, slice(start, start + len(task.replicates))))
    each = [networks.settings(task.config, dataset) for task in tasks]
    how = packing.together(each, [len(task.replicates) for task in tasks])
    training = dnn.fit(
        net, theta, dataset.parts["train"], dataset.parts["dev"], packing.streams(streams), how
    )
    for course in courses:
        course.begin(dataset)
    for record in training:
        for course in courses:
            if not course.is_over:
                course.see(record)
        over = [course for course in courses if course.is_over]
        if len(over) == len(courses):
            break
        for course in over:
            training.drop(np.arange(course.rows.start, course.rows.stop))
    return [course.outcome(dataset) for course in courses]


class _Course:
    """One task on its way: `rows` of the population's theta (P, N) are its networks."""

    def __init__(self, task: Task, net: dnn.Network, theta: Array, rows: slice) -> None:
        self.task, self.rows, self.is_over = task, rows, False
        self._net, self._theta, self._share = net, theta[rows], len(task.replicates) / len(theta)
        self._epochs = task.config["epochs"]
        self._sign = task.objectives[0].sign
        self._records: list[dnn.Record] = []
        self._each: list[NDArray[np.float64]] = []
        self._costs: list[float] = []
        self._state = "complete"

    def begin(self, dataset: Dataset) -> None:
        """Start its clock."""
        objective = self.task.objectives[0]
        tracked = judging.Tracked.of(objective.metric, self._net, dataset)
        self._counted = judging.COUNTED[objective.at](self._theta, tracked)
        self._started = time.monotonic()

    def see(self, record: dnn.Record) -> None:
        """Take its own part of the population's record, and judge whether it goes on."""
        if time.monotonic() - self._started > self.task.seconds:
            self._state, self.is_over = "failed", True
            return
        self._records.append(record)
        values = self._counted.see(judging.Now.of(record, self.rows))
        self._each.append(self._sign * values)
        self._costs.append(self._sign * self.task.objectives[0].reduced(values))
        between = 0 < record.epoch < self._epochs
        if between and self.task.rule.loses(self._costs, self._each):
            self._state, self.is_over = "pruned", True
        if not record.active[self.rows].any():
            self.is_over = True

    def outcome(self, dataset: Dataset) -> Outcome:
        """What came of it."""
        task, counted = self.task, self._counted
        if self._state == "failed":
            return failed(task.number, f"its time of {durations.words(task.seconds)} was up")
        curves = _curves(self._records, self.rows, self._share)
        final = _final(self._net, counted, task, dataset, curves)
        arrays = {"gone": counted.gone, **_arrays(self._net, counted.theta, task, dataset)}
        return judged(task, self._state, self._costs, self._each, curves, final, arrays)


def _curves(records: list[dnn.Record], rows: slice, share: float) -> dict[str, NDArray[Any]]:
    """Of some of the networks, with their share of the seconds."""

    def curve(name: str) -> NDArray[Any]:
        return np.array([getattr(record, name) for record in records])

    # Replicates cost the same but where some end early; a cost is then that of the longest.
    counts = {name: curve(name)[:, rows].max(axis=1) for name in COUNTS}
    clock = {"epoch": curve("epoch"), "seconds": curve("seconds") * share}
    return clock | counts | {name: curve(name)[:, rows] for name in (*SCORES, "diverged")}


def _final(
    net: dnn.Network,
    counted: judging.Last | judging.BestEpoch,
    task: Task,
    dataset: Dataset,
    curves: dict[str, NDArray[Any]],
) -> dict[str, NDArray[np.float64]]:
    """Scores of the networks that count, on train, dev and, where kept, test; and all metrics."""
    theta, gone = counted.theta, counted.gone
    scores = dict(counted.scores)
    if task.keep:
        scores["test_loss"], scores["test_error"] = dnn.score(net, theta, dataset.parts["test"])
    final: dict[str, NDArray[np.float64]] = {}
    for name, values in scores.items():
        limit = metrics.worst(dataset, name)
        final[name] = np.where(gone, limit, np.fmin(values, limit))
    ended = metrics.CostInputs(curves, task.config["epochs"], net.n_parameters, dict(task.targets))
    for name in task.metrics:
        metric = metrics.METRICS[name]
        if isinstance(metric, metrics.Cost):
            final[name] = metric.at_end(ended)
        elif name == task.objectives[0].metric:
            final.setdefault(name, counted.values)
        elif name not in final:
            values = metric.of(counted.tracked.seen(final, theta))
            final[name] = metric.bounded(values, gone, metric.worst(dataset))
    return final


def _arrays(
    net: dnn.Network, theta: Array, task: Task, dataset: Dataset
) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        "dev_outputs": dnn.predict(net, theta, dataset.parts["dev"].x).astype(np.float32)
    }
    if task.keep:
        outputs = dnn.predict(net, theta, dataset.parts["test"].x)
        arrays |= {"test_outputs": outputs.astype(np.float32), "theta": theta}
    return arrays
