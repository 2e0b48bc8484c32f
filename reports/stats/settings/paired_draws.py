"""Draws of a difference of two settings in a measure of rows, on the same rows."""

from reports.frames import Run
from reports.stats.sampling import bootstrap, intervals, looks, out_of_fold, scored, scores
from reports.stats.sampling.bootstrap import RowWeights
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.settings import measures, rows
from reports.stats.settings.measures import ERROR, Measure
from reports.stats.settings.rows import Confirmed


def difference_draws(
    first: Confirmed, second: Confirmed, by: Measure, split: str, other: RowWeights | None = None
) -> Array:
    """(draws,) first - second as measured, on the same rows.

    other: as in `rows.difference_draws`.
    """
    if by.of_rows in (ERROR, "loss"):
        return rows.difference_draws(first, second, split, by.of_rows, other)
    run = first[0]
    drawn = rows.rows_of_split(run, split)
    ours, theirs = (measures.losses_of(*one, by, split) for one in (first, second))
    if ours is None or theirs is None:
        found: Array = measures.uncorrected_draws(*first, by, split)
        return found - measures.uncorrected_draws(*second, by, split, other or drawn.other)
    if out_of_fold.applies(run, split):
        sides = _side(*first, by), _side(*second, by)
        return out_of_fold.difference_draws(sides, (drawn, drawn), run, "mean")
    seeds = (rows.seeds_of(run, len(ours)), rows.seeds_of(run, len(theirs)))
    return bootstrap.number_difference(ours, theirs, seeds, drawn)


def over_networks(first: Confirmed, second: Confirmed, by: Measure) -> Interval:
    """Out of fold: first - second for new networks and training sets, on these rows."""
    run, drawn = first[0], rows.rows_of_split(first[0], "dev")
    if by.of_rows in (ERROR, "loss") or scores.SCORES[by.of_rows].losses is not None:
        sides = _side(*first, by), _side(*second, by)
        apart = out_of_fold.network_draws(sides, drawn, run, rows.shape(first, second, by.of_rows))
    else:
        each = [scored.others(*one, by.of_rows).draws(run) for one in (first, second)]
        apart = each[0] - each[1]
    means = [float(measures.values(*one, by, "dev").mean()) for one in (first, second)]
    estimate, n = means[0] - means[1], len(run.rows_of(first[1]))
    if not apart.any():
        return intervals.none(estimate, n, "one pass over the rows")
    low, high = bootstrap.percentiles(estimate + apart)
    covers = "new networks and training sets, on these rows"
    found = Interval(estimate, low, high, n, "t over networks", covers)
    return found.stretched(max(looks.stretch(one) for one, _ in (first, second)))


def _side(run: Run, config: str, by: Measure) -> out_of_fold.Side:
    if by.of_rows in (ERROR, "loss"):
        return rows.side(run, config, by.of_rows)
    losses = measures.losses_of(run, config, by, "dev")
    if losses is None:
        raise ValueError(f"_side: expected a score of rows, got {by.of_rows}")
    return losses, out_of_fold.networks(run, config)


def of_winners(
    first: Confirmed, second: Confirmed, by: Measure, split: str, other: RowWeights
) -> Array:
    """(draws,) first - second, two runs' winners on the same rows, each moved by its luck."""
    lucks = [measures.gain(run, by, split) for run, _ in (first, second)]
    moved: Array = difference_draws(first, second, by, split, other) + lucks[0] - lucks[1]
    return moved
