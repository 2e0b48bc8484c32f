"""What the cells of a column are like: gaps, different values, what numbers may be instead.

Columns of plain numbers are looked at many at a time: a table may have a hundred thousand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.data.cell import cells, dtypes, odd_numbers

MOST_CODES = 60  # different ones: there are 51 states
SAMPLE, COME_BACK = 10_000, 0.95  # rows, and the share of different values among them
EXACT = 2**53  # whole numbers below it are the same as float64


@dataclass(frozen=True)
class Look:
    """What a column's cells are like. is_constant: the same value in every row.

    odd: what numbers may be instead, of `odd_numbers`.
    """

    missing: int
    distinct: int
    example: str
    is_constant: bool
    may_be_codes: bool
    odd: str = ""


def plain(frame: pd.DataFrame) -> list[str]:
    """The columns whose numbers have the same digits as float64."""
    return dtypes.columns_of(frame, _is_plain)


def _is_plain(dtype: Any) -> bool:
    is_own = isinstance(dtype, np.dtype)  # not one of pandas' own
    return is_own and (dtype.kind in "iu" or dtype == np.float64)


def of_plain(frame: pd.DataFrame, names: list[str]) -> dict[str, Look]:
    """Of plain columns by name, those aside whose numbers are too large to be told apart."""
    found: dict[str, Look] = {}
    for some, values in dtypes.numeric_arrays(frame, names):
        looks = zip(some, _each(values), np.abs(values).max(axis=1) < EXACT, strict=True)
        found |= {name: look for name, look, is_exact in looks if is_exact}
    return found


def _each(values: NDArray[np.float64]) -> Iterator[Look]:
    """Of columns of numbers (columns, n)."""
    is_gap = np.isnan(values)
    gaps, first = is_gap.sum(axis=1), (~is_gap).argmax(axis=1)
    examples = values[np.arange(len(values)), first]
    distinct = _distinct_numbers(values)
    known = values.shape[1] - gaps
    codes = (distinct > 2) & (distinct <= np.minimum(MOST_CODES, known / 3))
    codes[codes] = (is_gap[codes] | (values[codes] % 1 == 0)).all(axis=1)
    same = (gaps == 0) & (distinct == 1)
    each = (array.tolist() for array in (gaps, distinct, examples, same, codes))
    odd = odd_numbers.each(values)
    for missing, count, example, is_constant, may_be_codes, what in zip(*each, odd, strict=True):
        said = "" if missing == values.shape[1] else cells.text(example)
        yield Look(missing, count, said, is_constant, may_be_codes, what)


def _distinct_numbers(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """How many (columns,) of columns (columns, n); gaps are none."""
    if values.shape[1] <= SAMPLE:
        ordered = np.sort(values, axis=1)  # gaps last
        is_new = ordered[:, 1:] > ordered[:, :-1]
        return np.asarray(is_new.sum(axis=1) + ~np.isnan(ordered[:, 0]))
    return np.array([_distinct_of_many(column) for column in values], np.intp)


def _distinct_of_many(column: NDArray[np.float64]) -> int:
    """Of (n,): values that come back are sooner looked up than sorted."""
    if len(pd.unique(column[:SAMPLE])) < COME_BACK * SAMPLE:
        return int(len(pd.unique(column)) - np.isnan(column).any())
    ordered = np.sort(column)
    return int((ordered[1:] > ordered[:-1]).sum() + ~np.isnan(ordered[0]))


def of_column(raw: pd.Series, read: pd.Series) -> Look:
    """Of any column, as it stands in the table and as it is read."""
    at = int((~raw.isna()).to_numpy().argmax())
    example = "" if raw.isna().all() else cells.text(raw.iloc[at])
    is_known = not read.isna().any() and cells.unsupported(read) == ""
    is_constant = is_known and bool((read == read.iloc[0]).all())
    odd = ""
    if dtypes.is_numeric(read.dtype, with_booleans=False):
        odd = next(odd_numbers.each(read.to_numpy(np.float64, na_value=np.nan)[None]))
    missing, codes = int(read.isna().sum()), _may_be_codes(read)
    return Look(missing, _distinct(raw), example, is_constant, codes, odd)


def _distinct(column: pd.Series) -> int:
    if cells.unsupported(column) in ("", "dates"):
        return int(column.nunique())
    return len(set(map(str, column.dropna())))


def _may_be_codes(read: pd.Series) -> bool:
    """Whether numbers may be codes, since few whole ones come back often."""
    if not dtypes.is_numeric(read.dtype, with_booleans=False):
        return False
    values = read.dropna().to_numpy(np.float64)
    distinct = len(np.unique(values))
    return bool((values % 1 == 0).all() and 2 < distinct <= min(MOST_CODES, len(values) / 3))
