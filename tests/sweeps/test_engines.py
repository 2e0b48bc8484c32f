"""The engine: results, tasks that raise, workers that die, and its one BLAS thread."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sweeps.engines import Failure, Loky


def work(task: Any, shared: Any) -> Any:
    """What the workers do; each task says how it wants to end."""
    if task == "raise":
        raise MemoryError("no room")
    if task == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "slow":
        time.sleep(0.3)
    if task == "pid":
        return os.getpid()
    if task == "threads":
        import numpy as np
        from threadpoolctl import threadpool_info

        np.ones((2, 2)) @ np.ones((2, 2))
        return [pool["num_threads"] for pool in threadpool_info()]
    if task == "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
    return (task, shared)


@contextmanager
def engine(jobs: int) -> Iterator[Loky]:
    pool = Loky(work, "shared", jobs)
    try:
        yield pool
    finally:
        pool.close()


def run(tasks: list[Any], jobs: int = 2) -> dict[int, Any]:
    results: dict[int, Any] = {}
    with engine(jobs) as pool:
        for key, task in enumerate(tasks):
            pool.submit(key, task)
        while len(results) < len(tasks):
            results.update(pool.wait())
        assert pool.wait() == []
    return results


def test_results_come_back_under_their_keys() -> None:
    assert run(["a", "b", "c"]) == {n: (task, "shared") for n, task in enumerate("abc")}


def test_a_task_that_raises_fails_alone() -> None:
    results = run(["a", "raise", "b"])
    assert results[1] == Failure("MemoryError: no room")
    assert (results[0], results[2]) == (("a", "shared"), ("b", "shared"))


def test_a_task_that_kills_its_worker_every_time_fails_and_nothing_hangs() -> None:
    results = run(["die"], jobs=1)
    assert results[0] == Failure("its worker died 3 times (out of memory?)")


def test_no_other_task_pays_for_it() -> None:
    tasks = ["a", "die", "slow", "b", "die", "c", "d", "slow", "e"]
    results = run(tasks, jobs=3)
    for key, task in enumerate(tasks):
        died = Failure("its worker died 3 times (out of memory?)")
        assert results[key] == (died if task == "die" else (task, "shared"))


def test_a_pool_that_broke_while_idle_is_started_anew() -> None:
    with engine(1) as pool:
        pool.submit(0, "pid")
        ((_, worker),) = pool.wait()
        os.kill(worker, signal.SIGKILL)
        time.sleep(0.5)
        pool.submit(1, "a")
        assert pool.wait() == [(1, ("a", "shared"))]


def test_workers_have_one_blas_thread_and_leave_ctrl_c_to_the_parent() -> None:
    results = run(["threads", "interrupt"])
    assert set(results[0]) == {1}
    assert results[1] == ("interrupt", "shared")
