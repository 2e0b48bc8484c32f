"""What the winner owes to having been chosen by the very seeds that report it.

Among settings that are nearly as good the luckiest wins, and its mean is too good. So seeds are
drawn again, the winner is chosen anew in each draw, and what it gains there over its own mean is
the correction (Efron, 2014, "Estimation and accuracy after model selection", smooths the estimate
by such draws). Intervals move by it; estimates remain the means of what was measured. To choose by
half of the seeds and to report by the others would widen the intervals by half. Out of fold rows
are drawn again with the networks, for they choose, too: in the search before (`fold_draws`).
"""

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run, once
from reports.stats.sampling.intervals import Array
from reports.stats.settings import constraints, fold_draws, objectives

SEED = 20272
DRAWS = 1000
MOST = 1.5  # standard errors of its own: the luckiest of ten equals has no more


@once
def _choices(run: Run) -> NDArray[np.intp] | None:
    """(draws,) the place of the winner in `run.configs`, by seeds (and rows) drawn again.

    None where there is nothing to choose, or nothing known of it.
    """
    goal, counts = objectives.objectives(run)[0], {len(run.rows_of(one)) for one in run.configs}
    every = constraints.constraints(run)
    judged = {goal.metric, *(one.metric for one in every)} - {"seconds"}
    is_known = goal.metric != "seconds" and judged <= set(run.networks.columns)
    if len(run.configs) < 2 or len(counts) > 1 or counts == {1} or not is_known:
        return None
    seen = goal.sign * np.array([[goal.number(each)] for each in _each(run, goal.metric)])
    costs = goal.sign * _costs(run, goal)
    if not np.isfinite(costs).all():
        return None
    costs = _as_close_as_may_be(seen, costs - seen)
    beyond = np.zeros_like(costs)
    for one in every:
        if one.metric != "seconds":
            means = [each.mean() for each in _each(run, one.metric)]
            off = _off(run, one.metric)
            beyond += [one.beyond(mean + each) for mean, each in zip(means, off, strict=True)]
    # Those that keep the constraints before the others, these by how far they are beyond.
    least = np.where(beyond > 0, np.inf, costs)
    kept = np.isfinite(least).any(axis=0)
    chosen: NDArray[np.intp] = np.where(kept, least.argmin(axis=0), beyond.argmin(axis=0))
    return chosen


def _each(run: Run, metric: str) -> list[Array]:
    """(replicates,) values of each setting's networks."""
    return [run.rows_of(one)[metric].to_numpy(float) for one in run.configs]


def _drawn(run: Run) -> NDArray[np.intp]:
    """(draws, replicates) seeds."""
    count = len(run.rows_of(run.configs[0]))
    return np.random.default_rng([SEED, count]).integers(0, count, (DRAWS, count))


def _costs(run: Run, goal: objectives.Objective) -> Array:
    """(settings, draws) of the objective; out of fold of its mean, about the number it is."""
    if run.folds is None:
        drawn = _drawn(run)
        return np.array([goal.number(each[drawn]) for each in _each(run, goal.metric)])
    seen = np.array([[goal.number(each)] for each in _each(run, goal.metric)])
    return seen + fold_draws.off(run, goal.metric)


def _off(run: Run, metric: str) -> Array:
    """(settings, draws) by how much a draw's mean is off the mean of what was measured."""
    if run.folds is not None:
        return fold_draws.off(run, metric)
    drawn = _drawn(run)
    return np.array([each[drawn].mean(axis=-1) - each.mean() for each in _each(run, metric)])


def _as_close_as_may_be(seen: Array, off: Array) -> Array:
    """(settings, draws) costs whose means lie no further apart than noise leaves of what was seen.

    The settings' means (settings, 1), the winner's first, scatter more than what they are means of,
    and equals would seem to be well apart. So of the square of each distance to the winner that of
    its noise is taken off. off: (settings, draws) around these means.
    """
    apart = seen - seen[0]
    noise = (off - off[0]).var(axis=1, keepdims=True)
    closer: Array = np.sign(apart) * np.sqrt(np.maximum(apart**2 - noise, 0.0)) + off
    return closer


def gain(run: Run, metric: str, other: str | None = None) -> float:
    """By how much a mean of the winner's, such as "test_error", is expected to be too low.

    other: a setting that was not chosen, to say it of the winner's difference to it. To be added
    to the bounds; below 0 where more is better.
    """
    key = f"gain/{metric}/{other}"
    return run.kept(key, lambda: _gain(run, metric, other))


def _gain(run: Run, metric: str, other: str | None) -> float:
    chosen = _choices(run)
    earlier = fold_draws.search_luck(run, metric, other)
    if chosen is None:
        return earlier
    off = _off(run, metric)
    if not np.isfinite(off).all():
        return earlier
    luck, own = off[chosen, np.arange(len(chosen))], off[0]
    if other is not None and other in run.configs:
        rival = off[run.configs.index(other)]
        lost = chosen != run.configs.index(other)
        luck, own = (luck - rival)[lost], own - rival
    if not len(luck):
        return earlier
    # What a rival would owe to its seeds, such as one that diverged, is no luck of the winner's.
    most = MOST * float(own.std())
    here = -float(np.clip(luck.mean(), -most, most))
    # Not their sum: those chosen by the search for their rows are alike in what they owe to them.
    return max(here, earlier, key=abs)
