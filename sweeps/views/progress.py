"""The search as it goes: trials done, pruned and failed, time left, the best so far."""

import time

from rich.console import Console

from sweeps.base import durations
from sweeps.search import Finished, ranking
from sweeps.storage import folders
from sweeps.study.spec import Study
from sweeps.training.task import Outcome
from sweeps.views import wording
from sweeps.views.bar import Bar
from sweeps.views.seconds_left import SecondsLeft

# Elsewhere than in a terminal: seconds between two lines.
EVERY = 10.0


class Progress:
    """Trials done, pruned and failed; the best so far with its spread; time left."""

    def __init__(
        self, console: Console, budget: int, study: Study, sd: float | None = None
    ) -> None:
        """sd: of the one number that is predicted, in whose own unit errors are told."""
        self._budget, self._study, self._sd = budget, study, sd
        self._counts = dict.fromkeys(folders.STATES, 0)
        self._best: Finished | None = None
        self._new = 0
        self._started = time.monotonic()
        self._left = SecondsLeft()
        self._bar = Bar(console, "search", self._share, self.parts, EVERY)

    def __enter__(self) -> "Progress":
        self._bar.__enter__()
        return self

    def __exit__(self, *rest: object) -> None:
        self._bar.__exit__(*rest)

    @property
    def done(self) -> int:
        """Trials that are known."""
        return sum(self._counts.values())

    def update(self, finished: Finished) -> None:
        """Count one trial."""
        outcome = finished.outcome
        self._counts[outcome.state] += 1
        self._new += finished.new
        if outcome.state == "complete" and self._is_best(outcome):
            self._best = finished
        if finished.new:
            self._left.update(self._new / max(self._new + self._budget - self.done, 1))

    def _share(self) -> float:
        return self.done / self._budget

    def _is_best(self, outcome: Outcome) -> bool:
        if self._best is None:
            return True
        study = self._study
        return ranking.sort_key(study, outcome) < ranking.sort_key(study, self._best.outcome)

    def parts(self) -> list[str]:
        """What there is to say, the most telling first."""
        parts = [f"{self.done}/{self._budget} trials", self._time(), self._best_in_words()]
        states = ("pruned", "failed")
        parts += [f"{self._counts[state]} {state}" for state in states if self._counts[state]]
        return [part for part in parts if part]

    def _time(self) -> str:
        if not self._new:
            return ""
        if self.done < self._budget:
            return self._left.words()
        return f"took {durations.words(round(time.monotonic() - self._started))}"

    def _best_in_words(self) -> str:
        if self._best is None:
            return ""
        label, number = self._study.objective.label, self._best.number
        value = self._in_words(self._best.outcome.value)
        return f"best {label} {value}{self._spread()} (trial {number})"

    def _spread(self) -> str:
        metric = self._study.objective.metric
        if self._best is None or len(self._best.outcome.final[metric]) < 2:
            return ""
        return f" ± {self._in_words(self._best.outcome.final[metric].std(ddof=1))} SD"

    def _in_words(self, value: float) -> str:
        return wording.score(self._study.objective.metric, value, self._sd)
