"""Outer folds: all rows in parts, each of which is once the test rows of a study of the others."""

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted
from sweeps.data.divided import resampling, split
from sweeps.data.divided.resampling import Pool
from sweeps.data.divided.split import Rows
from sweeps.study.data_section import OuterFold, SplitSpec
from sweeps.study.replicates_section import ReplicatesSpec


def drawn(
    folds: int,
    division: SplitSpec,
    labels: pd.Series | None,
    groups: pd.Series | None,
    rows: int,
) -> list[Rows]:
    """Row numbers of each fold, ascending: stratified by `labels`; a group stays in one fold.

    Errors: Expected where there are fewer rows of a class, or groups, than folds.
    """
    pool = Pool(np.arange(rows), labels, groups, resampling.OUTER)
    spec = ReplicatesSpec(count=folds, resample="kfold", folds=folds)
    try:
        return [one.dev for one in resampling.draw(spec, division, pool)]
    except Expected as fault:
        fault.at = ""
        raise


def divide(
    division: SplitSpec,
    outer: OuterFold,
    labels: pd.Series | None,
    groups: pd.Series | None,
    rows: int,
) -> dict[str, Rows]:
    """Row numbers of each part, ascending, as `split.divide`: the test rows are those of the fold.

    Errors: Expected (below `data.split`).
    """
    try:
        test = drawn(outer.folds, division, labels, groups, rows)[outer.fold - 1]
    except Expected as fault:
        raise fault.below("outer") from None
    rest = np.setdiff1d(np.arange(rows), test)
    share = division.dev / (1 - division.test)
    train, dev = split.cut(rest, share, labels, groups, division.seed + 1, "dev")
    for part, members in (("train", train), ("dev", dev)):
        if len(members) == 0:
            raise Expected(f"some {part} rows", Unquoted(f"none of {rows}"), at="dev")
    return {"train": train, "dev": dev, "test": test}
