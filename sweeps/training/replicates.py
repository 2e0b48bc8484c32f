"""One replicate of a user's training function: what the function is given, its epochs one by one.

Each replicate has its own seed, and its own view of the global random generators. What the function
may yield is checked in `sweeps.training.reported`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted
from sweeps.data import Dataset
from sweeps.data.arrays import scaling
from sweeps.study import trainer_code
from sweeps.study.hyperparameters.vocabulary import plain
from sweeps.study.trainer_code import Function
from sweeps.training import seeds
from sweeps.training.isolation import Randomness, TimeUp
from sweeps.training.reported import EpochReport, read
from sweeps.training.task import Task


@dataclass(frozen=True)
class Part:
    """Rows: x (n, d) of the study's dtype; y (n,), class codes or standardized numbers.

    Of several targets y is (n, K).

    weights (n,): how much each row counts, with `data.weight`; else None.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    weights: NDArray[Any] | None = None


@dataclass(frozen=True)
class TrainerData:
    """What a training function is given, read-only. task: binary, multiclass or regression."""

    train: Part
    dev: Part
    task: str
    classes: tuple[str, ...]
    test: Part | None = None  # in the confirmation alone


@dataclass
class Replicate:
    """One call of the training function (a generator), and its last report.

    ended: whether the generator has no more epochs.
    """

    number: int
    generator: Iterator[Any]
    randomness: Randomness
    file: Path
    dataset: Dataset
    report: EpochReport = field(default_factory=EpochReport)
    epoch: int = 0
    ended: bool = False

    @property
    def gone(self) -> bool:
        """Whether the replicate has diverged."""
        return self.report.diverged

    def advance(self) -> bool:
        """Run one more epoch; False if there is none. Errors: Expected; UserCodeError."""
        if self.gone or self.ended:
            return False
        try:
            with self.randomness:
                given = next(self.generator)
            self.report = read(given, self.dataset)
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
        # User code: whatever it raises (SystemExit, too) makes this trial fail, and no other.
        except BaseException as fault:
            raise trainer_code.UserCodeError(fault, self.file, self._where) from None
        self.epoch += 1
        return True

    def _fault(self, fault: Expected) -> Expected:
        fault.message = f"{self._where}: {fault.message}"
        return fault

    @property
    def _where(self) -> str:
        return f"replicate {self.number}, epoch {self.epoch + 1}"

    def close(self) -> None:
        """Close the generator, so that the function's `finally` runs."""
        close = getattr(self.generator, "close", lambda: None)
        with self.randomness:
            close()


def start_replicates(
    function: Function, file: Path, task: Task, dataset: Dataset
) -> Iterator[Replicate]:
    """A task's replicates, before their first epoch, each with its own rows where it has such."""
    dataset = scaling.scaled(dataset, task.config["inputs"])
    for number in task.replicates:
        own = dataset.of(number)
        config = {word: plain(value) for word, value in task.config.items()}
        seed = seeds.trainer(task.seed, task.phase, number)
        generator = function(config, _data(own, task.parts(own)), seed)
        yield Replicate(number, generator, Randomness(seed), file, own)


def _data(dataset: Dataset, parts: Sequence[str]) -> TrainerData:
    rows = {}
    for part in parts:
        # Read-only views, so that no replicate can change the rows of another.
        x, y = dataset.parts[part].x.view(), _targets(dataset, part)
        x.flags.writeable = y.flags.writeable = False
        rows[part] = Part(x, y, _read_only(dataset.parts[part].weights))
    return TrainerData(**rows, task=dataset.target.task, classes=dataset.target.classes)


def _read_only(weights: NDArray[Any] | None) -> NDArray[Any] | None:
    if weights is None:
        return None
    own = weights.view()
    own.flags.writeable = False
    return own


def _targets(dataset: Dataset, part: str) -> NDArray[Any]:
    """Class codes (n,), or numbers standardized by the replicate's own training rows, or (n, K)."""
    labels = dataset.labels[part]
    return labels.view() if dataset.target.classes else dataset.scale.targets(labels)
