"""The dataset of a confirmation out of fold: each row of the pool is a dev row of some networks.

By time these are the rows of the blocks that follow an origin; earlier ones only train.

Folds are drawn for the confirmation alone. All that is fitted on data is fitted on a fold's own
training rows, and the test rows are as its encoder has them; the networks of a fold share them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.data.arrays.dataset import Dataset
from sweeps.data.arrays.folds import Folds
from sweeps.data.arrays.row_places import RowPlaces
from sweeps.data.datasets import loading, resampled_dataset
from sweeps.data.datasets.resampled_dataset import Fitted
from sweeps.data.divided import resampling
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.divided.resampling import Pool, Resample
from sweeps.data.divided.split import Rows
from sweeps.study.confirm_section import Confirm
from sweeps.study.data_section import SplitSpec
from sweeps.study.fold_design import FoldDesign
from sweeps.study.replicates_section import ReplicatesSpec


def folded(
    divided: DividedTable, dataset: Dataset, confirm: Confirm, dtype: str, with_inputs: bool = True
) -> Dataset:
    """What the confirmation's networks train on and are scored on.

    with_inputs: whether any are fitted and made, as of `resampled_dataset.each_own`.
    Errors: Expected (below `confirm`), or UserError for rows that a network cannot train on.
    """
    pool, test = resampled_dataset.pool(divided, resampling.CONFIRMATION), divided.parts["test"]
    of_test = {"test": test} if len(test) else {}
    with loading.within_memory(divided.spec):
        design, drawn = drawn_folds(confirm, divided.spec.split, pool)
        rows = [{"train": one.train, "dev": one.dev, **of_test} for one in drawn]
        fitted: Fitted = "own" if with_inputs else "none"
        each, layout = resampled_dataset.each_own(divided, dataset, rows, dtype, fitted)
        joined = resampled_dataset.joined(dataset, each, ("train", "dev", *of_test), with_inputs)
    _, labels = divided.target(divided.parts["train"])
    left_out = np.unique(np.concatenate([one.dev for one in drawn]))
    known = {"dev": left_out, **of_test}
    codes = None if divided.groups is None else pd.factorize(divided.groups)[0]
    folds = Folds(
        design,
        _numbers(drawn, design, left_out),
        {part: labels[rows] for part, rows in known.items()},
        {} if codes is None else {part: codes[rows] for part, rows in known.items()},
        tuple(one.encoder for one in each),
        RowPlaces(known, len(divided.table.frame), divided.table.lines),
        {} if divided.weights is None else {p: divided.weights[rows] for p, rows in known.items()},
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
    is_rolling = pool.times is not None
    for first in confirm.origin_designs if is_rolling else confirm.fold_designs:
        design = first if is_rolling else first.up_to(confirm.planned(first)[-1])
        try:
            return design, resampling.draw(_spec(design, pool), division, pool, first.trained)
        except Expected as fault:
            fault.at = "folds"
            faults.append(fault)
    raise faults[0]


def _spec(design: FoldDesign, pool: Pool) -> ReplicatesSpec:
    if pool.times is not None:
        return ReplicatesSpec(count=design.trained, resample="rolling")
    return ReplicatesSpec(count=design.trained, resample="kfold", folds=design.folds)


def _numbers(drawn: list[Resample], design: FoldDesign, left_out: Rows) -> NDArray[np.intp]:
    """(repeats, n): the fold that each row that is left out is the dev row of."""
    found = np.full((design.repeats, len(left_out)), -1, np.intp)
    for place, one in enumerate(drawn):
        repeat, fold = divmod(place, design.folds)
        found[repeat, np.searchsorted(left_out, one.dev)] = fold
    return found
