"""Two runs against each other: the difference of their winners' errors, and what it covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from reports import text
from reports.frames import Run, RunFolderError
from reports.stats import bootstrap, intervals, rows
from reports.stats.intervals import Interval

SEED = 20271


@dataclass(frozen=True)
class Difference:
    """Last - first in the winners' error: a share of rows, or an RMSE; above 0 the last is worse.

    on_these_rows: a t over seeds, paired where the seeds are the same; None where the rows differ,
    for then it would not say what the rows did. on_new_rows: the crossed bootstrap over seeds and
    rows, paired where the rows are the same.
    """

    split: str
    on_these_rows: Interval | None
    on_new_rows: Interval

    @property
    def decisive(self) -> Interval:
        """What a gate goes by: on these rows where they are the same, else on new ones."""
        return self.on_these_rows or self.on_new_rows

    def is_worse(self, margin: float = 0.0) -> bool:
        """Whether the last is worse by more than the margin, over the whole interval."""
        found = self.decisive
        return (found.low if found.known else found.estimate) > margin


def same_rows(first: Run, second: Run) -> bool:
    """Whether both were scored on the same rows: the same data, divided the same way."""
    mine, theirs = (_rows_of(run) for run in (first, second))
    return mine == theirs and all(
        np.array_equal(first.predictions.target(split), second.predictions.target(split))
        for split in ("dev", "test")
    )


def _rows_of(run: Run) -> tuple[Any, ...]:
    data = run.provenance["data"]
    return run.task, *(data.get(key) for key in ("sha256", "split", "train", "dev", "test"))


def same_seeds(first: Run, second: Run) -> bool:
    """Whether replicate r of both began from the same seed."""
    seeds = [run.provenance["search"].get("seed") for run in (first, second)]
    counts = {len(run.rows_of(winner(run))) for run in (first, second)}
    return seeds[0] is not None and seeds[0] == seeds[1] and len(counts) == 1


def _same_outputs(first: Run, last: Run, split: str) -> bool:
    """Whether the winners are the same networks, which differ on no row whatever."""
    if not all(run.predictions.has(winner(run), split) for run in (first, last)):
        return False
    a, b = (run.predictions.of(winner(run), split) for run in (first, last))
    return np.array_equal(a, b, equal_nan=True)


def winner(run: Run) -> str:
    """The winner's name. Raises RunFolderError where nothing was confirmed."""
    if run.winner is None:
        raise RunFolderError(f"{run.folder}: expected a run that was confirmed, got a search alone")
    return run.winner


def difference(first: Run, last: Run, split: str) -> Difference:
    """Last - first on the split "dev" or "test". Raises RunFolderError, also for other tasks."""
    if first.regression != last.regression:
        raise RunFolderError(
            f"{last.folder}: expected a run of {first.task}, got one of {last.task}: "
            "their errors are not of one kind"
        )
    error = f"{split}_error"
    a, b = (run.rows_of(winner(run))[error].to_numpy(float) for run in (first, last))
    covers = "new rows and new seeds, for these training sets"
    n = min(len(run.predictions.target(split)) for run in (first, last))
    estimate = float(b.mean() - a.mean())
    if any(rows.all_diverged(run, winner(run)) for run in (first, last)):
        return Difference(split, None, intervals.none(estimate, n, rows.DIVERGED))
    mine = rows.draws(first, winner(first), split)
    if not same_rows(first, last):
        # Row i of one has nothing to do with row i of the other.
        theirs = np.random.default_rng(SEED).permutation(rows.draws(last, winner(last), split))
        low, high = bootstrap.percentiles(theirs - mine)
        kind = "crossed bootstrap, each on its own rows"
        return Difference(split, None, Interval(estimate, low, high, n, kind, covers))
    shared = rows.rows_of_split(first, split)
    shared = shared if _same_outputs(first, last, split) else shared.other
    theirs = rows.draws(last, winner(last), split, rows=shared)
    low, high = bootstrap.percentiles(theirs - mine)
    new = Interval(estimate, low, high, n, "paired crossed bootstrap", covers)
    method = intervals.paired_t if same_seeds(first, last) else intervals.welch
    return Difference(split, method(b, a).within(*text.unit(first, error).apart), new)
