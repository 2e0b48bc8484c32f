"""A table that a Python program gives, of any library, as a frame, and what its target is called.

A frame of pandas; one of polars, Arrow or another library that hands over Arrow's or the
interchange protocol; arrays, `(x, y)`, and what scikit-learn's `load_…` and `fetch_…` give.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted, show
from sweeps.data.cell import dtypes
from sweeps.data.given import given_targets, plain_frames
from sweeps.data.readers import arrow_tables

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


Names = str | list[str] | None  # of the target, or of several


def frame(given: Any, target: str | Sequence[str] | None) -> tuple[pd.DataFrame, Names]:
    """Columns by name, each of one type, and the target's name or names. Errors: Expected.

    target: as the study says it; of arrays and sets, which have one of their own, what it is
    called.
    """
    given_targets.expect_names(given, target)
    names = _target(given, target)
    if isinstance(given, Mapping):
        found, names = _bunch(given, names)
    elif isinstance(given, tuple):
        found, names = _pair(given[0], given[1], names)
    else:
        found = _columns(given)
    if len(found) == 0:
        raise Expected("some rows", Unquoted("none"))
    return plain_frames.frame(found), names


def inputs(given: Any) -> pd.DataFrame:
    """The inputs of a table, whether or not it has a target. Errors: Expected."""
    if isinstance(given, Mapping):
        return _columns(_named(given["data"], given))
    return _columns(given[0] if isinstance(given, tuple) else given)


def _target(given: Any, target: Any) -> Names:
    """Names as texts: a column may be called by a number, or by several levels. Errors: Expected.

    A tuple is several names, unless it is that of one column.
    """
    is_column = isinstance(target, Hashable) and target in getattr(given, "columns", ())
    if target is None or isinstance(target, str):
        return target
    if is_column or isinstance(target, Integral):
        return plain_frames.name_of(target)
    if not isinstance(target, list | tuple | pd.Index | np.ndarray):
        raise Expected("the name of a column, or a list of names", target, at="target")
    names = [plain_frames.name_of(one) for one in target]
    return names[0] if len(names) == 1 else names


def _bunch(given: Mapping[str, Any], target: Names) -> tuple[pd.DataFrame, Names]:
    """The classes by their names, or several targets by theirs, where the set has them."""
    x, y, known_classes = given["data"], given["target"], given.get("target_names")
    if np.ndim(y) == 2 and np.shape(y)[1] > 1:
        known = known_classes
        if known is not None and len(known) != np.shape(y)[1]:
            known = None
        named = y if isinstance(y, pd.DataFrame) else pd.DataFrame(np.asarray(y), columns=known)
        return _pair(_named(x, given), named if known is not None else y, target)
    y = pd.Series(np.asarray(y).reshape(-1))
    classes = [] if known_classes is None else [str(name) for name in known_classes]
    own = getattr(given["target"], "name", None) or TARGET
    is_coded = len(classes) > 1 and pd.api.types.is_integer_dtype(y.dtype)
    if is_coded and y.between(0, len(classes) - 1).all():
        y = pd.Series(np.array(classes, dtype=object)[y.to_numpy()])
    return _pair(_named(x, given), y.rename(own), target)


def _named(x: Any, given: Mapping[str, Any]) -> Any:
    """The inputs of a set, by their names where it has them."""
    known = given.get("feature_names")
    if known is None or isinstance(x, pd.DataFrame):
        return x
    return pd.DataFrame(np.asarray(x), columns=[str(name) for name in known])


def _pair(x: Any, y: Any, target: Names) -> tuple[pd.DataFrame, Names]:
    """Inputs (n, …) and targets (n,) or (n, K), the latter as the last columns."""
    found, last = _columns(x), np.asarray(y)
    if last.ndim == 2 and last.shape[1] == 1:
        last = last[:, 0]
    if last.ndim == 2 and len(last) == len(found):
        return _several(found, _columns(y) if _has_names(y) else last, target)
    if isinstance(target, list):
        raise Expected(f"{len(target)} targets a row", Unquoted(f"an array of shape {last.shape}"))
    if last.ndim != 1 or len(last) != len(found):
        expected = f"a target of {len(found)} numbers or words, one a row"
        raise Expected(expected, Unquoted(f"an array of shape {last.shape}"))
    name = target or str(getattr(y, "name", None) or TARGET)
    if name in found:
        raise Expected("a target that is no column of the inputs", name)
    own = y.reset_index(drop=True) if isinstance(y, pd.Series) else pd.Series(last)
    return dtypes.with_columns(found.reset_index(drop=True), {name: own}), name


def _has_names(y: Any) -> bool:
    """Whether it is a table whose columns are more than numbered."""
    if isinstance(y, pd.DataFrame):
        return not isinstance(y.columns, pd.RangeIndex)
    return hasattr(y, "__arrow_c_stream__") or hasattr(y, "__dataframe__")


def _several(found: pd.DataFrame, y: Any, target: Names) -> tuple[pd.DataFrame, Names]:
    """Inputs and targets (n, K): a table's by their names, in the order that is asked for.

    An array's are called as is said, and y1, y2, … where nobody names them.
    """
    names = [target] if isinstance(target, str) else target
    if isinstance(y, pd.DataFrame):
        y = y.reset_index(drop=True).set_axis(list(map(str, y.columns)), axis=1)
        own = list(y.columns)
        names = names or own
        if sorted(names) != sorted(own):
            expected = f"the targets {', '.join(map(show, own))}, in any order"
            raise Expected(expected, Unquoted(", ".join(map(show, names))))
    names = names or [f"{TARGET}{number}" for number in range(1, np.shape(y)[1] + 1)]
    if len(names) != np.shape(y)[1]:
        got = Unquoted(f"{len(names)} for an array of shape {np.shape(y)}")
        raise Expected("a name for each target", got, "target: [a, b] names two")
    for name in names:
        if name in found or names.count(name) > 1:
            raise Expected("targets of different names that are no inputs", name)
    last = y[names] if isinstance(y, pd.DataFrame) else pd.DataFrame(np.asarray(y), columns=names)
    return pd.concat([found.reset_index(drop=True), last], axis=1), names


def _columns(given: Any) -> pd.DataFrame:
    """Errors: Expected for what is no table."""
    if isinstance(given, pd.DataFrame):
        return given
    if isinstance(given, pd.Series):
        return given.to_frame("x1" if given.name is None else given.name)
    if hasattr(given, "__arrow_c_stream__"):
        return _of_arrow(given)
    if hasattr(given, "__dataframe__"):
        return pd.DataFrame(pd.api.interchange.from_dataframe(given))
    try:
        array = np.asarray(given.toarray() if hasattr(given, "toarray") else given)
    except ValueError:
        array = np.empty(())
    if array.ndim == 0 or array.dtype.names or array.dtype.kind not in "biufOUS":
        raise Expected(KINDS, Unquoted(f"a {type(given).__name__}"))
    flat = array.reshape(len(array), math.prod(array.shape[1:]))
    return pd.DataFrame(flat, columns=[f"x{number}" for number in range(1, flat.shape[1] + 1)])


def _of_arrow(given: Any) -> pd.DataFrame:
    """Errors: Expected for one column without a name, as of a series of polars."""
    import pyarrow

    try:
        found = pyarrow.table(given)
    except (ValueError, TypeError, NotImplementedError):  # Arrow's are such
        raise Expected(KINDS, Unquoted(f"a {type(given).__name__}")) from None
    plain_frames.expect_each_once(found.column_names)
    return arrow_tables.frame(found)
