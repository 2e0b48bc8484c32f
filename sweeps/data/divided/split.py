"""Dividing rows into train, dev and test; the test rows are seen by the confirmation alone."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, did_you_mean, show
from sweeps.data.cell import cells
from sweeps.data.source.cell_places import place
from sweeps.data.source.lines import Lines, LinesOfFiles
from sweeps.study.data_section import PARTS, SplitSpec

Rows = NDArray[np.intp]


def by_column(
    column: pd.Series, groups: pd.Series | None, lines: Lines | LinesOfFiles | None = None
) -> dict[str, Rows]:
    """Row numbers from a column of train, dev and test, of which all but train may be missing.

    Errors: Expected.
    """
    wrong = ~column.isin(PARTS).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        cell = column.iloc[row]
        got = Unquoted("none" if pd.isna(cell) else show(cells.text(cell)))
        got = Unquoted(f"{got}{place(lines, row, column)}")
        hint = "" if pd.isna(cell) else did_you_mean(cells.text(cell).strip(), PARTS)
        hint = "" if hint.startswith("known") else hint
        raise Expected(
            "train, dev or test in every row of the split column", got, hint, at="column"
        )
    try:
        return by_parts(column, groups, "the split column")
    except Expected as fault:
        raise fault.below("column") from None


def by_parts(
    parts: pd.Series, groups: pd.Series | None, where: str = "the source"
) -> dict[str, Rows]:
    """Row numbers of the parts that each row says it is of. Errors: Expected."""
    found = {part: members(parts, part) for part in PARTS}
    if len(found["train"]) == 0:
        raise Expected(f"some train rows in {where}", Unquoted("none"))
    if groups is not None:
        sides = groups.groupby(groups).apply(lambda g: parts[g.index].nunique())
        if (sides > 1).any():
            got = Unquoted(f"'{sides.idxmax()}' in {sides.max()}")
            raise Expected(f"each group in one part of {where}", got)
    return found


def members(parts: pd.Series, part: str) -> Rows:
    """The numbers of the rows of a part."""
    return np.flatnonzero(parts == part)


def cut(
    rows: Rows,
    share: float,
    labels: pd.Series | None,
    groups: pd.Series | None,
    seed: int,
    part: str,
) -> tuple[Rows, Rows]:
    """(those that stay, about `share` of them cut off as `part`), each in the order of the rows.

    Errors: Expected.
    """
    from sklearn.model_selection import train_test_split

    wanted = round(share * len(rows))
    if wanted == 0 or wanted == len(rows):
        empty = rows[:0]
        return (rows, empty) if wanted == 0 else (empty, rows)
    if groups is not None:
        return _cut_groups(rows, share, labels, groups, seed)
    stratify = None
    if labels is not None:
        stratify = labels.iloc[rows]
        _expect_enough(labels, rows, {STAY[part]: len(rows) - wanted, part: wanted})
    places = np.arange(len(rows))
    _, gone = train_test_split(places, test_size=wanted, random_state=seed, stratify=stratify)
    is_gone = np.zeros(len(rows), bool)
    is_gone[gone] = True
    return rows[~is_gone], rows[is_gone]


STAY = {"test": "train and dev", "dev": "train"}  # what stays where a part is cut off


def _expect_enough(labels: pd.Series, rows: Rows, parts: Mapping[str, int]) -> None:
    """Every class of these rows can be in both parts, of so many rows each. Errors: Expected."""
    counts = labels.iloc[rows].value_counts()
    for part, size in parts.items():
        if size < len(counts):
            raise Expected(
                f"{part} rows of every class",
                Unquoted(f"{size} of them for {len(counts)} classes"),
                "a larger share, or fewer classes",
                at=part if part in SplitSpec.model_fields else "",
            )
    if counts.min() < 2:
        own = int((labels == counts.idxmin()).sum())
        raise Expected(
            "enough rows of every class for each part",
            Unquoted(
                f"{own} of class '{counts.idxmin()}' for {'two' if own < 2 else 'three'} parts"
            ),
            "rare classes can be merged, or their rows left out",
        )


# Ways to cut off whole groups that are tried; the one that fits size and classes best is taken.
CUTS = 200


def _cut_groups(
    rows: Rows, share: float, labels: pd.Series | None, groups: pd.Series, seed: int
) -> tuple[Rows, Rows]:
    """As `cut`, each group on one side."""
    from sklearn.model_selection import GroupShuffleSplit

    own = groups.iloc[rows]
    if not 1 <= math.ceil(share * own.nunique()) < own.nunique():
        raise Expected("enough groups for train, dev and test", groups.nunique())
    classes = np.zeros((len(rows), 0))
    if labels is not None:
        classes = pd.get_dummies(labels.iloc[rows]).to_numpy(np.float64)

    def misfit(gone: Rows) -> float:
        size = abs(len(gone) / len(rows) - share)
        return size + float(np.abs(classes[gone].mean(axis=0) - classes.mean(axis=0)).sum())

    splitter = GroupShuffleSplit(CUTS, test_size=share, random_state=seed)
    kept, gone = min(splitter.split(rows, groups=own), key=lambda pair: misfit(pair[1]))
    return rows[kept], rows[gone]


def with_each_class(parts: Mapping[str, Rows], labels: pd.Series) -> dict[str, Rows]:
    """Parts in which a class of few rows has one wherever it can: rows change places for it.

    It goes from the part with the most rows of it; one of the commonest class there comes back.
    """
    of = np.full(len(labels), -1)
    names = [part for part, rows in parts.items() if len(rows)]
    for at, part in enumerate(names):
        of[parts[part]] = at
    codes = pd.factorize(labels)[0]
    for at in range(len(names)):
        for missing in np.setdiff1d(codes, codes[of == at]):
            counts = np.bincount(of[codes == missing], minlength=len(names))
            giver, common = int(counts.argmax()), int(np.bincount(codes[of == at]).argmax())
            given = np.flatnonzero((codes == missing) & (of == giver))
            back = np.flatnonzero((codes == common) & (of == at))
            if len(given) > 1 and len(back) > 1:
                of[given[-1]], of[back[-1]] = at, giver
    found = {part: np.flatnonzero(of == at) for at, part in enumerate(names)}
    return {part: found.get(part, rows) for part, rows in parts.items()}


def lost_class(parts: Mapping[str, Rows], labels: pd.Series, remedy: str) -> Expected | None:
    """What to say where a part lacks a class that another has."""
    everywhere = sorted(labels.unique())
    for part, members in parts.items():
        missing = sorted(set(everywhere) - set(labels.iloc[members].unique()))
        if missing:
            own = int((labels == missing[0]).sum())
            got = f"none of class '{missing[0]}'"
            if len(members) < len(everywhere):
                got = f"{len(members)} of them for {len(everywhere)} classes"
            elif own < len(parts):
                got += f", which has {own} in all"
                remedy = "rare classes can be merged, or their rows left out"
            return Expected(f"every class among the {part} rows", Unquoted(got), remedy)
    return None
