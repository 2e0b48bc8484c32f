"""Trials that have been asked and wait for a worker: which are handed out next, and in one pack.

The order never changes a result: what the sampler sees depends only on the trial's index.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from sweeps.data import Dataset
from sweeps.training import networks, packing
from sweeps.training.task import Task

# No trial that is a window ahead of trial j can be asked before trial j is known. So once the
# oldest waiting trial lags behind the newest by this share of the window, it goes first, before it
# holds up all the others. Until then the largest amount of work goes first, so that it has ended by
# the time it is the oldest. That is a pack's work in all: a pack of four takes longer
# than any of its four trials alone, though each trial costs less in it.
OLD = 0.6


@dataclass(frozen=True, eq=False)
class _Entry:
    task: Task
    key: Hashable | None  # from `packing.key`; None for a task that goes alone
    work: float


class TaskQueue:
    """Hands out the most urgent task with others of the same key, up to `most` tasks in all.

    window: how many trials may be in flight when the trial of that number is asked.
    Without a dataset a task's work is unknown: the oldest task goes first, alone.
    """

    def __init__(self, dataset: Dataset | None, window: Callable[[int], int], most: int) -> None:
        self._dataset, self._window, self._most = dataset, window, most
        self._entries: list[_Entry] = []  # the oldest first
        self._newest = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, task: Task) -> None:
        """Queue a task."""
        self._newest = task.number
        self._entries.append(self._entry(task))

    def _entry(self, task: Task) -> _Entry:
        if self._dataset is None:
            return _Entry(task, None, 0.0)
        how = networks.settings(task.config, self._dataset)
        net = networks.network(task.config, self._dataset)
        work = how.epochs * networks.work(task.config, self._dataset, net)
        return _Entry(task, packing.key(task, how, net), work)

    def take(self, workers: int) -> list[Task]:
        """A pack for one of `workers` free ones, no larger than one worker's share of the queue."""
        most = min(self._most, -(-len(self._entries) // workers))
        pack = self._pack(most)
        self._entries = [entry for entry in self._entries if entry not in pack]
        return [entry.task for entry in pack]

    def _pack(self, most: int) -> list[_Entry]:
        groups = self._groups()
        oldest = self._entries[0]
        if self._newest - oldest.task.number >= OLD * self._window(self._newest):
            return _with(oldest, groups[oldest.key], most)
        packs = [
            _with(entry, group, most)
            for group in groups.values()
            # A pack is one entry plus the oldest others of its group. So only two packs of a group
            # can have the most work: the one led by the group's oldest entry, and the one led by
            # the largest entry outside that pack.
            for entry in (group[0], max(group[_others(group[0], most) :], key=_work, default=None))
            if entry is not None
        ]
        packs.sort(key=lambda pack: pack[0].task.number)
        return max(packs, key=lambda pack: sum(map(_work, pack)))

    def _groups(self) -> dict[Hashable | None, list[_Entry]]:
        """The waiting entries by key, the oldest first."""
        groups: dict[Hashable | None, list[_Entry]] = {}
        for entry in self._entries:
            groups.setdefault(entry.key, []).append(entry)
        return groups


def _work(entry: _Entry) -> float:
    return entry.work


def _others(first: _Entry, most: int) -> int:
    """How many other entries may join this one in a pack of at most `most`."""
    if first.key is None:
        return 0
    return max(0, min(most, packing.MOST // len(first.task.replicates)) - 1)


def _with(first: _Entry, group: list[_Entry], most: int) -> list[_Entry]:
    """The pack of an entry: itself and the oldest others of its group."""
    others = _others(first, most)
    alike = [entry for entry in group[: others + 1] if entry is not first]
    return [first, *alike[:others]]
