"""The search as it goes: one live line in a terminal, plain lines elsewhere."""

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from sweeps.plan import duration
from sweeps.search import Finished
from sweeps.terminal import tell

# Elsewhere than in a terminal: a line at least this many seconds after the one before.
EVERY = 10.0


class Progress:
    """Trials done, pruned and failed; the best so far with its spread; pace and time left."""

    def __init__(self, console: Console, budget: int, metric: str) -> None:
        self._console, self._budget, self._metric = console, budget, metric
        self._counts = {"complete": 0, "pruned": 0, "failed": 0}
        self._best: Finished | None = None
        self._new = 0
        self._started = self._printed = time.monotonic()
        self._live = Live(console=console, refresh_per_second=8) if console.is_terminal else None

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
            self._live.update(self._text())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        best = self._best
        if outcome.state == "complete" and (best is None or outcome.value < best.outcome.value):
            self._best = finished
        if self._live:
            self._live.update(self._text())
        elif time.monotonic() - self._printed > EVERY and self.done < self._budget:
            self._print()

    def _print(self) -> None:
        self._printed = time.monotonic()
        tell(self._console, "", self.line())

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
            parts.append(f"{duration(left)} left" if left else f"took {duration(elapsed)}")
        if self._best:
            value = f"{self._best.outcome.value:.4f}{self._spread()}"
            number = self._best.number
            parts.append(
                f"best {value}" if short else f"best {self._metric} {value} (trial {number})"
            )
        return " · ".join(parts)

    def _spread(self) -> str:
        best = self._best
        if best is None or len(best.outcome.final[self._metric]) < 2:
            return ""
        return f" ± {best.outcome.final[self._metric].std(ddof=1):.4f} SD"
