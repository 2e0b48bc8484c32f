"""Rows as a source gives them, before anything is made of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from sweeps.data.cell import cells, dtypes
from sweeps.data.source.lines import Lines, LinesOfFiles
from sweeps.data.source.read_options import DEFAULTS, ReadOptions


@dataclass(frozen=True)
class FileRows:
    """A file or set that the rows of a part are from. start: the first of them in the table."""

    part: str
    name: str
    sha256: str
    start: int


@dataclass(frozen=True)
class SourceTable:
    """Rows as they were read, and the target's column.

    more: the columns of other targets, where several numbers are predicted.

    sha256: of the file, or of the values. classes: names of the target's codes 0, 1, …, where the
    source has them. lines: where the rows stand in a file of text. parts: "train", "dev" or "test"
    of each row, where the source divides them. files: each, where test or dev rows have one of
    their own. reading: how more rows of the kind are to be read. notes: what was made of the
    source, to be said. codes: columns of numbers of which some are written with zeros in front, as
    texts. reference: the error of a perfect model, where the source knows it, as
    `reference` of a study.
    """

    frame: pd.DataFrame
    target: str
    sha256: str
    classes: tuple[str, ...] = ()
    lines: Lines | LinesOfFiles | None = None
    parts: pd.Series | None = None
    files: tuple[FileRows, ...] = ()
    reading: ReadOptions = DEFAULTS
    notes: tuple[str, ...] = ()
    reference: float | None = None
    codes: Mapping[str, pd.Series] = field(default_factory=dict)
    more: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns that are predicted."""
        return (self.target, *self.more)


def digest(frame: pd.DataFrame) -> str:
    """The SHA-256 of a frame's column names and values."""
    made = hashlib.sha256(repr([str(c) for c in frame.columns]).encode())
    words = set(dtypes.other_columns(frame))
    for name in frame.columns:
        values = cells.texts(frame[name]) if name in words else frame[name].to_numpy()
        made.update(repr(values.tolist()).encode() if name in words else values.tobytes())
    return made.hexdigest()
