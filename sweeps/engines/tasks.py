"""The book of an engine's tasks: queued, running, come back; who is tried again, and who hangs.

It starts nothing and ends nothing: the engines do.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sweeps.engines.base import Failure, Timeout

STEP = 1.0  # seconds; an engine looks around at least that often


@dataclass
class Entry:
    """A task on its way.

    losses: attempts from which it did not come back. suspect: a worker died while it ran.
    waited: seconds that were spent waiting for the attempt that runs now.
    """

    key: int
    task: Any
    losses: int = 0
    suspect: bool = False
    waited: float = 0.0


class Tasks:
    """Tasks by what has become of them. `running` has them by their future, in order of start."""

    def __init__(self, retries: int, timeout: Callable[[Any], Timeout]) -> None:
        self.queue: deque[Entry] = deque()
        self.running: dict[Any, Entry] = {}
        self.results: list[tuple[int, Any]] = []
        self._retries, self._timeout = retries, timeout

    @property
    def awaited(self) -> bool:
        """Nothing has come back, and something will."""
        return not self.results and bool(self.running or self.queue)

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self.queue.append(Entry(key, task))

    def take(self) -> list[tuple[int, Any]]:
        """What has come back since the last time."""
        results, self.results = self.results, []
        return results

    def on_result(self, entry: Entry, result: Any) -> None:
        """It came back."""
        self.results.append((entry.key, result))

    def on_exception(self, entry: Entry, fault: BaseException) -> None:
        """It raised, and would again."""
        self.results.append((entry.key, Failure(f"{type(fault).__name__}: {fault}")))

    def requeue(self, entry: Entry) -> None:
        """It was ended through no fault of its own: it is the next to run."""
        entry.waited = 0.0
        self.queue.appendleft(entry)

    def on_lost(self, entry: Entry, cause: str, attempts: int = 1) -> None:
        """Its worker died or hung: it is the next to run, unless its retries are used up."""
        entry.losses += attempts
        if entry.losses <= self._retries:
            self.requeue(entry)
            return
        said = "1 attempt" if entry.losses == 1 else f"{entry.losses} attempts"
        self.results.append((entry.key, Failure(f"{cause}; {said}")))

    def on_suspect(self, entry: Entry) -> None:
        """Its worker, or one beside it, died: that counts, but not as the last of its attempts."""
        entry.suspect = True
        entry.losses = min(entry.losses + 1, self._retries)
        self.requeue(entry)

    @contextmanager
    def waiting(self, workers: int) -> Iterator[None]:
        """Inside, the engine waits a STEP; the first tasks of so many workers are waited for.

        Only time spent here counts against the limit: neither this process's own work, nor a
        pause of all (Ctrl-Z and fg).
        """
        started = time.monotonic()
        yield
        seconds = min(time.monotonic() - started, 2 * STEP)
        for entry in islice(self.running.values(), workers):
            entry.waited += seconds

    def timed_out(self) -> list[Any]:
        """The futures of those that were waited for longer than their limit."""
        limits = ((f, e, self._timeout(e.task).seconds) for f, e in self.running.items())
        return [f for f, e, limit in limits if limit is not None and e.waited > limit]

    def on_timeout(self, entry: Entry) -> None:
        """It hung, and its worker is ended."""
        timeout = self._timeout(entry.task)
        cause = f"no answer after {timeout.seconds:g} s"
        if timeout.retried:
            self.on_lost(entry, cause)
        else:
            self.results.append((entry.key, Failure(cause)))
