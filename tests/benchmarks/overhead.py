"""Our own overhead above Optuna's per trial, and the parent's memory at many trials.

`python -m tests.benchmarks.overhead`. The training is taken out: an engine gives back outcomes of
real trainings at once, so that asking, telling, records, journal and window are all that is left.
Optuna alone is asked and told in step with it, pack by pack: a small difference of two large
times means something only where both were taken in the same moment.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from sweeps.data import Dataset
from sweeps.search.delayed import DelayedStudy
from sweeps.storage.store import Store
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import seeds, trial
from sweeps.training.task import Outcome, Task
from tests.benchmarks import common

MILLISECONDS, MIB = 5.0, 600
EXAMPLES = 4


def examples(study: Study, dataset: Dataset) -> list[Outcome]:
    """Outcomes of whole trainings of the defaults, as large as a search's are."""
    task = Task(
        number=0,
        config=study.space.default,
        seed=study.search.seed,
        phase=seeds.SEARCH,
        replicates=range(study.replicates.count),
        objectives=study.objectives,
        dtype=study.dtype,
    )
    return [trial.train(replace(task, seed=seed), dataset) for seed in range(EXAMPLES)]


def value(number: int, config: Config) -> float:
    """What a setting is worth, and some noise: whoever searches comes to like the same arm.

    What TPE's asking costs depends on the arm, for each has parameters of its own.
    """
    optimizer, _ = config["optimizer"]
    noise = float(np.random.default_rng(number).normal())
    return abs(math.log(config["learning_rate"] / 1e-2)) + (optimizer != "adam") + 0.3 * noise


class Alone:
    """Optuna by itself: one study in memory, whose sampler is asked and told."""

    def __init__(self, study: Study) -> None:
        import optuna

        samplers = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}
        sampler = samplers[study.search.sampler.name](seed=study.search.seed)
        self._space, self._study = study.space, optuna.create_study(sampler=sampler)
        self.seconds: list[float] = []  # of each trial

    def step(self) -> None:
        """One trial."""
        started = time.perf_counter()
        asked = self._study.ask()
        config = self._space.configure(self._space.ask(asked))
        self._study.tell(asked, value(asked.number, config))
        self.seconds.append(time.perf_counter() - started)


class Instant:
    """An engine whose tasks are done when they are submitted; meanwhile Optuna alone does as many.

    Of each trial: its share of the seconds since the pack before, without Optuna's alone.
    """

    def __init__(self, outcomes: list[Outcome], alone: Alone | None = None) -> None:
        self.jobs = 4
        self.seconds: list[float] = []
        self._alone = alone
        self._outcomes = outcomes
        self._done: list[tuple[int, Outcome]] = []
        self._since = time.perf_counter()

    def submit(self, key: int, task: Any) -> None:
        """Have the outcome ready."""
        self.seconds += [(time.perf_counter() - self._since) / len(task)] * len(task)
        if self._alone is not None:
            for _ in task:
                self._alone.step()
        self._since = time.perf_counter()
        self._done.append((key, [self._outcome(one) for one in task]))

    def _outcome(self, task: Task) -> Outcome:
        like = self._outcomes[task.number % len(self._outcomes)]
        return replace(like, number=task.number, values=(value(task.number, task.config),))

    def ready(self) -> bool:
        """Not before it is waited for: the window fills up, as with real trials."""
        return False

    def wait(self) -> list[tuple[int, Outcome]]:
        """All that is ready."""
        done, self._done = self._done, []
        return done

    def close(self) -> None:
        """Nothing to end."""


@dataclass(frozen=True)
class Cost:
    """Milliseconds of each trial, with Optuna alone and in the whole loop; means by what was done.

    The loop's first time is left out: it is that of a folder's making.
    """

    alone: np.ndarray
    loop: np.ndarray
    parts: dict[str, float]


def cost(study: Study, dataset: Dataset, outcomes: list[Outcome], trials: int) -> Cost:
    """Of one search."""
    alone = Alone(study)
    engine = Instant(outcomes, alone)
    with common.clocks(
        asking=(DelayedStudy, "ask"),
        telling=(DelayedStudy, "tell"),
        rules=(DelayedStudy, "rule"),
        journal=(Store, "asked"),
        finished=(Store, "finished"),
        disk=(os, "fsync"),
    ) as spent:
        common.searched(study, dataset, engine, trials)
    parts = {what: seconds / trials * 1e3 for what, seconds in spent.items()}
    return Cost(np.array(alone.seconds[:-1]) * 1e3, np.array(engine.seconds[1:]) * 1e3, parts)


def measure(
    study: Study, dataset: Dataset, outcomes: list[Outcome], options: argparse.Namespace
) -> list[str]:
    """A row: what one sampler's trials cost alone and in the loop, and where the rest goes."""
    found = [cost(study, dataset, outcomes, options.trials) for _ in range(options.rounds)]
    alone = median(one.alone.mean() for one in found)
    loop = median(one.loop.mean() for one in found)
    over = np.median([one.loop - one.alone for one in found], axis=0)
    disk = median(one.parts["disk"] for one in found)
    tenth = over[-max(1, options.trials // 10) :].mean()
    return [
        study.search.sampler.name,
        f"{alone:.2f}",
        f"{loop:.2f}",
        common.verdict(over.mean(), "≤", MILLISECONDS),
        f"{over.mean() - disk:.2f}",
        f"{tenth:.2f}",
        *(f"{median(one.parts[what] for one in found):.2f}" for what in found[0].parts),
    ]


def memory(sampler: str, trials: int) -> dict[str, float]:
    """The peak in MiB and the seconds of a search, in a process of its own."""
    call = [sys.executable, "-m", __spec__.name, "--memory-of", sampler, "--trials", str(trials)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def of_memory(sampler: str, trials: int) -> dict[str, float]:
    """In that process."""
    import resource

    study, dataset = common.shipped("tabular_full", f"search.sampler={sampler}")
    outcomes = examples(study, dataset)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = common.searched(study, dataset, Instant(outcomes), trials)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"before": before, "after": after, "seconds": found.seconds}


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    print(common.facts(options))
    rows = []
    for sampler in ("random", "tpe"):
        study, dataset = common.shipped("tabular_full", f"search.sampler={sampler}")
        rows.append(measure(study, dataset, examples(study, dataset), options))
    parts = ["asking", "telling", "thresholds", "journal", "finished", "disk"]
    head = [
        "sampler",
        "Optuna alone",
        "the loop",
        "overhead",
        "but for the disk",
        "of the last tenth",
        *parts,
    ]
    note = (
        f"Milliseconds a trial, mean over {options.trials:,} trials of `tabular_full`. Optuna "
        "alone: one sampler asked and told in memory, in step with the loop, pack by pack; of "
        "the rounds, each trial's median. At the right, what the loop's time is spent on: asking "
        "is Optuna's, with a sampler made anew for each trial; finished is the record and the "
        "journal's end of a trial; disk is the part of both that waits for fsync."
    )
    print(common.MarkdownTable("Overhead", note, head, rows).markdown())
    if options.many:
        peak = memory("random", options.many)
        row = [
            *(f"{options.many:,}", f"{peak['before']:.0f}"),
            common.verdict(peak["after"], "≤", MIB),
            f"{peak['seconds'] / options.many * 1e3:.2f}",
        ]
        note = "Peak of the parent, random sampler, MiB."
        head = ["trials", "before the first", "peak", "ms a trial"]
        print(common.MarkdownTable("Memory", note, head, [row]).markdown())


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=3, trials=1000)
    parser.add_argument("--many", type=int, default=10_000, help="trials for the memory; 0: none")
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.memory_of:
        print(json.dumps(of_memory(given.memory_of, given.trials)))
    else:
        main(given)
