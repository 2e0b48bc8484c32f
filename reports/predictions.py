"""What the confirmed networks said of the dev and test rows: predictions.npz."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from reports import files
from reports.faults import RunFolderError, first_line

if TYPE_CHECKING:
    from numpy.lib.npyio import NpzFile


@dataclass(frozen=True)
class Predictions:
    """What the confirmed configurations predicted, read from predictions.npz when asked for."""

    path: Path

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the arrays in the archive."""
        with self._open() as archive:
            return frozenset(archive.files)

    def has(self, config: str, split: str) -> bool:
        """Whether it is there: a trainer of the user's may say its errors alone."""
        return f"{config}/{split}" in self.names

    def target(self, split: str) -> NDArray[Any]:
        """(n,) class indices, or the standardized target, of the split "dev" or "test"."""
        return self._read(f"{split}_target", dimensions=1)

    def group(self, split: str) -> NDArray[Any] | None:
        """(n,) the number of the group that each row belongs to; None where each stands alone."""
        name = f"{split}_group"
        return self._read(name, dimensions=1) if name in self.names else None

    def fold(self) -> NDArray[Any]:
        """(repeats, n) the fold whose networks were not trained on the row of dev."""
        return self._read("dev_fold", dimensions=2)

    def of(self, config: str, split: str) -> NDArray[Any]:
        """(replicates, n, classes) log-probabilities, or (replicates, n, 1) predictions.

        Out of fold dev has the passes (`reports.folds`) in the place of replicates.
        """
        return self._read(f"{config}/{split}", dimensions=3)

    @contextmanager
    def _open(self) -> "Iterator[NpzFile]":
        try:
            with files.archive(self.path) as archive:
                yield archive
        except RunFolderError:
            raise
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as fault:
            raise RunFolderError(
                f"{self.path}: expected a NumPy .npz archive, got {first_line(fault)}"
            ) from fault

    def _read(self, name: str, dimensions: int) -> NDArray[Any]:
        if name not in self.names:
            raise RunFolderError(
                f"{self.path}: expected an array {name!r}, got {len(self.names)} others"
            )
        with self._open() as archive:
            try:
                array: NDArray[Any] = archive[name]
            except (ValueError, MemoryError, zipfile.BadZipFile) as fault:
                raise RunFolderError(
                    f"{self.path}: {name}: expected a plain array, got {first_line(fault)}"
                ) from fault
        if array.ndim != dimensions:
            raise RunFolderError(
                f"{self.path}: {name}: expected {dimensions} axes, got shape {array.shape}"
            )
        if array.size == 0:
            raise RunFolderError(
                f"{self.path}: {name}: expected some rows, got shape {array.shape}"
            )
        return array
