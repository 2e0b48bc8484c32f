"""An engine's tasks: which are queued, running or done; which run again, and which hang.

Only bookkeeping: the engines themselves start and end tasks.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sweeps.engines.base import Failure, Timeout

STEP = 1.0  # seconds; an engine looks for lost and hanging tasks at least that often


@dataclass
class Entry:
    """A task that is queued or running.

    losses: attempts that did not come back. suspect: whether a worker died while it ran. waited:
    seconds that the engine has waited for the present attempt.
    """

    key: int
    task: Any
    losses: int = 0
    suspect: bool = False
    waited: float = 0.0


class Tasks:
    """Tasks by state. running: by future, in order of start; results: (key, result or Failure)."""

    def __init__(self, retries: int, timeout: Callable[[Any], Timeout]) -> None:
        self.queue: deque[Entry] = deque()
        self.running: dict[Any, Entry] = {}
        self.results: list[tuple[int, Any]] = []
        self._retries, self._timeout = retries, timeout

    @property
    def awaited(self) -> bool:
        """Whether no result is there to take, but tasks are queued or running."""
        return not self.results and bool(self.running or self.queue)

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self.queue.append(Entry(key, task))

    def take(self) -> list[tuple[int, Any]]:
        """The results since the last call."""
        results, self.results = self.results, []
        return results

    def on_result(self, entry: Entry, result: Any) -> None:
        """The task has returned a result."""
        self.results.append((entry.key, result))

    def on_exception(self, entry: Entry, fault: BaseException) -> None:
        """The task has raised an exception; it is not retried, since it would raise again."""
        self.results.append((entry.key, Failure(f"{type(fault).__name__}: {fault}")))

    def requeue(self, entry: Entry) -> None:
        """Queue a task again, as the next to run, without counting a loss."""
        entry.waited = 0.0
        self.queue.appendleft(entry)

    def on_lost(self, entry: Entry, cause: str, attempts: int = 1) -> None:
        """The task's worker died or hung: it is the next to run, unless its retries are used up."""
        entry.losses += attempts
        if entry.losses <= self._retries:
            self.requeue(entry)
            return
        said = "1 attempt" if entry.losses == 1 else f"{entry.losses} attempts"
        self.results.append((entry.key, Failure(f"{cause}; {said}")))

    def on_suspect(self, entry: Entry) -> None:
        """The task's worker, or another task's, died: it is the next to run.

        Adds one loss, but never one that would use up its retries.
        """
        entry.suspect = True
        entry.losses = min(entry.losses + 1, self._retries)
        self.requeue(entry)

    @contextmanager
    def waiting(self, workers: int) -> Iterator[None]:
        """Wrap the engine's wait, of up to STEP s, in this.

        The time counts against the limits of the first `workers` running tasks; later ones are
        still queued in the pool. Neither this process's own work counts, nor a pause (Ctrl-Z, fg).
        """
        started = time.monotonic()
        yield
        seconds = min(time.monotonic() - started, 2 * STEP)
        for entry in islice(self.running.values(), workers):
            entry.waited += seconds

    def timed_out(self) -> list[Any]:
        """The futures of running tasks that have taken longer than their limit."""
        limits = ((f, e, self._timeout(e.task).seconds) for f, e in self.running.items())
        return [f for f, e, limit in limits if limit is not None and e.waited > limit]

    def on_timeout(self, entry: Entry) -> None:
        """The task has timed out, and its worker has been ended."""
        timeout = self._timeout(entry.task)
        cause = f"no answer after {timeout.seconds:g} s"
        if timeout.retried:
            self.on_lost(entry, cause)
        else:
            self.results.append((entry.key, Failure(cause)))
