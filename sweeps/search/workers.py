"""Between the loop and the engine: trials that wait, and packs of them that are under way."""

from sweeps import trial
from sweeps.data import Dataset
from sweeps.engines import Engine, Failure
from sweeps.search.waiting import Waiting
from sweeps.trial import Outcome, Task

MOST = 4  # trials of a pack: more would be long under way, and the window waits for the oldest


class Workers:
    """Gives an engine lists of tasks. A pack that fails is tried again trial by trial.

    room: how many trials may be on their way or waiting. The whole window may, for of those that
    wait the right one can be chosen; but no more than keep the workers busy where time is short.
    """

    def __init__(
        self, engine: Engine, dataset: Dataset | None, window: int, in_time: bool = False
    ) -> None:
        # Half of the window under way, so that there is always something to ask for meanwhile.
        most = max(1, min(MOST, window // (2 * engine.jobs)))
        self.room = min(window, engine.jobs + 1) if in_time else window
        self._engine = engine
        self._waiting = Waiting(dataset, window, most)
        self._packs: dict[int, list[Task]] = {}  # by the number of the first

    def add(self, task: Task) -> None:
        """One more that waits, if no worker is free."""
        self._waiting.add(task)
        if len(self._packs) < self._engine.jobs:
            self.fill()

    def wait(self) -> list[Outcome]:
        """At least one outcome, once there is one; none where nothing is on its way."""
        outcomes: list[Outcome] = []
        while not outcomes and (self._packs or len(self._waiting)):
            self.fill()
            for key, result in self._engine.wait():
                outcomes += self._ended(self._packs.pop(key), result)
        return outcomes

    def fill(self) -> None:
        """Hand out what waits, as far as there are workers; and one, for the first to be free."""
        while len(self._waiting) and len(self._packs) <= self._engine.jobs:
            self._submit(self._waiting.take(self._engine.jobs + 1 - len(self._packs)))

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
