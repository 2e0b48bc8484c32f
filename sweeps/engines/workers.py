"""Inside a worker: one BLAS thread, Ctrl-C left to the parent process, no life after the parent."""

import os
import signal
import threading
import time
from typing import Any

from sweeps.base.interrupts import SAFE_PATH
from sweeps.engines.base import Function
from sweeps.engines.broadcast import Broadcast

ONE_BLAS_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
}

_worker: dict[str, Any] = {}


def start_worker(parent: int, function: Function, shared: Broadcast) -> None:
    """Run once in each worker, before its tasks: keep the function and the shared data."""
    tie_to_parent(parent)
    try:
        value = shared.value()
    except FileNotFoundError:  # the parent has ended, so nobody waits for this worker
        os._exit(0)
    _worker.update(function=function, shared=value)


def run_task(task: Any) -> Any:
    """Run a task, in a worker."""
    return _worker["function"](task, _worker["shared"])


def tie_to_parent(parent: int) -> None:
    """Ignore Ctrl-C, which the parent handles, and start a thread that exits when the parent ends.

    Even after kill -9 of the parent this takes less than a second; loky's own workers would live on
    for most of a minute. In the parent itself, or when called again, this does nothing.
    """
    if os.getpid() == parent or "parent" in _worker:
        return
    for name, value in SAFE_PATH.items():
        if os.environ.get(name) == value:  # set by us for Python's start, and not needed any more
            del os.environ[name]
    _worker["parent"] = parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def until_orphaned() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=until_orphaned, daemon=True).start()


class OneBlasThread:
    """`with one_blas_thread:` limits BLAS to one thread in a process that we did not start.

    Tasks may run in several threads of the process: the first sets the limit, the last lifts it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._limits: Any = None

    def __enter__(self) -> None:
        from threadpoolctl import threadpool_limits

        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._limits = threadpool_limits(1)

    def __exit__(self, *rest: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limits.restore_original_limits()


one_blas_thread = OneBlasThread()
