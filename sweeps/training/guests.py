"""One configuration trained by a function of the user's: the same task in, the same outcome out.

Each replicate is a generator with its own seed; all are pulled in lockstep, an epoch at a time.
What a function may yield stands in `sweeps.training.yielded`.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps import durations
from sweeps.data import Dataset
from sweeps.faults import Expected, Words
from sweeps.study import metrics, trainers
from sweeps.study.objectives import Objective
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.study.trainers import Function, Trainer
from sweeps.study.vocabulary import plain
from sweeps.training import seeds, trial
from sweeps.training.isolation import Randomness, TimeUp, one_thread, time_limit
from sweeps.training.task import Outcome, Task, failed
from sweeps.training.tracking import SCORES
from sweeps.training.yielded import Said, constant, read, value

# Epochs that take longer are not waited for to estimate the rest.
PATIENCE = 30.0


@dataclass(frozen=True)
class Part:
    """Rows: x (n, d) of the study's dtype; y (n,), class codes or standardized numbers."""

    x: NDArray[Any]
    y: NDArray[Any]


@dataclass(frozen=True)
class Data:
    """What a function is given, read-only. task: binary, multiclass or regression."""

    train: Part
    dev: Part
    task: str
    classes: tuple[str, ...]
    test: Part | None = None  # in the confirmation alone


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
    replicates: list[_Replicate] = []
    try:
        with time_limit(task.seconds), chdir("."):  # back to where it is now, wherever they go
            function, file = trainers.load(trainer)
            with one_thread():
                replicates += _replicates(function, file, task, dataset)
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
class _Replicate:
    """One generator, and what it said last. gone: it has diverged; ended: it has no more epochs."""

    number: int
    generator: Iterator[Any]
    randomness: Randomness
    file: Path
    dataset: Dataset
    said: Said = field(default_factory=Said)
    epoch: int = 0
    ended: bool = False

    @property
    def gone(self) -> bool:
        """Whether it has diverged."""
        return self.said.diverged

    def advance(self) -> bool:
        """One epoch more; False where there is none. Errors: Expected."""
        if self.gone or self.ended:
            return False
        try:
            with self.randomness:
                given = next(self.generator)
            self.said = read(given, self.dataset)
        except StopIteration:
            self.ended = True
            if self.epoch == 0:
                raise self._fault(Expected("metrics", Words("the end of the function"))) from None
            return False
        except Expected as fault:
            raise self._fault(fault) from None
        except (KeyboardInterrupt, TimeUp):
            raise
        except BaseException as fault:  # theirs, whatever it is
            raise trainers.Raised(fault, self.file, self._where) from None
        self.epoch += 1
        return True

    def _fault(self, fault: Expected) -> Expected:
        fault.message = f"{self._where}: {fault.message}"
        return fault

    @property
    def _where(self) -> str:
        return f"replicate {self.number}, epoch {self.epoch + 1}"

    def close(self) -> None:
        """Let the function end: its `finally` runs."""
        close = getattr(self.generator, "close", lambda: None)
        with self.randomness:
            close()


def _replicates(
    function: Function, file: Path, task: Task, dataset: Dataset
) -> Iterator[_Replicate]:
    data = _data(dataset, ("train", "dev", "test") if task.keep else ("train", "dev"))
    for number in task.replicates:
        config = {word: plain(value) for word, value in task.config.items()}
        seed = seeds.trainer(task.seed, task.phase, number)
        yield _Replicate(number, function(config, data, seed), Randomness(seed), file, dataset)


def _data(dataset: Dataset, parts: Sequence[str]) -> Data:
    rows = {}
    for part in parts:
        # Views that cannot be written to: one replicate must not change another's rows.
        x, y = dataset.parts[part].x.view(), dataset.labels[part].view()
        x.flags.writeable = y.flags.writeable = False
        rows[part] = Part(x, y)
    return Data(**rows, task=dataset.target.task, classes=dataset.target.classes)


@dataclass
class _Course:
    """What was seen so far: per epoch, a row; the first is of the constant predictor."""

    task: Task
    dataset: Dataset
    rows: list[dict[str, Any]] = field(default_factory=list)
    each: list[NDArray[np.float64]] = field(default_factory=list)  # costs (P,)
    reports: list[float] = field(default_factory=list)

    def add(self, epoch: int, seconds: float, said: Sequence[Said], counted: "_Counted") -> None:
        """One epoch of all replicates."""
        row: dict[str, Any] = {"epoch": epoch, "seconds": seconds}
        row |= {name: [s.numbers.get(name, np.nan) for s in said] for name in SCORES}
        row["diverged"] = [s.diverged for s in said]
        self.rows.append(row)
        objective = self.task.objectives[0]
        self.each.append(objective.sign * counted.values)
        self.reports.append(objective.sign * objective.reduced(counted.values))

    def curves(self) -> dict[str, NDArray[Any]]:
        """As in `Outcome`; NaN for what cannot be known of a function."""
        found = {name: np.array([row[name] for row in self.rows]) for name in self.rows[0]}
        for name in SCORES:
            found[name][0] = np.where(np.isnan(found[name][1:]).all(), np.nan, found[name][0])
            found[name][found["diverged"]] = np.nan
        unknown = np.full(len(self.rows), np.nan)
        return found | dict.fromkeys(("updates", "gradient_evaluations", "flops"), unknown)


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


def _train(replicates: list[_Replicate], task: Task, dataset: Dataset) -> Outcome:
    objective = task.objectives[0]
    counted = _Counted(objective, dataset, len(replicates))
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
        if epoch < task.config["epochs"] and task.rule.loses(course.reports, course.each):
            state = "pruned"
            break
    for replicate in replicates:
        replicate.close()
    curves = course.curves()
    final = _final(counted, task, curves)
    values = [one.reduced(final[one.metric]) for one in task.objectives]
    if objective.is_tracked:
        values[0] = objective.sign * course.reports[-1]
    return Outcome(
        number=task.number,
        state=state,
        values=tuple(values),
        curves=curves,
        reports=objective.sign * np.array(course.reports),
        each=objective.sign * np.array(course.each),
        final=final,
        violations={one.text: one.violation(final[one.metric]) for one in task.limits},
        arrays={"gone": counted.gone, **_outputs(counted, task)},
    )


def _final(
    counted: _Counted, task: Task, curves: dict[str, NDArray[Any]]
) -> dict[str, NDArray[np.float64]]:
    """Each score that every replicate has said, and all metrics that the trial is judged by."""
    dataset, alive = counted.dataset, [s for s in counted.said if not s.diverged]
    parts = ("train", "dev", "test") if task.keep else ("train", "dev")
    names = [f"{part}_{kind}" for part in parts for kind in ("loss", "error")]
    if task.keep and any("test_error" not in said.numbers for said in alive):
        raise Expected("test_outputs or test_error in the confirmation", alive[0].in_words)
    final = {}
    for name in names:
        if all(name in said.numbers for said in alive):
            worst = metrics.worst(dataset, name)
            numbers = [said.numbers.get(name, np.nan) for said in counted.said]
            final[name] = np.where(counted.gone, worst, np.fmin(numbers, worst))
    ended = metrics.Ended(curves, task.config["epochs"], 0, dict(task.targets))
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
    for part in ("dev", "test") if task.keep else ("dev",):
        labels, classes = counted.dataset.labels[part], counted.dataset.target.classes
        nothing = np.full((len(labels), len(classes) or 1), np.nan)
        if all(one.diverged or part in one.outputs for one in counted.said):
            whole = [one.outputs.get(part, nothing) for one in counted.said]
            found[f"{part}_outputs"] = np.array(whole).astype(np.float32)
    return found


def seconds_per_trial(trainer: Trainer, study: Study, config: Config, dataset: Dataset) -> float:
    """About how long an unpruned trial of a setting takes, from two epochs of one replicate.

    Errors: Expected, for a function that fails or takes too long.
    """
    one = Task(-1, config, 0, seeds.SEARCH, range(1), study.objectives, study.dtype)
    try:
        with time_limit(PATIENCE), chdir("."):
            function, file = trainers.load(trainer)
            (replicate,) = _replicates(function, file, one, dataset)
            with one_thread():
                seconds = [_timed(replicate) for _ in range(min(2, study.epochs))]
                with suppress(Exception):  # it has run: how it ends is told of each trial
                    replicate.close()
    except TimeUp:
        raise Expected(f"two epochs in {durations.words(PATIENCE)}", Words("more")) from None
    # The first epoch also loads and sets up.
    return (seconds[0] + seconds[-1] * (study.epochs - 1)) * study.replicates


def _timed(replicate: _Replicate) -> float:
    started = time.perf_counter()
    replicate.advance()
    return time.perf_counter() - started
