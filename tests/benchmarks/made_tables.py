"""Small tables to search on: eight for benchmarks, and others, of which the portfolio is chosen.

No table is in both; all but scikit-learn's bundled ones are made by its generators, or here.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets

Made = Callable[[], tuple[Any, Any]]  # inputs (n, columns), targets (n,): whole ones are classes

# What `data:` says of each.
SEARCHED: Mapping[str, dict[str, Any]] = {
    "breast_cancer": {"source": "sklearn:breast_cancer"},
    "diabetes": {"source": "sklearn:diabetes"},
    "iris": {"source": "sklearn:iris"},
    "wine": {"source": "sklearn:wine"},
    "blobs": {"source": "synthetic:blobs", "options": {"rows": 300, "noise": 4.0}},
    "circles": {"source": "synthetic:circles", "options": {"rows": 400, "noise": 0.2}},
    "moons": {"source": "synthetic:moons", "options": {"rows": 400, "noise": 0.3}},
    "friedman1": {"source": "friedman1.csv", "target": "target"},
}


def _checkers() -> tuple[Any, Any]:
    rng = np.random.default_rng(21)
    x = rng.uniform(-2, 2, (500, 4))
    is_odd = (np.floor(x[:, 0]) + np.floor(x[:, 1])) % 2 == 1
    return x, np.where(rng.uniform(size=500) < 0.05, ~is_odd, is_odd).astype(int)


def _spirals() -> tuple[Any, Any]:
    rng = np.random.default_rng(22)
    turn, side = rng.uniform(0.5, 2, 400) * np.pi, rng.integers(0, 2, 400)
    angle = turn + np.pi * side
    x = np.stack([turn * np.cos(angle), turn * np.sin(angle)], axis=1)
    return x + rng.normal(0, 0.4, x.shape), side


def _waves() -> tuple[Any, Any]:
    rng = np.random.default_rng(23)
    x = rng.uniform(-1, 1, (300, 6))
    return x, np.sin(4 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.3 * rng.normal(size=300)


def _counts() -> tuple[Any, Any]:
    rng = np.random.default_rng(24)
    x = rng.normal(size=(250, 12))
    return x, (rng.uniform(size=250) < 1 / (1 + np.exp(-x @ rng.normal(0, 0.7, 12)))).astype(int)


def _hastie() -> tuple[Any, Any]:
    x, y = datasets.make_hastie_10_2(n_samples=800, random_state=1)
    return x, (y > 0).astype(int)


def _classes(rows: int, columns: int, informative: int, classes: int, flip: float) -> Made:
    return lambda: datasets.make_classification(
        rows,
        columns,
        n_informative=informative,
        n_redundant=0,
        n_classes=classes,
        flip_y=flip,
        random_state=rows + columns,
    )


CHOSEN_FROM: Mapping[str, Made] = {
    "checkers": _checkers,
    "counts": _counts,
    "hastie": _hastie,
    "many_classes": _classes(900, 12, 6, 6, 0.02),
    "quantiles": lambda: datasets.make_gaussian_quantiles(
        n_samples=500, n_features=5, n_classes=3, random_state=2
    ),
    "spirals": _spirals,
    "useless_columns": _classes(300, 40, 5, 2, 0.1),
    "wide_noisy": _classes(400, 20, 10, 3, 0.3),
    "friedman2": lambda: datasets.make_friedman2(400, noise=50, random_state=3),
    "friedman3": lambda: datasets.make_friedman3(300, noise=0.1, random_state=4),
    "linear": lambda: datasets.make_regression(200, 20, n_informative=8, noise=50, random_state=5),
    "roll": lambda: datasets.make_swiss_roll(600, noise=0.5, random_state=6),
    "sparse": lambda: datasets.make_sparse_uncorrelated(500, 10, random_state=7),
    "waves": _waves,
}


def write(folder: Path, name: str, made: Made) -> dict[str, Any]:
    """Write a table as a file; returns what `data:` says of it."""
    x, y = made()
    frame = pd.DataFrame(x, columns=[f"x{n}" for n in range(np.shape(x)[1])])
    is_classes = np.issubdtype(np.asarray(y).dtype, np.integer)
    frame["target"] = [f"class {value}" for value in y] if is_classes else y
    frame.to_csv(folder / f"{name}.csv", index=False)
    return {"source": f"{name}.csv", "target": "target"}


def data(folder: Path, name: str) -> dict[str, Any]:
    """What `data:` says of a table of either kind; its file is written into the folder."""
    if name in CHOSEN_FROM:
        return write(folder, name, CHOSEN_FROM[name])
    if name == "friedman1":
        write(folder, name, lambda: datasets.make_friedman1(400, noise=1.0, random_state=8))
    return SEARCHED[name]
