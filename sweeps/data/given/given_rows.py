"""Rows to predict that a Python program gives, with names and types as a table had in training."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from sweeps.base.errors import Expected, Unquoted
from sweeps.data.cell import dtypes

if TYPE_CHECKING:
    import pandas as pd


def as_frame(given: Any) -> "pd.DataFrame":
    """Rows as `sweeps.run` takes them, as a frame; one of pandas is left as it is.

    An array's columns are called as they are there: x1, x2, … Of `(x, y)` and of scikit-learn's
    sets x is taken. Errors: Expected.
    """
    import pandas as pd

    from sweeps.data.given import given_tables

    if isinstance(given, pd.DataFrame):
        return given
    if not (given_tables.is_table(given) or hasattr(given, "toarray")):
        got = None if given is None else Unquoted(f"a {type(given).__name__}")
        raise Expected("rows: a DataFrame, an Arrow table or an array (n, columns)", got)
    return given_tables.inputs(given).infer_objects()


def as_in_training(frame: "pd.DataFrame", wanted: Collection[str]) -> "pd.DataFrame":
    """A frame whose columns are called and typed as `given_tables.frame` makes them.

    wanted: the columns of the study; another frame than one of theirs is left as it is, and so is
    one that needs nothing. Errors: Expected.
    """
    from sweeps.data.given import plain_frames

    names = frame.columns.tolist()
    if not frame.columns.is_unique:
        return frame
    if not all(isinstance(name, str) for name in names) or not set(wanted) <= set(names):
        frame = plain_frames.named(frame)
    odd = {dtype for dtype in set(frame.dtypes) if _is_odd(dtype)}
    if not odd:
        return frame
    of_use = set(wanted)
    made = {
        name: plain_frames.plain(frame[name], name)
        for name, dtype in frame.dtypes.items()
        if dtype in odd and name in of_use
    }
    return dtypes.with_columns(frame, made)


def _is_odd(dtype: Any) -> bool:
    """Whether a column of that type is read as one of another type."""
    import pandas as pd

    if isinstance(dtype, np.dtype):
        return dtype.kind == "c" or dtype == np.float16
    kinds = (pd.ArrowDtype, pd.PeriodDtype, pd.CategoricalDtype, pd.SparseDtype, pd.IntervalDtype)
    return isinstance(dtype, kinds)
