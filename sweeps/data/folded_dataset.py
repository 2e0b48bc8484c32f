"""The dataset of a confirmation out of fold: each row of the pool is a dev row of some networks.

Folds are drawn for the confirmation alone. All that is fitted on data is fitted on a fold's own
training rows, and the test rows are as its encoder has them; the networks of a fold share them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.data import loading, resampled_dataset, resampling
from sweeps.data.dataset import PARTS, Dataset
from sweeps.data.folds import Folds
from sweeps.data.loading import DividedTable
from sweeps.data.resampling import Pool, Resample
from sweeps.study.confirm_section import Confirm
from sweeps.study.data_section import SplitSpec
from sweeps.study.fold_design import FoldDesign
from sweeps.study.replicates_section import ReplicatesSpec


def folded(divided: DividedTable, dataset: Dataset, confirm: Confirm, dtype: str) -> Dataset:
    """What the confirmation's networks train on and are scored on.

    Errors: Expected (below `confirm`), or UserError for rows that a network cannot train on.
    """
    pool, test = resampled_dataset.pool(divided, resampling.CONFIRMATION), divided.parts["test"]
    with loading.within_memory(divided.spec):
        design, drawn = drawn_folds(confirm, divided.spec.split, pool)
        rows = [{"train": one.train, "dev": one.dev, "test": test} for one in drawn]
        each, layout = resampled_dataset.each_own(divided, dataset, rows, pool, dtype)
        joined = resampled_dataset.joined(dataset, each, PARTS)
    _, labels = divided.target(divided.parts["train"])
    folds = Folds(
        design,
        _numbers(drawn, design, pool),
        {"dev": labels[pool.rows], "test": labels[test]},
        _groups(divided, pool),
        tuple(one.encoder for one in each),
    )
    networks = tuple(own for own in joined.replicates for _ in range(design.seeds))
    return replace(joined, encoder=layout, replicates=networks, folds=folds)


def drawn_folds(
    confirm: Confirm, division: SplitSpec, pool: Pool
) -> tuple[FoldDesign, list[Resample]]:
    """The folds, as many as said, else as the rows have enough of. Errors: Expected.

    Of a confirmation that may go on, all that it may come to; the first are those that it begins
    with, whatever is added.
    """
    faults = []
    for first in confirm.fold_designs:
        design = first.up_to(confirm.planned(first)[-1])
        try:
            return design, resampling.draw(_spec(design), division, pool, first.trained)
        except Expected as fault:
            fault.at = "folds"
            faults.append(fault)
    raise faults[0]


def _spec(design: FoldDesign) -> ReplicatesSpec:
    return ReplicatesSpec(count=design.trained, resample="kfold", folds=design.folds)


def _numbers(drawn: list[Resample], design: FoldDesign, pool: Pool) -> NDArray[np.intp]:
    """(repeats, n): the fold that each row of the pool is the dev row of."""
    found = np.full((design.repeats, len(pool.rows)), -1, np.intp)
    for place, one in enumerate(drawn):
        repeat, fold = divmod(place, design.folds)
        found[repeat, np.searchsorted(pool.rows, one.dev)] = fold
    return found


def _groups(divided: DividedTable, pool: Pool) -> dict[str, NDArray[np.intp]]:
    if divided.groups is None:
        return {}
    codes = pd.factorize(divided.groups)[0]
    return {"dev": codes[pool.rows], "test": codes[divided.parts["test"]]}
