"""Trials' records in short, for commands that show a run: without curves and outputs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from sweeps.base import files
from sweeps.storage import npz


@dataclass(frozen=True)
class RecordSummary:
    """A trial's record without its arrays."""

    path: Path
    number: int
    state: str
    values: tuple[float, ...]  # an objective each; none of a failed trial
    cause: str
    params: dict[str, Any]

    @property
    def value(self) -> float:
        """The first objective."""
        return self.values[0] if self.values else float("nan")


def summary(path: Path) -> RecordSummary | None:
    """One record in short; None for a file that is not a readable record."""
    try:
        meta = files.parse_json(str(npz.load(path, "meta")["meta"]))
        return RecordSummary(
            path,
            int(meta["number"]),
            str(meta["state"]),
            tuple(map(float, meta["values"])),
            str(meta["cause"]),
            dict(meta["key"]["params"]),
        )
    except files.BROKEN:
        return None


def final_metrics(path: Path) -> "dict[str, NDArray[Any]]":
    """By metric, the final values (P,) of a record's networks; empty if it is unreadable."""
    try:
        found = npz.load(path, "final/")
        return {name.removeprefix("final/"): values for name, values in found.items()}
    except files.BROKEN:
        return {}
