"""Arrow's tables as frames: an index and categories as columns, bytes that are text as text."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from sweeps.base.errors import show
from sweeps.data.cell import dtypes
from sweeps.data.source.frames import LARGE

if TYPE_CHECKING:
    import pyarrow


# Rows from which Arrow's threads, which take a column each, save more than they cost.
LONG = 10_000


def expect_each_name_once(names: list[str]) -> None:
    """Errors: ValueError."""
    repeated = sorted(name for name, times in Counter(names).items() if times > 1)
    if repeated:
        raise ValueError(f"the column {show(repeated[0])} twice")


def frame(table: Any, has_threads: bool = False) -> pd.DataFrame:
    """A table, or some rows of one. Errors: ValueError for damaged notes beside it."""
    try:
        frame: pd.DataFrame = _with_texts(table).to_pandas(use_threads=has_threads)
    except (KeyError, TypeError) as fault:  # in what pandas wrote beside the columns
        raise ValueError(f"damaged notes of pandas ({fault})") from None
    large = {name: column for name, column in _large(table) if name in frame}
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(level=named) if named else frame
    frame = dtypes.with_columns(frame, large) if large else frame
    kinds = [isinstance(dtype, pd.CategoricalDtype) for dtype in frame.dtypes]
    for name in frame.columns[kinds]:
        frame[name] = frame[name].astype(frame[name].cat.categories.dtype)
    return frame


def _large(table: Any) -> Iterator[tuple[str, pd.Series]]:
    """Columns of whole numbers too large for float64, which gaps would make of them."""
    from pyarrow import compute, types

    for place, kind in enumerate(table.schema.types):
        if not types.is_integer(kind) or table.column(place).null_count == 0:
            continue
        column = table.column(place)
        ends = compute.min_max(column).as_py()
        if any(abs(end) >= LARGE for end in ends.values() if end is not None):
            name = "UInt64" if types.is_unsigned_integer(kind) else "Int64"
            yield table.schema.names[place], pd.Series(column.to_pylist(), dtype=name)


def _with_texts(table: Any) -> Any:
    """Bytes that are UTF-8, as some writers of Parquet leave their texts, as texts."""
    import pyarrow

    types = table.schema.types
    binary = {kind for kind in set(types) if _is_binary(kind)}
    for place, kind in enumerate(types):
        if kind in binary:
            try:
                column = table.column(place).cast(pyarrow.binary()).cast(pyarrow.string())
            except pyarrow.ArrowInvalid:
                continue  # pictures, say
            table = table.set_column(place, table.schema.names[place], column)
    return table


def _is_binary(kind: "pyarrow.DataType") -> bool:
    from pyarrow import types

    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    )
