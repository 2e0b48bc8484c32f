"""What each column of a table is taken for, decided once: number, category, or no input at all.

Numbers of rows say nothing about a row: an index that was saved beside the data is left out, unless
the study asks for it. What is read otherwise than by versions before is part of a study's identity.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.data import blocks, cells
from sweeps.study.data_section import ColumnKind

# What names that may be no more than numbers of rows are like.
NAMES = re.compile(r"(?i:(.*[_ .-])?(id|uuid)|index|unnamed.*)")
INDEX = "consecutive whole numbers, like an index of the rows"
DISTINCT = "another value in every row"


@dataclass(frozen=True)
class Features:
    """The columns that are inputs, as they are read.

    left_out: those that are none, and why; doubtful: those that may say nothing, and why; changed:
    what columns are taken for, where versions before took them for something else.
    """

    frame: pd.DataFrame
    left_out: dict[str, str]
    doubtful: dict[str, str]
    changed: dict[str, str]


def take(frame: pd.DataFrame, said: Mapping[str, ColumnKind]) -> Features:
    """Take each column for what is `said` of it, else for what it looks like.

    Errors: Expected (below `columns`) for texts in a column that is said to hold numbers.
    """
    changed: dict[str, str] = {name: kind for name, kind in said.items() if kind == "ignore"}
    frame = frame.drop(columns=list(changed)) if changed else frame
    read: dict[str, pd.Series] = {}
    for name in (*blocks.others(frame), *(set(said) & set(blocks.plain(frame)))):
        kind = said.get(name)
        taken = by_look(frame[name]) if kind is None else _as_said(name, frame[name], kind)
        if taken is not None:
            read[name] = taken
            changed[name] = kind or ("number" if cells.is_plain(taken.dtype, True) else "category")
    if read:
        frame = pd.DataFrame({name: read.get(str(name), column) for name, column in frame.items()})
    left_out = {name: INDEX for name in indices(frame) if name not in said}
    changed |= dict.fromkeys(left_out, "ignore")
    frame = frame.drop(columns=list(left_out)) if left_out else frame
    doubtful = {name: DISTINCT for name in _distinct(frame) if name not in said}
    return Features(frame, left_out, doubtful, changed)


def by_look(column: pd.Series) -> pd.Series | None:
    """A column of another type as numbers or as words, where it is to be read so; else None.

    Decimals are numbers. Truths that are spelled in several ways are `True` and `False`.
    """
    if column.dtype == object and isinstance(first(column), Decimal):
        return _numbers(column)
    if cells.is_plain(column.dtype, is_flag=True) or cells.unfit(column):
        return None
    texts = cells.texts(column)
    words = set(texts) - {cells.MISSING}
    if not any(word.strip().lower() in cells.TRUTHS for word in words):
        return None
    said = {word: cells.meaning(word, is_flag=True) for word in words}
    if not cells.are_flags(tuple(words)) or len(set(said.values())) == len(words):
        return None
    names = {word: str(what == ("truth", True)) for word, what in said.items()}
    return pd.Series(texts, index=column.index, name=column.name).map(names)


def first(column: pd.Series) -> object:
    """The first cell that has a value; None where all are gaps."""
    at = column.first_valid_index()
    return None if at is None else column.loc[at]


def _as_said(name: str, column: pd.Series, kind: ColumnKind) -> pd.Series | None:
    """A column as the study says; None where that is how it looks. Errors: Expected."""
    is_number = cells.is_plain(column.dtype, is_flag=True)
    if is_number == (kind == "number"):
        return None if is_number else by_look(column)
    if kind == "number":
        return _numbers(column, at=f"columns.{name}")
    return pd.Series(cells.texts(column), index=column.index, name=name).where(column.notna(), None)


def _numbers(column: pd.Series, at: str = "") -> pd.Series:
    values, wrong = cells.numbers(column, is_flag=True)
    if wrong.any():
        raise Expected("numbers in all of its cells", column.iloc[int(wrong.argmax())], at=at)
    return pd.Series(values, index=column.index, name=column.name)


def indices(frame: pd.DataFrame) -> list[str]:
    """The columns that hold consecutive whole numbers, one a row, in whatever order."""
    found = set()
    for names, values in blocks.numbers(frame, blocks.plain(frame, are_flags=False)):
        with np.errstate(invalid="ignore", over="ignore"):  # gaps and infinities are no numbers
            may_be = np.ptp(values, axis=1) == len(frame) - 1
        found |= {names[at] for at in np.flatnonzero(may_be) if _are_consecutive(values[at])}
    found |= {name for name in blocks.others(frame) if _spell_consecutive(frame[name])}
    return [name for name in frame.columns if name in found]


def _are_consecutive(values: NDArray[np.float64]) -> bool:
    return len(values) > 2 and bool((np.diff(np.sort(values)) == 1).all() and values[0] % 1 == 0)


def _spell_consecutive(column: pd.Series) -> bool:
    if cells.unfit(column) or not cells.NUMBER.fullmatch(cells.text(first(column)).strip()):
        return False
    values, wrong = cells.numbers(column, is_flag=False)
    return not wrong.any() and _are_consecutive(values)


def _distinct(frame: pd.DataFrame) -> list[str]:
    """The columns in which no value comes twice, of texts or with the name of an identifier."""
    named = [name for name in blocks.plain(frame) if NAMES.fullmatch(name)]
    found = {name for name in named if identifies(frame[name])}
    found |= {name for name in blocks.others(frame) if identifies(frame[name])}
    return [name for name in frame.columns if name in found]


def identifies(column: pd.Series) -> bool:
    """Whether a column has another value in every row, and if numbers, whole ones."""
    if cells.is_plain(column.dtype, is_flag=True):
        return bool(column.is_unique and (column % 1 == 0).all())
    return not cells.unfit(column) and bool(column.is_unique)
