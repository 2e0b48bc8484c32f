"""Trials' records in short, for whoever looks at a run: without what training needs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from sweeps.base import files
from sweeps.storage import npz


@dataclass(frozen=True)
class RecordSummary:
    """What a trial's record says of itself in short."""

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
    """One record in short; None for a file that is none."""
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
    """What a record says of its networks at the end (P,), by metric; nothing for none of ours."""
    try:
        found = npz.load(path, "final/")
        return {name.removeprefix("final/"): values for name, values in found.items()}
    except files.BROKEN:
        return {}
