"""joblib's loky: worker processes on this machine."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty
from typing import Any

from sweeps.engines.base import ATTEMPTS, Failure
from sweeps.engines.workers import ONE_THREAD, run_task, start_worker
from sweeps.interrupts import starting_workers


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
        # Else loky's thread looks for tasks that it has dropped, and dies aloud.
        with suppress(Empty):
            while True:
                self._pool._work_ids.get_nowait()
        self._pool.shutdown(wait=True, kill_workers=True)
