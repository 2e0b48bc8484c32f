"""What is trained after the search as it goes: networks, baselines under way, time left."""

import time

from rich.console import Console

from sweeps.base import durations
from sweeps.phases.training_jobs import ConfirmationJob
from sweeps.views.bar import Bar
from sweeps.views.seconds_left import SecondsLeft

# Seconds that a baseline takes beside its training: scikit-learn is loaded.
LOADING = 1.0
# Elsewhere than in a terminal: seconds between two lines, also while nothing comes back.
EVERY = 30.0


class TrainingProgress:
    """Networks that are trained, and the baselines that are not known yet.

    name: of the phase. workers: how many jobs are trained at a time.
    """

    def __init__(
        self, console: Console, name: str, jobs: list[ConfirmationJob], workers: int
    ) -> None:
        self._asked = sum(job.networks for job in jobs)
        self._trained = 0
        self._baselines = [job.label for job in jobs if not job.networks]
        self._work, self._done = sum(map(_seconds, jobs)), 0.0
        self._started = time.monotonic()
        self._left = SecondsLeft(self._work / max(workers, 1))
        self._bar = Bar(console, name, self._share, self.parts, EVERY) if jobs else None

    def __enter__(self) -> "TrainingProgress":
        if self._bar:
            self._bar.__enter__()
        return self

    def __exit__(self, *rest: object) -> None:
        if self._bar:
            self._bar.__exit__(*rest)

    def update(self, job: ConfirmationJob) -> None:
        """Count one that has come back."""
        self._trained += job.networks
        self._done += _seconds(job)
        if not job.networks:
            self._baselines.remove(job.label)
        self._left.update(self._share())

    def _share(self) -> float:
        return min(self._done / self._work, 1.0) if self._work else 0.0

    def parts(self) -> list[str]:
        """What there is to say, the most telling first."""
        is_over = self._trained == self._asked and not self._baselines
        took = f"took {durations.words(round(time.monotonic() - self._started))}"
        parts = [
            f"{self._trained}/{self._asked} networks" if self._asked else "",
            took if is_over else self._left.words(),
            self._beside(),
        ]
        return [part for part in parts if part]

    def _beside(self) -> str:
        names = list(dict.fromkeys(self._baselines))
        if not names:
            return ""
        return f"{names[0] if len(names) == 1 else f'{len(names)} baselines'} under way"


def _seconds(job: ConfirmationJob) -> float:
    return job.seconds + LOADING * (not job.networks)
