"""The engines under test, and tasks that end in every way a task can end."""

import importlib.util
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sweeps.base.consent import from_user
from sweeps.engines import ENGINES, Engine, Timeout, make
from sweeps.study.engine_section import EngineSpec


def installed(name: str) -> None:
    """Skips with the cure; fails on a build machine, where nothing may be missing."""
    needs = ENGINES[name].needs
    if not needs or importlib.util.find_spec(needs):
        return
    words = f"{needs} is missing: pip install -e '.[{name}]'"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def work(task: Any, shared: Any) -> Any:
    """What the workers do: a task is the name of a function below, and what to give it."""
    name, *arguments = task if isinstance(task, tuple) else (task,)
    return WAYS[name](*arguments) if name in WAYS else (task, shared)


def _raise() -> None:
    raise MemoryError("no room")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_once(marker: str) -> str:
    if not Path(marker).exists():
        Path(marker).touch()
        _die()
    return "alive"


def _slow(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _threads() -> list[int]:
    import numpy as np
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    return [pool["num_threads"] for pool in threadpool_info()]


def _interrupt() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
    return "unimpressed"


def _hold(marker: str, seconds: float) -> int:
    """Leave its process's number in the marker, and take its time."""
    Path(marker).write_text(str(os.getpid()))
    time.sleep(seconds)
    return os.getpid()


def _unpicklable() -> Any:
    return threading.Lock()


WAYS = {
    "raise": _raise,
    "die": _die,
    "die once": _die_once,
    "slow": _slow,
    "pid": os.getpid,
    "threads": _threads,
    "interrupt": _interrupt,
    "hold": _hold,
    "environment": os.environ.get,
    "unpicklable": _unpicklable,
}


@contextmanager
def engine(
    name: str,
    jobs: int = 2,
    retries: int = 2,
    limit: float | None = None,
    retried: bool = True,
    address: str | None = None,
    shared: Any = "shared",
) -> Iterator[Engine]:
    """An engine for `work`, ended in the end."""
    installed(name)
    spec = EngineSpec(name=name, address=address)  # type: ignore[arg-type]
    if address is not None:
        spec = spec.coming_from(from_user("engine", address))
    made = make(spec, work, shared, jobs, retries, lambda _: Timeout(limit, retried))
    try:
        yield made
    finally:
        made.close()


def collect(made: Engine, tasks: list[Any]) -> dict[int, Any]:
    """Run tasks; each one's result under its place in the list."""
    results: dict[int, Any] = {}
    for key, task in enumerate(tasks):
        made.submit(key, task)
    while len(results) < len(tasks):
        results.update(made.wait())
    assert made.wait() == []
    return results
