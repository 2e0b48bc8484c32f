"""What the winner owes to having been chosen by the very seeds that report it.

Among settings that are nearly as good the luckiest wins, and its mean is too good. So seeds are
drawn again, the winner is chosen anew in each draw, and what it gains there over its own mean is
the correction (Efron, 2014, "Estimation and accuracy after model selection", smooths the estimate
by such draws). Intervals move by it; estimates remain the means of what was measured. To choose by
half of the seeds and to report by the others would widen the intervals by half.
"""

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run, once
from reports.stats import constraints, objectives
from reports.stats.intervals import Array

SEED = 20272
DRAWS = 1000
MOST = 1.5  # standard errors of its own: the luckiest of ten equals has no more


@once
def _choices(run: Run) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """(draws, replicates) seeds and (draws,) the place of the winner by them in `run.configs`.

    None where there is nothing to choose, or nothing known of it.
    """
    goal, counts = objectives.objectives(run)[0], {len(run.rows_of(one)) for one in run.configs}
    every = constraints.constraints(run)
    judged = {goal.metric, *(one.metric for one in every)} - {"seconds"}
    is_known = goal.metric != "seconds" and judged <= set(run.networks.columns)
    if len(run.configs) < 2 or len(counts) > 1 or counts == {1} or not is_known:
        return None
    count = counts.pop()
    drawn = np.random.default_rng([SEED, count]).integers(0, count, (DRAWS, count))
    costs = goal.sign * np.array([goal.number(each) for each in _values(run, goal.metric, drawn)])
    as_seen = np.arange(count)[None]
    seen = goal.sign * np.array([goal.number(each) for each in _values(run, goal.metric, as_seen)])
    if not np.isfinite(costs).all():
        return None
    costs = _as_close_as_may_be(seen, costs - seen)
    beyond = np.zeros_like(costs)
    for one in every:
        if one.metric != "seconds":
            beyond += [one.beyond(each.mean(axis=-1)) for each in _values(run, one.metric, drawn)]
    # Those that keep the constraints before the others, these by how far they are beyond.
    least = np.where(beyond > 0, np.inf, costs)
    kept = np.isfinite(least).any(axis=0)
    return drawn, np.where(kept, least.argmin(axis=0), beyond.argmin(axis=0))


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
    if key not in run.memo:
        run.memo[key] = _gain(run, metric, other)
    return float(run.memo[key])


def _gain(run: Run, metric: str, other: str | None) -> float:
    found = _choices(run)
    if found is None:
        return 0.0
    drawn, chosen = found
    off = np.array([each.mean(axis=-1) for each in _values(run, metric, drawn)])
    off -= [[run.rows_of(one)[metric].mean()] for one in run.configs]
    if not np.isfinite(off).all():
        return 0.0
    luck, own = off[chosen, np.arange(len(chosen))], off[0]
    if other is not None and other in run.configs:
        rival = off[run.configs.index(other)]
        lost = chosen != run.configs.index(other)
        luck, own = (luck - rival)[lost], own - rival
    if not len(luck):
        return 0.0
    # What a rival would owe to its seeds, such as one that diverged, is no luck of the winner's.
    most = MOST * float(own.std())
    return -float(np.clip(luck.mean(), -most, most))


def _values(run: Run, metric: str, drawn: NDArray[np.intp]) -> list[Array]:
    """By setting: (draws, replicates) values of the networks of these seeds."""
    return [run.rows_of(one)[metric].to_numpy(float)[drawn] for one in run.configs]
