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
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.search import starts
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, plain, with_default_settings
from sweeps.study.space import Config
from tests.benchmarks import common, made_tables, surrogate

MOST = 6  # settings of a portfolio
EPOCHS = 100
DRAWS = 500  # of random settings
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


def costs(name: str, count: int) -> tuple[list[Config], list[float]]:
    """The settings, the defaults first, and the dev loss of each on a table, at its best epoch.

    The epoch is that of the mean curve of five folds.
    """
    study, dataset = surrogate.prepared(
        name,
        {
            "fixed": {"epochs": EPOCHS},
            "space": SPACE,
            "objective": {"metric": "dev_loss", "at": "last"},
            "replicates": {"count": 5, "resample": "kfold"},
        },
    )
    settings = [study.space.default, *surrogate.points(study, count - 1)]
    curves = [one.each.mean(axis=1) for one in surrogate.trained(study, dataset, settings)]
    return settings, [float(curve[np.isfinite(curve)].min(initial=np.inf)) for curve in curves]


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


def behind(losses: NDArray[np.float64], most: int) -> dict[str, float]:
    """Mean log ratio to the best of all: of portfolios on tables left out, of random settings."""
    best = losses.min(axis=1)
    left_out = [
        losses[table, [0, *choose(np.delete(losses, table, axis=0), most)]].min() - best[table]
        for table in range(len(losses))
    ]
    found = {f"portfolio of {most}": float(np.mean(left_out))}
    rng, others = np.random.default_rng(0), losses.shape[1] - 1
    for size in (most, 12, 24):
        if size <= others:
            draws = [[0, *1 + rng.choice(others, size, replace=False)] for _ in range(DRAWS)]
            least = [losses[:, draw].min(axis=1) - best for draw in draws]
            found[f"{size} random"] = float(np.mean(least))
    return found


def said(config: Mapping[str, Any]) -> dict[str, Any]:
    """A setting as a study file says it, with two digits of the learning rate."""
    named = {
        word: config[word][0]
        if config[word] == with_default_settings(config[word][0])
        else plain(config[word])
        for word in SPACE
        if VOCABULARY[word].kind.options
    }
    rate = float(f"{config['learning_rate']:.2g}")
    return {word: plain(config[word]) for word in SPACE} | {"learning_rate": rate} | named


def written(chosen: list[dict[str, Any]]) -> str:
    """The portfolio's file: a setting a line."""
    lines = ",\n".join(f"    {json.dumps(setting)}" for setting in chosen)
    return f'{{\n  "portfolio": [\n{lines}\n  ]\n}}\n'


def main(options: argparse.Namespace) -> None:
    """Train, choose, print."""
    print(common.facts(argparse.Namespace(settings=options.settings)))
    names = options.tables
    with ProcessPoolExecutor(options.jobs) as pool:
        each = []
        for name, one in zip(
            names, pool.map(costs, names, [options.settings] * len(names)), strict=True
        ):
            each.append(one)
            print(name, f"{one[1][0]:.4f} {min(one[1]):.4f}", file=sys.stderr, flush=True)
    settings = each[0][0]
    losses = np.log([found for _, found in each])
    chosen = [said(settings[place]) for place in choose(losses, MOST)]
    note = (
        "Mean over tables of ln(least dev loss / that of the best setting of all); a portfolio is "
        "chosen without the table. Each has the defaults besides."
    )
    rows = [[name, f"{value:.3f}"] for name, value in behind(losses, MOST).items()]
    print(common.MarkdownTable("Portfolio", note, ["settings", "behind"], rows).markdown())
    text = written(chosen)
    print(text)
    if options.write:
        starts.PORTFOLIO.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = common.arguments(__doc__, rounds=1, trials=1)
    parser.add_argument("--settings", type=int, default=65, help="with the defaults")
    parser.add_argument("--tables", nargs="+", default=list(made_tables.CHOSEN_FROM))
    parser.add_argument("--write", action="store_true")
    main(parser.parse_args())
