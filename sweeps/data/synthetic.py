"""Rows made up by scikit-learn's generators: two inputs and a class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.data.source_table import SourceTable, digest
from sweeps.study.hyperparameters.kinds import Number

# Inputs (n, 2) and classes (n,) from rows, noise and seed.
Generate = Callable[[int, float, int], tuple[NDArray[np.float64], NDArray[np.intp]]]


@dataclass(frozen=True)
class Generator:
    """A generator, and the defaults of its options."""

    generate: Generate
    rows: int
    noise: float


def _noisy(name: str) -> Generate:
    def generate(
        rows: int, noise: float, seed: int
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        from sklearn import datasets

        made = getattr(datasets, name)(n_samples=rows, noise=noise, random_state=seed)
        return made[0], made[1]

    return generate


def _blobs(rows: int, noise: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    from sklearn import datasets

    x, y = datasets.make_blobs(n_samples=rows, cluster_std=noise, random_state=seed)
    return x, y


GENERATORS: Mapping[str, Generator] = {
    "moons": Generator(_noisy("make_moons"), rows=300, noise=0.2),
    "circles": Generator(_noisy("make_circles"), rows=300, noise=0.05),
    "blobs": Generator(_blobs, rows=300, noise=1.0),
}
OPTIONS: Mapping[str, Number] = {
    "rows": Number(low=10, high=10_000_000, integer=True),
    "noise": Number(low=0),
    "seed": Number(low=0, high=2**32 - 1, integer=True),
}


def read(name: str, options: Mapping[str, Any]) -> SourceTable:
    """Rows of one of GENERATORS, under options of OPTIONS that were checked."""
    generator = GENERATORS[name]
    given = {"rows": generator.rows, "noise": generator.noise, "seed": 0, **options}
    x, y = generator.generate(given["rows"], given["noise"], given["seed"])
    frame = pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "class": y})
    return SourceTable(frame, "class", digest(frame))
