"""A frame of pandas of any types as one that a Parquet file can hold: names, types, index."""

from collections import Counter
from collections.abc import Iterable
from numbers import Rational
from typing import Any

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted, show
from sweeps.data.cell import cells
from sweeps.data.readers import arrow_tables


def frame(found: pd.DataFrame) -> pd.DataFrame:
    """Columns of types that a file has, named by texts; a named index among them.

    Errors: Expected.
    """
    found = _with_index(found).reset_index(drop=True)
    names = [name_of(name) for name in found.columns]
    expect_each_once(names)
    columns = [plain(found.iloc[:, at], name) for at, name in enumerate(names)]
    return pd.DataFrame(dict(zip(names, columns, strict=True)), columns=names)


def expect_each_once(names: Iterable[str]) -> None:
    """Errors: Expected."""
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise Expected("each column once", Unquoted(f"{show(repeated[0])} twice"))


def _with_index(found: pd.DataFrame) -> pd.DataFrame:
    """A frame with its named index among the columns, unless one is called so; the rest stays."""
    there = [None, *found.columns]
    kept = [place for place, name in enumerate(found.index.names) if name not in there]
    return found.reset_index(level=kept) if kept else found


def named(found: pd.DataFrame) -> pd.DataFrame:
    """A frame whose columns are called as `frame` calls them; its rows keep their index."""
    made = _with_index(found)
    return made.set_axis([name_of(name) for name in made.columns], axis=1).set_axis(found.index)


def name_of(name: Any) -> str:
    """A column's, of several levels one text: `size.mean`."""
    return ".".join(map(str, name)) if isinstance(name, tuple) else str(name)


def plain(column: pd.Series, name: str) -> pd.Series:
    """A column of a type that a file has. Errors: Expected."""
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype):
        column = _of_arrow_type(column, name)
    elif isinstance(dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    elif isinstance(dtype, pd.CategoricalDtype):
        column = plain(column.astype(dtype.categories.dtype), name)
    elif isinstance(dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    elif isinstance(dtype, pd.IntervalDtype):
        column = column.astype(str).where(column.notna(), None)
    elif getattr(dtype, "kind", "") == "c":
        raise Expected(
            "numbers, words or dates", Unquoted("complex numbers"), at=f"column '{name}'"
        )
    elif dtype == np.float16:
        column = column.astype(np.float32)
    elif pd.api.types.is_object_dtype(dtype):
        found = _of_one_type(column)
        column = found if found.dtype == object else plain(found, name)
    return column


def _of_arrow_type(column: pd.Series, name: str) -> pd.Series:
    """A column of pandas that Arrow keeps, as one of a Parquet file is read."""
    import pyarrow

    return arrow_tables.frame(pyarrow.table({name: pyarrow.array(column)}))[name]


def _of_one_type(column: pd.Series) -> pd.Series:
    """Python objects of one kind as they are; of several kinds, or too large, as texts."""
    found = column.infer_objects()
    kinds = {type(cell) for cell in found.dropna()} if found.dtype == object else set()
    if kinds == {int} and not found.dropna().between(-(2**63), 2**63 - 1).all():
        return found.map(cells.text, na_action="ignore")
    if kinds and all(issubclass(kind, Rational) for kind in kinds) and not kinds <= {int, bool}:
        return found.astype(np.float64)
    if len(kinds) < 2 or kinds & {list, tuple, dict, set, np.ndarray}:
        return found
    return found.map(cells.text, na_action="ignore")
