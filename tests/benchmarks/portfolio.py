"""Chooses the settings that a search begins with: those that together do well on many tables.

`python -m tests.benchmarks.portfolio` trains Sobol points of a wide space on tables that no other
benchmark uses, and adds to the defaults, one after the other, the setting that lowers most the mean
over tables of ln(the least dev loss of those chosen / the least of all). With `--write` the choice
goes into `sweeps/search/portfolio.json`. What the choice is worth on a table that it has not seen
is said too: each table is left out once.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sweeps.phases import prepare
from sweeps.search import designs, starts
from sweeps.study.file import documents
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.training import seeds
from sweeps.training.task import Task
from sweeps.training.trial import train_together
from tests.benchmarks import common, made_tables

MOST = 6  # settings of a portfolio
EPOCHS = 100
SPACE: Mapping[str, Any] = {
    "hidden": [[], [16], [16, 8], [32, 16], [64, 32]],
    "activation": ["relu", "tanh"],
    "learning_rate": {"low": 1e-3, "high": 1e-1, "log": True},
    "batch_size": [16, 32, 64],
    "l2": [0, 0.03, 0.3, 3],
    "keep_prob": [1.0, 0.9, 0.75],
    "initializer": ["he", "xavier"],
    "optimizer": ["momentum", "rmsprop", "adam", {"adamw": {"weight_decay": 0.03}}],
}


def costs(name: str, count: int) -> tuple[list[dict[str, Any]], list[float]]:
    """The settings, the defaults first, and the dev loss of each on a table, at its best epoch.

    The epoch is that of the mean curve of five folds.
    """
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        study = {
            "name": "portfolio",
            "data": made_tables.data(Path(folder), name),
            "fixed": {"epochs": EPOCHS},
            "space": SPACE,
            "objective": {"metric": "dev_loss", "at": "last"},
            "replicates": {"count": 5, "resample": "kfold"},
        }
        document = documents.Document(study, {}, "study")
        spec, dataset = prepare.prepare(document, Path(folder), [])
        points = designs.qmc(spec.search.sampler, spec.space, spec.search.seed)
        chosen = [spec.space.configure(params) for params in islice(points, count - 1)]
        settings = [spec.space.default, *chosen]
        found = []
        for number, config in enumerate(settings):
            replicates = range(spec.replicates.count)
            task = Task(number, config, 0, seeds.SEARCH, replicates, spec.objectives, spec.dtype)
            (outcome,) = train_together([task], dataset.for_search)
            curve = outcome.each.mean(axis=1)
            found.append(float(np.nanmin(np.where(np.isfinite(curve), curve, np.inf))))
    return [{word: plain(config[word]) for word in SPACE} for config in settings], found


def choose(losses: NDArray[np.float64], most: int) -> list[int]:
    """The settings that are added to the first one; losses: (tables, settings) log losses.

    Fewer than `most` where no other setting lowers the mean.
    """
    chosen = [0]
    while len(chosen) <= most:
        reached = losses[:, chosen].min(axis=1, keepdims=True)
        means = np.minimum(losses, reached).mean(axis=0)
        if means.min() >= reached.mean():
            break
        chosen.append(int(means.argmin()))
    return chosen[1:]


def behind(losses: NDArray[np.float64], most: int) -> tuple[float, dict[int, float]]:
    """Log ratio to the best of all on tables left out: of portfolios, and of random settings."""
    tables, count = losses.shape
    best = losses.min(axis=1)
    left_out = [
        losses[table, [0, *choose(np.delete(losses, table, axis=0), most)]].min() - best[table]
        for table in range(tables)
    ]
    rng = np.random.default_rng(0)
    random = {
        size: float(
            np.mean(
                [
                    losses[:, [0, *rng.choice(count - 1, size - 1, replace=False) + 1]].min(axis=1)
                    - best
                    for _ in range(500)
                ]
            )
        )
        for size in (most + 1, 12, 25)
    }
    return float(np.mean(left_out)), random


def main(options: argparse.Namespace) -> None:
    """Train, choose, print."""
    print(common.facts(argparse.Namespace(settings=options.settings)))
    names = list(made_tables.CHOSEN_FROM)
    with ProcessPoolExecutor(options.jobs) as pool:
        each = []
        for name, one in zip(
            names, pool.map(costs, names, [options.settings] * len(names)), strict=True
        ):
            each.append(one)
            print(name, f"{one[1][0]:.4f} {min(one[1]):.4f}", file=sys.stderr, flush=True)
    settings = each[0][0]
    losses = np.log([found for _, found in each])
    chosen = [settings[place] for place in choose(losses, MOST)]
    portfolios, random = behind(losses, MOST)
    note = (
        "Mean over tables of ln(least dev loss / that of the best setting of all); a portfolio is "
        "chosen without the table. Each has the defaults besides."
    )
    rows = [[f"portfolio of {MOST}", f"{portfolios:.3f}"]]
    rows += [[f"{size - 1} random", f"{value:.3f}"] for size, value in random.items()]
    print(common.MarkdownTable("Portfolio", note, ["settings", "behind"], rows).markdown())
    text = json.dumps({"portfolio": chosen}, indent=2) + "\n"
    print(text)
    if options.write:
        starts.PORTFOLIO.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=int, default=97, help="with the defaults")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    main(parser.parse_args())
