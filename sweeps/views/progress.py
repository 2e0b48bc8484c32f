"""The search as it goes: one live line in a terminal, plain lines elsewhere."""

import time

from rich.console import Console
from rich.live import Live
from rich.text import Text

from sweeps.base import durations
from sweeps.base.terminal import say
from sweeps.search import Finished, ranking
from sweeps.storage import folders
from sweeps.study.spec import Study
from sweeps.training.task import Outcome

# Elsewhere than in a terminal: a line at least this many seconds after the one before.
EVERY = 10.0


class Progress:
    """Trials done, pruned and failed; the best so far with its spread; pace and time left."""

    def __init__(self, console: Console, budget: int, study: Study) -> None:
        self._console, self._budget, self._study = console, budget, study
        self._counts = dict.fromkeys(folders.STATES, 0)
        self._best: Finished | None = None
        self._new = 0
        self._started = self._printed = time.monotonic()
        self._live = Live(console=console, refresh_per_second=8) if console.is_terminal else None

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
            self._live.update(self._text())
        return self

    def __exit__(self, *rest: object) -> None:
        if self._live:
            self._live.update(self._text(), refresh=True)
            self._live.stop()
        elif self.done:
            self._print()

    def _text(self) -> Text:
        return Text(self.line(short=True), no_wrap=True, overflow="ellipsis")

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
        if self._live:
            self._live.update(self._text())
        elif time.monotonic() - self._printed > EVERY and self.done < self._budget:
            self._print()

    def _is_best(self, outcome: Outcome) -> bool:
        if self._best is None:
            return True
        study = self._study
        return ranking.sort_key(study, outcome) < ranking.sort_key(study, self._best.outcome)

    def _print(self) -> None:
        self._printed = time.monotonic()
        say(self._console, "", self.line())

    def line(self, short: bool = False) -> str:
        """All of it in one line; short enough for 80 columns in a terminal."""
        counts, budget = self._counts, self._budget
        states = f"{counts['pruned']} pruned, {counts['failed']} failed"
        parts = [f"{self.done}/{budget} trials, {states}"]
        elapsed = time.monotonic() - self._started
        if self._new and elapsed > 0:
            pace = self._new / elapsed
            left = (budget - self.done) / pace
            parts.append(f"{pace:.1f}{'' if short else ' trials'}/s")
            parts.append(
                f"{durations.words(left)} left" if left else f"took {durations.words(elapsed)}"
            )
        if self._best:
            value = f"{self._best.outcome.value:.4f}{self._spread()}"
            number, label = self._best.number, self._study.objective.label
            parts.append(f"best {value}" if short else f"best {label} {value} (trial {number})")
        return " · ".join(parts)

    def _spread(self) -> str:
        metric = self._study.objective.metric
        if self._best is None or len(self._best.outcome.final[metric]) < 2:
            return ""
        return f" ± {self._best.outcome.final[metric].std(ddof=1):.4f} SD"
