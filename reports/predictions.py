"""What the confirmed networks said, and what they learned: predictions.npz and its like."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from reports import files
from reports.faults import BROKEN, RunFolderError, first_line

if TYPE_CHECKING:
    from numpy.lib.npyio import NpzFile


@dataclass(frozen=True)
class _Arrays:
    """An archive, whose arrays are read when they are asked for."""

    path: Path

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the arrays in the archive."""
        with self._open() as archive:
            return frozenset(archive.files)

    @contextmanager
    def _open(self) -> "Iterator[NpzFile]":
        try:
            with files.archive(self.path) as archive:
                yield archive
        except RunFolderError:
            raise
        except BROKEN as fault:
            raise RunFolderError(
                f"{self.path}: expected a NumPy .npz archive, got {first_line(fault)}"
            ) from fault

    @cached_property
    def _kept(self) -> dict[str, NDArray[Any]]:
        """Arrays of one axis, by name: they are small, and asked for again and again."""
        return {}

    def _read(self, name: str, dimensions: int, most: int | None = None) -> NDArray[Any]:
        """An array of so many axes, or up to `most`."""
        if name in self._kept:
            return self._kept[name]
        array = self._checked(name, dimensions, most)
        if array.ndim == 1:
            array.flags.writeable = False
            self._kept[name] = array
        return array

    def _checked(self, name: str, dimensions: int, most: int | None) -> NDArray[Any]:
        if name not in self.names:
            raise RunFolderError(
                f"{self.path}: expected an array {name!r}, got {len(self.names)} others"
            )
        with self._open() as archive:
            try:
                array: NDArray[Any] = archive[name]
            except BROKEN as fault:
                raise RunFolderError(
                    f"{self.path}: {name}: expected a plain array, got {first_line(fault)}"
                ) from fault
        if not dimensions <= array.ndim <= (most or dimensions):
            raise RunFolderError(
                f"{self.path}: {name}: expected {dimensions} axes, got shape {array.shape}"
            )
        if array.size == 0:
            raise RunFolderError(
                f"{self.path}: {name}: expected some rows, got shape {array.shape}"
            )
        return array


class Predictions(_Arrays):
    """What the confirmed configurations predicted, read from predictions.npz when asked for."""

    def has(self, config: str, split: str) -> bool:
        """Whether it is there: a trainer of the user's may say its errors alone."""
        return f"{config}/{split}" in self.names

    def target(self, split: str) -> NDArray[Any]:
        """(n,) class indices, or the standardized target, of the split "dev" or "test".

        Of several targets (n, K).
        """
        return self._read(f"{split}_target", dimensions=1, most=2)

    def group(self, split: str) -> NDArray[Any] | None:
        """(n,) the number of the group that each row belongs to; None where each stands alone."""
        name = f"{split}_group"
        return self._read(name, dimensions=1) if name in self.names else None

    def weight(self, split: str) -> NDArray[Any] | None:
        """(n,) how much each row counts; None where all count alike."""
        name = f"{split}_weight"
        return self._read(name, dimensions=1) if name in self.names else None

    def numbered(self, split: str, what: str) -> NDArray[Any] | None:
        """(n,) of each row its "row" in the table, from 0, or its "line" in the file, from 1."""
        name = f"{split}_{what}"
        return self._read(name, dimensions=1) if name in self.names else None

    def fold(self) -> NDArray[Any]:
        """(repeats, n) the fold whose networks were not trained on the row of dev."""
        return self._read("dev_fold", dimensions=2)

    def of(self, config: str, split: str) -> NDArray[Any]:
        """(replicates, n, classes) log-probabilities, or (replicates, n, targets) predictions.

        Out of fold dev has the passes (`reports.folds`) in the place of replicates.
        """
        return self._read(f"{config}/{split}", dimensions=3)


class Outer(_Arrays):
    """What the outer folds' models predicted of their rows, in the table's order: nested.npz."""

    def fold(self) -> NDArray[Any]:
        """(n,) the fold whose models did not see the row, from 1 on."""
        return self._read("fold", dimensions=1)

    def target(self) -> NDArray[Any]:
        """(n,) class indices, or the standardized target; of several (n, K)."""
        return self._of_each_row("target", dimensions=1, most=2)

    def group(self) -> NDArray[Any] | None:
        """(n,) the number of the group that each row belongs to; None where each stands alone."""
        return self._of_each_row("group", dimensions=1) if "group" in self.names else None

    def weight(self) -> NDArray[Any] | None:
        """(n,) how much each row counts; None where all count alike."""
        return self._of_each_row("weight", dimensions=1) if "weight" in self.names else None

    def of(self, model: str) -> NDArray[Any]:
        """(n, classes) log-probabilities, or (n, targets) predictions.

        model: "ensemble" or "baseline".
        """
        return self._of_each_row(model, dimensions=2)

    def _of_each_row(self, name: str, dimensions: int, most: int | None = None) -> NDArray[Any]:
        found, rows = self._read(name, dimensions, most), len(self.fold())
        if len(found) != rows:
            raise RunFolderError(f"{self.path}: {name}: expected {rows} rows, got {len(found)}")
        return found


@dataclass(frozen=True)
class Shuffled:
    """What the winner's networks lose by a column that is shuffled among rows they did not see.

    columns (C,) names, of `total`; network (P, C) the mean loss of a network's rows, row (n, C)
    that of a row, NaN where it is not known; times: how often each was shuffled.
    """

    columns: NDArray[Any]
    network: NDArray[Any]
    row: NDArray[Any]
    times: int
    total: int


@dataclass(frozen=True)
class Plane:
    """What a setting's networks say on a grid: x and y (s,), mean (s, s, K), apart (s, s).

    apart: the share of networks that say another class than most, or the SD of what they predict.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    mean: NDArray[Any]
    apart: NDArray[Any]


class Learned(_Arrays):
    """What shows what the networks learned, read from learned.npz when asked for."""

    def row(self, split: str) -> NDArray[Any] | None:
        """(n,) the numbers, from 0, of the rows of predictions.npz in the table."""
        return self._if_there(f"{split}_row", 1)

    def shuffled(self) -> Shuffled | None:
        """Of the winner; None where no network has its parameters."""
        if "shuffled/columns" not in self.names:
            return None
        columns = self._read("shuffled/columns", 1)
        network, row = (self._read(f"shuffled/{name}", 2) for name in ("network", "row"))
        for name, one in (("network", network), ("row", row)):
            if one.shape[1] != len(columns):
                raise RunFolderError(
                    f"{self.path}: shuffled/{name}: expected {len(columns)} columns, "
                    f"got shape {one.shape}"
                )
        times, total = (int(self._read(f"shuffled/{name}", 0)) for name in ("times", "all"))
        return Shuffled(columns, network, row, times, total)

    def plane_columns(self) -> tuple[str, str] | None:
        """The two columns of the plane; None where the inputs are others."""
        found = self._if_there("plane/columns", 1)
        if found is None or len(found) != 2:
            return None
        return str(found[0]), str(found[1])

    def on_plane(self, split: str) -> NDArray[Any]:
        """(n, 2) where the rows of predictions.npz lie."""
        return self._read(f"plane/{split}", 2)

    def plane(self, config: str) -> Plane | None:
        """None where the setting's networks have no parameters, or diverged."""
        if f"plane/{config}/mean" not in self.names:
            return None
        x, y = self._read("plane/x", 1), self._read("plane/y", 1)
        mean, apart = self._read(f"plane/{config}/mean", 2), self._read(f"plane/{config}/apart", 1)
        if len(mean) != len(x) * len(y) or len(apart) != len(mean):
            raise RunFolderError(
                f"{self.path}: plane/{config}: expected {len(x) * len(y)} points, got {len(mean)} "
                f"and {len(apart)}"
            )
        shape = len(y), len(x)
        return Plane(x, y, mean.reshape(*shape, -1), apart.reshape(shape))

    def rates(self) -> dict[str, NDArray[Any]]:
        """(epochs,) learning rates by setting; none where all are constant."""
        names = sorted(name for name in self.names if name.startswith("rate/"))
        return {name.removeprefix("rate/"): self._read(name, 1) for name in names}

    def spread(self, config: str, moment: str, what: str) -> NDArray[Any] | None:
        """(networks, layers) of activations or gradients, at "start" or "end"; None if not kept."""
        return self._if_there(f"spread/{config}/{moment}/{what}", 2)

    def _if_there(self, name: str, dimensions: int) -> NDArray[Any] | None:
        return self._read(name, dimensions) if name in self.names else None
