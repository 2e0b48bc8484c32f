"""Between the loop and the engine: a queue of trials, and packs of them that are under way."""

from sweeps.data import Dataset
from sweeps.engines import Engine, Failure, Packs
from sweeps.search.task_queue import TaskQueue
from sweeps.training.task import Outcome, Task, failed

MOST = 4  # trials of a pack: more would be long under way, and the window waits for the oldest


class Workers:
    """Gives an engine lists of tasks.

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
        self._queue = TaskQueue(dataset, window, most)
        self._packs = Packs[Task](engine)

    def add(self, task: Task) -> None:
        """One more that waits, if no worker is free."""
        self._queue.add(task)
        if len(self._packs) < self._engine.jobs:
            self.fill()

    def ready(self) -> bool:
        """Whether something has come back."""
        return self._packs.ready()

    def wait(self) -> list[Outcome]:
        """At least one outcome, once there is one; none where nothing is on its way."""
        outcomes: list[Outcome] = []
        while not outcomes and (len(self._packs) or len(self._queue)):
            self.fill()
            for task, result in self._packs.wait():
                is_lost = isinstance(result, Failure)
                outcomes.append(failed(task.number, result.cause) if is_lost else result)
        self.fill()  # before the caller writes down what came
        return outcomes

    def fill(self) -> None:
        """Hand out what waits, as far as there are workers; and one, for the first to be free."""
        while len(self._queue) and len(self._packs) <= self._engine.jobs:
            self._packs.submit(self._queue.take(self._engine.jobs + 1 - len(self._packs)))
