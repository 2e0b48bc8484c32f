"""Errors and losses on new rows, of confirmed configurations and of their differences."""

import math
from dataclasses import replace

import numpy as np

from reports import text, units
from reports.frames import Run
from reports.stats.sampling import bootstrap, intervals, looks, out_of_fold
from reports.stats.sampling.bootstrap import RowWeights
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.sampling.losses import FLOOR as FLOOR
from reports.stats.sampling.losses import SEED as SEED
from reports.stats.sampling.losses import group as group
from reports.stats.sampling.losses import others as others
from reports.stats.sampling.losses import rooted as rooted
from reports.stats.sampling.losses import row_losses as row_losses
from reports.stats.sampling.losses import rows_of_split as rows_of_split
from reports.stats.sampling.losses import seeds_of as seeds_of
from reports.stats.sampling.losses import side as side
from reports.stats.sampling.losses import units_of_split as units_of_split
from reports.stats.sampling.losses import values as values
from reports.stats.settings import choosing
from reports.stats.settings.diverged import DIVERGED as DIVERGED
from reports.stats.settings.diverged import all_diverged as all_diverged

NO_TEST = "there are no test rows"
Confirmed = tuple[Run, str]  # a configuration of a run


def new_rows(run: Run, config: str, split: str, kind: str = "error") -> Interval:
    """The interval of a configuration's error (or loss) on new rows.

    For new seeds alone where the predictions are not known; none where every network diverged, for
    the worst value is a convention, and was not measured. The winner's is moved by what it owes to
    being chosen (`reports.stats.settings.choosing`).
    """
    if split not in run.splits:
        return intervals.none(math.nan, 0, NO_TEST)
    if all_diverged(run, config):
        rows = run.rows_of(config)
        return intervals.none(float(rows[f"{split}_{kind}"].mean()), len(rows), DIVERGED)
    name = f"{split}_{kind}"
    found = _new_rows(run, config, split, kind).stretched(looks.stretch(run))
    found = found.within(*units.unit(run, name).ends)
    if config != run.winner:
        return found
    return found.moved(choosing.gain(run, name)).within(*units.unit(run, name).ends)


def _new_rows(run: Run, config: str, split: str, kind: str) -> Interval:
    if out_of_fold.applies(run, split):
        found, drawn = _parts(run, config, kind), rows_of_split(run, split)
        ends = found.on_odds() if kind == "error" and not run.regression else found.on_log()
        what = crossed(run, split) + drawn.unit
        n, bounds = drawn.group.size, bootstrap.percentiles(ends)
        return Interval(found.estimate, *bounds, n, what, covers(run, drawn.unit))
    if not run.predictions.has(config, split):
        name = f"{split}_{kind}"
        alone = intervals.t_mean(run.rows_of(config)[name].to_numpy(float))
        return alone.within(*units.unit(run, name).ends)
    losses = row_losses(run, config, split, kind)
    seeds, rows = seeds_of(run, len(losses)), rows_of_split(run, split)
    if kind == "error" and not run.regression:
        measured = bootstrap.proportion(losses, seeds, rows)
    else:
        measured = bootstrap.crossed(losses, seeds, rows, rooted(run, kind))
    return measured if len(losses) == 1 else replace(measured, covers=covers(run, rows.unit))


def crossed(run: Run, split: str) -> str:
    """The kind of an interval on new rows, but for what is drawn."""
    return out_of_fold.CROSSED if out_of_fold.applies(run, split) else bootstrap.CROSSED


def covers(run: Run, unit: str) -> str:
    """What an interval on new rows covers, in words; unit: "rows", or "groups" of them."""
    if run.folds is not None:
        return f"new {unit}, networks and training sets"
    return f"new {unit} and new seeds, for this training set"


def _parts(run: Run, config: str, kind: str, rows: RowWeights | None = None) -> bootstrap.Parts:
    """Out of fold."""
    own, rows = (run, config), rows or rows_of_split(run, "dev")
    return out_of_fold.parts(*side(*own, kind), rows, run, shape(own, own, kind))


def shape(first: Confirmed, second: Confirmed, kind: str) -> out_of_fold.Shape:
    """Out of fold: what a value is of its rows' losses."""
    run = first[0]
    if rooted(run, kind):
        return "root"
    known = all(one.predictions.has(config, "dev") for one, config in (first, second))
    return "share" if known and kind == "error" and not run.regression else "mean"


def draws(
    run: Run, config: str, split: str, kind: str = "error", rows: RowWeights | None = None
) -> Array:
    """(draws,) resampled means on the shared draws; differences of two such arrays are paired.

    Of a difference on the same rows, the second side has `rows.other` of the first. The winner's
    are moved by what it owes to being chosen.
    """
    gain = choosing.gain(run, f"{split}_{kind}") if config == run.winner else 0.0
    return uncorrected_draws(run, config, split, kind, rows) + gain


def uncorrected_draws(
    run: Run, config: str, split: str, kind: str = "error", rows: RowWeights | None = None
) -> Array:
    """As `draws`, but the winner's as they were measured: of a difference both sides move."""
    if rows is not None:
        return _draws(run, config, split, kind, rows)
    key = f"draws/{config}/{split}/{kind}"
    return run.kept(key, lambda: _draws(run, config, split, kind, rows_of_split(run, split)))


def _draws(run: Run, config: str, split: str, kind: str, rows: RowWeights) -> Array:
    if out_of_fold.applies(run, split):
        is_share = kind == "error" and not run.regression
        return _parts(run, config, kind, rows).added(1.0 if is_share else np.inf)
    losses = row_losses(run, config, split, kind)
    seeds = seeds_of(run, len(losses))
    if kind == "error" and not run.regression and run.predictions.has(config, split):
        return bootstrap.error_draws(losses, seeds, rows)
    return bootstrap.crossed_draws(losses, seeds, rows, rooted(run, kind))


def difference_draws(
    first: Confirmed, second: Confirmed, split: str, kind: str, other: RowWeights | None = None
) -> Array:
    """(draws,) first - second in error or loss, as measured, on the same rows and shared draws.

    other: the row draws of the second, of shares of rows; else those that pair with the first's.
    """
    run = first[0]
    drawn = rows_of_split(run, split)
    if out_of_fold.applies(run, split):
        sides = side(*first, kind), side(*second, kind)
        pair = (drawn, other or drawn.other)
        return out_of_fold.difference_draws(sides, pair, run, shape(first, second, kind))
    if kind == "error" and not run.regression:
        theirs = uncorrected_draws(*second, split, rows=other or drawn.other)
        found: Array = uncorrected_draws(*first, split) - theirs
        return found
    losses = [row_losses(*one, split, kind) for one in (first, second)]
    seeds = (seeds_of(run, len(losses[0])), seeds_of(run, len(losses[1])))
    return bootstrap.number_difference(losses[0], losses[1], seeds, drawn, rooted(run, kind))


def difference_on_new_rows(
    run: Run, first: str, second: str, split: str, kind: str = "error"
) -> Interval:
    """First - second in error or loss on new rows and new seeds."""
    means = [float(values(run, config, split, kind).mean()) for config in (first, second)]
    estimate, n = means[0] - means[1], len(run.predictions.target(split))
    lost = [config for config in (first, second) if all_diverged(run, config)]
    if lost:
        return intervals.none(estimate, n, f"{DIVERGED} of {text.listing(lost)}")
    drawn = difference_draws((run, first), (run, second), split, kind)
    if run.winner in (first, second):
        rival, sign = (second, 1) if first == run.winner else (first, -1)
        drawn = drawn + sign * choosing.gain(run, f"{split}_{kind}", rival)
    unit = rows_of_split(run, split).unit
    kind, what = "paired crossed bootstrap", covers(run, unit)
    if max(len(run.rows_of(config)) for config in (first, second)) == 1:
        kind, what = f"paired bootstrap over {unit}", f"new {unit}, for these two trained models"
    found = Interval(estimate, *bootstrap.percentiles(drawn), n, kind, what)
    return found.stretched(looks.stretch(run))
