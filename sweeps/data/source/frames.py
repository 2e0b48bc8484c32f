"""What every reader's table becomes: plain columns under names, one row after the other."""

import math
from collections import Counter
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import show
from sweeps.data.cell import dtypes

PLAIN = "biufOMm"  # kinds of NumPy that are read as they stand


def standard(found: Any, missing: Collection[str] = ()) -> pd.DataFrame:
    """A frame with its columns named by texts, each once, and its rows counted from 0.

    An index that has a name becomes columns. missing: texts that stand for gaps. Errors: ValueError
    for what is no table, or has a name twice.
    """
    if not isinstance(found, pd.DataFrame):
        raise ValueError(f"a {type(found).__name__} (a table of rows and columns is needed)")
    named = [name for name in found.index.names if name is not None]
    frame = found.reset_index(level=named) if named else found
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index(drop=True)
    names = [_name(name) for name in frame.columns.tolist()]
    repeated = sorted(name for name, times in Counter(names).items() if times > 1)
    if repeated:
        raise ValueError(f"the column {show(repeated[0])} twice")
    # Of a hundred thousand names pandas' own texts take a hundred times as long to list.
    frame = frame.set_axis(pd.Index(names, dtype=object), axis=1)
    odd = {dtype for dtype in set(frame.dtypes) if not _is_plain(dtype)}
    for name in names if odd else ():
        if frame[name].dtype in odd:
            frame = dtypes.with_columns(frame, {name: _plain(frame[name])})
    return with_gaps(frame, missing) if missing else frame


def _name(name: Any) -> str:
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _is_plain(dtype: Any) -> bool:
    is_word = isinstance(dtype, pd.StringDtype | pd.DatetimeTZDtype)
    is_masked = isinstance(dtype, pd.api.extensions.ExtensionDtype) and (
        pd.api.types.is_numeric_dtype(dtype) and not isinstance(dtype, pd.SparseDtype)
    )
    return is_word or is_masked or (isinstance(dtype, np.dtype) and dtype.kind in PLAIN)


def _plain(column: pd.Series) -> pd.Series:
    """A column of a type of pandas' own (categories, periods, sparse) as one of NumPy's."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return column.astype(dtype.categories.dtype)
    if isinstance(dtype, pd.SparseDtype):
        return column.sparse.to_dense()
    if isinstance(dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    return column.astype(object)


LARGE = 2**53  # whole numbers from it on are rounded as float64, which gaps make of them


def may_be_rounded(frame: pd.DataFrame) -> list[str]:
    """Columns of float64 that may have been large whole numbers, were it not for their gaps."""
    floats = frame.columns[(frame.dtypes == np.float64).to_numpy()].tolist()
    if len(floats) > MANY:
        return [
            name
            for names, values in dtypes.numeric_arrays(frame, floats)
            for name in (names[at] for at in np.flatnonzero(np.isnan(values).any(axis=1)))
            if _are_large(frame[name].to_numpy())
        ]
    return [name for name in floats if _are_large(frame[name].to_numpy())]


MANY = 500  # columns, from which on it is worth its time to look at many at once


def _are_large(values: NDArray[np.float64]) -> bool:
    """Whether (n,) has gaps beside whole numbers, some so large and all of 64 bits."""
    if not np.isnan(values.max(initial=0)):
        return False
    known = values[~np.isnan(values)]
    largest = np.abs(known).max(initial=0)
    return bool(LARGE <= largest < 2**63) and bool((known % 1 == 0).all())


def with_gaps(frame: pd.DataFrame, missing: Collection[str]) -> pd.DataFrame:
    """A frame whose cells that spell one of these texts are gaps; what is then numbers, is."""
    words = set(missing)
    numbers = [float(word) for word in words if _is_number(word)]
    changed: dict[str, pd.Series] = {}
    for name, column in frame.items():
        is_text = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
        is_number = pd.api.types.is_numeric_dtype(column.dtype)
        is_gap = column.isin(words if is_text else numbers) if is_text or is_number else None
        if is_gap is not None and is_text and numbers:
            is_gap |= column.isin(numbers)
        if is_gap is not None and is_gap.any():
            is_large = column.dtype.kind in "iu" and bool((column.abs() >= LARGE).any())
            exact = column.astype("Int64") if is_large else column
            changed[str(name)] = exact.mask(is_gap).infer_objects()
    return dtypes.with_columns(frame, changed) if changed else frame


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False
