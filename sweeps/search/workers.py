"""Between the search loop and the engine: the queue of waiting trials, the packs in training."""

from sweeps.data import Dataset
from sweeps.engines import Engine, Failure, Packs
from sweeps.search.task_queue import TaskQueue
from sweeps.study.search_section import Search
from sweeps.training.task import Outcome, Task, failed

MOST = 4  # trials of a pack; a larger one takes long, and the window waits for its oldest trial


class Workers:
    """Gives an engine packs of tasks.

    room: how many trials may be in training or waiting. Usually the whole window, so that the queue
    has trials to choose from; with a time limit only as many as keep the workers busy, since those
    that still wait when the time is up stay untrained.
    """

    def __init__(
        self, engine: Engine, dataset: Dataset | None, search: Search, in_time: bool = False
    ) -> None:
        # At most half of the window in training, so that there are always trials left to ask.
        most = max(1, min(MOST, search.window // (2 * engine.jobs)))
        self.room = min(search.window, engine.jobs + 1) if in_time else search.window
        self._engine = engine
        self._queue = TaskQueue(dataset, search.window_at, most)
        self._packs = Packs[Task](engine)

    def add(self, task: Task) -> None:
        """Queue a task; it starts at once if a worker is free."""
        self._queue.add(task)
        if len(self._packs) < self._engine.jobs:
            self.fill()

    def ready(self) -> bool:
        """Whether a pack has come back."""
        return self._packs.ready()

    def wait(self) -> list[Outcome]:
        """Wait for at least one outcome; an empty list if no task is running or queued."""
        outcomes: list[Outcome] = []
        while not outcomes and (len(self._packs) or len(self._queue)):
            self.fill()
            for task, result in self._packs.wait():
                is_lost = isinstance(result, Failure)
                outcomes.append(failed(task.number, result.cause) if is_lost else result)
        self.fill()  # before the caller takes its time to write these outcomes down
        return outcomes

    def fill(self) -> None:
        """Hand waiting tasks to the engine: a pack a worker, and one more for the next free one."""
        while len(self._queue) and len(self._packs) <= self._engine.jobs:
            self._packs.submit(self._queue.take(self._engine.jobs + 1 - len(self._packs)))
