"""A frame's columns by their types, and the numeric ones as arrays, many columns at a time.

A table may have a hundred thousand columns: pandas is never asked about each of them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

CELLS = 1_000_000  # numbers that `numeric_arrays` copies at a time


def is_numeric(dtype: Any, with_booleans: bool) -> bool:
    """Whether a column of that type holds nothing but numbers and gaps."""
    import pandas as pd

    is_number = pd.api.types.is_numeric_dtype(dtype)
    return bool(is_number and (with_booleans or not pd.api.types.is_bool_dtype(dtype)))


def numeric_columns(frame: "pd.DataFrame", with_booleans: bool = True) -> list[str]:
    """The columns whose type is one of numbers, or of booleans if those count as such."""
    return _names(frame, _each_numeric(frame, with_booleans))


def other_columns(frame: "pd.DataFrame") -> list[str]:
    """The columns of neither numbers nor booleans: texts, for the most part."""
    return _names(frame, ~_each_numeric(frame, with_booleans=True))


def columns_of(frame: "pd.DataFrame", is_one: Callable[[Any], bool]) -> list[str]:
    """The columns of a dtype of which something holds."""
    return _names(frame, _each_of(frame, is_one))


def _names(frame: "pd.DataFrame", chosen: NDArray[np.bool_]) -> list[str]:
    names: list[str] = frame.columns[chosen].tolist()  # ten times faster than `list`
    return names


def _each_numeric(frame: "pd.DataFrame", with_booleans: bool) -> NDArray[np.bool_]:
    return _each_of(frame, lambda dtype: is_numeric(dtype, with_booleans))


def _each_of(frame: "pd.DataFrame", is_one: Callable[[Any], bool]) -> NDArray[np.bool_]:
    """Whether each column is of such a dtype (columns,); it is asked once for each that differs."""
    dtypes = frame.dtypes.to_numpy()
    known = {dtype: is_one(dtype) for dtype in set(dtypes)}
    if len(known) == 1:  # as the numbers of a wide table
        return np.full(len(dtypes), next(iter(known.values())))
    return np.fromiter(map(known.__getitem__, dtypes), bool, len(dtypes))


def are_numeric(frame: "pd.DataFrame", names: Any, with_booleans: Any) -> NDArray[np.bool_]:
    """Whether columns (k,) of a frame are numeric; with_booleans: for each, or for all (k,)."""
    at = _places(frame, names)
    with_flags, without = (_each_numeric(frame, flag)[at] for flag in (True, False))
    return np.asarray(np.where(with_booleans, with_flags, without), bool)


def _places(frame: "pd.DataFrame", names: Any) -> Any:
    """Where columns stand in a frame, the first of a name. Errors: Expected for no column."""
    is_all = len(names) == frame.shape[1]
    if is_all and np.asarray(names, object).tolist() == frame.columns.tolist():
        return slice(None)
    first = np.arange(frame.shape[1])
    if not frame.columns.is_unique:
        first = np.flatnonzero(~frame.columns.duplicated())
    known = frame.columns if len(first) == frame.shape[1] else frame.columns[first]
    found = known.get_indexer(names)  # an index keeps its table of names
    if (found < 0).any():
        unknown = str(np.asarray(names, object)[found < 0][0])
        hint = did_you_mean(unknown, map(str, frame.columns))
        raise Expected("a column of the data", unknown, hint)
    return first[found]


def numeric_arrays(
    frame: "pd.DataFrame", names: list[str], rows: NDArray[np.intp] | None = None
) -> Iterator[tuple[list[str], NDArray[np.float64]]]:
    """Numeric columns, some at a time: their names and values (columns, n), gaps NaN.

    rows: those that are asked for; None for all. The values of a column are contiguous, so that its
    sums do not depend on its neighbours.
    """
    most = max(1, CELLS // max(1, len(frame)))
    at = np.arange(frame.shape[1])[_places(frame, names)]
    for start in range(0, len(names), most):
        own = at[start : start + most]
        are_neighbours = own[-1] - own[0] == len(own) - 1 and (np.diff(own) == 1).all()
        part = frame.iloc[:, own[0] : own[-1] + 1] if are_neighbours else frame.iloc[:, own]
        values = part.to_numpy(np.float64, na_value=np.nan)
        values = values if rows is None else values[rows]
        yield names[start : start + most], np.ascontiguousarray(values.T)


def with_columns(frame: "pd.DataFrame", columns: Mapping[str, "pd.Series"]) -> "pd.DataFrame":
    """The frame with these columns in place of its own, or behind them.

    As `DataFrame.assign`, which knows none that is called `self`.
    """
    made = frame.copy(deep=False)
    for name, column in columns.items():
        made[name] = column
    return made
