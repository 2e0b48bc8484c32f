"""What an engine is: submit, wait, and what a task that did not come back looks like."""

from dataclasses import dataclass
from typing import Any, Protocol

ATTEMPTS = 3


@dataclass(frozen=True)
class Failure:
    """A task that did not come back: its worker died each time, or it raised."""

    cause: str


class Engine(Protocol):
    """Runs `function(task, shared)` somewhere else."""

    jobs: int

    def submit(self, key: int, task: Any) -> None:
        """Queue a task."""

    def wait(self) -> list[tuple[int, Any]]:
        """At least one (key, result or Failure), once there is one."""

    def close(self) -> None:
        """End all workers at once, whatever they do."""
