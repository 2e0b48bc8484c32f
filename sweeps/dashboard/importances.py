"""The Dashboard's card of importances: the report's numbers, in place of Optuna's own defaults."""

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from sweeps.study.objectives import Goal

if TYPE_CHECKING:
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial

Card = list[dict[str, Any]]
GOALS: Mapping[str, Goal] = {"MINIMIZE": "minimize", "MAXIMIZE": "maximize"}  # in Optuna's words


class Importances:
    """A study's parameter importances by objective, computed anew when more trials are complete."""

    def __init__(self, storage: "BaseStorage") -> None:
        self._storage = storage
        self._known: dict[int, tuple[int, list[Card]]] = {}
        self._working = Lock()

    def of(self, study: int) -> list[Card]:
        """One list per objective: name, importance, distribution; empty with too few trials."""
        with self._working:
            trials = self._storage.get_all_trials(study, deepcopy=False)
            complete = sum(one.state.name == "COMPLETE" for one in trials)
            done, found = self._known.get(study, (-1, []))
            if done != complete:
                found = self._work_out(study, trials)
                self._known[study] = complete, found
            return found

    def _work_out(self, study: int, trials: "list[FrozenTrial]") -> list[Card]:
        from sweeps.results import frames

        return [
            _card(frames.importance(trials, GOALS[direction.name], objective), trials)
            for objective, direction in enumerate(self._storage.get_study_directions(study))
        ]


def _card(frame: Any, trials: "list[FrozenTrial]") -> Card:
    kinds = {
        name: type(kind).__name__ for one in trials for name, kind in one.distributions.items()
    }
    return [
        {
            "name": row.parameter,
            "importance": float(row.value),
            "distribution": kinds[row.parameter],
        }
        for row in frame.itertuples()
    ]
