"""Ray: actors on this machine, or in the cluster at an address; a worker is an actor.

When an actor dies it is known which task it had, and an actor can be ended alone; with Ray's plain
tasks neither is so. Ray's own retries are off: lost tasks are counted in `tasks`.
"""

import logging
import os
import pickle
import re
import signal
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sweeps.base.interrupts import starting_workers
from sweeps.engines.base import EngineLost, Function, Workload, first_line
from sweeps.engines.network import HTTP2, reach, unreachable
from sweeps.engines.reaper import Reaper
from sweeps.engines.tasks import STEP, Tasks
from sweeps.engines.workers import ONE_BLAS_THREAD, one_blas_thread, tie_to_parent

# Ray makes sockets below this folder, whose paths the system limits to some hundred characters.
SHORT = "/tmp" if sys.platform != "win32" else None
STARTS = 3  # workers in a row that fail to start before the engine gives up

# No usage statistics are sent; no warning, and no line of Ray's daemon, breaks into our output.
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".*",
}
# Ray's servers on 127.0.0.1 alone: the setting for systems on which Ray supports no clusters.
HERE = {**QUIET, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
LOCAL = {**HERE, **ONE_BLAS_THREAD}


class _Worker:
    """An actor: it has the function and the shared data, and runs one task at a time."""

    def __init__(self, function: Function, shared: Any) -> None:
        tie_to_parent(os.getppid())  # Ray's own daemon there: a busy worker would outlive it
        self._function, self._shared = function, shared

    def start(self) -> int:
        """The actor's pid; it comes back when the actor can work."""
        return os.getpid()

    def run(self, task: Any) -> bytes:
        """Run a task; pickle its result here, so that one that cannot be sent fails the task."""
        with one_blas_thread:
            return pickle.dumps(self._function(task, self._shared))


class Ray:
    """Actors of Ray, one per job. `shared` is put into Ray's object store once."""

    def __init__(self, workload: Workload, address: str | None) -> None:
        self.jobs = workload.jobs
        self._tasks = Tasks(workload.retries, workload.timeout)
        self._reaper: Reaper | None = None  # for a Ray that we start, on this machine
        self._idle: list[Any] = []
        self._starting: dict[Any, Any] = {}  # actors by the future of their start
        self._busy: dict[Any, Any] = {}  # actors by the future of their task
        self._pids: dict[Any, int] = {}
        self._failed_starts = 0
        self._ray = ray = _ray(HERE if _is_here(address) else QUIET)
        self._joined = not ray.is_initialized()  # a Ray that the user has started is left running
        if self._joined:
            if address is None:
                with starting_workers():  # the reaper is a Python process, as workers are
                    self._reaper = Reaper(SHORT)
            _join(ray, address, workload.jobs, self._reaper.folder if self._reaper else None)
            if self._reaper:
                self._reaper.adopt()
        self._function = workload.function
        self._shared = ray.put(workload.shared)
        actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)
        self._actor = actor(_Worker)
        for _ in range(workload.jobs):
            self._start()

    def _start(self) -> None:
        actor = self._actor.remote(self._function, self._shared)
        self._starting[actor.start.remote()] = actor

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self._tasks.submit(key, task)
        self._fill()

    def _fill(self) -> None:
        """Hand queued tasks to idle workers."""
        while self._tasks.queue and self._idle:
            entry, actor = self._tasks.queue.popleft(), self._idle.pop()
            future = actor.run.remote(entry.task)
            self._tasks.running[future], self._busy[future] = entry, actor

    def ready(self) -> bool:
        """Whether something has come back, and `wait` need not wait."""
        return bool(self._busy) and bool(self._ray.wait([*self._busy], timeout=0)[0])

    def wait(self) -> list[tuple[int, Any]]:
        """As `Engine.wait`. Errors: EngineLost where workers cannot be started."""
        while self._tasks.awaited:
            self._fill()
            with self._tasks.waiting(self.jobs):
                ready, _ = self._ray.wait([*self._busy, *self._starting], timeout=STEP)
            for future in ready:
                if future in self._starting:
                    self._started(future)
                else:
                    self._collect(future)
            for future in self._tasks.timed_out():
                self._tasks.on_timeout(self._tasks.running.pop(future))
                self._replace(self._busy.pop(future))
        self._fill()
        return self._tasks.take()

    def _started(self, future: Any) -> None:
        actor = self._starting.pop(future)
        try:
            self._pids[actor] = self._ray.get(future)
        except self._ray.exceptions.RayError as fault:
            self._failed_starts += 1
            if self._failed_starts >= STARTS:
                raise EngineLost(
                    f"engine: ray: its workers cannot start: {first_line(fault)}"
                ) from None
            self._start()
        else:
            self._failed_starts = 0
            self._idle.append(actor)
            if self._reaper:
                self._reaper.know()

    def _collect(self, future: Any) -> None:
        entry, actor = self._tasks.running.pop(future), self._busy.pop(future)
        try:
            result = self._ray.get(future)
        except self._ray.exceptions.RayTaskError as fault:
            self._tasks.on_exception(entry, fault.cause)
            self._idle.append(actor)
        except self._ray.exceptions.RayError as fault:
            self._tasks.on_lost(entry, f"its worker died ({first_line(fault)}; out of memory?)")
            self._replace(actor)
        else:
            self._tasks.on_result(entry, pickle.loads(result))
            self._idle.append(actor)

    def _replace(self, actor: Any) -> None:
        self._ray.kill(actor)
        pid = self._pids.pop(actor)
        if self._reaper:
            # A stopped process (SIGSTOP) does not react to Ray's own kill.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._start()

    def close(self) -> None:
        """End all workers at once, whatever they do."""
        for actor in (*self._idle, *self._busy.values(), *self._starting.values()):
            self._ray.kill(actor)
        if self._joined:
            self._ray.shutdown()
        if self._reaper:
            self._reaper.close()


def _is_here(address: str | None) -> bool:
    """Whether Ray runs on this machine alone, and is to call it 127.0.0.1, not by its name."""
    return address is None or re.match(r"(ray://)?(127\.|localhost:)", address) is not None


def _ray(environment: dict[str, str]) -> Any:
    """The module `ray`, imported with these variables, which it reads at its import."""
    with _environment(environment):
        import ray

        return ray


def _join(ray: Any, address: str | None, jobs: int, folder: str | None) -> None:
    """Join the Ray at an address; without one, start our own here, with its files in `folder`.

    Errors: EngineLost.
    """
    if address and address != "auto":
        # With RAY_USE_TLS a connection does not begin with HTTP/2's greeting.
        reach("ray", address, b"" if os.environ.get("RAY_USE_TLS") == "1" else HTTP2)
    settings: dict[str, Any] = {"address": address}
    if address is None:
        settings = {"address": "local", "num_cpus": jobs, "include_dashboard": False}
        settings["_temp_dir"] = folder
    if not (address or "").startswith("ray://") and os.getcwd() not in sys.path:
        # As for a client's job, Ray then does not put this folder on its workers' path.
        settings["job_config"] = ray.job_config.JobConfig(_client_job=True)
    with _environment(QUIET if address else LOCAL), starting_workers(), _terminations_kept():
        try:
            ray.init(
                **settings,
                namespace=f"sweeps-{uuid.uuid4().hex}",
                log_to_driver=False,
                logging_level=logging.CRITICAL,
            )
        except (OSError, ValueError, RuntimeError) as fault:
            hint = "is RAY_AUTH_TOKEN the cluster's?" if address else "does `ray start` work?"
            where = address or "this machine"
            raise unreachable("ray", where, f"{first_line(fault)} ({hint})") from None


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Inside, variables for Ray's processes are in this process's environment, to be inherited."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _terminations_kept() -> Iterator[None]:
    """Keep our handler of SIGTERM, which Ray replaces."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)
