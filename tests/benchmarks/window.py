"""The window against a free asynchronous search: wall time with a real spread of trial lengths.

`python -m tests.benchmarks.window`. The lengths are those of a real search of `tabular_full`, each
trial's processor time in its worker, pruned ones and all batch sizes among them. Workers then sleep
for as long, so that both searches have the very same trials to do; all else is real: asking,
records, journal, the window. The free search is the same code with a window that never closes.
"""

import argparse
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median

import numpy as np

from sweeps import methods
from sweeps.data import Dataset
from sweeps.spec import Study
from sweeps.trial import Outcome, Task
from tests.benchmarks import common

TARGET = 1.05
ORDERS = 1_000
FREE = 10_000  # a window that no search here fills


@dataclass
class Sleeper:
    """An engine that sleeps through each task, and then has the outcome of the real one."""

    engine: common.Watched
    lengths: dict[int, float]
    outcomes: dict[int, Outcome]
    packs: dict[int, list[int]] = field(default_factory=dict)

    @property
    def jobs(self) -> int:
        """As the engine's."""
        return self.engine.jobs

    def submit(self, key: int, tasks: list[Task]) -> None:
        """Sleep for as long as the trials of a pack took."""
        self.packs[key] = [task.number for task in tasks]
        self.engine.submit(key, sum(self.lengths[number] for number in self.packs[key]))

    def wait(self) -> list[tuple[int, list[Outcome]]]:
        """What the trials came to."""
        ended = [key for key, _ in self.engine.wait()]
        return [(key, [self.outcomes[number] for number in self.packs.pop(key)]) for key in ended]

    def close(self) -> None:
        """Nothing of its own to end."""


def real(
    study: Study, dataset: Dataset, engine: common.Watched, trials: int
) -> tuple[dict[int, float], dict[int, Outcome]]:
    """Each trial's processor seconds in its worker, and its outcome."""
    found = common.searched(study, dataset, engine, trials)
    lengths = [spell.cpu for spell in engine.spells]
    numbers = [one.number for one in found.finished]
    outcomes = {one.number: one.outcome for one in found.finished}
    return dict(zip(numbers, lengths, strict=True)), outcomes


def asleep(study: Study, dataset: Dataset, sleeper: Sleeper, trials: int, window: int) -> float:
    """Wall seconds of a search of trials of given lengths, asked at random."""
    changes = {"sampler": methods.Random(), "window": window}
    search = study.search.model_copy(update=changes)
    mine = study.model_copy(update={"search": search})
    return common.searched(mine, dataset, sleeper, trials).seconds


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


def simulated(lengths: Sequence[float], jobs: int, window: int) -> float:
    """Wall seconds if asking cost nothing: trial n is asked once trial n - window has ended."""
    free = [0.0] * jobs
    ended: list[float] = []
    asked = 0.0
    for number, length in enumerate(lengths):
        if number >= window:
            asked = max(asked, ended[number - window])
        ended.append(max(asked, heapq.heappop(free)) + length)
        heapq.heappush(free, ended[-1])
    return max(ended)


def shuffled(lengths: list[float], jobs: int) -> list[str]:
    """A row: the ratio over many orders of the same trials."""
    rng = np.random.default_rng(0)
    orders = [rng.permutation(lengths).tolist() for _ in range(ORDERS)]
    ratios = [simulated(o, jobs, 4 * jobs) / simulated(o, jobs, FREE) for o in orders]
    middle, low, high = np.quantile(ratios, [0.5, 0.025, 0.975])
    return [str(jobs), str(4 * jobs), common.verdict(middle, "≤", TARGET), f"{low:.2f}, {high:.2f}"]


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    study, dataset = common.shipped("tabular_full")
    print(common.facts(options))
    with common.watched(dataset, options.jobs) as engine:
        lengths, outcomes = real(study, dataset, engine, options.trials)
    rows = []
    for jobs in (options.jobs, 2 * options.jobs):
        with common.watched(dataset, jobs) as engine:
            sleep = partial(
                asleep, study, dataset, Sleeper(engine, lengths, outcomes), options.trials
            )
            contestants = {"window": partial(sleep, 4 * jobs), "free": partial(sleep, FREE)}
            found = common.turns(options.rounds, contestants)
        rows.append(row(jobs, found, sum(lengths.values())))
    quantiles = np.quantile(list(lengths.values()), [0, 0.1, 0.5, 0.9, 1])
    note = (
        f"Seconds of {options.trials} trials whose lengths are "
        + ", ".join(f"{seconds:.3f}" for seconds in quantiles)
        + " s (least, 10 %, median, 90 %, longest). At best: their sum over the workers."
    )
    head = ["jobs", "window", "with it", "free", "at best", "with it / free"]
    print(common.Table("The window", note, head, rows).markdown())
    rows = [shuffled(list(lengths.values()), jobs * options.jobs) for jobs in (1, 2, 4)]
    note = (
        f"The same lengths in {ORDERS:,} random orders, simulated, asking for nothing: the ratio."
    )
    head = ["jobs", "window", "median", "95 % of orders"]
    print(common.Table("Any order", note, head, rows).markdown())


if __name__ == "__main__":
    main(common.arguments(__doc__, rounds=3, trials=200).parse_args())
