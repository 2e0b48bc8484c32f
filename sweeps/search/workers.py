"""Between the loop and the engine: trials that wait, and packs of them that are under way."""

from sweeps import trial
from sweeps.data import Dataset
from sweeps.engines import Engine, Failure
from sweeps.packing import Packer
from sweeps.trial import Outcome, Task

MOST = 4  # trials of a pack: more would be long under way, and the window waits for the oldest


class Workers:
    """Gives an engine lists of tasks. A pack that fails is tried again trial by trial."""

    def __init__(self, engine: Engine, dataset: Dataset | None, window: int) -> None:
        # A quarter of the window, so that there is always something to ask for while packs run.
        most = min(MOST, window // (4 * engine.jobs)) if dataset is not None else 1
        self._engine, self._most = engine, max(1, most)
        self._packer = Packer(dataset, self._most)
        self._packs: dict[int, list[Task]] = {}  # by the number of the first

    @property
    def room(self) -> int:
        """How many trials may be on their way or waiting."""
        return (self._engine.jobs + 1) * self._most

    def add(self, task: Task) -> None:
        """One more that waits; where there are no packs, no longer than it must."""
        self._packer.add(task)
        if self._most == 1:
            self.fill()

    def wait(self) -> list[Outcome]:
        """At least one outcome, once there is one; none where nothing is on its way."""
        outcomes: list[Outcome] = []
        while not outcomes and (self._packs or len(self._packer)):
            self.fill()
            for key, result in self._engine.wait():
                outcomes += self._ended(self._packs.pop(key), result)
        return outcomes

    def fill(self) -> None:
        """Hand out what waits, as far as there are workers."""
        while len(self._packer) and len(self._packs) <= self._engine.jobs:
            self._submit(self._packer.take(self._engine.jobs + 1 - len(self._packs)))

    def _submit(self, pack: list[Task]) -> None:
        self._packs[pack[0].number] = pack
        self._engine.submit(pack[0].number, pack)

    def _ended(self, pack: list[Task], result: "list[Outcome] | Failure") -> list[Outcome]:
        if not isinstance(result, Failure):
            return result
        if len(pack) == 1:
            return [trial.failed(pack[0].number, result.cause)]
        # One of them may be at fault for all.
        for task in pack:
            self._submit([task])
        return []
