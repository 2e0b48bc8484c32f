"""The window against a free asynchronous search: wall time with a real spread of trial lengths.

`python -m tests.benchmarks.window`. The lengths are those of a real search of `tabular_full`, each
trial's processor time in its worker, pruned ones and all batch sizes among them. Workers then sleep
for as long, so that both searches have the very same trials to do; all else is real: asking,
records, journal, the window. The free search is the same code with a window that never closes, and
asks for a trial when a worker is there for it.
"""

import argparse
import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

import numpy as np

from sweeps.data import Dataset
from sweeps.search import Finished, workers
from sweeps.study.search_section import Search
from sweeps.study.spec import Study
from sweeps.training.task import Outcome, Task
from tests.benchmarks import common

TARGET = 1.05
ORDERS = 200
# A window that no search here fills, and seconds that never pass.
FREE, FAR = 10_000, 1e9


class Sleeper:
    """An engine that sleeps through each task, and then has the outcome of the real one."""

    def __init__(self, engine: common.Watched, trials: "Trials") -> None:
        self.jobs = engine.jobs
        self._engine, self._trials = engine, trials

    def submit(self, key: int, tasks: list[Task]) -> None:
        """Sleep for as long as the trial took."""
        self._engine.submit(key, self._trials.lengths[key])

    def ready(self) -> bool:
        """Whether one has slept enough."""
        return self._engine.ready()

    def wait(self) -> list[tuple[int, list[Outcome]]]:
        """What the trials came to."""
        return [(key, [self._trials.outcomes[key]]) for key, _ in self._engine.wait()]

    def close(self) -> None:
        """Nothing of its own to end."""


class Clock:
    """An engine whose time passes in leaps: from one trial's end to the next's."""

    def __init__(self, jobs: int, lengths: Sequence[float]) -> None:
        self.jobs, self.now = jobs, 0.0
        self._lengths = lengths
        self._free = [0.0] * jobs
        self._ends: list[tuple[float, int]] = []

    def submit(self, key: int, tasks: list[Task]) -> None:
        """To the first worker that is free."""
        start = max(self.now, heapq.heappop(self._free))
        end = start + self._lengths[key]
        heapq.heappush(self._free, end)
        heapq.heappush(self._ends, (end, key))

    def ready(self) -> bool:
        """Time passes in `wait` alone."""
        return False

    def wait(self) -> list[tuple[int, list[Outcome]]]:
        """The next to end."""
        self.now, key = heapq.heappop(self._ends)
        return [(key, [Outcome(key, "complete", (0.0,))])]

    def close(self) -> None:
        """Nothing to end."""


@dataclass(frozen=True)
class Trials:
    """A real search's, by number: processor seconds in the worker, outcome, task."""

    lengths: dict[int, float]
    outcomes: dict[int, Outcome]
    tasks: list[Task]


def real(study: Study, dataset: Dataset, engine: common.Watched, trials: int) -> Trials:
    """Trials of a search at random, which asks the same whatever it is told."""
    found = common.searched(study, dataset, engine, trials)
    numbers = [one.number for one in found.finished]
    lengths = [spell.cpu for spell in engine.spells]
    finished = sorted(found.finished, key=lambda one: one.number)
    return Trials(
        dict(zip(numbers, lengths, strict=True)),
        {one.number: one.outcome for one in finished},
        [_task(study, one) for one in finished],
    )


def _task(study: Study, one: Finished) -> Task:
    config = study.space.configure(one.params)
    replicates = range(study.replicates.count)
    return Task(one.number, config, 0, 0, replicates, study.objectives, study.dtype)


def asleep(
    study: Study, dataset: Dataset, sleeper: Sleeper, trials: int, window: int, seconds: float
) -> float:
    """Wall seconds of a search of trials of given lengths."""
    search = study.search.model_copy(update={"window": window})
    mine = study.model_copy(update={"search": search})
    return common.searched(mine, dataset, sleeper, trials, seconds).seconds


def row(jobs: int, found: dict[str, list[float]], work: float) -> list[str]:
    """Medians, and the ratio."""
    ratio = common.ratio(found["window"], found["free"])
    return [
        str(jobs),
        str(4 * jobs),
        *(f"{median(found[name]):.2f}" for name in ("window", "free")),
        f"{work / jobs:.2f}",
        common.verdict(ratio, "≤", TARGET),
    ]


def simulated(
    trials: Trials,
    order: Sequence[int],
    dataset: Dataset | None,
    jobs: int,
    search: Search,
    is_free: bool,
) -> float:
    """Seconds of the trials in this order if asking cost nothing.

    Without a dataset nothing is known of their lengths: the oldest goes first.
    """
    clock = Clock(jobs, [trials.lengths[number] for number in order])
    between = workers.Workers(clock, dataset, search, in_time=is_free)
    ended: set[int] = set()
    asked = 0
    while len(ended) < len(order):
        while asked < len(order) and ended.issuperset(range(search.told_before(asked))):
            if asked - len(ended) >= between.room:
                break
            between.add(replace(trials.tasks[order[asked]], number=asked))
            asked += 1
        ended |= {outcome.number for outcome in between.wait()}
    return clock.now


def shuffled(trials: Trials, dataset: Dataset, jobs: int, growth: float) -> list[str]:
    """A row: the ratio over many orders of the same trials."""
    rng = np.random.default_rng(0)
    search, free = Search(window=4 * jobs, growth=growth), Search(window=FREE, growth=1)
    ratios = []
    for _ in range(ORDERS):
        order = rng.permutation(len(trials.tasks)).tolist()
        windowed = simulated(trials, order, dataset, jobs, search, is_free=False)
        ratios.append(windowed / simulated(trials, order, dataset, jobs, free, is_free=True))
    middle, low, high = np.quantile(ratios, [0.5, 0.025, 0.975])
    how = [str(jobs), str(4 * jobs), f"{growth:g}"]
    return [*how, common.verdict(middle, "≤", TARGET), f"{low:.2f}, {high:.2f}"]


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    workers.MOST = 1  # how much packs gain is another question
    study, dataset = common.shipped("tabular_full", "search.sampler=random")
    print(common.facts(options))
    with common.watched(dataset, options.jobs) as engine:
        trials = real(study, dataset, engine, options.trials)
    lengths = [*trials.lengths.values()]
    rows = []
    for jobs in (options.jobs, 2 * options.jobs):
        with common.watched(dataset, jobs) as engine:
            sleep = partial(asleep, study, dataset, Sleeper(engine, trials), options.trials)
            contestants = {
                "window": partial(sleep, 4 * jobs, math.inf),
                "free": partial(sleep, FREE, FAR),
            }
            found = common.turns(options.rounds, contestants)
        rows.append(row(jobs, found, sum(lengths)))
    quantiles = np.quantile(lengths, [0, 0.1, 0.5, 0.9, 1])
    note = (
        f"Seconds of {options.trials} trials whose lengths are "
        + ", ".join(f"{seconds:.3f}" for seconds in quantiles)
        + " s (least, 10 %, median, 90 %, longest). At best: their sum over the workers."
    )
    head = ["jobs", "window", "with it", "free", "at best", "with it / free"]
    print(common.MarkdownTable("The window", note, head, rows).markdown())
    rows = [
        shuffled(trials, dataset, jobs * options.jobs, growth)
        for jobs in (1, 2, 4)
        for growth in (1, Search().growth)
    ]
    note = (
        f"The same lengths in {ORDERS:,} random orders, simulated, asking for nothing: the ratio."
    )
    head = ["jobs", "window", "growth", "median", "95 % of orders"]
    print(common.MarkdownTable("Any order", note, head, rows).markdown())


if __name__ == "__main__":
    main(common.arguments(__doc__, rounds=3, trials=200).parse_args())
