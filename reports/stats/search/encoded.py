"""Trials as a surrogate takes them: which of them, and their settings as numbers."""

import numpy as np
import pandas as pd

from reports.frames import Array
from reports.stats.search.parallel import Axis

FEWEST = 12  # complete trials of which a surrogate is fitted
TRUSTED = 0.2  # share of what left-out trials differ by that a surrogate has to foretell
MOST = 80  # of more: the winner, and others at equal distances in rank


def kept(done: pd.DataFrame, best: int) -> set[int]:
    """The numbers of those of the complete trials to which a surrogate is fitted."""
    ranked = done.sort_values("value", kind="stable")["trial"].astype(int)
    places = np.linspace(0, len(ranked) - 1, min(len(ranked), MOST)).round().astype(int)
    return {*ranked.iloc[places], best}


def encoded(axes: tuple[Axis, ...], along: Array) -> tuple[Array, list[list[int]]]:
    """(n, d) numbers, and the columns of each axis: a place, or one for each unordered choice.

    along: (axes, n) places.

    Where a setting is not in play it is in the middle, and another column says so.
    """
    found: list[Array] = []
    columns: list[list[int]] = []
    for axis, places in zip(axes, along, strict=True):
        begin, is_out = len(found), np.isnan(places)
        if axis.choices and not axis.is_ordered:
            steps = np.round(places * (len(axis.choices) - 1))
            found += [(steps == place) / np.sqrt(2) for place in range(len(axis.choices))]
        else:
            found.append(np.where(is_out, 0.5, places))
        found += [is_out.astype(float)] if is_out.any() else []
        columns.append(list(range(begin, len(found))))
    return np.stack(found, axis=1), columns
