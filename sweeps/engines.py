"""Where tasks run: submit, wait, and what a dead worker looks like. One engine: joblib's loky.

Every worker has one BLAS thread, ignores Ctrl-C (the parent decides), and ends when its parent
does, however that ended.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, Protocol

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


class Loky:
    """joblib's process pool. `shared` reaches each worker once."""

    def __init__(self, function: Callable[[Any, Any], Any], shared: Any, jobs: int) -> None:
        self.jobs = jobs
        self._function, self._shared = function, shared
        self._running: dict[Future[Any], tuple[int, Any, int]] = {}
        self._pool = self._start()

    def _start(self) -> Any:
        from joblib.externals.loky import ProcessPoolExecutor

        return ProcessPoolExecutor(
            self.jobs,
            initializer=_start_worker,
            initargs=(os.getpid(), self._function, self._shared),
            env=ONE_THREAD,
        )

    def submit(self, key: int, task: Any, attempt: int = 1) -> None:
        """Queue a task."""
        self._running[self._pool.submit(_run, task)] = (key, task, attempt)

    def wait(self) -> list[tuple[int, Any]]:
        """At least one (key, result or Failure), once there is one."""
        results: list[tuple[int, Any]] = []
        while not results and self._running:
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            results = self._collect(done)
        return results

    def _collect(self, done: "set[Future[Any]]") -> list[tuple[int, Any]]:
        from joblib.externals.loky.process_executor import BrokenProcessPool

        results, again = [], []
        for future in done:
            key, task, attempt = self._running.pop(future)
            fault = future.exception()
            if fault is None:
                results.append((key, future.result()))
            elif not isinstance(fault, BrokenProcessPool):
                results.append((key, Failure(f"{type(fault).__name__}: {fault}")))
            elif attempt < ATTEMPTS:
                again.append((key, task, attempt + 1))
            else:
                cause = f"its worker died {ATTEMPTS} times (out of memory?)"
                results.append((key, Failure(cause)))
        if again:
            # One death breaks the pool for all that is in flight: start anew with all of them.
            again += [(key, task, attempt + 1) for key, task, attempt in self._running.values()]
            self._running.clear()
            self._pool.shutdown(kill_workers=True)
            self._pool = self._start()
            for key, task, attempt in again:
                self.submit(key, task, attempt)
        return results

    def close(self) -> None:
        """End all workers at once, whatever they do."""
        self._pool.shutdown(wait=True, kill_workers=True)


_worker: dict[str, Any] = {}


def _start_worker(parent: int, function: Callable[[Any, Any], Any], shared: Any) -> None:
    attend(parent)
    _worker.update(function=function, shared=shared)


def _run(task: Any) -> Any:
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
