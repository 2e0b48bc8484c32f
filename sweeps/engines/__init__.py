"""Where tasks run: submit, wait, and what a dead worker looks like.

`ENGINES` is the one place to add an engine; what it needs is imported when it is made.
"""

import importlib.util
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.base.errors import UserError
from sweeps.engines.base import (
    NO_TIMEOUT,
    Engine,
    EngineChoice,
    EngineLost,
    Failure,
    Function,
    Timeout,
    Workload,
)
from sweeps.engines.loky import Loky
from sweeps.engines.packs import Packs

__all__ = [
    "ENGINES",
    "NO_TIMEOUT",
    "Engine",
    "EngineLost",
    "Failure",
    "Packs",
    "Timeout",
    "Workload",
    "check",
    "make",
]


@dataclass(frozen=True)
class EngineKind:
    """An engine: how it is started, the package it needs, and the addresses it can join."""

    start: Callable[[Workload, str | None], Engine]
    needs: str = ""
    address: re.Pattern[str] | None = None
    example: str = ""


def _loky(workload: Workload, _: str | None) -> Engine:
    return Loky(workload)


def _dask(workload: Workload, address: str | None) -> Engine:
    from sweeps.engines.dask import Dask

    return Dask(workload, address)


def _ray(workload: Workload, address: str | None) -> Engine:
    from sweeps.engines.ray import Ray

    return Ray(workload, address)


ENGINES: Mapping[str, EngineKind] = {
    "loky": EngineKind(_loky),
    "dask": EngineKind(
        _dask, "distributed", re.compile(r"(tcp|tls|wss?)://[^\s/@]+:\d{1,5}"), "tcp://head:8786"
    ),
    "ray": EngineKind(
        _ray, "ray", re.compile(r"auto|(ray://)?[^\s/@:]+:\d{1,5}"), "head:6379, ray://head:10001"
    ),
}


def check(spec: EngineChoice) -> None:
    """Expect that the engine's package is installed. Errors: UserError."""
    needs = ENGINES[spec.name].needs
    if needs and importlib.util.find_spec(needs) is None:
        raise UserError(
            f"engine: {spec.name} needs {needs}, which is not installed: pip install {needs}"
        )


def make(
    spec: EngineChoice,
    function: Function,
    shared: Any,
    jobs: int,
    retries: int,
    timeout: Callable[[Any], Timeout] = lambda task: NO_TIMEOUT,
) -> Engine:
    """Start an engine, or join the cluster at its address; `timeout(task)` is a task's time limit.

    Errors: UserError if the user has not allowed its address, its package is missing, or nothing
    answers there.
    """
    address = spec.follow()
    check(spec)
    return ENGINES[spec.name].start(Workload(function, shared, jobs, retries, timeout), address)
