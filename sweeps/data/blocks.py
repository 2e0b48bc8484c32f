"""A frame's columns by their types, and those of numbers as arrays: many at a time.

A table may have a hundred thousand columns, so nothing is asked of pandas for each of them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweeps.data import cells

if TYPE_CHECKING:
    import pandas as pd

CELLS = 4_000_000  # numbers that are held a second time, at most


def plain(frame: "pd.DataFrame", are_flags: bool = True) -> list[str]:
    """The columns whose type is one of numbers; of truths too, if they count as such."""
    return list(frame.columns[[cells.is_plain(kind, are_flags) for kind in frame.dtypes]])


def others(frame: "pd.DataFrame") -> list[str]:
    """The columns of neither numbers nor truths: texts, for the most part."""
    return list(frame.columns[[not cells.is_plain(kind, is_flag=True) for kind in frame.dtypes]])


def numbers(
    frame: "pd.DataFrame", names: list[str]
) -> Iterator[tuple[list[str], NDArray[np.float64]]]:
    """Columns of numbers, some at a time: their names and values (columns, n), gaps NaN.

    Each column lies in one piece, so that its sums are what they are of it alone, to the bit.
    """
    most = max(1, CELLS // max(1, len(frame)))
    for start in range(0, len(names), most):
        some = names[start : start + most]
        values = frame[some].to_numpy(np.float64, na_value=np.nan)
        yield some, np.ascontiguousarray(values.T)
