"""What racing saves and costs: the same searches with and without, each trained in this process.

`python -m tests.benchmarks.racing`. Seconds are the processor's, of training alone. What a search
finds is the least dev loss of its trials that have all their replicates.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from reports.stats.sampling import intervals
from sweeps.data import Dataset
from sweeps.search import Finished
from sweeps.study.search_section import Search
from sweeps.training import racing
from sweeps.training.task import Outcome, Task
from sweeps.training.trial import train_together
from tests.benchmarks import common, made_tables, surrogate, width

FOLDS = {"count": 5, "resample": "kfold"}
# Two layers' units. By their networks' sizes it is decided by default who races.
SIZES: dict[str, Any] = {"as proposed": None, "large": [[256, 128]]}
NAMES = ("found", "seconds", "epochs")


class Here:
    """An engine that trains in this process, a pack at a time."""

    jobs = 1

    def __init__(self, dataset: Dataset) -> None:
        self.seconds = 0.0
        self._dataset = dataset
        self._queue: list[tuple[int, list[Task]]] = []

    def submit(self, key: int, tasks: list[Task]) -> None:
        """To be trained in turn."""
        self._queue.append((key, tasks))

    def ready(self) -> bool:
        """Nothing is done beforehand."""
        return False

    def wait(self) -> list[tuple[int, list[Outcome]]]:
        """Train the next pack."""
        key, tasks = self._queue.pop(0)
        started = time.process_time()
        outcomes = racing.train(train_together, tasks, self._dataset)
        self.seconds += time.process_time() - started
        return [(key, outcomes)]

    def close(self) -> None:
        """Nothing to end."""


@dataclass(frozen=True)
class Cost:
    """Of one search; epochs are those of all its networks."""

    found: float
    seconds: float
    epochs: int
    stopped: int


def cost(finished: list[Finished], seconds: float) -> Cost:
    """What a search came to."""
    each = [one.outcome for one in finished]
    return Cost(
        min(one.value for one in each if one.state == "complete"),
        seconds,
        sum((len(one.each) - 1) * one.each.shape[1] for one in each),
        sum(one.is_outraced for one in each),
    )


def of_table(table: str, size: str, rounds: int, trials: int) -> list[tuple[Cost, Cost]]:
    """A search without and one with racing, a pair a seed."""
    hidden = {"hidden": SIZES[size]} if SIZES[size] else {}
    space = {**width.SPACE, **hidden}
    study, dataset = surrogate.prepared(
        table, {**width.VALUES, "space": space, "replicates": FOLDS}
    )
    seen, pairs = dataset.for_search, []
    for seed in range(1, rounds + 1):
        pair = []
        for races in (False, True):
            search = Search.model_validate({"racing": races, "seed": seed})
            engine = Here(seen)
            one = study.model_copy(update={"search": search})
            with threadpool_limits(1):
                found = common.searched(one, seen, engine, trials)
            pair.append(cost(found.finished, engine.seconds))
        print(table, size, seed, *pair, file=sys.stderr, flush=True)
        pairs.append((pair[0], pair[1]))
    return pairs


def ratio(tables: list[list[tuple[Cost, Cost]]], of: Callable[[Cost], float]) -> str:
    """With racing over without: the geometric mean with its interval over tables."""
    logs = [np.mean([math.log(of(after) / of(before)) for before, after in one]) for one in tables]
    apart = intervals.t_mean(np.array(logs))
    ends = [math.exp(value) for value in (apart.estimate, apart.low, apart.high)]
    return "{:.3f} [{:.3f}, {:.3f}]".format(*ends)


def main(options: argparse.Namespace) -> None:
    """Search and print."""
    asked = list(product(options.sizes, options.tables))
    with ProcessPoolExecutor(options.jobs) as pool:
        every = ([size for size, _ in asked], [options.rounds] * len(asked))
        trials = [options.trials] * len(asked)
        found = list(pool.map(of_table, [table for _, table in asked], *every, trials))
    rows = []
    for size in options.sizes:
        tables = [one for (own, _), one in zip(asked, found, strict=True) if own == size]
        stopped = np.mean([after.stopped for one in tables for _, after in one])
        ratios = [ratio(tables, lambda one, name=name: getattr(one, name)) for name in NAMES]
        rows.append([size, *ratios, f"{stopped:.1f}"])
    print(common.facts(options))
    note = (
        f"With racing over without, {len(options.tables)} tables × {options.rounds} seeds of the "
        f"search, {options.trials} trials of five folds, median pruning in both; 95 % over tables. "
        "Large: hidden layers of 256 and 128 units in every trial."
    )
    heads = ["networks", "least dev loss", "CPU seconds", "networks × epochs", "trials stopped"]
    print(common.MarkdownTable("Racing", note, heads, rows).markdown())


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=3, trials=30)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--tables", nargs="+", default=list(made_tables.SEARCHED))
    main(parser.parse_args())
