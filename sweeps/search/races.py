"""Racing: which trials begin with their first replicates alone, and what these are compared with.

A race over paired replicates in the spirit of F-Race (Birattari et al. 2002), with one stop.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sweeps.data import Dataset
from sweeps.search import pruners
from sweeps.search.pruners import History, PastTrial
from sweeps.study import racing_rules
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import networks
from sweeps.training.stop_rules import Race
from sweeps.training.task import Outcome

# Complete trials before the first race; and of how many the differences count, the latest.
STARTUP, RECENT = 5, 50
# In standard errors of the mean difference that the first replicates leave open.
MARGIN = 1.0
# Parameters of a network. Of smaller ones two take more than half the time of five together: what
# is saved where a trial stops is lost where it goes on (`python -m tests.benchmarks.racing`).
LARGE = 30_000


class Races:
    """What races need of the trials that were told."""

    def __init__(self, study: Study) -> None:
        self._sign, self._count = study.objective.sign, study.replicates.count
        self.first = racing_rules.first(self._count)
        self._pruner = pruners.of_costs(study.pruner, self._sign)
        self._history = History(study.epochs)  # of the first replicates
        self._best: NDArray[np.float64] | None = None
        self._complete = 0
        self._recent: deque[NDArray[np.float64]] = deque(maxlen=RECENT)

    def add(self, outcome: Outcome) -> None:
        """Add a trial that was told."""
        is_complete = outcome.state == "complete"
        costs = self._sign * outcome.each[:, : self.first].mean(axis=1)
        known = is_complete or outcome.is_outraced
        self._history.add(PastTrial(outcome.number, known, costs, np.empty((0, 0))))
        if not is_complete:
            return
        own = outcome.each[-1]
        self._complete += 1
        self._recent.append(own)
        if self._best is None or self._sign * (own.mean() - self._best.mean()) < 0:
            self._best = own

    def race(self, number: int) -> Race | None:
        """The race of trial `number`; None as long as too little is known."""
        if self._best is None or self._complete < STARTUP:
            return None
        open_share = 1 / self.first - 1 / self._count
        margin = MARGIN * spread(self._recent, self._best) * float(np.sqrt(open_share))
        rule = pruners.rule(self._pruner, self._history, number)
        return Race(self.first, tuple(self._best.tolist()), margin, rule)


def spread(trials: Sequence[NDArray[np.float64]], best: NDArray[np.float64]) -> float:
    """The median over trials (P,) of the SD of their replicates' differences from the best's."""
    differences = np.array([own - best for own in trials if own is not best])
    return float(np.median(differences.std(axis=1, ddof=1)))


def pays(study: Study, config: Config, dataset: Dataset | None) -> bool:
    """Whether a trial of this setting races; it hangs on the setting alone.

    dataset: None with a training function of the user's, which trains replicates one by one.
    """
    if not racing_rules.races(study):
        return False
    if study.search.racing is True or dataset is None:
        return True
    return networks.network(config, dataset).n_parameters >= LARGE
