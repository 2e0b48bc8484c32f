"""The rows of each replicate where they are resampled: folds, splits, bootstrap samples, origins.

All are of the pool, which is every row but the test rows. Origins follow time; the others are
drawn: stratified by class, and a group stays on one side. They hang on `data.split.seed`, on what
they are drawn for and on the replicate's number alone, so they are the same for every trial, and
others in the confirmation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted
from sweeps.data.divided import split, time_order
from sweeps.data.divided.split import Rows
from sweeps.study.data_section import SplitSpec
from sweeps.study.replicates_section import ReplicatesSpec, Resampling

FEW = 0.01  # of a replicate's training rows, which may be left out
# What ends the key of a random draw.
SEARCH: tuple[int, ...] = ()
CONFIRMATION: tuple[int, ...] = (2,)
LEARNING_CURVE: tuple[int, ...] = (3,)
OUTER: tuple[int, ...] = (4,)


@dataclass(frozen=True)
class Pool:
    """Rows that are resampled: their numbers (n,), and the class and group of every row, if any.

    purpose: what for (SEARCH, CONFIRMATION, LEARNING_CURVE or OUTER), each with draws
    of its own. times: the place of every row's time, where time divides. dev_share: how many of the
    pool's rows are dev, where it is not as `data.split` says.
    """

    rows: Rows
    labels: pd.Series | None
    groups: pd.Series | None
    purpose: tuple[int, ...] = SEARCH
    times: Rows | None = None
    dev_share: float | None = None


@dataclass(frozen=True)
class Resample:
    """Rows of one replicate: those it trains on, as often as they are there, and is scored on."""

    train: Rows
    dev: Rows


def draw(
    spec: ReplicatesSpec, division: SplitSpec, pool: Pool, alone: int | None = None
) -> list[Resample]:
    """The rows of each replicate. Errors: Expected (below `replicates`) where one lacks a class.

    alone: the first so many are as they would be without the others, of which each repeat of the
    folds is by itself.
    """
    if pool.times is not None and spec.resample != "rolling":
        hint = "it would train on what is later than the dev rows; rolling, or none"
        raise Expected("rolling with data.split.time", spec.resample, hint, "resample")
    drawn = DRAWN[spec.resample](spec, division, pool)
    first = len(drawn) if alone is None else alone
    starts = [0, *range(first, len(drawn), spec.n_folds)]
    each: list[Resample] = []
    for start, end in pairwise([*starts, len(drawn)]):
        each += _of_one_size(drawn[start:end], division, pool, start)
    for number, one in enumerate(each):
        _expect_every_class(number, one, spec, pool)
    return each


def _folds(spec: ReplicatesSpec, division: SplitSpec, pool: Pool) -> list[Resample]:
    """Each repeat divides the pool anew, and each of its folds is the dev rows of one replicate."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    _expect_enough(spec, pool)
    rows, has_classes, has_groups = pool.rows, pool.labels is not None, pool.groups is not None
    kind = {
        (False, False): KFold,
        (True, False): StratifiedKFold,
        (False, True): GroupKFold,
        (True, True): StratifiedGroupKFold,
    }[has_classes, has_groups]
    labels, groups = _of(pool.labels, rows), _of(pool.groups, rows)
    each: list[Resample] = []
    for repeat in range(spec.count // spec.n_folds):
        seed = int(seeds(division, pool, repeat).generate_state(1)[0])
        folds = kind(spec.n_folds, shuffle=True, random_state=seed).split(rows, labels, groups)
        each += [Resample(rows[train], rows[dev]) for train, dev in folds]
    return each


def _of_one_size(
    each: list[Resample], division: SplitSpec, pool: Pool, start: int
) -> list[Resample]:
    """Training parts that are a few rows apart, with as many rows: some, at random, are left out.

    Networks that train on as many rows make as many updates, and share their buffers: of folds that
    are a row apart, small networks take up to twice as long. The rows are of the most frequent
    class, so that none is lost.
    """
    sizes = [len(one.train) for one in each]
    smallest, largest = min(sizes), max(sizes)
    if largest - smallest > max(1, largest * FEW):
        return each
    found = []
    for number, one in enumerate(each, start):
        may_go = np.arange(len(one.train))
        if pool.labels is not None:
            labels = pool.labels.iloc[one.train]
            may_go = np.flatnonzero(labels == labels.value_counts().idxmax())
        rng = np.random.default_rng(seeds(division, pool, number, 1))
        gone = rng.choice(may_go, len(one.train) - smallest, replace=False)
        found.append(Resample(np.delete(one.train, gone), one.dev))
    return found


def _splits(spec: ReplicatesSpec, division: SplitSpec, pool: Pool) -> list[Resample]:
    """Of every replicate another random split, with the dev share of the study's."""
    share = division.dev / (1 - division.test) if pool.dev_share is None else pool.dev_share
    each = []
    for number in range(spec.count):
        seed = int(seeds(division, pool, number).generate_state(1)[0])
        each.append(Resample(*split.cut(pool.rows, share, pool.labels, pool.groups, seed, "dev")))
    return each


def _bags(spec: ReplicatesSpec, division: SplitSpec, pool: Pool) -> list[Resample]:
    """Rows (or groups) drawn with replacement, class by class; dev rows are those never drawn.

    A group counts as of the class that most of its rows have.
    """
    units_of, strata = units(pool)
    each = []
    for number in range(spec.count):
        rng, times = (
            np.random.default_rng(seeds(division, pool, number)),
            np.zeros(len(strata), int),
        )
        for stratum in np.unique(strata):
            members = np.flatnonzero(strata == stratum)
            np.add.at(times, rng.choice(members, len(members)), 1)
        drawn = times[units_of]
        each.append(Resample(np.repeat(pool.rows, drawn), pool.rows[drawn == 0]))
    return each


def _origins(spec: ReplicatesSpec, division: SplitSpec, pool: Pool) -> list[Resample]:
    """Each replicate trains on all that is earlier than its dev rows, the next block of time."""
    if pool.times is None:
        raise Expected("data.split.time, by which rolling divides", Unquoted("none"), at="resample")
    return [Resample(*one) for one in time_order.origins(pool.rows, pool.times, spec.count)]


def units(pool: Pool) -> tuple[Rows, Rows]:
    """What is drawn whole: that (n,) which each row is of, and the class (m,) of each."""
    codes = np.zeros(len(pool.rows), np.intp)
    if pool.labels is not None:
        codes = pd.factorize(pool.labels.iloc[pool.rows])[0]
    if pool.groups is None:
        return np.arange(len(pool.rows)), codes
    units = pd.factorize(pool.groups.iloc[pool.rows])[0]
    most = pd.Series(codes).groupby(units).agg(lambda own: np.bincount(own).argmax())
    return units, np.asarray(most, dtype=np.intp)


DRAWN: Mapping[Resampling, Callable[[ReplicatesSpec, SplitSpec, Pool], list[Resample]]] = {
    "kfold": _folds,
    "repeated": _splits,
    "bootstrap": _bags,
    "rolling": _origins,
}
# What may help where a replicate lacks rows of a class.
REMEDIES: Mapping[Resampling, str] = {
    "kfold": "fewer folds, or another data.split.seed",
    "repeated": "a larger data.split.dev, or another data.split.seed",
    "rolling": "fewer origins, or resample: none",
    "bootstrap": "resample: kfold leaves out every row once; or another data.split.seed",
}


def seeds(division: SplitSpec, pool: Pool, *key: int) -> np.random.SeedSequence:
    """What random numbers a pool's draws have, of a number or two that tell them apart."""
    return np.random.SeedSequence(division.seed, spawn_key=(*key, *pool.purpose))


def _of(values: pd.Series | None, rows: Rows) -> pd.Series | None:
    return None if values is None else values.iloc[rows]


def _expect_enough(spec: ReplicatesSpec, pool: Pool) -> None:
    """A row of every class, and a group, for each fold. Errors: Expected."""
    folds, at = spec.n_folds, "count" if spec.folds is None else "folds"
    if len(pool.rows) < folds:
        raise Expected(f"at least {folds} rows to make {folds} folds of", len(pool.rows), at=at)
    if pool.groups is not None:
        groups = pool.groups.iloc[pool.rows].nunique()
        if groups < folds:
            expected = f"at least {folds} groups to make {folds} folds of"
            raise Expected(expected, groups, "fewer folds", at=at)
    if pool.labels is not None:
        counts = pool.labels.iloc[pool.rows].value_counts()
        if counts.min() < folds:
            got = f"{counts.min()} of class '{counts.idxmin()}'"
            expected = f"at least {folds} rows of every class, one for each fold"
            remedy = "fewer folds; rare classes can be merged, or their rows left out"
            raise Expected(expected, Unquoted(got), remedy, at)


def _expect_every_class(number: int, one: Resample, spec: ReplicatesSpec, pool: Pool) -> None:
    """Both parts of a replicate have rows, of every class. Errors: Expected."""
    dev = "out-of-bag" if spec.resample == "bootstrap" else "dev"
    for part, rows in (("training", one.train), (dev, one.dev)):
        lost = "" if len(rows) else "none"
        if pool.labels is not None:
            classes = pool.labels.iloc[pool.rows].unique()
            missing = sorted(set(classes) - set(pool.labels.iloc[rows].unique()))
            lost = lost or (f"none of class '{missing[0]}'" if missing else "")
        if lost:
            got = Unquoted(f"{lost} in replicate {number}")
            whose = "rows" if pool.labels is None else "rows of every class"
            expected = f"{part} {whose} in each replicate"
            raise Expected(expected, got, REMEDIES[spec.resample], "resample")
