"""A training function of the user's before anything depends on it: imported and timed.

Always in a worker: what it does to its process (a fault in C code, an exit, an endless wait) it
does to that one alone.
"""

import time
from contextlib import chdir, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from sweeps import engines
from sweeps.base import durations
from sweeps.base.errors import Expected, Unquoted
from sweeps.data import Dataset
from sweeps.engines.base import Function
from sweeps.study import trainers
from sweeps.study.space import Config
from sweeps.study.spec import EngineSpec, Study
from sweeps.study.trainers import Trainer
from sweeps.training import seeds
from sweeps.training.isolation import TimeUp, one_thread, time_limit
from sweeps.training.replicates import Replicate, start_replicates
from sweeps.training.task import Task

HERE = EngineSpec(name="loky")  # on this machine, whatever engine the study has
# Seconds at most; budgets.trial_time may say less. Large libraries take their time to import.
IMPORT, EPOCHS = 120.0, 30.0
GRACE = 30.0  # until a worker is ended that does not heed its limit


@dataclass(frozen=True)
class _Probe:
    """What a worker found: seconds of epochs, or what was wrong."""

    seconds: tuple[float, ...] = ()
    fault: str = ""


class _WorkerFault(Expected):
    """A fault in a worker's words."""

    def __init__(self, message: str) -> None:
        super().__init__("", "")
        self.message = message


def expect_importable(trainer: Trainer, study: Study) -> None:
    """Errors: Expected where the trainer cannot be imported, or ends its process, or hangs."""
    _probe(f"an import of {trainer.module}", IMPORT, _import, trainer, None, study)


def seconds_per_trial(trainer: Trainer, study: Study, config: Config, dataset: Dataset) -> float:
    """About how long an unpruned trial of a setting takes, from two epochs of one replicate.

    Errors: Expected, for a function that fails, ends its process or takes too long.
    """
    one = Task(-1, config, 0, seeds.SEARCH, range(1), study.objectives, study.dtype)
    timed, seen = partial(_time, trainer, min(2, study.epochs)), dataset.for_search
    seconds = _probe("two epochs", EPOCHS, timed, one, seen, study)
    # The first epoch also loads and sets up.
    return (seconds[0] + seconds[-1] * (study.epochs - 1)) * study.replicates.count


def _probe(
    what: str, most: float, function: Function, task: Any, shared: Any, study: Study
) -> tuple[float, ...]:
    """What `function(task, shared)` finds in a worker of its own. Errors: Expected."""
    given = study.budgets.trial_time
    limit = most if given is None else min(most, durations.seconds(given))
    timeout = engines.Timeout(limit + GRACE, retried=False)
    within = partial(_within, what, limit, function)
    engine = engines.make(HERE, within, shared, 1, study.retries, lambda _: timeout)
    try:
        engine.submit(0, task)
        ((_, found),) = engine.wait()
    finally:
        engine.close()
    if isinstance(found, engines.Failure):
        raise _WorkerFault(f"{what}: {found.cause}")
    if found.fault:
        raise _WorkerFault(found.fault)
    return tuple(found.seconds)


def _within(what: str, limit: float, function: Function, task: Any, shared: Any) -> _Probe:
    """In a worker: seconds, or the fault that has a name."""
    try:
        with time_limit(limit), chdir("."):
            return _Probe(function(task, shared))
    except TimeUp:
        return _Probe(
            fault=Expected(f"{what} in {durations.words(limit)}", Unquoted("more")).message
        )
    except Expected as fault:
        return _Probe(fault=fault.message)


def _import(trainer: Trainer, nothing: None) -> tuple[float, ...]:
    trainers.load(trainer)
    return ()


def _time(trainer: Trainer, epochs: int, task: Task, dataset: Dataset) -> tuple[float, ...]:
    """Seconds of each of so many epochs of the task's one replicate."""
    function, file = trainers.load(trainer)
    (replicate,) = start_replicates(function, file, task, dataset)
    with one_thread():
        seconds = tuple(_timed(replicate) for _ in range(epochs))
        with suppress(Exception):  # a fault at its end is for the trials to report
            replicate.close()
    return seconds


def _timed(replicate: Replicate) -> float:
    started = time.perf_counter()
    replicate.advance()
    return time.perf_counter() - started
