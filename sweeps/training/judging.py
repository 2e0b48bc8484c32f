"""How a training is judged, our networks' or a user's function's: at each epoch, and at its end.

Who trains says what the replicates score. Which epoch counts, whether the trial is pruned, what it
is worth in the end and how far it is beyond its limits, is decided here.
"""

import time
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.study import metrics
from sweeps.study.metric_constraints import MetricConstraint
from sweeps.study.objectives import Objective
from sweeps.training.task import Outcome, Task, failed

Flags = NDArray[np.bool_]
Scores = Mapping[str, metrics.Values]  # losses and errors by part ("dev_loss"), (P,) each


class ReplicateScores(Protocol):
    """What a task's P replicates score as they stand after an epoch."""

    @property
    def diverged(self) -> Flags: ...  # (P,)

    @property
    def scores(self) -> Scores:
        """Those that are known of every replicate that has not diverged."""

    def measure(self, name: str, metric: metrics.Score, scores: Scores) -> metrics.Values:
        """(P,) the metric of that name, from these scores and the outputs on the dev rows.

        Where a replicate has diverged any number will do. Errors: Expected, naming what is missing.
        """


class Judge:
    """Judges one task's training; its clock starts as it is made.

    values (P,): the first objective of the replicates as they count, or their dev loss where it has
    no value before the end. gone (P,): whether a replicate, as it counts, has diverged. Then it has
    the metric's worst value, and none has a worse one.
    """

    def __init__(self, task: Task, dataset: Dataset) -> None:
        self.task = task
        self._dataset, self._objective = dataset, task.objectives[0]
        self._tracked, self._metric = _tracked(self._objective)
        self._worst = self._metric.worst(dataset)
        self.values = np.full(len(task.replicates), self._worst)
        self.gone = np.ones(len(task.replicates), dtype=bool)
        self._costs: list[float] = []  # an epoch each; less is better
        self._each: list[metrics.Values] = []  # likewise, (P,)
        self._started = time.monotonic()

    @property
    def is_late(self) -> bool:
        """Whether the task's time is up."""
        return time.monotonic() - self._started > self.task.seconds

    def begin(self, constant: ReplicateScores) -> None:
        """Take a constant predictor as epoch 0 of what has no replicates yet: it never counts."""
        self._add(self._measured(constant))

    def see(self, now: ReplicateScores) -> Flags:
        """(P,) the replicates that count, from now on, as they stand after this epoch.

        With `at: last` all of them; with `at: best` those that are better than they ever were.
        """
        values, sign = self._measured(now), self._objective.sign
        is_best = ~now.diverged & (self.gone | (sign * values < sign * self.values))
        counts = is_best if self._objective.at == "best" else np.ones_like(is_best)
        self.values = np.where(counts, values, self.values)
        self.gone = np.where(counts, now.diverged, self.gone)
        self._add(self.values)
        return counts

    @property
    def is_pruned(self) -> bool:
        """Whether the trial stops after the last epoch seen; never after 0 nor at the horizon."""
        is_between = 0 < len(self._costs) - 1 < self.task.config["epochs"]
        return is_between and self.task.stop_rule.loses(self._costs, self._each)

    def outcome(
        self,
        counted: ReplicateScores,
        curves: dict[str, NDArray[Any]],
        arrays: dict[str, NDArray[Any]],
        n_parameters: int = 0,
    ) -> Outcome:
        """What came of a training that is over.

        counted: the replicates as they count. curves, arrays: as in `Outcome`, but for `gone`.
        n_parameters: of one network; 0 where that is not known.
        """
        final = self._final(counted, curves, n_parameters)
        return Outcome(
            number=self.task.number,
            state="pruned" if self.is_pruned else "complete",
            values=values(final, self.task.objectives),
            curves=curves,
            reports=self._objective.sign * np.array(self._costs),
            each=self._objective.sign * np.array(self._each),
            final=final,
            violations=violations(final, self.task.metric_constraints),
            arrays={"gone": self.gone, **arrays},
        )

    def _final(
        self, counted: ReplicateScores, curves: dict[str, NDArray[Any]], n_parameters: int
    ) -> dict[str, metrics.Values]:
        """Each score, none worse than the worst, and each metric that the task is judged by."""
        task, final = self.task, {}
        for name, scores in counted.scores.items():
            worst = metrics.worst(self._dataset, name)
            final[name] = np.where(self.gone, worst, np.fmin(scores, worst))
        ended = metrics.CostInputs(curves, task.config["epochs"], n_parameters, dict(task.targets))
        for name in task.metrics:
            metric = metrics.METRICS[name]
            if isinstance(metric, metrics.Cost):
                final[name] = metric.at_end(ended)
            elif name not in final and name == self._objective.metric:
                final[name] = self.values
            elif name not in final:
                measured = counted.measure(name, metric, final)
                final[name] = metric.bounded(measured, self.gone, metric.worst(self._dataset))
        return final

    def _measured(self, now: ReplicateScores) -> metrics.Values:
        measured = now.measure(self._tracked, self._metric, now.scores)
        return self._metric.bounded(measured, now.diverged, self._worst)

    def _add(self, values: metrics.Values) -> None:
        self._each.append(self._objective.sign * values)
        self._costs.append(self._objective.sign * self._objective.reduced(values))


def _tracked(objective: Objective) -> tuple[str, metrics.Score]:
    """What stands for an objective after each epoch: the dev loss where only the end knows it."""
    for name in (objective.metric, "dev_loss"):
        metric = metrics.METRICS[name]
        if isinstance(metric, metrics.Score):
            return name, metric
    raise TypeError(objective.metric)


def values(final: Scores, objectives: tuple[Objective, ...]) -> tuple[float, ...]:
    """An objective each, of the replicates' (P,) metrics at the end."""
    return tuple(one.reduced(final[one.metric]) for one in objectives)


def violations(final: Scores, constraints: tuple[MetricConstraint, ...]) -> dict[str, float]:
    """By limit, how far it is beyond; 0 or less where it is kept."""
    return {one.text: one.violation(final[one.metric]) for one in constraints}


def out_of_time(task: Task) -> Outcome:
    """A trial whose time was up before its training was over."""
    return failed(task.number, f"its time of {durations.words(task.seconds)} was up")
