"""What the search alone knows of a setting that was not confirmed, with an interval where it can.

Honest only of what was not chosen for the number: the cells of a grid, of one trial each.
"""

import math

import numpy as np

from reports import units
from reports.frames import Run
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import LEVEL, Interval
from reports.stats.sampling.out_of_fold import WIDENING

CHOSEN = "the best of its trials, chosen by this number"


def error(run: Run, trial: int, of: int = 1) -> Interval:
    """The plain dev error of a trial of the search, of `of` trials among which it was chosen.

    Of folds by t over them, widened as training sets share rows (`out_of_fold`): each has rows and
    networks of its own. On one split the networks share their rows, so to their scatter that of a
    share of so many rows is added; of an RMSE nothing is known of the rows.
    """
    row = run.trials[run.trials["trial"] == trial].iloc[0]
    mean, sd, count = float(row["dev_error"]), float(row["dev_error_sd"]), int(row["replicates"])
    if row["diverged"]:
        return intervals.none(mean, count, f"{row['diverged']} of {count} networks diverged")
    if of > 1:
        return intervals.none(mean, count, CHOSEN)
    if count < 2 or not math.isfinite(sd):
        return intervals.none(mean, count, "one replicate")
    is_folds = "resample" in run.provenance["search"]
    rows = 0 if run.regression else int(run.provenance["data"]["dev"])
    of_networks, of_rows, covers = sd**2 / count, 0.0, "new seeds, on these rows"
    if is_folds:
        of_networks, covers = WIDENING**2 * of_networks, "new rows, networks and training sets"
    elif rows:
        of_rows, covers = mean * (1 - mean) / rows, "new rows and new seeds"
    half = _half(of_networks, count, of_rows, rows)
    kind = "t over folds" if is_folds else "t over replicates"
    found = Interval(mean, mean - half, mean + half, count, kind, covers)
    return found.within(*units.unit(run, "dev_error").ends)


def _half(of_networks: float, count: int, of_rows: float, rows: int) -> float:
    """The half-width, with the degrees of freedom of Satterthwaite (1946)."""
    from scipy import special

    both = of_networks + of_rows
    parts = of_networks**2 / (count - 1) + of_rows**2 / max(rows - 1, 1)
    freedom = both**2 / parts if parts else 1.0
    return float(special.stdtrit(freedom, 0.5 + LEVEL / 2)) * math.sqrt(both)


def errors(run: Run, trials: list[int | None]) -> np.ndarray:
    """(trials,) plain dev errors in the search; NaN where there is no trial."""
    known = run.trials.set_index("trial")["dev_error"]
    return np.array([math.nan if one is None else float(known[one]) for one in trials])
