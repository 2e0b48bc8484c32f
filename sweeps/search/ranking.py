"""Which trials are the best: by the constraints kept, then the Pareto front, then the objective."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sweeps.search import Finished
from sweeps.study.spec import Study
from sweeps.training.task import Outcome


def best_first(study: Study, finished: Iterable[Finished]) -> list[Finished]:
    """The complete trials, best first; of equals the one asked first comes first.

    Feasible trials come before infeasible ones, which are ordered by the sum of their violations.
    With several objectives feasible trials are ordered by Pareto front, within a front by the first
    objective.
    """
    complete = sorted(
        (f for f in finished if f.outcome.state == "complete"), key=lambda f: f.number
    )
    feasible = [f for f in complete if f.outcome.is_feasible]
    places = front_of(
        np.array([costs(study, f.outcome) for f in feasible]).reshape(-1, len(study.objectives))
    )
    fronts = {f.number: int(place) for f, place in zip(feasible, places, strict=True)}
    keys = {
        f.number: (*_beyond(f.outcome), fronts.get(f.number, 0), sort_key(study, f.outcome)[-1])
        for f in complete
    }
    return sorted(complete, key=lambda f: keys[f.number])


def sort_key(study: Study, outcome: Outcome) -> tuple[float, ...]:
    """Sorts outcomes by the first objective, those that keep the constraints before the others."""
    return *_beyond(outcome), study.objective.sign * outcome.value


def _beyond(outcome: Outcome) -> tuple[bool, float]:
    beyond = sum(max(0.0, violation) for violation in outcome.violations.values())
    return not outcome.is_feasible, beyond


def costs(study: Study, outcome: Outcome) -> list[float]:
    """The objectives with their signs such that less is better."""
    return [o.sign * v for o, v in zip(study.objectives, outcome.values, strict=True)]


def front_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) the Pareto front of each row of costs (n, k): 0 for rows that no row dominates.

    Front 1 is the same without front 0's rows, and so on. In lexicographic order no row is
    dominated by a later one, and a row that no member of a front dominates is dominated by none of
    the fronts behind it: Zhang et al. (2015), with bisection.
    """
    rows, place = np.unique(values, axis=0, return_inverse=True)
    if values.shape[1] == 1:
        return place.reshape(-1)
    # Rows are sorted by the first column, in which earlier rows are no worse: it need not be asked.
    columns = np.ascontiguousarray(rows.T[1:])
    fronts = np.empty(len(rows), np.int64)
    behind = 0
    for n in range(len(rows)):
        # No row equals another: one that is nowhere worse dominates.
        no_worse = np.logical_and.reduce([column[:n] <= column[n] for column in columns])
        first, last = 0, behind
        while first < last:
            middle = (first + last) // 2
            if no_worse[fronts[:n] == middle].any():
                first = middle + 1
            else:
                last = middle
        fronts[n] = first
        behind = max(behind, first + 1)
    return fronts[place.reshape(-1)]


def front(study: Study, finished: Sequence[Finished]) -> list[Finished]:
    """The feasible trials of the Pareto front, by the first objective."""
    feasible = [f for f in finished if f.outcome.state == "complete" and f.outcome.is_feasible]
    if not feasible:
        return []
    places = front_of(np.array([costs(study, f.outcome) for f in feasible]))
    best = [f for f, place in zip(feasible, places, strict=True) if place == 0]
    return sorted(best, key=lambda f: sort_key(study, f.outcome))
