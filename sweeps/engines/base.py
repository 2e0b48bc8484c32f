"""What an engine is: submit, wait, and how a task that did not come back is reported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sweeps.base.errors import UserError

Function = Callable[[Any, Any], Any]  # (task, shared) -> result


class EngineChoice(Protocol):
    """The engine that a study names, and the address of the cluster that it joins, if any."""

    @property
    def name(self) -> str:
        """One of `ENGINES`."""

    def follow(self) -> str | None:
        """The cluster's address; None without one. Errors: UserError if it is not allowed."""


@dataclass(frozen=True)
class Timeout:
    """A task's time limit in seconds (None: no limit), and whether it is retried after that.

    A task that has not come back by then is taken to hang, and its worker is ended.
    """

    seconds: float | None = None
    retried: bool = True


NO_TIMEOUT = Timeout()


@dataclass(frozen=True)
class Workload:
    """An engine's work: `function(task, shared)`, for `jobs` tasks at a time.

    retries: how often a lost task is run again; timeout: the time limit of a task.
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
    """The engine itself is gone and does not come back; its tasks have not failed."""


class Engine(Protocol):
    """Runs tasks in other processes."""

    jobs: int

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""

    def ready(self) -> bool:
        """Whether a task has come back, so that `wait` returns at once."""

    def wait(self) -> list[tuple[int, Any]]:
        """Wait for tasks: (key, result or Failure) of at least one; empty if no task is left.

        Errors: EngineLost.
        """

    def close(self) -> None:
        """End all workers at once, whatever they are doing."""


def first_line(fault: BaseException) -> str:
    """A fault's type and the first line of its message."""
    lines = str(fault).splitlines()
    return f"{type(fault).__name__}: {lines[0]}" if lines else type(fault).__name__
