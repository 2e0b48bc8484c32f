"""One configuration trained with all its replicates as one population: from a task to an outcome.

Nothing here knows of Optuna, storages or processes; a task and an outcome are plain values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.data import Dataset
from sweeps.study import metrics, scoring
from sweeps.training import judging, networks, packing, seeds
from sweeps.training.judging import Judge
from sweeps.training.task import COUNTS, SCORES, Outcome, Task, stacked


def train(task: Task, dataset: Dataset) -> Outcome:
    """Train a task's replicates until the horizon, its stop rule, its time, or all diverged."""
    (outcome,) = train_together([task], dataset)
    return outcome


def train_together(tasks: Sequence[Task], dataset: Dataset) -> list[Outcome]:
    """Train tasks with the same `packing.key` as one population; results are as if trained alone.

    Each task's seconds are its networks' share of the population's.
    """
    dataset = networks.scaled(tasks[0].config, dataset)
    net = networks.network(tasks[0].config, dataset)
    streams = [seeds.streams(task.seed, task.phase, task.replicates) for task in tasks]
    theta = np.concatenate(
        [
            networks.initialize(task.config, dataset, own, task.dtype)
            for task, own in zip(tasks, streams, strict=True)
        ]
    )
    sizes = [len(task.replicates) for task in tasks]
    each = [networks.settings(task.config, dataset) for task in tasks]
    how = packing.merge_settings(each, sizes)
    replicates = [number for task in tasks for number in task.replicates]
    training = networks.fit(net, theta, dataset, replicates, packing.merge_streams(streams), how)
    members = [
        _Member(task, dataset, net, theta, slice(end - size, end))
        for task, size, end in zip(tasks, sizes, accumulate(sizes), strict=True)
    ]
    for record in training:
        for member in members:
            if not member.is_over:
                member.see(record)
        over = [member for member in members if member.is_over]
        if len(over) == len(members):
            break
        for member in over:
            training.drop(np.arange(member.rows.start, member.rows.stop))
    return [member.outcome() for member in members]


@dataclass
class _Networks:
    """Networks theta (P, N) after an epoch, as `judging.ReplicateScores`."""

    net: dnn.Network
    theta: Array
    apart: Sequence[tuple[slice, Dataset]]  # as of `Dataset.apart`
    scores: Mapping[str, scoring.Values]
    diverged: NDArray[np.bool_]

    def measure(
        self, name: str, metric: metrics.Score, scores: Mapping[str, scoring.Values]
    ) -> scoring.Values:
        """See `judging.ReplicateScores`."""
        found = []
        for places, own in self.apart:
            numbers = {name: values[places] for name, values in scores.items()}
            outputs = partial(self._outputs, places, own, "dev")
            known = own.labels["dev"], own.parts["dev"].weights
            found.append(metric.of(metrics.ScoreInputs(numbers, outputs, *known)))
        return np.concatenate(found)

    def outputs(self, part: str) -> NDArray[Any]:
        """(P, n, K′) of a part's rows, as in `Outcome`."""
        return stacked([self._outputs(places, own, part) for places, own in self.apart])

    def _outputs(self, places: slice, own: Dataset, part: str) -> NDArray[Any]:
        return own.scale.outputs(dnn.predict(self.net, self.theta[places], own.parts[part].x))


class _Member:
    """One task of a population in training: `rows` of theta (P, N) are its networks."""

    def __init__(
        self, task: Task, dataset: Dataset, net: dnn.Network, theta: Array, rows: slice
    ) -> None:
        self.rows, self.is_over = rows, False
        self._task, self._dataset, self._net = task, dataset, net
        self._share = len(task.replicates) / len(theta)  # of the population's seconds
        self._theta = theta[rows]  # a view: trained in place
        # The networks at their counted epochs: those in training, or a copy of each as it was.
        is_at_end = task.objectives[0].at == "last" and task.counted_epoch is None
        self._counted = self._theta if is_at_end else self._theta.copy()
        unknown = np.full(len(task.replicates), np.nan)
        self._scores: dict[str, scoring.Values] = dict.fromkeys(SCORES, unknown)
        self._records: list[dnn.Record] = []
        self._each: list[dict[str, scoring.Values]] = []  # its own scores, a record each
        self._apart = dataset.apart(task.replicates)
        self._keeps_scores = self._apart[0][1].scale.keeps_scores
        self._units = {n: _units(self._apart, n) for n in SCORES if self._keeps_scores}
        self._judge, self._is_late = Judge(task, dataset), False

    def see(self, record: dnn.Record) -> None:
        """Take this task's part of the population's record of an epoch, and have it judged."""
        if self._judge.is_late:
            self._is_late = self.is_over = True
            return
        scores = self._scores_of(record)
        self._records.append(record)
        self._each.append(scores)
        now = _Networks(self._net, self._theta, self._apart, scores, record.diverged[self.rows])
        counts = self._judge.see(now)
        if self._counted is not self._theta:
            self._counted[counts] = self._theta[counts]
        self._scores = {n: np.where(counts, scores[n], self._scores[n]) for n in SCORES}
        is_over = self._judge.is_pruned or self._judge.is_done
        self.is_over = is_over or not record.active[self.rows].any()

    def _scores_of(self, record: dnn.Record) -> dict[str, scoring.Values]:
        """SCORES of its networks (P,) in the study's units."""
        if self._keeps_scores:
            return {n: getattr(record, n)[self.rows] * self._units[n] for n in SCORES}
        return {
            name: values
            for part in ("train", "dev")
            for name, values in _scores(self._net, self._theta, self._apart, part).items()
        }

    def outcome(self) -> Outcome:
        """The task's outcome, once it is over."""
        if self._is_late:
            return judging.out_of_time(self._task)
        net, theta, scores = self._net, self._counted, self._scores
        if self._task.keep and self._dataset.has_test:
            scores = scores | _scores(net, theta, self._apart, "test")
        counted = _Networks(net, theta, self._apart, scores, self._judge.gone)
        arrays = {
            f"{part}_outputs": counted.outputs(part).astype(np.float32)
            for part in self._task.parts(self._dataset)[1:]
        }
        if self._task.keep:
            arrays["theta"] = theta
        curves = _curves(self._records, self._each, self.rows, self._share)
        return self._judge.outcome(counted, curves, arrays, net.n_parameters)


def _scores(
    net: dnn.Network, theta: Array, apart: Sequence[tuple[slice, Dataset]], part: str
) -> dict[str, scoring.Values]:
    """(P,) loss and error of a part's rows, in the study's units."""
    found: dict[str, list[scoring.Values]] = {f"{part}_loss": [], f"{part}_error": []}
    for places, own in apart:
        if own.scale.keeps_scores:
            each = dnn.score(net, theta[places], own.parts[part])
            units = [own.scale.of_score(name) for name in found]
        else:
            said = own.scale.outputs(dnn.predict(net, theta[places], own.parts[part].x))
            each_row = scoring.squares(said, own.labels[part])
            squared = scoring.mean(each_row, own.parts[part].weights)
            each, units = (squared, np.sqrt(squared)), [1.0, 1.0]
        for values, score, unit in zip(found.values(), each, units, strict=True):
            values.append(np.asarray(score, np.float64) * unit)
    return {name: np.concatenate(values) for name, values in found.items()}


def _units(apart: Sequence[tuple[slice, Dataset]], score: str) -> NDArray[np.float64]:
    """(P,) what a score is multiplied by, to be in the study's units, without a map."""
    return np.concatenate(
        [np.full(places.stop - places.start, own.scale.of_score(score)) for places, own in apart]
    )


def _curves(
    records: list[dnn.Record],
    scores: list[dict[str, scoring.Values]],
    rows: slice,
    share: float,
) -> dict[str, NDArray[Any]]:
    """The curves of an `Outcome`, for the networks `rows`, with their scores and seconds."""

    def curve(name: str) -> NDArray[Any]:
        return np.array([getattr(record, name) for record in records])

    # All replicates cost the same, unless some end early or folds of groups differ in size: then
    # the cost of the longest one is taken.
    counts = {name: curve(name)[:, rows].max(axis=1) for name in COUNTS}
    clock = {"epoch": curve("epoch"), "seconds": curve("seconds") * share}
    own = {name: np.array([one[name] for one in scores]) for name in SCORES}
    return clock | counts | own | {"diverged": curve("diverged")[:, rows]}
