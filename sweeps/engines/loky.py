"""joblib's loky: worker processes on this machine."""

import os
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from queue import Empty
from typing import Any

from sweeps.base.interrupts import SAFE_PATH, starting_workers
from sweeps.engines.base import Workload
from sweeps.engines.broadcast import Broadcast
from sweeps.engines.tasks import STEP, Tasks
from sweeps.engines.workers import ONE_BLAS_THREAD, run_task, start_worker

DIED = "its worker died (out of memory?)"
STARTING = 60.0  # seconds; a pool whose workers take longer to start counts as started


class Loky:
    """joblib's process pool. `shared` reaches each worker once.

    A dead worker breaks the pool, and all running tasks are lost. The pool is started anew, and
    each of these tasks runs again alone: if a worker dies then, it is clear which task caused it,
    and no other task is lost.
    """

    def __init__(self, workload: Workload) -> None:
        self.jobs = workload.jobs
        self._workload = workload
        self._tasks = Tasks(workload.retries, workload.timeout)
        self._shared = Broadcast(workload.shared)
        self._start()

    def _start(self) -> None:
        from joblib.externals.loky import ProcessPoolExecutor

        # loky turns Python's fault handler on in its workers, which prints some thirty lines when a
        # worker crashes in C code.
        # It replaces a worker that has grown large, in a thread of its own: nothing to warn of.
        warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
        silent = {"PYTHONFAULTHANDLER": os.environ.get("PYTHONFAULTHANDLER", "")}
        with starting_workers():  # loky starts a helper process here
            self._pool: Any = ProcessPoolExecutor(
                self.jobs,
                initializer=start_worker,
                initargs=(os.getpid(), self._workload.function, self._shared),
                env=silent | ONE_BLAS_THREAD | SAFE_PATH,  # also of workers that it starts later
            )
            self._first: Future[Any] = self._pool.submit(os.getpid)
        self._started = time.monotonic()

    def _has_started(self) -> bool:
        """Whether a worker takes tasks yet; its loading time is not counted as a task's."""
        return self._first.done() or time.monotonic() - self._started > STARTING

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self._tasks.submit(key, task)
        self._fill()

    def ready(self) -> bool:
        """Whether something has come back, and `wait` need not wait."""
        return any(future.done() for future in self._tasks.running)

    def wait(self) -> list[tuple[int, Any]]:
        """At least one (key, result or Failure), once there is one; none if nothing is queued."""
        while self._tasks.awaited:
            self._fill()
            with self._tasks.waiting(self.jobs if self._has_started() else 0):
                done = wait(self._tasks.running, STEP, return_when=FIRST_COMPLETED).done
            self._collect(done)
            if late := self._tasks.timed_out():
                self._end(late)
        return self._tasks.take()

    def _fill(self) -> None:
        """Hand queued tasks to the pool; a suspected task only when no other task runs."""
        from joblib.externals.loky.process_executor import BrokenProcessPool

        queue, running = self._tasks.queue, self._tasks.running
        while queue:
            if running and any(entry.suspect for entry in (*running.values(), queue[0])):
                return
            try:
                with starting_workers():
                    future = self._pool.submit(run_task, queue[0].task)
            except BrokenProcessPool:
                self._revive()
            else:
                running[future] = queue.popleft()

    def _collect(self, done: "set[Future[Any]]") -> None:
        from joblib.externals.loky.process_executor import BrokenProcessPool

        broken = False
        for future in done:
            fault = future.exception()
            if isinstance(fault, BrokenProcessPool):
                broken = True
            elif fault:
                self._tasks.on_exception(self._tasks.running.pop(future), fault)
            else:
                self._tasks.on_result(self._tasks.running.pop(future), future.result())
        if broken:
            self._revive()

    def _revive(self) -> None:
        """Start a new pool after a worker died; the tasks that were running are the next to run."""
        self._collect(self._back())
        entries = [*self._tasks.running.values()]
        self._restart()
        for entry in reversed(entries):
            if len(entries) == 1:
                self._tasks.on_lost(entry, DIED)
            else:
                self._tasks.on_suspect(entry)

    def _end(self, late: "list[Future[Any]]") -> None:
        """End the workers of tasks that hang: by a new pool, as none can be ended alone."""
        self._collect(self._back())
        entries = [*self._tasks.running.items()]
        self._restart()
        for future, entry in reversed(entries):
            if future in late:
                self._tasks.on_timeout(entry)
            else:
                self._tasks.requeue(entry)

    def _back(self) -> "set[Future[Any]]":
        """The futures of tasks that have come back by now, and so need not run again."""
        return {f for f in self._tasks.running if f.done() and f.exception() is None}

    def _restart(self) -> None:
        self._tasks.running.clear()
        self._pool.shutdown(kill_workers=True)
        self._start()

    def close(self) -> None:
        """End all workers at once, whatever they do."""
        # When loky kills its workers it forgets queued tasks but not their ids; its manager thread
        # would then look one of the tasks up, and print the traceback of a KeyError.
        with suppress(Empty):
            while True:
                self._pool._work_ids.get_nowait()
        self._pool.shutdown(wait=True, kill_workers=True)
        self._shared.close()
