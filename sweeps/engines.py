"""Where tasks run: submit, wait, and what a dead worker looks like. One engine: joblib's loky.

Every worker has one BLAS thread, ignores Ctrl-C (the parent decides), and ends when its parent
does, however that ended.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, Protocol

from sweeps.interrupts import starting_workers

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
}
ATTEMPTS = 3


@dataclass(frozen=True)
class Failure:
    """A task that did not come back: its worker died each time, or it raised."""

    cause: str


class Engine(Protocol):
    """Runs `function(task, shared)` somewhere else."""

    jobs: int

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""

    def wait(self) -> list[tuple[int, Any]]:
        """At least one (key, result or Failure), once there is one."""

    def close(self) -> None:
        """End all workers at once, whatever they do."""


@dataclass
class _Entry:
    """A task on its way. deaths: how often its worker, or one beside it, died under it."""

    key: int
    task: Any
    deaths: int = 0


class Loky:
    """joblib's process pool. `shared` reaches each worker once.

    A dead worker breaks the pool for all that is in flight. The pool is started anew, and each of
    those tasks runs again, alone: so the next death has one cause, and no other task pays for it.
    """

    def __init__(self, function: Callable[[Any, Any], Any], shared: Any, jobs: int) -> None:
        self.jobs = jobs
        self._function, self._shared = function, shared
        self._queue: deque[_Entry] = deque()
        self._running: dict[Future[Any], _Entry] = {}
        self._results: list[tuple[int, Any]] = []
        self._pool = self._start()

    def _start(self) -> Any:
        from joblib.externals.loky import ProcessPoolExecutor

        return ProcessPoolExecutor(
            self.jobs,
            initializer=start_worker,
            initargs=(os.getpid(), self._function, self._shared),
            env=ONE_THREAD,
        )

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self._queue.append(_Entry(key, task))
        self._fill()

    def wait(self) -> list[tuple[int, Any]]:
        """At least one (key, result or Failure), once there is one; none if nothing is queued."""
        while not self._results and (self._running or self._queue):
            self._fill()
            self._collect(wait(self._running, return_when=FIRST_COMPLETED).done)
        results, self._results = self._results, []
        return results

    def _fill(self) -> None:
        """Hand queued tasks to the pool; one under suspicion only when nothing else runs."""
        from joblib.externals.loky.process_executor import BrokenProcessPool

        while self._queue:
            suspect = any(entry.deaths for entry in (*self._running.values(), self._queue[0]))
            if suspect and self._running:
                return
            entry = self._queue.popleft()
            try:
                with starting_workers():
                    self._running[self._pool.submit(run_task, entry.task)] = entry
            except BrokenProcessPool:
                self._queue.appendleft(entry)
                self._revive()

    def _collect(self, done: "set[Future[Any]]") -> None:
        from joblib.externals.loky.process_executor import BrokenProcessPool

        broken = False
        for future in done:
            fault = future.exception()
            if isinstance(fault, BrokenProcessPool):
                broken = True
                continue
            entry = self._running.pop(future)
            failed = Failure(f"{type(fault).__name__}: {fault}") if fault else None
            self._results.append((entry.key, failed or future.result()))
        if broken:
            self._revive()

    def _revive(self) -> None:
        """A new pool; what was in flight is tried again, first."""
        self._collect({f for f in self._running if f.done() and f.exception() is None})
        for entry in reversed(self._running.values()):
            entry.deaths += 1
            if entry.deaths < ATTEMPTS:
                self._queue.appendleft(entry)
            else:
                cause = f"its worker died {ATTEMPTS} times (out of memory?)"
                self._results.append((entry.key, Failure(cause)))
        self._running.clear()
        self._pool.shutdown(kill_workers=True)
        self._pool = self._start()

    def close(self) -> None:
        """End all workers at once, whatever they do."""
        self._pool.shutdown(wait=True, kill_workers=True)


_worker: dict[str, Any] = {}


def start_worker(parent: int, function: Callable[[Any, Any], Any], shared: Any) -> None:
    """Run once in each worker: what it will do with its tasks, and how it behaves."""
    attend(parent)
    _worker.update(function=function, shared=shared)


def run_task(task: Any) -> Any:
    """Run in a worker, for each task."""
    return _worker["function"](task, _worker["shared"])


def attend(parent: int) -> None:
    """Make this process a good worker: Ctrl-C is left to the parent, and its end is ours.

    Even by kill -9, within a second: loky's own workers live on for most of a minute. In the
    parent itself, or when called again, it does nothing.
    """
    if os.getpid() == parent or "parent" in _worker:
        return
    _worker["parent"] = parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def until_orphaned() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=until_orphaned, daemon=True).start()
