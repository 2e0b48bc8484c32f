"""One configuration trained by a function of the user's: the same task in, the same outcome out.

All replicates (`sweeps.training.replicates`) are pulled in lockstep, an epoch at a time.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import chdir, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base import durations
from sweeps.base.errors import Expected
from sweeps.data import Dataset
from sweeps.study import metrics, trainers
from sweeps.study.objectives import Objective
from sweeps.study.spec import Study
from sweeps.study.trainers import Trainer
from sweeps.training import trial
from sweeps.training.isolation import TimeUp, one_thread, time_limit
from sweeps.training.replicates import Replicate, begun
from sweeps.training.reported import Said, constant, value
from sweeps.training.task import COUNTS, SCORES, Outcome, Task, failed, judged


def training(study: Study) -> Callable[[Task, Dataset], Outcome]:
    """What trains this study's tasks: our networks, or the function that it names."""
    return trial.train if study.trainer is None else partial(train, study.trainer)


def searching(study: Study) -> Callable[[list[Task], Dataset], list[Outcome]]:
    """What trains the search's packs of tasks; those of a function are trained one by one."""
    if study.trainer is None:
        return trial.train_together
    return partial(_one_by_one, study.trainer)


def _one_by_one(trainer: Trainer, tasks: list[Task], dataset: Dataset) -> list[Outcome]:
    return [train(trainer, task, dataset) for task in tasks]


def train(trainer: Trainer, task: Task, dataset: Dataset) -> Outcome:
    """Train a task's replicates until the horizon, its rule, its time, or their own end.

    A function that raises, or yields what it should not, is a failed trial with its cause.
    """
    replicates: list[Replicate] = []
    try:
        with time_limit(task.seconds), chdir("."):  # back to where it is now, wherever they go
            function, file = trainers.load(trainer)
            with one_thread():
                replicates += begun(function, file, task, dataset)
                return _train(replicates, task, dataset)
    except TimeUp:
        return failed(task.number, f"its time of {durations.words(task.seconds)} was up")
    except Expected as fault:
        return failed(task.number, fault.message)
    finally:
        for replicate in replicates:
            with suppress(Exception):  # what went wrong first has been told
                replicate.close()


@dataclass
class _Course:
    """What was seen so far: per epoch, a row; the first is of the constant predictor."""

    task: Task
    dataset: Dataset
    rows: list[dict[str, Any]] = field(default_factory=list)
    each: list[NDArray[np.float64]] = field(default_factory=list)  # costs (P,)
    costs: list[float] = field(default_factory=list)

    def add(self, epoch: int, seconds: float, said: Sequence[Said], counted: "_Counted") -> None:
        """One epoch of all replicates."""
        row: dict[str, Any] = {"epoch": epoch, "seconds": seconds}
        row |= {name: [s.numbers.get(name, np.nan) for s in said] for name in SCORES}
        row["diverged"] = [s.diverged for s in said]
        self.rows.append(row)
        objective = self.task.objectives[0]
        self.each.append(objective.sign * counted.values)
        self.costs.append(objective.sign * objective.reduced(counted.values))

    def curves(self) -> dict[str, NDArray[Any]]:
        """As in `Outcome`; NaN for what cannot be known of a function."""
        found = {name: np.array([row[name] for row in self.rows]) for name in self.rows[0]}
        for name in SCORES:
            found[name][0] = np.where(np.isnan(found[name][1:]).all(), np.nan, found[name][0])
            found[name][found["diverged"]] = np.nan
        unknown = np.full(len(self.rows), np.nan)
        return found | dict.fromkeys(COUNTS, unknown)


class _Counted:
    """What each replicate said at the epoch that counts: the last one, or its best on dev."""

    def __init__(self, objective: Objective, dataset: Dataset, replicates: int) -> None:
        self.metric = objective.metric if objective.is_tracked else "dev_loss"
        self.keeps_best, self.sign = objective.at == "best", objective.sign
        self.dataset = dataset
        self.said = [Said()] * replicates
        self.gone = np.ones(replicates, dtype=bool)
        self.values = np.full(replicates, value(self.metric, constant(dataset), dataset))

    def see(self, said: Sequence[Said]) -> None:
        """The replicates after one more epoch. Errors: Expected."""
        for r, one in enumerate(said):
            now = value(self.metric, one, self.dataset)
            better = self.gone[r] or self.sign * now < self.sign * self.values[r]
            if not self.keeps_best or (better and not one.diverged) or self.said[r].is_empty:
                self.said[r], self.values[r], self.gone[r] = one, now, one.diverged


def _train(replicates: list[Replicate], task: Task, dataset: Dataset) -> Outcome:
    counted = _Counted(task.objectives[0], dataset, len(replicates))
    course = _Course(task, dataset)
    course.add(0, 0.0, [constant(dataset)] * len(replicates), counted)
    state, spent, started = "complete", 0.0, time.monotonic()
    for epoch in range(1, task.config["epochs"] + 1):
        clock = time.perf_counter()
        advanced = [replicate.advance() for replicate in replicates]
        if not any(advanced):
            break
        spent += time.perf_counter() - clock
        if time.monotonic() - started > task.seconds:
            raise TimeUp
        said = [replicate.said for replicate in replicates]
        counted.see(said)
        course.add(epoch, spent, said, counted)
        if epoch < task.config["epochs"] and task.rule.loses(course.costs, course.each):
            state = "pruned"
            break
    for replicate in replicates:
        replicate.close()
    curves = course.curves()
    final = _final(counted, task, curves)
    arrays = {"gone": counted.gone, **_outputs(counted, task)}
    return judged(task, state, course.costs, course.each, curves, final, arrays)


def _final(
    counted: _Counted, task: Task, curves: dict[str, NDArray[Any]]
) -> dict[str, NDArray[np.float64]]:
    """Each score that every replicate has said, and all metrics that the trial is judged by."""
    dataset, alive = counted.dataset, [s for s in counted.said if not s.diverged]
    names = [f"{part}_{kind}" for part in task.parts for kind in ("loss", "error")]
    if task.keep and any("test_error" not in said.numbers for said in alive):
        raise Expected("test_outputs or test_error in the confirmation", alive[0].in_words)
    final = {}
    for name in names:
        if all(name in said.numbers for said in alive):
            worst = metrics.worst(dataset, name)
            numbers = [said.numbers.get(name, np.nan) for said in counted.said]
            final[name] = np.where(counted.gone, worst, np.fmin(numbers, worst))
    ended = metrics.CostInputs(curves, task.config["epochs"], 0, dict(task.targets))
    for name in task.metrics:
        metric = metrics.METRICS[name]
        if isinstance(metric, metrics.Cost):
            final[name] = metric.at_end(ended)
        elif name not in final:
            final[name] = np.array([value(name, said, dataset) for said in counted.said])
    return final


def _outputs(counted: _Counted, task: Task) -> dict[str, NDArray[Any]]:
    """(P, n, K′) of dev and, where kept, test, if every replicate said them; NaN where diverged."""
    found = {}
    for part in task.parts[1:]:
        labels, classes = counted.dataset.labels[part], counted.dataset.target.classes
        nothing = np.full((len(labels), len(classes) or 1), np.nan)
        if all(one.diverged or part in one.outputs for one in counted.said):
            whole = [one.outputs.get(part, nothing) for one in counted.said]
            found[f"{part}_outputs"] = np.array(whole).astype(np.float32)
    return found
