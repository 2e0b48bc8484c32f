"""Lists of tasks on an engine: one that is lost is tried again task by task."""

from typing import Any, Generic, Protocol, TypeVar

from sweeps.engines.base import Engine, Failure


class NumberedTask(Protocol):
    """A task; no two of those under way have one number."""

    @property
    def number(self) -> int:
        """Its number."""


T = TypeVar("T", bound=NumberedTask)


class Packs(Generic[T]):
    """What an engine has to do whose function takes a list of tasks, and returns a result each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._packs: dict[int, list[T]] = {}  # by the number of the first

    def __len__(self) -> int:
        return len(self._packs)

    def submit(self, pack: list[T]) -> None:
        """Queue a list of tasks, one at least."""
        self._packs[pack[0].number] = pack
        self._engine.submit(pack[0].number, pack)

    def ready(self) -> bool:
        """Whether something has come back."""
        return self._engine.ready()

    def wait(self) -> list[tuple[T, Any]]:
        """Tasks that have come back, each with its result or Failure; none after a lost list.

        Errors: EngineLost.
        """
        back: list[tuple[T, Any]] = []
        for key, results in self._engine.wait():
            pack = self._packs.pop(key)
            if not isinstance(results, Failure):
                back += zip(pack, results, strict=True)
            elif len(pack) == 1:
                back.append((pack[0], results))
            else:  # one of them may be at fault for all
                for task in pack:
                    self.submit([task])
        return back
