"""Where tasks run: submit, wait, and what a dead worker looks like.

`ENGINES` is the one place to add an engine; what it needs is imported when it is made.
"""

import importlib.util
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.base.errors import UserError
from sweeps.engines.base import UNLIMITED, Chosen, Engine, Failure, Function, Lost, Terms, Work
from sweeps.engines.loky import Loky
from sweeps.engines.packs import Packs

__all__ = [
    "ENGINES",
    "UNLIMITED",
    "Engine",
    "Failure",
    "Lost",
    "Packs",
    "Terms",
    "Work",
    "check",
    "make",
]


@dataclass(frozen=True)
class Kind:
    """An engine: how it is started, the package it needs, and the addresses it can join."""

    start: Callable[[Work, str | None], Engine]
    needs: str = ""
    address: re.Pattern[str] | None = None
    example: str = ""


def _loky(work: Work, _: str | None) -> Engine:
    return Loky(work)


def _dask(work: Work, address: str | None) -> Engine:
    from sweeps.engines.dask import Dask

    return Dask(work, address)


def _ray(work: Work, address: str | None) -> Engine:
    from sweeps.engines.ray import Ray

    return Ray(work, address)


ENGINES: Mapping[str, Kind] = {
    "loky": Kind(_loky),
    "dask": Kind(
        _dask, "distributed", re.compile(r"(tcp|tls|wss?)://[^\s/@]+:\d{1,5}"), "tcp://head:8786"
    ),
    "ray": Kind(
        _ray, "ray", re.compile(r"auto|(ray://)?[^\s/@:]+:\d{1,5}"), "head:6379, ray://head:10001"
    ),
}


def check(spec: Chosen) -> None:
    """Whether the engine's package is here. Errors: UserError."""
    needs = ENGINES[spec.name].needs
    if needs and importlib.util.find_spec(needs) is None:
        raise UserError(
            f"engine: {spec.name} needs {needs}, which is not installed: "
            f"pip install -e '.[{spec.name}]'"
        )


def make(
    spec: Chosen,
    function: Function,
    shared: Any,
    jobs: int,
    retries: int,
    terms: Callable[[Any], Terms] = lambda task: UNLIMITED,
) -> Engine:
    """Start an engine, or join the one at its address; terms(task) are each task's.

    Errors: UserError where its package is missing, its address has no leave to be joined, or
    nobody answers there.
    """
    check(spec)
    return ENGINES[spec.name].start(Work(function, shared, jobs, retries, terms), spec.follow())
