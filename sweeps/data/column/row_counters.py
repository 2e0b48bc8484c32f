"""Numbers that count the rows in a way that may be chance: they stay inputs, and it is said."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweeps.data.cell import dtypes
from sweeps.data.column import repeated

if TYPE_CHECKING:
    import pandas as pd

FEWEST, MOST_STARTS = 30, 3  # rows that tell, and how often a count may begin again
LOOKED_AT = 10  # rows by which most columns are seen to count nothing
STEPS = "whole numbers at one distance from each other, another in every row, like an index"
AGAIN = "numbers that go up by one, and begin again, like an index of files put together"


def doubted(frame: "pd.DataFrame") -> dict[str, str]:
    """Columns that may be an index of the rows, and why."""
    names = dtypes.numeric_columns(frame, with_booleans=False) if len(frame) >= FEWEST else []
    found: dict[str, str] = {}
    for some, values in dtypes.numeric_arrays(frame, names):
        for at in _candidates(values):
            why = _why(values[at])
            if why and not (why == AGAIN and repeated.WHOSE.fullmatch(some[at])):
                found[some[at]] = why
    return found


def _candidates(values: NDArray[np.float64]) -> Iterator[int]:
    """Of columns (k, n): those whose first rows are whole numbers, each another."""
    first = np.sort(values[:, :LOOKED_AT], axis=1)
    with np.errstate(invalid="ignore"):
        is_whole = (np.isnan(first) | (first % 1 == 0)).all(axis=1)
        differ = (np.isnan(first[:, 1:]) | (np.diff(first, axis=1) > 0)).all(axis=1)
    yield from np.flatnonzero(is_whole & differ).tolist()


def _why(values: NDArray[np.float64]) -> str:
    """Of (n,), gaps aside; "" for nothing."""
    known = values[~np.isnan(values)]
    if len(known) < FEWEST or not np.isfinite(known).all():
        return ""
    steps = np.diff(np.sort(known))
    if steps[0] > 0 and (steps == steps[0]).all() and steps[0] % 1 == 0:
        return STEPS
    steps = np.diff(known)
    begins = int((steps != 1).sum())
    back_to = known[1:][steps != 1]
    return AGAIN if 1 <= begins <= MOST_STARTS and (back_to == known[0]).all() else ""
