"""Which trials are the best: those that keep the limits, then the front, then the objective."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sweeps.search import Finished
from sweeps.study.spec import Study
from sweeps.training.trial import Outcome


def best_first(study: Study, finished: Iterable[Finished]) -> list[Finished]:
    """The complete trials, best first; of equals the one asked first.

    Feasible before infeasible (these by how far they are beyond); with several objectives by front
    after front, and within one by the first objective.
    """
    complete = sorted(
        (f for f in finished if f.outcome.state == "complete"), key=lambda f: f.number
    )
    fronts = front_of(
        np.array([costs(study, f.outcome) for f in complete]).reshape(-1, len(study.objectives))
    )
    keys = {
        f.number: (*_beyond(f.outcome), int(front), standing(study, f.outcome)[-1])
        for f, front in zip(complete, fronts, strict=True)
    }
    return sorted(complete, key=lambda f: keys[f.number])


def standing(study: Study, outcome: Outcome) -> tuple[float, ...]:
    """Sorts outcomes by the first objective, those that keep the limits before the others."""
    return *_beyond(outcome), study.objective.sign * outcome.value


def _beyond(outcome: Outcome) -> tuple[bool, float]:
    beyond = sum(max(0.0, violation) for violation in outcome.violations.values())
    return not outcome.is_feasible, beyond


def costs(study: Study, outcome: Outcome) -> list[float]:
    """The objectives so that less is better."""
    return [o.sign * v for o, v in zip(study.objectives, outcome.values, strict=True)]


def front_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,): by rows of costs (n, k), 0 for those that none dominates, 1 for the next, and so on."""
    fronts = np.full(len(values), -1)
    left = np.arange(len(values))
    front = 0
    while len(left):
        rows = values[left]
        free = np.array([not _is_dominated(row, rows) for row in rows])
        fronts[left[free]] = front
        left, front = left[~free], front + 1
    return fronts


def _is_dominated(row: NDArray[np.float64], by: NDArray[np.float64]) -> bool:
    return bool(((by <= row).all(axis=1) & (by < row).any(axis=1)).any())


def front(study: Study, finished: Sequence[Finished]) -> list[Finished]:
    """The feasible trials of the Pareto front, by the first objective."""
    feasible = [f for f in finished if f.outcome.state == "complete" and f.outcome.is_feasible]
    if not feasible:
        return []
    places = front_of(np.array([costs(study, f.outcome) for f in feasible]))
    best = [f for f, place in zip(feasible, places, strict=True) if place == 0]
    return sorted(best, key=lambda f: standing(study, f.outcome))
