"""Dividing rows into train, dev and test; the test rows are seen by the confirmation alone."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.faults import Expected, Words
from sweeps.spec import Split

Rows = NDArray[np.intp]
PARTS = ("train", "dev", "test")


def divide(
    spec: Split, labels: pd.Series | None, groups: pd.Series | None, rows: int
) -> dict[str, Rows]:
    """Row numbers of each part, ascending. Stratified by `labels`; a group stays on one side.

    Errors: Expected (below `data.split`) where a part gets no rows.
    """
    rest, test = _cut(np.arange(rows), spec.test, labels, groups, spec.seed)
    train, dev = _cut(rest, spec.dev / (1 - spec.test), labels, groups, spec.seed + 1)
    parts = {"train": train, "dev": dev, "test": test}
    for part, members in parts.items():
        if len(members) == 0:
            raise Expected(
                f"some {part} rows", Words(f"none of {rows}"), at=part if part != "train" else ""
            )
    return parts


def by_column(column: pd.Series) -> dict[str, Rows]:
    """Row numbers from a column that holds train, dev and test. Errors: Expected."""
    wrong = sorted({str(v) for v in column.unique()} - set(PARTS))
    if wrong:
        raise Expected("train, dev or test in every row of the split column", wrong[0], at="column")
    parts = {part: np.flatnonzero(column == part) for part in PARTS}
    for part, members in parts.items():
        if len(members) == 0:
            raise Expected(f"some {part} rows in the split column", Words("none"), at="column")
    return parts


def _cut(
    rows: Rows, share: float, labels: pd.Series | None, groups: pd.Series | None, seed: int
) -> tuple[Rows, Rows]:
    """(those that stay, about `share` of them cut off)."""
    from sklearn.model_selection import (
        GroupShuffleSplit,
        StratifiedGroupKFold,
        train_test_split,
    )

    wanted = round(share * len(rows))
    if wanted == 0 or wanted == len(rows):
        empty = rows[:0]
        return (rows, empty) if wanted == 0 else (empty, rows)
    if groups is None:
        stratify = None if labels is None else labels.iloc[rows]
        try:
            kept, cut = train_test_split(
                rows, test_size=wanted, random_state=seed, stratify=stratify
            )
        except ValueError:  # a class of one row, or fewer rows than classes
            counts = labels.iloc[rows].value_counts() if labels is not None else pd.Series([0])
            raise Expected(
                "enough rows of every class for each part",
                Words(f"{counts.min()} of class '{counts.idxmin()}' for two parts"),
                "rare classes can be merged, or their rows left out",
            ) from None
        return np.sort(kept), np.sort(cut)
    members = groups.iloc[rows]
    if members.nunique() < 2:
        raise Expected("at least 3 groups (train, dev, test)", groups.nunique())
    if labels is None:
        splitter = GroupShuffleSplit(1, test_size=share, random_state=seed)
        kept, cut = next(splitter.split(rows, groups=members))
    else:
        folds = min(max(2, round(1 / share)), members.nunique())
        stratified = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        kept, cut = next(stratified.split(rows, labels.iloc[rows], members))
    return rows[kept], rows[cut]


def lost_class(parts: Mapping[str, Rows], labels: pd.Series) -> Expected | None:
    """What to say where a part lacks a class that another has."""
    everywhere = sorted(labels.unique())
    for part, members in parts.items():
        missing = sorted(set(everywhere) - set(labels.iloc[members].unique()))
        if missing:
            return Expected(
                f"every class among the {part} rows",
                Words(f"none of class '{missing[0]}'"),
                "another seed, a larger share, or fewer classes",
            )
    return None
