"""One configuration trained by a user's training function: from a task to an outcome.

All replicates (`sweeps.training.replicates`) advance in lockstep, an epoch at a time.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.data import Dataset
from sweeps.study import metrics, scoring, trainer_code
from sweeps.study.spec import Study
from sweeps.study.trainers import Trainer
from sweeps.training import judging, racing, trial
from sweeps.training.isolation import TimeUp, one_torch_thread, time_limit
from sweeps.training.judging import Judge
from sweeps.training.replicates import Replicate, start_replicates
from sweeps.training.reported import EpochReport, constant_predictor_report, value
from sweeps.training.task import COUNTS, SCORES, Outcome, Task, failed, stacked


def task_trainer(study: Study) -> Callable[[Task, Dataset], Outcome]:
    """The function that trains this study's tasks: our networks', or the user's own."""
    return trial.train if study.trainer is None else partial(train, study.trainer)


def pack_trainer(study: Study) -> Callable[[list[Task], Dataset], list[Outcome]]:
    """The function that trains packs of tasks; a user's function trains a pack's tasks in turn."""
    own = trial.train_together if study.trainer is None else partial(_one_by_one, study.trainer)
    return partial(racing.train, own)


def _one_by_one(trainer: Trainer, tasks: list[Task], dataset: Dataset) -> list[Outcome]:
    return [train(trainer, task, dataset) for task in tasks]


def train(trainer: Trainer, task: Task, dataset: Dataset) -> Outcome:
    """Train a task's replicates until the horizon, its stop rule, its time, or their own end.

    If the function raises, or yields what it should not, the trial fails with that as its cause.
    """
    replicates: list[Replicate] = []
    try:
        with time_limit(task.seconds), chdir("."):  # the function may leave the folder
            function, file = trainer_code.load(trainer)
            with one_torch_thread():
                replicates += start_replicates(function, file, task, dataset)
                return _train(replicates, task, dataset)
    except TimeUp:
        return judging.out_of_time(task)
    except Expected as fault:
        return failed(task.number, fault.message)
    finally:
        for replicate in replicates:
            # The trial's outcome is known by now; an error while closing must not replace it.
            with suppress(Exception):
                replicate.close()


def _train(replicates: list[Replicate], task: Task, dataset: Dataset) -> Outcome:
    judge = Judge(task, dataset)
    datasets = [replicate.dataset for replicate in replicates]
    before = _Reports([constant_predictor_report(own) for own in datasets], task, datasets)
    judge.begin(before)
    rows, counted = [_row(0, 0.0, before)], before
    spent = 0.0
    for epoch in range(1, task.config["epochs"] + 1):
        clock = time.perf_counter()
        advanced = [replicate.advance() for replicate in replicates]
        if not any(advanced):
            break
        spent += time.perf_counter() - clock
        if judge.is_late:
            raise TimeUp
        now = _Reports([replicate.report for replicate in replicates], task, datasets)
        counts = judge.see(now)
        counted = now if epoch == 1 else counted.replaced(counts, now)
        rows.append(_row(epoch, spent, now))
        if judge.is_pruned or judge.is_done:
            break
    for replicate in replicates:
        replicate.close()
    if task.keep and dataset.has_test:
        counted.expect("test_error", "test_outputs or test_error in the confirmation")
    return judge.outcome(counted, _curves(rows), counted.outputs())


class _Reports:
    """The replicates' reports after an epoch, each of its own rows: `judging.ReplicateScores`."""

    def __init__(
        self, reports: Sequence[EpochReport], task: Task, datasets: Sequence[Dataset]
    ) -> None:
        self.reports, self._task, self._datasets = reports, task, datasets
        self._parts = task.parts(datasets[0])
        self._alive = [report for report in reports if not report.diverged]
        self.diverged = np.array([report.diverged for report in reports])

    def numbers(self, name: str) -> scoring.Values:
        """(P,) one of the numbers; NaN where it was not reported."""
        return np.array([report.numbers.get(name, np.nan) for report in self.reports])

    @property
    def scores(self) -> dict[str, scoring.Values]:
        """See `judging.ReplicateScores`."""
        names = [f"{part}_{kind}" for part in self._parts for kind in ("loss", "error")]
        return {n: self.numbers(n) for n in names if all(n in one.numbers for one in self._alive)}

    def measure(
        self, name: str, metric: metrics.Score, scores: Mapping[str, scoring.Values]
    ) -> scoring.Values:
        """See `judging.ReplicateScores`."""
        found = np.full(len(self.reports), np.nan)
        for r, (report, own) in enumerate(zip(self.reports, self._datasets, strict=True)):
            if not report.diverged:
                numbers = report.numbers | {name: float(each[r]) for name, each in scores.items()}
                found[r] = value(name, metric, replace(report, numbers=numbers), own)
        return found

    def replaced(self, which: NDArray[np.bool_], by: "_Reports") -> "_Reports":
        """These reports, some of them replaced by others."""
        pairs = zip(which, by.reports, self.reports, strict=True)
        reports = [new if is_new else old for is_new, new, old in pairs]
        return _Reports(reports, self._task, self._datasets)

    def expect(self, name: str, in_words: str) -> None:
        """Errors: Expected, if a replicate that has not diverged did not report this number."""
        if any(name not in report.numbers for report in self._alive):
            raise Expected(in_words, self._alive[0].in_words)

    def outputs(self) -> dict[str, NDArray[Any]]:
        """(P, n, K′) of dev and, where kept, test, if all reported them; NaN where diverged."""
        found = {}
        for part in self._parts[1:]:
            if all(part in report.outputs for report in self._alive):
                pairs = zip(self.reports, self._datasets, strict=True)
                whole = [report.outputs.get(part, _nothing(own, part)) for report, own in pairs]
                each = [outputs[None] for outputs in whole]
                found[f"{part}_outputs"] = stacked(each).astype(np.float32)
        return found


def _nothing(dataset: Dataset, part: str) -> NDArray[Any]:
    """The outputs (n, K′) of a replicate that has diverged."""
    return np.full((len(dataset.labels[part]), dataset.target.width), np.nan)


def _row(epoch: int, seconds: float, now: _Reports) -> dict[str, Any]:
    """One epoch of the curves."""
    scores = {name: now.numbers(name) for name in SCORES}
    return {"epoch": epoch, "seconds": seconds, **scores, "diverged": now.diverged}


def _curves(rows: list[dict[str, Any]]) -> dict[str, NDArray[Any]]:
    """The curves of an `Outcome`; NaN for the COUNTS, which a user's function does not report."""
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    for name in SCORES:
        found[name][0] = np.where(np.isnan(found[name][1:]).all(), np.nan, found[name][0])
        found[name][found["diverged"]] = np.nan
    unknown = np.full(len(rows), np.nan)
    return found | dict.fromkeys(COUNTS, unknown)
