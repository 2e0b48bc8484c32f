"""The trials of the runs before, as a run that goes on finds them: in the storage, with records."""

from functools import lru_cache
from typing import TYPE_CHECKING

from sweeps.storage.store import Store
from sweeps.study.space import Params
from sweeps.study.spec import Study
from sweeps.training.task import Outcome

if TYPE_CHECKING:
    import optuna


class Earlier:
    """All trials that the storage has when a run begins, and their records.

    budget: how many trials the run may have.
    """

    def __init__(self, study: Study, store: Store, budget: int) -> None:
        self.trials: list[optuna.trial.FrozenTrial] = store.trials()
        self._search, self._budget = study.search, budget
        # Each is looked at again as one of those that follow on another.
        self._record = lru_cache(maxsize=2 * study.search.window)(store.recorded)

    def record(self, number: int) -> tuple[Params, Outcome] | None:
        """As `Store.recorded` found it before this run trained anything."""
        return self._record(number)

    def is_in_flight(self, number: int) -> bool:
        """Whether a trial is asked, or asked again, while this one counts as running."""
        later = number + 1
        while later < self._budget and self._search.told_before(later) <= number:
            if later >= len(self.trials) or self._record(later) is None:
                return True
            later += 1
        return False
