"""A table that a Python program gives, of any library, as a frame that a Parquet file can hold.

A frame of pandas; one of polars, Arrow or another library that hands over Arrow's or the
interchange protocol; arrays, `(x, y)`, and what scikit-learn's `load_…` and `fetch_…` give.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted, show
from sweeps.data import cells

TARGET = "y"
KINDS = "a table: a DataFrame, an Arrow table, arrays (x, y), or a set of scikit-learn's"


def is_bunch(given: Any) -> bool:
    """Whether it is what scikit-learn's `load_…` gives: a mapping with data and target."""
    is_array = isinstance(given, Mapping) and hasattr(given.get("data"), "shape")
    return is_array and "target" in given


def is_table(given: Any) -> bool:
    """Whether it may be rows, and no study, path or name."""
    if isinstance(given, Mapping):
        return is_bunch(given)
    is_pair = isinstance(given, tuple) and len(given) == 2
    protocols = ("__arrow_c_stream__", "__dataframe__", "__array__")
    return is_pair or any(hasattr(given, name) for name in protocols)


def frame(given: Any, target: str | None) -> tuple[pd.DataFrame, str | None]:
    """Columns by name, each of one type, and the target's name. Errors: Expected.

    target: as the study says it; of arrays and sets, which have one of their own, its name.
    """
    if isinstance(given, Mapping):
        found, target = _bunch(given, target)
    elif isinstance(given, tuple):
        found, target = _pair(given[0], given[1], target)
    else:
        found = _columns(given)
    if len(found) == 0:
        raise Expected("some rows", Unquoted("none"))
    return _plain(found), target


def _bunch(given: Mapping[str, Any], target: str | None) -> tuple[pd.DataFrame, str]:
    """The classes by their names, where the set has them."""
    x, y, known_classes = given["data"], given["target"], given.get("target_names")
    y = pd.Series(np.asarray(y))
    classes = [] if known_classes is None else [str(name) for name in known_classes]
    known = given.get("feature_names")
    if known is not None and not isinstance(x, pd.DataFrame):
        x = pd.DataFrame(np.asarray(x), columns=[str(name) for name in known])
    own = getattr(given["target"], "name", None) or TARGET
    is_coded = len(classes) > 1 and pd.api.types.is_integer_dtype(y.dtype)
    if is_coded and y.between(0, len(classes) - 1).all():
        y = pd.Series(np.array(classes, dtype=object)[y.to_numpy()])
    return _pair(x, y.rename(target or str(own)), target)


def _pair(x: Any, y: Any, target: str | None) -> tuple[pd.DataFrame, str]:
    """Inputs (n, …) and targets (n,), the latter as the last column."""
    found, last = _columns(x), np.asarray(y)
    if last.ndim == 2 and last.shape[1] == 1:
        last = last[:, 0]
    if last.ndim != 1 or len(last) != len(found):
        expected = f"a target of {len(found)} numbers or words, one a row"
        raise Expected(expected, Unquoted(f"an array of shape {last.shape}"))
    name = target or str(getattr(y, "name", None) or TARGET)
    if name in found:
        raise Expected("a target that is no column of the inputs", name)
    own = y.reset_index(drop=True) if isinstance(y, pd.Series) else pd.Series(last)
    return found.reset_index(drop=True).assign(**{name: own}), name


def _columns(given: Any) -> pd.DataFrame:
    """Errors: Expected for what is no table."""
    if isinstance(given, pd.DataFrame):
        return given
    if hasattr(given, "__arrow_c_stream__"):
        import pyarrow

        return pd.DataFrame(pyarrow.table(given).to_pandas())
    if hasattr(given, "__dataframe__"):
        return pd.DataFrame(pd.api.interchange.from_dataframe(given))
    try:
        array = np.asarray(given.toarray() if hasattr(given, "toarray") else given)
    except ValueError:
        array = np.empty(())
    if array.ndim == 0 or array.dtype.names or array.dtype.kind not in "biufOUS":
        raise Expected(KINDS, Unquoted(f"a {type(given).__name__}"))
    flat = array.reshape(len(array), -1)
    return pd.DataFrame(flat, columns=[f"x{number}" for number in range(1, flat.shape[1] + 1)])


def _plain(found: pd.DataFrame) -> pd.DataFrame:
    """Columns of types that a file has, named by texts; a named index among them."""
    named = [name for name in found.index.names if name is not None]
    found = found.reset_index(level=named).reset_index(drop=True)
    names = [_name(name) for name in found.columns]
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise Expected("each column once", Unquoted(f"{show(repeated[0])} twice"))
    columns = [_column(found.iloc[:, at], name) for at, name in enumerate(names)]
    return pd.DataFrame(dict(zip(names, columns, strict=True)), columns=names)


def _name(name: Any) -> str:
    """A column's, of several levels one text: `size.mean`."""
    return ".".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _column(column: pd.Series, name: str) -> pd.Series:
    dtype = column.dtype
    if isinstance(dtype, pd.SparseDtype):
        column = column.sparse.to_dense()
    elif isinstance(dtype, pd.CategoricalDtype):
        column = column.astype(dtype.categories.dtype)
    elif isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype):
        column = column.astype(str).where(column.notna(), None)
    elif getattr(dtype, "kind", "") == "c":
        raise Expected(
            "numbers, words or dates", Unquoted("complex numbers"), at=f"column '{name}'"
        )
    elif dtype == np.float16:
        column = column.astype(np.float32)
    elif pd.api.types.is_object_dtype(dtype):
        column = _of_one_type(column)
    return column


def _of_one_type(column: pd.Series) -> pd.Series:
    """Python objects of one kind as they are, of several kinds as texts."""
    found = column.infer_objects()
    kinds = {type(cell) for cell in found.dropna()} if found.dtype == object else set()
    if len(kinds) < 2 or kinds & {list, tuple, dict, set, np.ndarray}:
        return found
    return found.map(cells.text, na_action="ignore")
