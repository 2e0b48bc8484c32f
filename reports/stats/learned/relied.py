"""Which columns the winner relies on: by how much its error rises when one is shuffled.

On rows that no network asked was trained on (`sweeps.results.shuffled_columns`). A column that
says nothing has 0, whatever the network made of it; of columns that say the same each has little.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.frames import Run, RunFolderError
from reports.predictions import Shuffled
from reports.stats.learned import unseen
from reports.stats.learned.unseen import Unseen
from reports.stats.sampling import numbers
from reports.stats.sampling.intervals import Interval


@dataclass(frozen=True)
class Relied:
    """columns: a name and the rise in error, the largest first. total: columns there are.

    Errors are shares, or RMSEs in SDs of the training target. rows: how many were asked about.
    """

    columns: tuple[tuple[str, Interval], ...]
    name: str
    rows: int
    times: int
    total: int

    @property
    def frame(self) -> pd.DataFrame:
        """A line a column."""
        rows = [(name, one.estimate, one.low, one.high) for name, one in self.columns]
        return pd.DataFrame(rows, columns=["column", "rise", "low", "high"])

    @property
    def shown_to_matter(self) -> list[str]:
        """The columns whose rise is above 0 for certain."""
        return [name for name, one in self.columns if one.known and one.low > 0]


def relied(run: Run) -> Relied | None:
    """None where columns were not shuffled: a run of an earlier version, or networks unknown."""
    found = unseen.unseen(run, run.judged)
    shuffled = run.learned.shuffled() if run.learned is not None else None
    if found is None or shuffled is None:
        return None
    count = len(run.rows_of(str(run.winner)))
    if shuffled.row.shape[0] != found.n or shuffled.network.shape[0] != count:
        raise RunFolderError(
            f"{run.folder / 'learned.npz'}: shuffled: expected {found.n} rows and {count} "
            f"networks, got {shuffled.row.shape[0]} and {shuffled.network.shape[0]}"
        )
    each = [
        (str(name), _rise(run, found, shuffled, place))
        for place, name in enumerate(shuffled.columns)
    ]
    ordered = tuple(sorted(each, key=lambda one: -one[1].estimate))
    used = int(np.isfinite(shuffled.row[:, 0]).sum())
    return Relied(ordered, found.name, used, shuffled.times, shuffled.total)


def _rise(run: Run, found: Unseen, shuffled: Shuffled, place: int) -> Interval:
    if run.regression:
        plain = numbers.squares(found.said, found.target)
    else:
        plain = (found.guesses != found.target).astype(float)
    row, used = shuffled.row[:, place].astype(float), np.isfinite(shuffled.row[:, place])
    before, after = found.mean(plain), row
    first, then = float(before[used].mean()), float(after[used].mean())
    scale, scale_before = 1.0, 1.0
    if run.regression:  # a root is as straight as a line over so small a change
        first, then = math.sqrt(first), math.sqrt(then)
        scale, scale_before = 0.5 / max(then, 1e-12), 0.5 / max(first, 1e-12)
    by_row = scale * after - scale_before * before
    own = unseen.by_network(found, plain, used)
    ours = unseen.by_network(found, np.broadcast_to(by_row, found.of.shape), used)
    said = scale * shuffled.network[: len(own), place] - scale_before * own
    off = np.where(np.isfinite(said), said - ours, 0.0)
    return unseen.of_parts(run, found, then - first, by_row, off)
