"""Columns that tell the target too well, by training rows alone: alone, or by their gaps.

A column is read by a small tree, words by the mean of the target of each, and scored on the other
half of the rows: quick, and no column of many words can tell a row its own target.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.data.cell import cells, dtypes

MOST_COLUMNS = 200  # of wider tables none is looked at
FEWEST_ROWS, MOST_ROWS = 40, 4_000  # of more rows the first ones are looked at
LEAVES, ROWS_A_LEAF = 32, 2
ALONE = 0.95  # share of the target's variance (of classes: of the Gini index) from which it is told
FEWEST_GAPS = 5  # or cells
CHANCE = 1e-6  # that so many gaps, or cells, meet one value of the target

Numbers = NDArray[np.float64]
Codes = NDArray[np.intp]  # gaps are -1


def alone(frame: pd.DataFrame, outcomes: Numbers) -> dict[str, float]:
    """Columns of training rows that alone tell nearly all of the target, and what share of it.

    outcomes: (n, K), a column a class, or (n, 1) numbers. Where a table has one column, none is.
    """
    if not 2 <= frame.shape[1] <= MOST_COLUMNS or len(frame) < FEWEST_ROWS:
        return {}
    chosen = np.random.default_rng(0).permutation(len(frame))[:MOST_ROWS]
    frame, outcomes = frame.iloc[chosen], outcomes[chosen]
    readable = [name for name in map(str, frame.columns) if not cells.unsupported(frame[name])]
    shares = {name: _explained(frame[name], outcomes) for name in readable}
    return {name: share for name, share in shares.items() if share >= ALONE}


def _explained(column: pd.Series, outcomes: Numbers) -> float:
    """Share of the outcomes' variance in each half of the rows that the other half tells."""
    is_number = dtypes.is_numeric(column.dtype, with_booleans=True)
    predict = _by_numbers if is_number else _by_words
    # Ranks: a tree asks for no more, and takes no number that float32 does not hold.
    values = pd.factorize(column, sort=is_number)[0]
    middle, left = len(values) // 2, 0.0
    for known, other in (
        (slice(middle), slice(middle, None)),
        (slice(middle, None), slice(middle)),
    ):
        said = predict(values[known], outcomes[known], values[other])
        left += float(((outcomes[other] - said) ** 2).sum())
    total = float(((outcomes - outcomes.mean(axis=0)) ** 2).sum())
    return 1 - left / total if total > 0 else 0.0


def _by_numbers(known: Codes, outcomes: Numbers, other: Codes) -> Numbers:
    from sklearn.tree import DecisionTreeRegressor  # half a second

    tree = DecisionTreeRegressor(
        max_leaf_nodes=LEAVES, min_samples_leaf=ROWS_A_LEAF, random_state=0
    )
    tree.fit(known[:, None], outcomes)
    return np.asarray(tree.predict(other[:, None])).reshape(len(other), -1)


def _by_words(known: Codes, outcomes: Numbers, other: Codes) -> Numbers:
    count = max(known.max(), other.max()) + 2
    rows = np.bincount(known + 1, minlength=count)[:, None]
    sums = np.column_stack([np.bincount(known + 1, one, minlength=count) for one in outcomes.T])
    means = np.where(rows > 0, sums / np.maximum(rows, 1), outcomes.mean(axis=0))
    return np.asarray(means[other + 1])


def by_gaps(frame: pd.DataFrame, values: NDArray[np.generic]) -> dict[str, tuple[bool, int]]:
    """Columns of which all gaps, or all cells, meet one value of the target: more than by chance.

    values: (n,) the target's. What is found: whether it is the gaps, and the row of one of them.
    """
    if frame.shape[1] > MOST_COLUMNS:
        return {}
    gaps = {name: frame[name].isna().to_numpy(bool) for name in map(str, frame.columns)}
    gaps = {name: is_gap for name, is_gap in gaps.items() if is_gap.sum() >= FEWEST_GAPS}
    if not gaps:
        return {}
    codes = pd.factorize(values)[0]
    logs = np.log(np.bincount(codes) / len(values))
    found = {}
    for name, is_gap in gaps.items():
        for are_gaps in (True, False):
            rows = np.flatnonzero(is_gap == are_gaps)
            if not FEWEST_GAPS <= len(rows) < len(codes) or np.ptp(codes[rows]):
                continue
            if len(rows) * logs[codes[rows[0]]] < np.log(CHANCE):
                found[name] = (are_gaps, int(rows[0]))
    return found
