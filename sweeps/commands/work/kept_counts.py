"""Consecutive whole numbers that `sweeps new` keeps, though a study leaves such columns out.

They are ranks where several columns have them, each in an order of its own; and where a table has
no other column, the one that is there is what the target is to be predicted by.
"""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.data.cell import cells
from sweeps.data.column import columns

RANKS = "consecutive whole numbers, in an order of its own, as ranks have"
ONLY = "goes up by one from row to row, as an index does; it is the only column"


def found(
    frame: pd.DataFrame, left_out: Mapping[str, str], useless: Collection[str]
) -> dict[str, str]:
    """Columns of those that are left out, and why they are inputs.

    useless: columns that are no inputs, whatever these are.
    """
    may_be = [name for name, why in left_out.items() if why == columns.INDEX]
    may_be = [name for name in may_be if not columns.NAMES.fullmatch(name)]
    orders = {name: cells.numbers(frame[name], is_flag=False)[0] for name in may_be}
    ranks = {name: values for name, values in orders.items() if not _go_one_way(values)}
    if len({(values - values.min()).tobytes() for values in ranks.values()}) > 1:
        return dict.fromkeys(ranks, RANKS)
    has_others = any(name not in left_out and name not in useless for name in frame.columns)
    return {} if has_others or len(may_be) != 1 else {may_be[0]: ONLY}


def _go_one_way(values: NDArray[np.float64]) -> bool:
    return bool((np.abs(np.diff(values)) == 1).all())
