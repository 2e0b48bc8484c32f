"""What the learning curve trains on: growing parts of the training rows of a confirmation's folds.

They are nested: the rows of a size are among those of the next. Each is stratified by class, with
groups whole; the largest are a fold's training rows whole, which the confirmation has trained on.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.data.arrays.dataset import Dataset
from sweeps.data.datasets import folded_dataset, loading, resampled_dataset
from sweeps.data.divided import resampling
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.divided.resampling import Pool, Resample
from sweeps.data.divided.split import Rows
from sweeps.study.confirm_section import FEWEST_SIZES, Confirm

SMALLEST = 0.1  # of a fold's training rows, the smallest size
FEWEST = 10  # rows


@dataclass(frozen=True)
class GrowingRows:
    """Rows by size and fold of the confirmation's first repeat; the last size is a fold's whole.

    No size at all where there are too few rows for a curve.
    """

    sizes: tuple[tuple[Resample, ...], ...]

    @property
    def counts(self) -> NDArray[np.intp]:
        """(sizes, folds) training rows."""
        each = [[len(one.train) for one in folds] for folds in self.sizes]
        return np.array(each, np.intp)


def growing_rows(divided: DividedTable, confirm: Confirm) -> GrowingRows:
    """Which rows, at as many sizes as the study says, or as there are rows for."""
    drawn_from = resampled_dataset.pool(divided, resampling.CONFIRMATION)
    if drawn_from.times is not None:  # fewer rows would be older ones, too
        return GrowingRows(())
    design, drawn = folded_dataset.drawn_folds(confirm, divided.spec.split, drawn_from)
    folds = drawn[: design.folds]
    growth = [_nested(divided, number, one.train) for number, one in enumerate(folds)]
    least = min(len(one.train) for one in folds)
    parts = [
        tuple(Resample(own.first(size), one.dev) for own, one in zip(growth, folds, strict=True))
        for size in _sizes(least, confirm.learning_curve)[:-1]
    ]
    kept = [part for part in parts if _is_complete(part, drawn_from)]
    enough = len(kept) + 1 >= FEWEST_SIZES
    return GrowingRows((*kept, tuple(folds)) if enough else ())


def _sizes(full: int, count: int) -> list[int]:
    """Numbers of rows, each a fixed factor above the one before, up to the full one."""
    smallest = max(round(SMALLEST * full), FEWEST)
    if count == 0 or smallest >= full:
        return []
    return [int(size) for size in np.unique(np.geomspace(smallest, full, count).round())]


@dataclass(frozen=True)
class _Nested:
    """Rows (n,) in an order of which every beginning is stratified; ends: where a unit ends."""

    rows: Rows
    ends: NDArray[np.intp]

    def first(self, count: int) -> Rows:
        """So many rows, or a few more where groups stay whole; ascending."""
        end = self.ends[np.searchsorted(self.ends, count)]
        return np.sort(self.rows[:end])


def _nested(divided: DividedTable, fold: int, train: Rows) -> _Nested:
    """A fold's training rows: at random within each class, the classes in step; one of each first.

    What is in step is rows, or whole groups, which count as of the class that most of theirs have.
    """
    own = Pool(train, divided.names, divided.groups, resampling.LEARNING_CURVE)
    units, strata = resampling.units(own)
    rng = np.random.default_rng(resampling.seeds(divided.spec.split, own, fold))
    place = np.empty(len(strata))
    for stratum in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == stratum))
        place[members] = (np.arange(len(members)) + rng.random()) / len(members)
    if own.labels is not None:
        labels = own.labels.iloc[train].to_numpy()
        firsts = [units[labels == name] for name in pd.unique(labels)]
        place[[one[place[one].argmin()] for one in firsts]] = 0.0
    rank = np.argsort(np.lexsort((rng.random(len(strata)), place)))[units]
    return _Nested(train[np.argsort(rank, kind="stable")], np.cumsum(np.bincount(rank)))


def _is_complete(part: tuple[Resample, ...], pool: Pool) -> bool:
    """Whether each fold's rows have every class."""
    if pool.labels is None:
        return True
    classes = pool.labels.iloc[pool.rows].nunique()
    return all(pool.labels.iloc[one.train].nunique() == classes for one in part)


def growing(
    divided: DividedTable, dataset: Dataset, rows: GrowingRows, dtype: str
) -> tuple[Dataset, ...]:
    """A dataset for each size but the last, whose replicates are the folds; no test rows.

    Each is encoded by what was fitted on its own training rows.
    """
    with loading.within_memory(divided.spec):
        found = []
        for folds in rows.sizes[:-1]:
            parts = [{"train": one.train, "dev": one.dev} for one in folds]
            each, _ = resampled_dataset.each_own(divided, dataset, parts, dtype)
            found.append(resampled_dataset.joined(dataset, each, resampled_dataset.PARTS))
    return tuple(found)
