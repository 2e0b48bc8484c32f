"""Two runs against each other: the difference of their winners, by what both were after."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reports import text
from reports.frames import Run, RunFolderError
from reports.stats.sampling import bootstrap, intervals, looks, out_of_fold
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import differences, measures, objectives, paired_draws, rows
from reports.stats.settings.differences import Difference
from reports.stats.settings.measures import Measure

SEED = 20271


def same_rows(first: Run, second: Run) -> bool:
    """Whether both were scored on the same rows: the same data, divided the same way."""
    mine, theirs = (_rows_of(run) for run in (first, second))
    return mine == theirs and all(
        np.array_equal(first.predictions.target(split), second.predictions.target(split))
        for split in first.splits
    )


def _rows_of(run: Run) -> tuple[Any, ...]:
    data = run.provenance["data"]
    keys = ("sha256", "split", "train", "dev", "test", "weight")
    return run.task, *(str(data.get(key)) for key in keys)


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


def measure(first: Run, last: Run) -> Measure:
    """The first objective of both; else, with a reason, the plain error."""
    ours, theirs = measures.measure(first), measures.measure(last)
    names = [objectives.objectives(run)[0].name for run in (last, first)]
    if (ours.of_rows or ours.metric) != (theirs.of_rows or theirs.metric):
        other = f"searched for {names[0]}, the first for {names[1]}" * (names[0] != names[1])
        return measures.plain(
            ours.why or theirs.why or f"{text.capital(other)}: compared by plain error."
        )
    if (
        ours.metric == "epochs_to_target"
        and first.provenance["targets"] != last.provenance["targets"]
    ):
        return measures.plain("Their targets differ: compared by plain error.")
    if not ours.of_rows and not ours.unit(first).is_count and not same_rows(first, last):
        return measures.plain(
            f"{text.capital(names[1])} of other rows says nothing of new ones: compared by plain "
            "error."
        )
    return ours


def judged(runs: Sequence[Run]) -> str:
    """The split whose rows decide in each of the runs; where they do not agree "test", if any."""
    found = {run.judged for run in runs}
    if not all(run.has_test for run in runs):
        return "dev"
    return found.pop() if len(found) == 1 else "test"


def difference(
    first: Run, last: Run, split: str | None = None, by: Measure | None = None
) -> Difference:
    """Last - first on the split "dev" or "test", by `measure` if nothing else is said.

    split: `judged` if nothing else is said. Raises RunFolderError where a run was not confirmed,
    and for other tasks.
    """
    if first.regression != last.regression:
        raise RunFolderError(
            f"{last.folder}: expected a run of {first.task}, got one of {last.task}: "
            "their errors are not of one kind"
        )
    split, names = split or judged((first, last)), (winner(first), winner(last))
    by = by or measure(first, last)
    a, b = (
        measures.values(run, name, by, split)
        for run, name in zip((first, last), names, strict=True)
    )
    b = _in_first(first, last, by) * b
    n = min(len(run.predictions.target(split)) for run in (first, last))
    is_lost = any(rows.all_diverged(run, winner(run)) for run in (first, last))
    if is_lost and not by.unit(first).is_count:
        estimate = float(b.mean() - a.mean())
        return Difference(by, split, intervals.none(estimate, n, rows.DIVERGED), None)
    here = None
    is_folds = by.of_rows and all(out_of_fold.applies(run, split) for run in (first, last))
    if is_folds and same_rows(first, last):
        here = paired_draws.over_networks((last, names[1]), (first, names[0]), by)
        here = here.within(*by.unit(first, split).apart)
    elif same_rows(first, last) or not by.of_rows:
        here = differences.paired(b, a, by) if same_seeds(first, last) else _apart(b, a)
        here = here.within(*by.unit(first).apart)
    return Difference(by, split, _new_rows(first, last, by, split) if by.of_rows else None, here)


def _in_first(first: Run, last: Run, by: Measure) -> float:
    """What the last run's values are multiplied by: SDs of a target are of each run's own rows."""
    if first.target_sd is None or last.target_sd is None:
        return 1.0
    power = {measures.ERROR: 1, "mean_absolute_error": 1, "loss": 2}.get(by.of_rows, 0)
    return (last.target_sd / first.target_sd) ** power


def _apart(a: intervals.Array, b: intervals.Array) -> Interval:
    """Welch's t; none where each side's values are all the same, as costs are."""
    if len(a) > 1 and len(b) > 1 and len(set(a)) == len(set(b)) == 1:
        return intervals.none(float(a[0] - b[0]), min(len(a), len(b)), intervals.SAME)
    return intervals.welch(a, b)


def _new_rows(first: Run, last: Run, by: Measure, split: str) -> Interval:
    """Paired where the rows are the same: the same draws of them."""
    ends = [float(measures.values(run, winner(run), by, split).mean()) for run in (first, last)]
    unit = _in_first(first, last, by)
    ends[1] *= unit
    n = min(len(run.predictions.target(split)) for run in (first, last))
    covers = "new rows and new seeds, for these training sets"
    if all(run.folds is not None for run in (first, last)):
        covers = rows.covers(first, rows.rows_of_split(first, split).unit)
    if not same_rows(first, last):
        # Row i of one has nothing to do with row i of the other.
        mine, theirs = (measures.draws(run, winner(run), by, split) for run in (first, last))
        theirs = np.random.default_rng(SEED).permutation(_wider(last, unit * theirs, split))
        apart = theirs - _wider(first, mine, split)
        kind, covers = (
            "crossed bootstrap, each on its own rows",
            "new rows, seeds and training sets",
        )
    else:
        shared = rows.rows_of_split(first, split)
        shared = shared if _same_outputs(first, last, split) else shared.other
        apart = -paired_draws.of_winners(
            (first, winner(first)), (last, winner(last)), by, split, shared
        )
        kind = "paired crossed bootstrap"
    found = Interval(ends[1] - ends[0], *bootstrap.percentiles(apart), n, kind, covers)
    return found.stretched(max(map(looks.stretch, (first, last)))).within(*by.unit(first).apart)


def _wider(run: Run, drawn: intervals.Array, split: str) -> intervals.Array:
    """Draws of rows alone made as wide as if the training set, too, had been drawn.

    Out of fold they are so wide already.

    Its part is about the rows' times those that are scored over those that are trained on (Nadeau
    and Bengio, 2003).
    """
    if run.folds is not None:
        return drawn
    share = len(run.predictions.target(split)) / int(run.provenance["data"]["train"])
    wider: intervals.Array = drawn.mean() + math.sqrt(1 + share) * (drawn - drawn.mean())
    return wider
