"""Dask: a cluster of this machine's processes, or the scheduler at an address, by its own futures.

Behind joblib, Dask would run a killed worker's task again without a word, or hang for ever.
"""

import logging
import os
import pickle
import signal
import time
import uuid
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, WorkerPlugin, get_worker
from distributed.client import FutureCancelledError

from sweeps.engines.base import Lost, Work
from sweeps.engines.network import reach, unreachable
from sweeps.engines.tasks import STEP, Entry, Tasks
from sweeps.engines.workers import attend, one_thread
from sweeps.interrupts import starting_workers

PATIENCE = 10.0  # seconds for a scheduler to answer, and for a worker to be ended
ALONE = 60.0  # seconds that a cluster may be without any worker
GONE = 30.0  # seconds that a scheduler may be gone
DISCONNECTED = "scheduler-connection-lost"  # Dask's word for it
KEPT = "what came back is kept, run again to go on"

# Of a cluster of ours: a task that dies is told at once, and so is counted here; a worker holds
# the task it runs and no other, which then would be suspected, too; none is ended for silence.
LOCAL = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.worker-ttl": None,
    "distributed.worker.multiprocessing-method": "spawn",
}


class _Service(WorkerPlugin):  # type: ignore[misc]  # an extra: unknown to mypy
    """In each worker, once: the function, the shared data, and how a worker of ours behaves."""

    def __init__(self, name: str, work: Work, ours: bool) -> None:
        self.name, self.ours = name, ours
        self.function, self.shared = work.function, work.shared

    def setup(self, worker: Any) -> None:
        """Called by Dask, also in workers that join later."""
        if self.ours:
            attend(os.getppid())


def _run(task: Any, service: str) -> bytes:
    """In a worker. Pickled there, so that a result that cannot be sent is the task's fault."""
    plugin = get_worker().plugins[service]
    with one_thread:
        return pickle.dumps(plugin.function(task, plugin.shared))


class Dask:
    """Futures of dask.distributed. `shared` reaches each worker once, those that join later too."""

    def __init__(self, work: Work, address: str | None) -> None:
        self.jobs = work.jobs
        self._work, self._address = work, address
        self._tasks = Tasks(work.retries, work.limit)
        self._done: SimpleQueue[Future] = SimpleQueue()
        self._ended: set[str] = set()  # workers that we ended: whoever died there is not to blame
        self._alone = 0.0
        self._cluster = None if address else _cluster(work.jobs)
        self._client = self._connect()

    def _connect(self) -> Client:
        """A client whose workers know what to do. Errors: Lost."""
        address = self._address
        if address:
            reach("dask", address)
        try:
            with starting_workers():
                client = Client(self._cluster or address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, ImportError) as fault:
            raise unreachable("dask", str(address), _first_line(fault)) from None
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
            self._service = f"sweeps-{uuid.uuid4().hex}"
            client.register_plugin(_Service(self._service, self._work, ours=address is None))
            self._threads = sum(client.nthreads().values())
        except Exception as fault:
            _leave(client)
            raise Lost(f"engine: dask: its workers cannot be used: {_first_line(fault)}") from None
        return client

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self._tasks.submit(key, task)
        self._fill()

    def _fill(self) -> None:
        """Hand all that is queued to the scheduler."""
        while self._tasks.queue:
            entry = self._tasks.queue.popleft()
            name = f"sweeps-{entry.key}-{uuid.uuid4().hex}"
            future = self._client.submit(_run, entry.task, self._service, key=name, pure=False)
            self._tasks.running[future] = entry
            future.add_done_callback(self._done.put)

    def wait(self) -> list[tuple[int, Any]]:
        """At least one (key, result or Failure), once there is one; none if nothing is queued.

        Errors: Lost where the scheduler is gone for good, or all its workers.
        """
        while self._tasks.awaited:
            self._fill()
            with self._tasks.waiting(self._threads):
                future = self._next()
            if self._client.status != "running":
                self._reconnect()
            elif future is None:
                self._look_around()
            else:
                self._collect(future)
        self._fill()
        return self._tasks.take()

    def _next(self) -> Future | None:
        try:
            return self._done.get(timeout=STEP)
        except Empty:
            return None

    def _collect(self, future: Future) -> None:
        entry = self._tasks.running.pop(future, None)
        if entry is None:
            return  # ended by us, or of an earlier connection
        if future.status == "error":
            self._failed(entry, future.exception())
            return
        try:
            result = future.result(timeout=PATIENCE)
        except TimeoutError:
            self._tasks.again(entry)  # it had come back, and was lost with its worker
        except FutureCancelledError as fault:
            if fault.reason == DISCONNECTED:
                self._tasks.again(entry)
                self._reconnect()
            else:
                self._tasks.lost(entry, f"its task was cancelled ({fault.reason})")
        else:
            self._tasks.returned(entry, pickle.loads(result))

    def _failed(self, entry: Entry, fault: BaseException) -> None:
        if not isinstance(fault, KilledWorker):
            self._tasks.raised(entry, fault)
        elif fault.last_worker.address in self._ended:
            self._tasks.again(entry)
        else:
            # A scheduler that we did not start tries again by itself before it says so.
            where = f"KilledWorker at {fault.last_worker.address}; out of memory?"
            self._tasks.lost(entry, f"its worker died ({where})", fault.allowed_failures + 1)

    def _look_around(self) -> None:
        """After a second without an answer: whether anybody is there, and whether a task hangs."""
        try:
            self._threads = sum(self._client.nthreads().values())
            self._alone = 0.0 if self._threads else self._alone + STEP
            if self._alone > ALONE:
                raise Lost(f"engine: dask: no worker for {ALONE:g} s; {KEPT}")
            for future in self._tasks.hung():
                self._end(future)
        except OSError:
            self._reconnect()

    def _end(self, future: Future) -> None:
        """End the worker of a task that hangs; if none has it yet, it only waits its turn."""
        processing = self._client.processing()
        holders = [worker for worker, keys in processing.items() if future.key in keys]
        if not holders:
            self._tasks.running[future].waited = 0.0
            return
        entry = self._tasks.running.pop(future)
        future.cancel()
        self._ended.update(holders)
        self._client.restart_workers(holders, timeout=PATIENCE, raise_for_error=False)
        self._tasks.lost(entry, self._tasks.no_answer)

    def _reconnect(self) -> None:
        """The scheduler does not answer: join it again, and run again what was there."""
        for entry in reversed(self._tasks.running.values()):
            self._tasks.again(entry)
        self._tasks.running.clear()
        _leave(self._client)
        deadline = time.monotonic() + GONE
        while True:
            try:
                self._client = self._connect()
            except Lost as fault:
                if time.monotonic() > deadline:
                    raise Lost(f"{fault} for {GONE:g} s; {KEPT}") from None
                time.sleep(STEP)
            else:
                return

    def close(self) -> None:
        """End all workers of ours at once; those of a cluster forget what they were given."""
        if self._cluster is None and self._client.status == "running":
            with suppress(OSError):
                self._client.unregister_worker_plugin(self._service)
        _leave(self._client)
        if self._cluster is not None:
            self._cluster.sync(_kill, self._cluster)
            self._cluster.close()


def _leave(client: Client) -> None:
    """Drop a client, whether its scheduler still answers or not."""
    with suppress(OSError):  # a TimeoutError, too
        client.close(timeout=STEP)


async def _kill(cluster: LocalCluster) -> None:
    """Asked nicely, Dask's workers end when their tasks do, or four seconds later."""
    for nanny in cluster.workers.values():
        nanny.close_gracefully(reason="sweeps-close")  # else it would start another
        if nanny.pid:
            os.kill(nanny.pid, signal.SIGKILL)


def _cluster(jobs: int) -> LocalCluster:
    """Workers of this machine, each a process with one thread; their dashboard stays off."""
    with dask.config.set(LOCAL), starting_workers():
        return LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=None,
            silence_logs=logging.CRITICAL,
        )


def _first_line(fault: BaseException) -> str:
    lines = str(fault).splitlines()
    return f"{type(fault).__name__}: {lines[0]}" if lines else type(fault).__name__
