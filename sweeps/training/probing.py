"""Tries a user's training function before a run depends on it: imports it, and times two epochs.

This happens in a worker: if the function crashes, exits or hangs, only that process is lost.
"""

import math
import time
from contextlib import chdir, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from dnn.gradcheck import EPSILONS
from sweeps import engines
from sweeps.base import durations
from sweeps.base.errors import Expected, Unquoted
from sweeps.data import Dataset
from sweeps.engines.base import Function
from sweeps.study import trainer_code
from sweeps.study.engine_section import EngineSpec
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.study.trainer_code import UserCodeError
from sweeps.study.trainers import Trainer
from sweeps.training import seeds
from sweeps.training.isolation import TimeUp, one_torch_thread, time_limit
from sweeps.training.replicates import Replicate, start_replicates
from sweeps.training.task import Task

HERE = EngineSpec(name="loky")  # on this machine, whatever engine the study has
# Seconds that import and epochs may take, unless budgets.trial_time is less. Large libraries
# take long to import.
IMPORT, EPOCHS = 120.0, 30.0
GRACE = 30.0  # seconds beyond the limit after which a worker that ignores it is ended


@dataclass(frozen=True)
class _Probe:
    """What a worker found: the seconds of each epoch or the like, or the fault's message."""

    seconds: tuple[Any, ...] = ()
    fault: str = ""


class _WorkerFault(Expected):
    """A fault whose message a worker has worded."""

    def __init__(self, message: str) -> None:
        super().__init__("", "")
        self.message = message


def expect_importable(trainer: Trainer, study: Study) -> None:
    """Errors: Expected where the trainer cannot be imported, or ends its process, or hangs."""
    _probe(f"an import of {trainer.module}", IMPORT, _import, trainer, None, study)


def gradient_check(trainer: Trainer, study: Study) -> dict[str, list[float]]:
    """By what was checked, how far its gradient is from differences of each of EPSILONS.

    Errors: Expected, if the function fails, ends its process, takes too long or says else.
    """
    each = _probe("the gradient check", IMPORT, _differences, trainer, None, study)
    return {name: [one[name] for one in each] for name in each[0]}


def seconds_per_trial(trainer: Trainer, study: Study, config: Config, dataset: Dataset) -> float:
    """About how many seconds an unpruned trial takes, from two epochs of one replicate.

    Errors: Expected, if the function fails, ends its process or takes too long.
    """
    one = Task(-1, config, 0, seeds.SEARCH, range(1), study.objectives, study.dtype)
    timed, seen = partial(_time, trainer, min(2, study.epochs)), dataset.for_search
    seconds: tuple[float, ...] = _probe("two epochs", EPOCHS, timed, one, seen, study)
    # The first epoch includes loading and setting up, so only the last one is multiplied.
    return (seconds[0] + seconds[-1] * (study.epochs - 1)) * study.replicates.count


def _probe(
    what: str, most: float, function: Function, task: Any, shared: Any, study: Study
) -> tuple[Any, ...]:
    """The tuple that `function(task, shared)` returns in a worker. Errors: Expected."""
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
    """Run in the worker: the function's seconds, or the message of an expected fault."""
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
    trainer_code.load(trainer)
    return ()


def _differences(trainer: Trainer, nothing: None) -> tuple[dict[str, float], ...]:
    """Of each step, what the function says."""
    function, file = trainer_code.load_gradient_check(trainer)
    try:
        said = [dict(function(epsilon)) for epsilon in EPSILONS]
        each = [{str(name): float(x) for name, x in one.items()} for one in said]
    except Exception as fault:  # it is the user's code: whatever it raises is told
        raise UserCodeError(fault, file, trainer.gradient_check) from None
    names = list(each[0])
    off = [x for one in each for x in one.values() if not (math.isfinite(x) and x >= 0)]
    if off:
        raise Expected("differences of 0 and more", off[0])
    if not names or any(list(one) != names for one in each):
        raise Expected("the same names for every step, one at least", Unquoted("others"))
    return tuple(each)


def _time(trainer: Trainer, epochs: int, task: Task, dataset: Dataset) -> tuple[float, ...]:
    """The seconds of each of `epochs` epochs of the task's one replicate."""
    function, file = trainer_code.load(trainer)
    (replicate,) = start_replicates(function, file, task, dataset)
    with one_torch_thread():
        seconds = tuple(_timed(replicate) for _ in range(epochs))
        with suppress(Exception):  # an error while closing is left for the trials to report
            replicate.close()
    return seconds


def _timed(replicate: Replicate) -> float:
    started = time.perf_counter()
    replicate.advance()
    return time.perf_counter() - started
