"""The gaps of a ledger measured: each with its interval, its probability and its sources of noise.

Bias has a t over networks (its rows are the training set itself); the others are crossed over
networks and rows. Out of fold all are for new training sets, too, and widened as other numbers are.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports import units
from reports.frames import Run
from reports.stats.bias_variance.gaps import BIAS, VARIANCE, Gap
from reports.stats.sampling import bootstrap, intervals, looks, resampling, weighing
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.sampling.out_of_fold import WIDENING
from reports.stats.settings.rows import (
    DIVERGED,
    covers,
    draws,
    group,
    others,
    rooted,
    row_losses,
    rows_of_split,
    seeds_of,
    values,
)

NETWORKS = "new networks and training sets, on these rows"


def widened(run: Run, each: Array) -> float:
    """Of networks (P,) out of fold the least standard error of their mean; else 0."""
    if run.folds is None or len(each) < 2:
        return 0.0
    return WIDENING * float(each.std(ddof=1)) / math.sqrt(len(each))


@dataclass(frozen=True)
class ErrorScale:
    """What the train error can be: its ends, and the rows it is a share of (0: it is none).

    least: the standard error of its mean is taken for no smaller; covers: what its interval does;
    stretch: by what that is widened (`reports.stats.sampling.looks`).
    """

    ends: tuple[float, float]
    rows: int
    least: float = 0.0
    covers: str = "new seeds, for this training set"
    stretch: float = 1.0


def scale_of(run: Run, kind: str, train: Array) -> ErrorScale:
    """Of networks with such train errors (P,)."""
    rows = 0 if run.regression or kind != "error" else int(run.provenance["data"]["train"])
    found = ErrorScale(units.unit(run, f"train_{kind}").ends, rows, stretch=looks.stretch(run))
    if run.folds is None:
        return found
    return replace(found, least=widened(run, train), covers=NETWORKS)


def bias(train: Array, reference: float, margin: float, scale: ErrorScale) -> Gap:
    """Train - reference, of (P,) train errors."""
    n = len(train)
    least = max(intervals.one_row(n, scale.rows), scale.least)
    low, high = (end - reference for end in scale.ends)
    found = intervals.t_mean(train - reference, scale.covers, least)
    found = found.stretched(scale.stretch).within(low, high)
    error = float(train.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    error = max(error, scale.least)
    p = intervals.p_above(train - reference, margin, least)
    return Gap(BIAS, found, p, margin, error, 0.0, 0)


def row_gap(run: Run, config: str, kind: str, name: str, train: Array, margin: float) -> Gap:
    """Dev - train (rows of dev resampled) or test - dev (rows of both, independently)."""
    replicates = len(train)
    upper, lower = ("dev", "train") if name == VARIANCE else ("test", "dev")
    parts = [split for split in (upper, lower) if split != "train"]
    losses = {split: row_losses(run, config, split, kind) for split in parts}
    drawn = {split: draws(run, config, split, kind) for split in parts}
    drawn["train"] = seeds_of(run, replicates) @ train
    found = drawn[upper] - drawn[lower]
    low, high = bootstrap.percentiles(found)
    of_rows = math.hypot(
        *(
            row_error(losses[one], rooted(run, kind), group(run, one), weighing.of_rows(run, one))
            * rows_of_split(run, one).widening
            for one in parts
        )
    )
    unit = rows_of_split(run, upper).unit
    n = min(losses[split].shape[1] for split in parts)
    estimate, seed_error = _between_networks(run, config, kind, upper, lower)
    interval = Interval(estimate, low, high, n, "crossed bootstrap", covers(run, unit))
    interval = interval.stretched(looks.stretch(run))
    if not all(run.predictions.has(config, split) for split in parts):
        interval = replace(interval, covers="new seeds, on these rows")
    if replicates < 2:
        interval = replace(interval, covers=f"new {unit}, for this one trained network")
    p = float((found > margin).mean()) if replicates > 1 else math.nan
    return Gap(name, interval, p, margin, seed_error, of_rows, n)


def _between_networks(
    run: Run, config: str, kind: str, upper: str, lower: str
) -> tuple[float, float]:
    """A gap's estimate, and its standard error from the networks alone."""
    rows, replicates = run.rows_of(config), len(run.rows_of(config))
    if run.folds is None:
        gap = (rows[f"{upper}_{kind}"] - rows[f"{lower}_{kind}"]).to_numpy(float)
        error = float(gap.std(ddof=1)) / math.sqrt(replicates) if replicates > 1 else math.nan
        return float(gap.mean()), error
    each = {"dev": others(run, config, kind)}
    means = {"dev": float(values(run, config, "dev", kind).mean())}
    off = {"dev": each["dev"].off}
    for split in {upper, lower} - {"dev"}:
        known = rows[f"{split}_{kind}"].to_numpy(float)
        means[split], off[split] = float(known.mean()), known - known.mean()
    apart = replace(each["dev"], off=off[upper] - off[lower])
    return means[upper] - means[lower], apart.error


def lost(gap: Gap) -> Gap:
    """The gap between the worst values of networks that all diverged: nothing follows from it."""
    found = intervals.none(gap.interval.estimate, gap.interval.n, DIVERGED)
    return replace(gap, interval=found, p=math.nan)


def row_error(
    losses: Array, root: bool, of: NDArray[Any] | None, weight: Array | None = None
) -> float:
    """The standard error, from the rows alone, of the mean over replicates and rows."""
    means = resampling.mean(losses, weight)
    slope = 1 / (2 * np.sqrt(np.maximum(means, 1e-30))) if root else np.ones_like(means)
    error = bootstrap.standard_error((losses * slope[:, None]).mean(axis=0), of, weight)
    return error if math.isfinite(error) else 0.0


def paired(run: Run, ours: Array, theirs: Array, least: float = 0.0) -> Interval:
    """T on what the networks of two settings differ by."""
    found = intervals.paired_t(ours, theirs, max(least, widened(run, ours - theirs)))
    return found if run.folds is None else replace(found, covers=NETWORKS)
