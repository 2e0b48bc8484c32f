"""Whether rows that occur twice may be chance: where columns have few values, many rows are alike.

Two rows are taken to agree by chance as often as their columns would if these were independent.
Real columns are not: in most of some eighty tables of R's packages in which rows met, they did so
up to a hundred times as often; rows of measured numbers that are copies do far more often.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_COLUMNS = 200  # of more, no two rows agree by chance
MOST_ROWS = 20_000  # that are looked at
SLACK = 100  # times as many as of independent columns


def explain(
    frame: pd.DataFrame,
    targets: Sequence[pd.Series],
    sizes: Mapping[str, int],
    met: Mapping[tuple[str, str], int],
) -> bool:
    """Whether there are no more rows alike than chance may bring.

    frame, targets: of all rows. sizes: rows of each part. met: how many rows of the first part are
    also among those of the second.
    """
    found = {pair: count for pair, count in met.items() if count}
    if not found or frame.shape[1] > MOST_COLUMNS:
        return False
    chance = _chance([*targets, *(frame[name] for name in frame.columns)])
    return all(
        count <= SLACK * sizes[part] * -np.expm1(sizes[among] * np.log1p(-chance))
        for (part, among), count in found.items()
    )


def _chance(columns: Sequence[pd.Series]) -> float:
    """That two different rows, drawn as they are, agree in all columns; below 1."""
    chosen = np.random.default_rng(0).permutation(len(columns[0]))[:MOST_ROWS]
    codes = np.column_stack([pd.factorize(column.iloc[chosen])[0] for column in columns])
    # Copies would make each of their columns look as if it had few values.
    different = pd.DataFrame(codes).drop_duplicates().to_numpy()
    agree = [_agree(one) for one in different.T]
    return min(float(np.prod(agree)), 1 - 1e-9)


def _agree(codes: NDArray[np.intp]) -> float:
    """The share of pairs of (n,) that are the same."""
    if len(codes) < 2:
        return 1.0
    counts = np.bincount(codes + 1)  # a gap is -1
    return float((counts * (counts - 1)).sum() / (len(codes) * (len(codes) - 1)))
