"""What the sweep's benchmarks share: arguments, the machine, turns, a search in a spare folder.

The contestants of a benchmark take turns within one run, so that a slow moment of the machine falls
on all alike; ratios are taken round by round, and their median is printed.
"""

import argparse
import math
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import studies
from dnn.bench import machine
from dnn.bench.report import MarkdownTable, verdict
from sweeps.base import provenance
from sweeps.base.interrupts import Shield
from sweeps.data import Dataset
from sweeps.engines import Engine, Failure
from sweeps.engines.base import Workload
from sweeps.engines.loky import Loky
from sweeps.phases import prepare
from sweeps.results import resolved
from sweeps.search import Finished, search
from sweeps.search.budgets import Budget
from sweeps.search.delayed import DelayedStudy
from sweeps.storage.run_folder import RunFolder
from sweeps.study.file import documents
from sweeps.study.spec import Study
from sweeps.training import racing
from sweeps.training.trial import train_together

__all__ = ["MarkdownTable", "verdict"]

WARMING = 2.0  # seconds
LIBRARIES = ("numpy", "optuna", "joblib", "scikit-learn")


def arguments(about: str | None, *, rounds: int, trials: int) -> argparse.ArgumentParser:
    """A parser with the options that all benchmarks have."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=rounds, help="turns of each contestant")
    parser.add_argument("--trials", type=int, default=trials, help="trials of a search")
    parser.add_argument("--jobs", type=int, default=4, help="workers")
    return parser


def facts(options: argparse.Namespace) -> str:
    """The machine, its load before the first round, the versions, and what was asked for."""
    here = machine.describe()
    versions = provenance.versions()
    names = ", ".join(f"{name} {versions[name]}" for name in LIBRARIES)
    asked = ", ".join(f"{value} {name}" for name, value in vars(options).items() if value)
    return (
        f"{here['cpu']}, {here['cores']} cores, {here['system']}; python "
        f"{versions['python']}, {names}; load before: {os.getloadavg()[0]:.1f}. {asked}.\n"
    )


def turns(rounds: int, contestants: Mapping[str, Callable[[], Any]]) -> dict[str, list[Any]]:
    """What each contestant gave in each round; every other round they go in reverse."""
    results: dict[str, list[Any]] = {name: [] for name in contestants}
    for number in range(rounds):
        order = list(contestants) if number % 2 == 0 else list(reversed(contestants))
        for name in order:
            results[name].append(contestants[name]())
    return results


def ratio(over: list[float], under: list[float]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def shipped(name: str, *assignments: str) -> tuple[Study, Dataset]:
    """A study that ships, and its data as the search sees them."""
    path = studies.path(name)
    prepare.optuna_quietly()
    study, dataset = prepare.prepare(documents.read(path), path.parent, list(assignments))
    return study, dataset.for_search


@dataclass(frozen=True)
class Searched:
    """A search: its wall seconds, and its trials in the order in which they ended."""

    seconds: float
    finished: list[Finished]


def searched(
    study: Study, dataset: Dataset, engine: Engine, trials: int, seconds: float = math.inf
) -> Searched:
    """Search with records, journal and all, in a folder that is gone afterwards.

    With a limit of `seconds`, however far, none is asked before a worker is there for it.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        RunFolder(Path(folder) / study.name, print) as run,
    ):
        goals = [objective.goal for objective in study.objectives]
        store = run.open(study.name, None, resolved.identity(study, dataset), goals)
        started = time.perf_counter()
        budget = Budget(study, trials, deadline=time.monotonic() + seconds)
        delayed = DelayedStudy(study)
        finished = list(search(study, store, engine, budget, delayed, Shield(), dataset))
        return Searched(time.perf_counter() - started, finished)


@dataclass(frozen=True)
class Spell:
    """When a worker worked on a task, on the clock that all processes share; its CPU seconds."""

    began: float
    ended: float
    cpu: float


trained = partial(racing.train, train_together)


def _work(task: Any, dataset: Dataset) -> tuple[Any, Spell]:
    """What a worker does: train, or sleep for a number of seconds."""
    began, cpu = time.monotonic(), time.process_time()
    result = time.sleep(task) if isinstance(task, float) else trained(task, dataset)
    return result, Spell(began, time.monotonic(), time.process_time() - cpu)


class Watched:
    """Loky with its workers started, and a note of when each task was worked on."""

    def __init__(self, dataset: Dataset, jobs: int) -> None:
        self.jobs = jobs
        self.spells: list[Spell] = []
        self._loky = Loky(Workload(_work, dataset, jobs, retries=2))
        for key in range(jobs):  # long enough for the last worker to be there for one of them
            self.submit(key, WARMING)
        while len(self.spells) < jobs:
            self.wait()
        self.spells.clear()

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self._loky.submit(key, task)

    def ready(self) -> bool:
        """As Loky's."""
        return self._loky.ready()

    def wait(self) -> list[tuple[int, Any]]:
        """As Loky's."""
        results = []
        for key, result in self._loky.wait():
            if isinstance(result, Failure):
                results.append((key, result))
                continue
            outcome, spell = result
            self.spells.append(spell)
            results.append((key, outcome))
        return results

    def close(self) -> None:
        """As Loky's."""
        self._loky.close()


@contextmanager
def watched(dataset: Dataset, jobs: int) -> Iterator[Watched]:
    """Warm workers, ended afterwards."""
    engine = Watched(dataset, jobs)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def clocks(**calls: tuple[Any, str]) -> Iterator[dict[str, float]]:
    """Seconds spent in calls inside the block, by name; a call is (its owner, its attribute)."""
    spent = dict.fromkeys(calls, 0.0)
    originals = {name: getattr(owner, call) for name, (owner, call) in calls.items()}

    def clocked(name: str) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return originals[name](*args, **options)
            finally:
                spent[name] += time.perf_counter() - started

        return call

    for name, (owner, call) in calls.items():
        setattr(owner, call, clocked(name))
    try:
        yield spent
    finally:
        for name, (owner, call) in calls.items():
            setattr(owner, call, originals[name])
