"""What ends a search: the first of its budgets to be met, by name.

All budgets but time count only the trials that the sampler has been told of, so they end a study at
the same trial however it is run; up to a window of trials is then still in training.
"""

import time
from dataclasses import dataclass, field

from sweeps.base import durations
from sweeps.study.spec import Study
from sweeps.training.task import Outcome


@dataclass
class Budget:
    """`trials` in all; `deadline` is on the monotonic clock, inf for never."""

    study: Study
    trials: int
    deadline: float = float("inf")
    met: str = field(default="", init=False)
    _epochs: int = field(default=0, init=False)
    _flops: float = field(default=0.0, init=False)
    _since_best: int = field(default=0, init=False)
    _best: float = field(default=float("inf"), init=False)

    def count(self, outcome: Outcome) -> None:
        """Count a trial that was told; each of its networks costs what the longest trained does."""
        if outcome.curves:
            replicates = outcome.curves["diverged"].shape[1]
            self._epochs += int(outcome.curves["epoch"][-1]) * replicates
            self._flops += float(outcome.curves["flops"][-1]) * replicates
        cost = self.study.objective.sign * outcome.value
        if outcome.state == "complete" and outcome.is_feasible and cost < self._best:
            self._best, self._since_best = cost, 0
        else:
            self._since_best += 1

    def ends(self) -> bool:
        """Whether no more trials are to be asked; `met` then says why."""
        self.met = self.met or self._reason()
        return bool(self.met)

    def is_late(self) -> bool:
        """Whether the time is up; `met` then says so."""
        if time.monotonic() >= self.deadline:
            self.met = self.met or "time: it is up"
            return True
        return False

    def _reason(self) -> str:
        limits = self.study.budgets
        if self.is_late():
            return self.met
        if limits.epochs is not None and self._epochs >= limits.epochs:
            return f"epochs: {self._epochs:,} of {limits.epochs:,} networks' epochs are spent"
        if limits.flops is not None and self._flops >= limits.flops:
            return f"flops: {self._flops:.3g} of {limits.flops:.3g} are spent"
        if limits.no_improvement is not None and self._since_best >= limits.no_improvement:
            return f"no_improvement: the best is {self._since_best} trials old"
        return ""


def deadline(study: Study, seconds: float | None) -> float:
    """When the search has to end: `seconds` from now, or as the study says."""
    if seconds is None and study.budgets.time is not None:
        seconds = durations.seconds(study.budgets.time)
    return time.monotonic() + seconds if seconds is not None else float("inf")
