"""What a search finds by how soon its sampler learns of trials, and by what it begins with.

`python -m tests.benchmarks.width`. Eight small tables under some windows and starts, one worker
apiece, so that nothing but `search:` differs. What a search finds is the least dev loss of
its trials; contestants are compared by its geometric mean over tables and seeds of the search.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from reports.stats import intervals
from sweeps.data import Dataset
from sweeps.phases import prepare
from sweeps.study.file import documents
from sweeps.training.task import Outcome, Task
from sweeps.training.trial import train_together
from tests.benchmarks import common, made_tables

# The first is what the others are compared with.
CONTESTANTS: Mapping[str, dict[str, Any]] = {
    "window 16": {"growth": 1, "start": "random"},
    "window 8": {"window": 8, "growth": 1, "start": "random"},
    "window 4": {"window": 4, "growth": 1, "start": "random"},
    "growth 0.5": {"growth": 0.5, "start": "random"},
    "growth 0.25": {"growth": 0.25, "start": "random"},
    "growth 0.125": {"growth": 0.125, "start": "random"},
    "window 16, Sobol": {"growth": 1, "start": "sobol"},
    "window 16, portfolio": {"growth": 1, "start": "portfolio"},
    "growth 0.25, Sobol": {"growth": 0.25, "start": "sobol"},
    "growth 0.25, portfolio": {"growth": 0.25, "start": "portfolio"},
}
# As `sweeps new` proposes it.
SPACE: Mapping[str, Any] = {
    "hidden": [[], [16], [32, 16], [64, 32]],
    "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
    "batch_size": [16, 32, 64],
    "l2": {"low": 1e-3, "high": 10, "log": True},
    "keep_prob": {"low": 0.6, "high": 1.0},
    "initializer": ["he", "xavier"],
    "optimizer": {
        "choices": {"momentum": {"beta": {"low": 0.8, "high": 0.99}}, "rmsprop": {}, "adam": {}}
    },
}


class Here:
    """An engine in this process."""

    jobs = 1

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._queue: list[tuple[int, list[Task]]] = []

    def submit(self, key: int, tasks: list[Task]) -> None:
        """Queue a pack."""
        self._queue.append((key, tasks))

    def ready(self) -> bool:
        """Nothing trains meanwhile."""
        return False

    def wait(self) -> list[tuple[int, list[Outcome]]]:
        """Train the next pack."""
        key, tasks = self._queue.pop(0)
        return [(key, train_together(tasks, self._dataset))]

    def close(self) -> None:
        """Nothing to end."""


def least(name: str, table: str, seed: int, trials: tuple[int, ...]) -> list[float]:
    """The least dev loss of a contestant's first trials, for each number of them."""
    prepare.optuna_quietly()
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        study = {
            "name": "width",
            "data": made_tables.data(Path(folder), table),
            "fixed": {"epochs": 60},
            "space": SPACE,
            "objective": {"metric": "dev_loss", "at": "last"},
            "replicates": 3,
            "search": {"pruner": "none", "trials": max(trials), "seed": seed, **CONTESTANTS[name]},
        }
        document = documents.Document(study, {}, "study")
        spec, dataset = prepare.prepare(document, Path(folder), [])
        seen = dataset.for_search
        found = common.searched(spec, seen, Here(seen), max(trials))
    losses = {
        one.number: one.outcome.value for one in found.finished if one.outcome.state == "complete"
    }
    return [min(losses[number] for number in losses if number < count) for count in trials]


def log_ratios(found: Mapping[tuple[str, str, int], list[float]], name: str, first: str) -> Any:
    """(tables, numbers of trials) mean over seeds of ln(loss / the first contestant's)."""
    tables = list(dict.fromkeys(table for _, table, _ in found))
    seeds = list(dict.fromkeys(seed for _, _, seed in found))
    return [
        np.mean(
            [np.log(np.divide(found[name, table, s], found[first, table, s])) for s in seeds],
            axis=0,
        )
        for table in tables
    ]


def row(found: Mapping[tuple[str, str, int], list[float]], name: str, first: str) -> list[str]:
    """A contestant beside the first one: the ratio with its interval over tables."""
    if name == first:
        return [name, *("1" for _ in next(iter(found.values())))]
    each = []
    for ratios in np.transpose(log_ratios(found, name, first)):
        apart = intervals.t_mean(ratios)
        ends = [math.exp(value) for value in (apart.estimate, apart.low, apart.high)]
        each.append("{:.3f} [{:.3f}, {:.3f}]".format(*ends))
    return [name, *each]


def main(options: argparse.Namespace) -> None:
    """Search and print."""
    names = options.contestants
    trials = tuple(sorted({max(1, options.trials // 2), options.trials}))
    each = list(product(names, options.tables, range(1, options.rounds + 1)))
    with ProcessPoolExecutor(options.jobs) as pool:
        values = pool.map(least, *zip(*each, strict=True), [trials] * len(each))
        found = {}
        for key, losses in zip(each, values, strict=True):
            found[key] = losses
            print(*key, *(f"{loss:.4f}" for loss in losses), file=sys.stderr, flush=True)
    print(common.facts(argparse.Namespace(trials=options.trials, jobs=options.jobs)))
    note = (
        f"Least dev loss, geometric mean over {len(options.tables)} tables × {options.rounds} "
        f"seeds of the search, over that of {names[0]}; 95 % over tables."
    )
    heads = ["contestant", *(f"after {count} trials" for count in trials)]
    rows = [row(found, name, names[0]) for name in names]
    print(common.MarkdownTable("Windows and starts", note, heads, rows).markdown())
    ratios = {name: np.array(log_ratios(found, name, names[0]))[:, -1] for name in names}
    rows = [
        [table, *(f"{math.exp(ratios[name][n]):.2f}" for name in names)]
        for n, table in enumerate(options.tables)
    ]
    rows.append(["mean", *(f"{math.exp(mean(ratios[name])):.2f}" for name in names)])
    print(common.MarkdownTable("By table", "The last column.", ["table", *names], rows).markdown())


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=4, trials=30)
    parser.add_argument("--contestants", nargs="+", default=list(CONTESTANTS))
    parser.add_argument("--tables", nargs="+", default=list(made_tables.SEARCHED))
    main(parser.parse_args())
