"""Packs (lists of tasks) on an engine: the tasks of a lost pack are tried again one by one."""

from typing import Any, Generic, Protocol, TypeVar

from sweeps.engines.base import Engine, Failure


class NumberedTask(Protocol):
    """A task with a number that no other task in flight has."""

    @property
    def number(self) -> int:
        """The task's number."""


T = TypeVar("T", bound=NumberedTask)


class Packs(Generic[T]):
    """The packs in flight on an engine whose function returns a list of results for a pack."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._packs: dict[int, list[T]] = {}  # by the number of a pack's first task

    def __len__(self) -> int:
        return len(self._packs)

    def submit(self, pack: list[T]) -> None:
        """Queue a list of at least one task."""
        self._packs[pack[0].number] = pack
        self._engine.submit(pack[0].number, pack)

    def ready(self) -> bool:
        """Whether a pack has come back."""
        return self._engine.ready()

    def wait(self) -> list[tuple[T, Any]]:
        """Wait for packs: their tasks, each with its result or Failure.

        Empty if only packs came back that are tried again task by task. Errors: EngineLost.
        """
        back: list[tuple[T, Any]] = []
        for key, results in self._engine.wait():
            pack = self._packs.pop(key)
            if not isinstance(results, Failure):
                back += zip(pack, results, strict=True)
            elif len(pack) == 1:
                back.append((pack[0], results))
            else:  # one task may have been the cause for all
                for task in pack:
                    self.submit([task])
        return back
