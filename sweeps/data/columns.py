"""What each column of a table is read as, decided once: number, category, or no input at all.

An index that was saved beside the data says nothing about a row: it is left out, unless the study
asks for it. Columns that earlier versions read differently are part of a study's identity.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.data import cells, dtypes
from sweeps.study.data_section import ColumnKind

# Names of columns that may only identify a row.
NAMES = re.compile(r"(?i:(.*[_ .-])?(id|uuid)|index|unnamed.*)")
INDEX = "consecutive whole numbers, like an index of the rows"
DISTINCT = "another value in every row"


@dataclass(frozen=True)
class Features:
    """The columns that are inputs, as they are read.

    left_out: those that are none, and why; doubtful: those that may say nothing, and why; changed:
    what columns are read as, where earlier versions read them as something else.
    """

    frame: pd.DataFrame
    left_out: dict[str, str]
    doubtful: dict[str, str]
    changed: dict[str, str]


def choose(frame: pd.DataFrame, declared: Mapping[str, ColumnKind]) -> Features:
    """Read each column as what the study declares it to be, else as what it looks like.

    Errors: Expected (below `columns`) for texts in a column that is declared to hold numbers.
    """
    changed: dict[str, str] = {name: kind for name, kind in declared.items() if kind == "ignore"}
    frame = frame.drop(columns=list(changed)) if changed else frame
    read: dict[str, pd.Series] = {}
    declared_numeric = set(declared) & set(dtypes.numeric_columns(frame))
    for name in (*dtypes.other_columns(frame), *declared_numeric):
        kind = declared.get(name)
        taken = inferred(frame[name]) if kind is None else _as_declared(name, frame[name], kind)
        if taken is not None:
            read[name] = taken
            is_number = dtypes.is_numeric(taken.dtype, with_booleans=True)
            changed[name] = kind or ("number" if is_number else "category")
    if read:
        frame = pd.DataFrame({name: read.get(str(name), column) for name, column in frame.items()})
    left_out = {name: INDEX for name in indices(frame) if name not in declared}
    changed |= dict.fromkeys(left_out, "ignore")
    frame = frame.drop(columns=list(left_out)) if left_out else frame
    doubtful = {name: DISTINCT for name in _distinct(frame) if name not in declared}
    return Features(frame, left_out, doubtful, changed)


def inferred(column: pd.Series) -> pd.Series | None:
    """A column that is not numeric, as numbers or texts; None where it is read as it stands.

    Decimals are numbers. Booleans that are spelled in several ways become `True` and `False`.
    """
    if column.dtype == object and isinstance(first(column), Decimal):
        return _numbers(column)
    if dtypes.is_numeric(column.dtype, with_booleans=True) or cells.unsupported(column):
        return None
    texts = cells.texts(column)
    words = set(texts) - {cells.MISSING}
    if not any(word.strip().lower() in cells.BOOLEANS for word in words):
        return None
    meanings = {word: cells.meaning(word, is_flag=True) for word in words}
    if not cells.are_flags(tuple(words)) or len(set(meanings.values())) == len(words):
        return None
    names = {word: str(what == ("boolean", True)) for word, what in meanings.items()}
    return pd.Series(texts, index=column.index, name=column.name).map(names)


def first(column: pd.Series) -> object:
    """The first cell that has a value; None where all are gaps."""
    at = column.first_valid_index()
    return None if at is None else column.loc[at]


def _as_declared(name: str, column: pd.Series, kind: ColumnKind) -> pd.Series | None:
    """A column as the study declares it; None where it stands so already. Errors: Expected."""
    is_number = dtypes.is_numeric(column.dtype, with_booleans=True)
    if is_number == (kind == "number"):
        return None if is_number else inferred(column)
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
    numeric = dtypes.numeric_columns(frame, with_booleans=False)
    for names, values in dtypes.numeric_arrays(frame, numeric):
        with np.errstate(invalid="ignore", over="ignore"):  # gaps and infinities are no numbers
            may_be = np.ptp(values, axis=1) == len(frame) - 1
        found |= {names[at] for at in np.flatnonzero(may_be) if _are_consecutive(values[at])}
    found |= {name for name in dtypes.other_columns(frame) if _spell_consecutive(frame[name])}
    return [name for name in frame.columns if name in found]


def _are_consecutive(values: NDArray[np.float64]) -> bool:
    return len(values) > 2 and bool((np.diff(np.sort(values)) == 1).all() and values[0] % 1 == 0)


def _spell_consecutive(column: pd.Series) -> bool:
    if cells.unsupported(column) or not cells.NUMBER.fullmatch(cells.text(first(column)).strip()):
        return False
    values, wrong = cells.numbers(column, is_flag=False)
    return not wrong.any() and _are_consecutive(values)


def _distinct(frame: pd.DataFrame) -> list[str]:
    """The columns in which no value comes twice, of texts or with the name of an identifier."""
    named = [name for name in dtypes.numeric_columns(frame) if NAMES.fullmatch(name)]
    found = {name for name in named if is_identifier(frame[name])}
    found |= {name for name in dtypes.other_columns(frame) if is_identifier(frame[name])}
    return [name for name in frame.columns if name in found]


def is_identifier(column: pd.Series) -> bool:
    """Whether a column has another value in every row, and if numbers, whole ones."""
    if dtypes.is_numeric(column.dtype, with_booleans=True):
        return bool(column.is_unique and (column % 1 == 0).all())
    return not cells.unsupported(column) and bool(column.is_unique)
