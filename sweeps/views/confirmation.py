"""The confirmation as it goes: which networks and baselines are still under way, and since when."""

import threading
import time

from rich.console import Console
from rich.live import Live
from rich.text import Text

from sweeps.base import durations
from sweeps.base.terminal import say
from sweeps.phases.training_jobs import ConfirmationJob

# Elsewhere than in a terminal: a line at least this many seconds after the one before, also while
# nothing comes back.
EVERY = 30.0


class ConfirmationProgress:
    """Networks that are trained, baselines that are not known yet; one live line in a terminal."""

    def __init__(self, console: Console, jobs: list[ConfirmationJob]) -> None:
        self._console = console
        self._asked = sum(job.networks for job in jobs)
        self._trained = 0
        self._baselines = [job.label for job in jobs if not job.networks]
        self._started = time.monotonic()
        self._over = threading.Event()
        self._live: Live | None = None
        if console.is_terminal:
            self._live = Live(console=console, refresh_per_second=4, get_renderable=self._text)

    def __enter__(self) -> "ConfirmationProgress":
        if self._live:
            self._live.start()
        else:
            threading.Thread(target=self._print, daemon=True).start()
        return self

    def __exit__(self, *rest: object) -> None:
        self._over.set()
        if self._live:
            self._live.stop()

    def update(self, job: ConfirmationJob) -> None:
        """Count one that has come back."""
        self._trained += job.networks
        if not job.networks:
            self._baselines.remove(job.label)

    def line(self) -> str:
        """All of it in one line."""
        parts = [f"{self._trained}/{self._asked} networks"] if self._asked else []
        if self._baselines:
            parts.append(f"{', '.join(self._baselines)} under way")
        return " · ".join([*parts, durations.words(time.monotonic() - self._started)])

    def _text(self) -> Text:
        return Text(self.line(), no_wrap=True, overflow="ellipsis")

    def _print(self) -> None:
        while not self._over.wait(EVERY):
            say(self._console, "", self.line())
