"""How a training is judged, our networks' or a user's function's: at each epoch, and at its end.

The trainer reports the replicates' scores. The judge decides which epoch counts, whether the trial
is pruned, what its objectives are in the end, and by how much it breaks its constraints.
"""

import time
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.study import metrics, scoring
from sweeps.study.metric_constraints import MetricConstraint
from sweeps.study.objectives import Objective
from sweeps.training.task import Outcome, Task, failed

Flags = NDArray[np.bool_]
Scores = Mapping[str, scoring.Values]  # losses and errors by part ("dev_loss"), (P,) each


class ReplicateScores(Protocol):
    """The scores of a task's P replicates after an epoch."""

    @property
    def diverged(self) -> Flags: ...  # (P,)

    @property
    def scores(self) -> Scores:
        """The scores that are known for each replicate that has not diverged."""

    def measure(self, name: str, metric: metrics.Score, scores: Scores) -> scoring.Values:
        """(P,) the metric of that name, from these scores and the outputs on the dev rows.

        Diverged replicates may have any number. Errors: Expected, naming the score that is missing.
        """


class Judge:
    """Judges one task's training; its clock starts when it is made.

    values (P,): the first objective of each replicate at its counted epoch; the dev loss if the
    objective is only known at the end. gone (P,): True if the replicate had diverged at
    that epoch. Values are clipped at the metric's worst value, which diverged replicates get.
    """

    def __init__(self, task: Task, dataset: Dataset) -> None:
        self.task = task
        self._dataset, self._objective = dataset, task.objectives[0]
        self._tracked, self._metric = _tracked(self._objective)
        self._worst = self._metric.worst(dataset)
        self.values = np.full(len(task.replicates), self._worst)
        self.gone = np.ones(len(task.replicates), dtype=bool)
        self._costs: list[float] = []  # by epoch, the replicates' reduced cost; less is better
        self._each: list[scoring.Values] = []  # by epoch, each replicate's cost (P,)
        self._latest = 0  # epoch that counts
        self._started = time.monotonic()

    @property
    def is_late(self) -> bool:
        """Whether the task's time is up."""
        return time.monotonic() - self._started > self.task.seconds

    def begin(self, constant: ReplicateScores) -> None:
        """Use a constant predictor's scores as epoch 0, as the user's function has none yet.

        Epoch 0 is never selected as the best epoch.
        """
        self._add(self._measured(constant))

    def see(self, now: ReplicateScores) -> Flags:
        """Judge an epoch; (P,) True for replicates whose counted epoch is now this one.

        With `at: last` all replicates; with `at: best` those that are better than ever before; with
        `at: shared` all, if together they are. An epoch that the task names is the last to count.
        """
        values = self._measured(now)
        counts = self._which_count(values, now.diverged)
        if counts.any():
            self._latest = len(self._costs)
        self.values = np.where(counts, values, self.values)
        self.gone = np.where(counts, now.diverged, self.gone)
        self._add(self.values)
        return counts

    def _which_count(self, values: scoring.Values, diverged: Flags) -> Flags:
        objective, epoch = self._objective, len(self._costs)
        if self.task.counted_epoch is not None:
            return np.full(len(values), epoch <= self.task.counted_epoch)
        if objective.at == "best":
            return ~diverged & (
                self.gone | (objective.sign * values < objective.sign * self.values)
            )
        if objective.at == "last" or epoch <= 1:  # an untrained network is nobody's best
            return np.ones(len(values), dtype=bool)
        is_best = objective.sign * objective.reduced(values) < self._costs[-1]
        return np.full(len(values), is_best)

    @property
    def is_pruned(self) -> bool:
        """Whether the trial stops after the last epoch seen; never after 0 nor at the horizon."""
        is_between = 0 < len(self._costs) - 1 < self.task.config["epochs"]
        return is_between and self.task.stop_rule.loses(self._costs, self._each)

    @property
    def is_done(self) -> bool:
        """Whether nothing that comes could count, or is not waited for."""
        epoch, last, patience = len(self._costs) - 1, self.task.counted_epoch, self.task.patience
        if patience is not None and epoch - self._latest >= patience:
            return True
        return self.task.ends_there and last is not None and epoch >= last

    def outcome(
        self,
        counted: ReplicateScores,
        curves: dict[str, NDArray[Any]],
        arrays: dict[str, NDArray[Any]],
        n_parameters: int = 0,
    ) -> Outcome:
        """The outcome of a training that is over.

        counted: the replicates at their counted epochs. curves, arrays: as in `Outcome`, without
        `gone`. n_parameters: of one network; 0 if unknown.
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
    ) -> dict[str, scoring.Values]:
        """(P,) each score, clipped at its worst value, and each metric the task is judged by."""
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

    def _measured(self, now: ReplicateScores) -> scoring.Values:
        measured = now.measure(self._tracked, self._metric, now.scores)
        return self._metric.bounded(measured, now.diverged, self._worst)

    def _add(self, values: scoring.Values) -> None:
        self._each.append(self._objective.sign * values)
        self._costs.append(self._objective.sign * self._objective.reduced(values))


def _tracked(objective: Objective) -> tuple[str, metrics.Score]:
    """The metric tracked per epoch: the objective's own, or dev_loss if only the end knows it."""
    for name in (objective.metric, "dev_loss"):
        metric = metrics.METRICS[name]
        if isinstance(metric, metrics.Score):
            return name, metric
    raise TypeError(objective.metric)


def values(final: Scores, objectives: tuple[Objective, ...]) -> tuple[float, ...]:
    """The value of each objective, reduced over the replicates' final metrics (P,)."""
    return tuple(one.reduced(final[one.metric]) for one in objectives)


def violations(final: Scores, constraints: tuple[MetricConstraint, ...]) -> dict[str, float]:
    """By constraint, by how much the final metrics break it; 0 or less where it is kept."""
    return {one.text: one.violation(final[one.metric]) for one in constraints}


def out_of_time(task: Task) -> Outcome:
    """The outcome of a trial whose time was up before its training was over."""
    return failed(task.number, f"its time of {durations.words(task.seconds)} was up")
