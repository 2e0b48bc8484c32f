"""What an engine is: submit, wait, and what a task that did not come back looks like."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sweeps.base.errors import UserError

Function = Callable[[Any, Any], Any]  # (task, shared) -> result


class EngineChoice(Protocol):
    """Which engine, and the address of the cluster that it joins, if it joins one."""

    @property
    def name(self) -> str:
        """One of `ENGINES`."""

    def follow(self) -> str | None:
        """Its address as the engine itself writes it. Errors: UserError where none has leave."""


@dataclass(frozen=True)
class Timeout:
    """How many seconds a task may take (None: any), and whether one that takes longer is retried.

    A task that has not come back by then hangs, and is lost with its worker.
    """

    seconds: float | None = None
    retried: bool = True


NO_TIMEOUT = Timeout()


@dataclass(frozen=True)
class Workload:
    """What an engine is for: `function(task, shared)`, for so many tasks at a time.

    A task that is lost is run again so many `retries` times. `timeout` says what each of them has.
    """

    function: Function
    shared: Any
    jobs: int
    retries: int
    timeout: Callable[[Any], Timeout] = lambda task: NO_TIMEOUT


@dataclass(frozen=True)
class Failure:
    """A task that did not come back: it raised, or its worker died or hung in every attempt."""

    cause: str


class EngineLost(UserError):
    """The engine itself is gone and does not come back; its tasks are nobody's fault."""


class Engine(Protocol):
    """Does its work somewhere else."""

    jobs: int

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""

    def ready(self) -> bool:
        """Whether something has come back, and `wait` need not wait."""

    def wait(self) -> list[tuple[int, Any]]:
        """At least one (key, result or Failure), once there is one; none if nothing is queued.

        Errors: EngineLost.
        """

    def close(self) -> None:
        """End all workers at once, whatever they do."""


def first_line(fault: BaseException) -> str:
    """A fault in one line."""
    lines = str(fault).splitlines()
    return f"{type(fault).__name__}: {lines[0]}" if lines else type(fault).__name__
