"""Dask: a cluster of this machine's processes, or the scheduler at an address, used by its futures.

Used through joblib, Dask would run a killed worker's task again without a message, or hang forever.
"""

import asyncio
import logging
import os
import pickle
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from typing import Any

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, WorkerPlugin, get_worker
from distributed.client import FutureCancelledError
from distributed.comm import connect
from distributed.security import Security

from sweeps.base.interrupts import SAFE_PATH, starting_workers
from sweeps.engines.base import EngineLost, Workload, first_line
from sweeps.engines.network import reach, unreachable
from sweeps.engines.reaper import Reaper
from sweeps.engines.tasks import STEP, Entry, Tasks
from sweeps.engines.workers import one_blas_thread, tie_to_parent

PATIENCE = 5.0  # seconds for a scheduler to answer
ENDING = 20.0  # seconds for a worker to be ended: its nanny waits four, and then kills it
ALONE = 60.0  # seconds that a cluster may be without any worker
GONE = 30.0  # seconds that a scheduler may be unreachable
DISCONNECTED = "scheduler-connection-lost"  # Dask's reason for futures that it cancels then
KEPT = "finished trials are saved; run the same command again to go on"

# For our own cluster: a worker's death is reported at once, and a silent worker is not ended.
LOCAL = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-ttl": None,
    "distributed.worker.multiprocessing-method": "spawn",
    **{f"distributed.nanny.pre-spawn-environ.{name}": SAFE_PATH[name] for name in SAFE_PATH},
}


class _Service(WorkerPlugin):  # type: ignore[misc]  # an extra: unknown to mypy
    """Installed once in each worker: the function and the shared data.

    ours: whether we start the workers, which are then tied to their parent.
    """

    def __init__(self, name: str, workload: Workload, ours: bool) -> None:
        self.name, self.ours = name, ours
        self.function, self.shared = workload.function, workload.shared

    def setup(self, worker: Any) -> None:
        """Called by Dask, also in workers that join later."""
        if self.ours:
            tie_to_parent(os.getppid())


def _run(task: Any, service: str) -> bytes:
    """Run a task in a worker; pickle its result, so that one that cannot be sent fails the task."""
    plugin = get_worker().plugins[service]
    with one_blas_thread:
        return pickle.dumps(plugin.function(task, plugin.shared))


class Dask:
    """Futures of dask.distributed. `shared` reaches each worker once, also workers that join later.

    This class chooses the worker of each task, one task at a time: so if a worker dies, it is clear
    which task it had, and the scheduler does not silently run that task elsewhere. (Several threads
    in a worker would not help: Python runs one at a time.)
    """

    def __init__(self, workload: Workload, address: str | None) -> None:
        self.jobs = workload.jobs
        self._workload, self._address = workload, address
        self._tasks = Tasks(workload.retries, workload.timeout)
        self._done: SimpleQueue[Future] = SimpleQueue()
        self._workers: set[str] = set()
        self._busy: dict[Future, str] = {}  # the worker of each running task
        self._looked = self._populated = time.monotonic()
        self._cluster: LocalCluster | None = None
        self._reaper: Reaper | None = None
        with ExitStack() as until_ready:
            until_ready.callback(self._end_cluster)
            if address is None:
                with starting_workers():
                    self._reaper = Reaper()
                self._cluster = _cluster(workload.jobs, self._reaper.folder)
            self._client = self._connect()
            until_ready.pop_all()

    def _connect(self) -> Client:
        """A client whose workers have our service. Errors: EngineLost."""
        if self._address:
            _reach(self._address)
        with starting_workers():
            client = Client(self._cluster or self._address, timeout=PATIENCE, set_as_default=False)
        self._service = f"sweeps-{uuid.uuid4().hex}"
        plugin = _Service(self._service, self._workload, ours=self._address is None)
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
            client.register_plugin(plugin)
            self._workers = set(client.nthreads())
        except Exception as fault:  # a worker that lacks a package may raise anything
            _leave(client)
            raise EngineLost(
                f"engine: dask: its workers cannot be used: {first_line(fault)}"
            ) from None
        return client

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""
        self._tasks.submit(key, task)
        self._fill()

    def _fill(self) -> None:
        """Give each idle worker a queued task."""
        idle = self._workers.difference(self._busy.values())
        while self._tasks.queue and idle and len(self._busy) < self.jobs:
            entry, worker = self._tasks.queue.popleft(), idle.pop()
            name = f"sweeps-{entry.key}-{uuid.uuid4().hex}"
            future = self._client.submit(
                _run, entry.task, self._service, key=name, pure=False, workers=[worker]
            )
            self._tasks.running[future], self._busy[future] = entry, worker
            future.add_done_callback(self._done.put)

    def ready(self) -> bool:
        """Whether something has come back, and `wait` need not wait."""
        return not self._done.empty()

    def wait(self) -> list[tuple[int, Any]]:
        """As `Engine.wait`. Errors: EngineLost if scheduler or workers are gone for good."""
        while self._tasks.awaited:
            self._fill()
            with self._tasks.waiting(self.jobs):
                future = self._next()
            try:
                if future in self._busy:
                    self._collect(future)
                if time.monotonic() - self._looked > STEP:
                    self._look_around()
            except (OSError, FutureCancelledError):
                self._reconnect()
        self._fill()
        return self._tasks.take()

    def _next(self) -> Future | None:
        try:
            return self._done.get(timeout=STEP)
        except Empty:
            return None

    def _collect(self, future: Future) -> None:
        """Errors: OSError or FutureCancelledError where the connection is lost."""
        if future.status == "error":
            self._failed(self._release(future), future.exception())
            return
        try:
            result = future.result(timeout=PATIENCE)
        except FutureCancelledError as fault:
            if fault.reason == DISCONNECTED:
                raise
            self._tasks.on_lost(self._release(future), f"its task was cancelled ({fault.reason})")
        else:
            self._tasks.on_result(self._release(future), pickle.loads(result))

    def _release(self, future: Future) -> Entry:
        del self._busy[future]
        return self._tasks.running.pop(future)

    def _failed(self, entry: Entry, fault: BaseException) -> None:
        if isinstance(fault, KilledWorker):
            # A worker that was restarted at the same address may have lost the task several times.
            self._tasks.on_lost(entry, _died(fault.last_worker.address), fault.allowed_failures + 1)
        else:
            self._tasks.on_exception(entry, fault)

    def _look_around(self) -> None:
        """Update the workers, and handle the tasks of workers that are gone, and tasks that hang.

        Errors: OSError if the scheduler does not answer; EngineLost if no worker is left.
        """
        self._looked = time.monotonic()
        self._workers = set(self._client.nthreads())
        if self._workers:
            self._populated = self._looked
        elif self._looked - self._populated > ALONE:
            raise EngineLost(f"engine: dask: expected workers, got none for {ALONE:g} s; {KEPT}")
        for future, worker in [*self._busy.items()]:
            if worker not in self._workers and future.status == "pending":
                self._gone(future, worker)
        for future in self._tasks.timed_out():
            self._end(future)

    def _gone(self, future: Future, worker: str) -> None:
        """Handle a task whose worker is gone.

        The first time the worker may have gone before it began the task, which then is only
        suspected; the second time the task counts as lost.
        """
        entry = self._release(future)
        future.cancel()
        if entry.suspect:
            self._tasks.on_lost(entry, _died(worker))
        else:
            self._tasks.on_suspect(entry)

    def _end(self, future: Future) -> None:
        """End the worker of a task that hangs."""
        worker = self._busy[future]
        entry = self._release(future)
        self._workers.discard(worker)
        self._tasks.on_timeout(entry)
        future.cancel()
        if self._cluster:
            self._cluster.sync(_kill, self._cluster, worker)
        else:
            self._client.restart_workers([worker], timeout=ENDING, raise_for_error=False)

    def _reconnect(self) -> None:
        """The scheduler does not answer: join it again, and queue the running tasks again."""
        for future in reversed([*self._busy]):
            self._tasks.requeue(self._release(future))
        _leave(self._client)
        deadline = time.monotonic() + GONE
        while True:
            try:
                self._client = self._connect()
            except EngineLost as fault:
                if time.monotonic() > deadline:
                    raise EngineLost(f"{fault}, for {GONE:g} s; {KEPT}") from None
                time.sleep(STEP)
            else:
                return

    def close(self) -> None:
        """End our own workers at once; from those of a joined cluster remove our service."""
        if self._cluster is None and self._client.status == "running":
            with suppress(OSError):
                self._client.unregister_worker_plugin(self._service)
        _leave(self._client)
        self._end_cluster()

    def _end_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.sync(_kill_all, self._cluster)
            self._cluster.close()
        if self._reaper:
            self._reaper.close()


def _reach(address: str) -> None:
    """Expect a Dask scheduler at the address; Dask's own client would wait without end.

    Errors: EngineLost.
    """
    reach("dask", address)
    try:
        # In a new thread, because this one may have an event loop already, as in a notebook.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(_shake_hands(address))).result()
    except TimeoutError:
        raise unreachable("dask", address, "what answers there is no Dask scheduler") from None
    except (OSError, TypeError, ValueError, RuntimeError) as fault:
        raise unreachable("dask", address, first_line(fault)) from None


async def _shake_hands(address: str) -> None:
    security = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=PATIENCE, **security), PATIENCE)
    comm.abort()


def _died(worker: str) -> str:
    return f"its worker died (at {worker}; out of memory?)"


def _leave(client: Client) -> None:
    """Drop a client, whether its scheduler still answers or not."""
    with suppress(OSError):  # a TimeoutError, too
        client.close(timeout=STEP)


async def _kill(cluster: LocalCluster, worker: str) -> None:
    """Kill a worker; its nanny starts another. Dask itself would let it finish its task."""
    for nanny in cluster.workers.values():
        if nanny.worker_address == worker and nanny.pid:
            os.kill(nanny.pid, signal.SIGKILL)


async def _kill_all(cluster: LocalCluster) -> None:
    for nanny in cluster.workers.values():
        nanny.close_gracefully(reason="sweeps-close")  # so that it does not start another worker
        if nanny.pid:
            os.kill(nanny.pid, signal.SIGKILL)


def _cluster(jobs: int, folder: str) -> LocalCluster:
    """A cluster of workers on this machine, each a process with one thread, without a dashboard.

    folder: for the workers' temporary files.
    """
    # `silence_logs` ends when the cluster is closed; this logger may print a traceback after that.
    logging.getLogger("distributed.batched").setLevel(logging.ERROR)
    with dask.config.set({**LOCAL, "temporary-directory": folder}), starting_workers():
        return LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            # Without the dashboard its server still starts, and listens on the dashboard's port.
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            memory_limit=None,
            silence_logs=logging.CRITICAL,
        )
