"""One replicate of a training function of the user's: what it is given, an epoch at a time.

Each has its own seed, and its own view of the global random generators. What it may yield stands
in `sweeps.training.reported`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted
from sweeps.data import Dataset
from sweeps.study import trainers
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.study.trainers import Function
from sweeps.training import seeds
from sweeps.training.isolation import Randomness, TimeUp
from sweeps.training.reported import Said, read
from sweeps.training.task import Task


@dataclass(frozen=True)
class Part:
    """Rows: x (n, d) of the study's dtype; y (n,), class codes or standardized numbers."""

    x: NDArray[Any]
    y: NDArray[Any]


@dataclass(frozen=True)
class Data:
    """What a function is given, read-only. task: binary, multiclass or regression."""

    train: Part
    dev: Part
    task: str
    classes: tuple[str, ...]
    test: Part | None = None  # in the confirmation alone


@dataclass
class Replicate:
    """One generator, and what it said last. gone: it has diverged; ended: it has no more epochs."""

    number: int
    generator: Iterator[Any]
    randomness: Randomness
    file: Path
    dataset: Dataset
    said: Said = field(default_factory=Said)
    epoch: int = 0
    ended: bool = False

    @property
    def gone(self) -> bool:
        """Whether it has diverged."""
        return self.said.diverged

    def advance(self) -> bool:
        """One epoch more; False where there is none. Errors: Expected."""
        if self.gone or self.ended:
            return False
        try:
            with self.randomness:
                given = next(self.generator)
            self.said = read(given, self.dataset)
        except StopIteration:
            self.ended = True
            if self.epoch == 0:
                raise self._fault(
                    Expected("metrics", Unquoted("the end of the function"))
                ) from None
            return False
        except Expected as fault:
            raise self._fault(fault) from None
        except (KeyboardInterrupt, TimeUp):
            raise
        except BaseException as fault:  # theirs, whatever it is
            raise trainers.Raised(fault, self.file, self._where) from None
        self.epoch += 1
        return True

    def _fault(self, fault: Expected) -> Expected:
        fault.message = f"{self._where}: {fault.message}"
        return fault

    @property
    def _where(self) -> str:
        return f"replicate {self.number}, epoch {self.epoch + 1}"

    def close(self) -> None:
        """Let the function end: its `finally` runs."""
        close = getattr(self.generator, "close", lambda: None)
        with self.randomness:
            close()


def begun(function: Function, file: Path, task: Task, dataset: Dataset) -> Iterator[Replicate]:
    """A task's replicates, each at its beginning."""
    data = _data(dataset, task.parts)
    for number in task.replicates:
        config = {word: plain(value) for word, value in task.config.items()}
        seed = seeds.trainer(task.seed, task.phase, number)
        yield Replicate(number, function(config, data, seed), Randomness(seed), file, dataset)


def _data(dataset: Dataset, parts: Sequence[str]) -> Data:
    rows = {}
    for part in parts:
        # Views that cannot be written to: one replicate must not change another's rows.
        x, y = dataset.parts[part].x.view(), dataset.labels[part].view()
        x.flags.writeable = y.flags.writeable = False
        rows[part] = Part(x, y)
    return Data(**rows, task=dataset.target.task, classes=dataset.target.classes)
