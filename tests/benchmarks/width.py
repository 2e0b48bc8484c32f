"""What a search finds by how soon its sampler learns of trials, and by what it begins with.

`python -m tests.benchmarks.width`. Eight small tables under some windows and starts, and nothing is
pruned, so that nothing but these differs. What a search finds is the least dev loss of its trials;
contestants are compared by its geometric mean over tables and seeds of the search.
"""

import argparse
import math
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from typing import Any

import numpy as np

from reports.stats.sampling import intervals
from sweeps.search.delayed import DelayedStudy
from sweeps.study.search_section import Search
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training.task import Outcome
from tests.benchmarks import common, made_tables, surrogate

# The first is what the others are compared with.
CONTESTANTS: Mapping[str, dict[str, Any]] = {
    "window 16": {"growth": 1, "start": "random"},
    "window 8": {"window": 8, "growth": 1, "start": "random"},
    "window 4": {"window": 4, "growth": 1, "start": "random"},
    "growth 0.5": {"growth": 0.5, "start": "random"},
    "growth 0.25": {"growth": 0.25, "start": "random"},
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
VALUES: Mapping[str, Any] = {
    "fixed": {"epochs": 60},
    "space": SPACE,
    "objective": {"metric": "dev_loss", "at": "last"},
    "replicates": 3,
}


def least(study: Study, loss: Callable[[Config], float], trials: tuple[int, ...]) -> list[float]:
    """The least loss of a search's first trials, for each number of them; nothing is pruned."""
    delayed, told = DelayedStudy(study), 0
    losses: list[float] = []
    for number in range(max(trials)):
        for one in range(told, study.search.told_before(number)):
            delayed.tell(Outcome(one, "complete", (losses[one],), reports=np.array([losses[one]])))
        told = study.search.told_before(number)
        losses.append(loss(study.space.configure(delayed.ask(number).params)))
    return [min(losses[:count]) for count in trials]


def of_table(
    table: str, names: list[str], rounds: int, trials: tuple[int, ...], points: int
) -> dict[tuple[str, str, int], list[float]]:
    """What each contestant finds on a table, under each seed; points: 0 to train every trial."""
    study, dataset = surrogate.prepared(table, dict(VALUES))

    def train(config: Config) -> float:
        (outcome,) = surrogate.trained(study, dataset, [config])
        return outcome.value

    loss = surrogate.Surrogate(table, dict(VALUES), points) if points else train
    found = {}
    for seed, name in product(range(1, rounds + 1), names):
        search = Search.model_validate({**CONTESTANTS[name], "pruner": "none", "seed": seed})
        one = study.model_copy(update={"search": search})
        found[name, table, seed] = least(one, loss, trials)
        said = " ".join(f"{value:.4f}" for value in found[name, table, seed])
        print(name, table, seed, said, file=sys.stderr, flush=True)
    return found


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
    names, rounds = options.contestants, options.rounds
    trials = tuple(sorted({max(1, options.trials // 2), options.trials, 2 * options.trials}))
    found: dict[tuple[str, str, int], list[float]] = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        same = ([names], [rounds], [trials], [options.points])
        each = (one * len(options.tables) for one in same)
        for one in pool.map(of_table, options.tables, *each):
            found |= one
    print(common.facts(argparse.Namespace(rounds=rounds, jobs=options.jobs, points=options.points)))
    what = f"trees over {options.points} trained settings" if options.points else "training"
    note = (
        f"Least dev loss, geometric mean over {len(options.tables)} tables × {rounds} seeds of the "
        f"search, over that of {names[0]}; 95 % over tables. A setting's loss is from {what}."
    )
    heads = ["contestant", *(f"after {count} trials" for count in trials)]
    rows = [row(found, name, names[0]) for name in names]
    print(common.MarkdownTable("Windows and starts", note, heads, rows).markdown())
    ratios = {name: np.array(log_ratios(found, name, names[0]))[:, -2] for name in names}
    rows = [
        [table, *(f"{math.exp(ratios[name][n]):.2f}" for name in names)]
        for n, table in enumerate(options.tables)
    ]
    note = f"After {trials[-2]} trials."
    print(common.MarkdownTable("By table", note, ["table", *names], rows).markdown())


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=10, trials=30)
    parser.add_argument("--points", type=int, default=256, help="0: every trial is trained")
    parser.add_argument("--contestants", nargs="+", default=list(CONTESTANTS))
    parser.add_argument("--tables", nargs="+", default=list(made_tables.SEARCHED))
    main(parser.parse_args())
