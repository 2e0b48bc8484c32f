"""Rows as a source gives them, before anything is made of them."""

import hashlib
from dataclasses import dataclass

import pandas as pd

from sweeps.data.lines import Lines, LinesOfFiles


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

    sha256: of the file, or of the values. classes: names of the target's codes 0, 1, …, where the
    source has them. lines: where the rows stand in a file of text. parts: by row "train", "dev" or
    "test", where the source has parts of its own. files: each, where test
    or dev rows have one of their own.
    """

    frame: pd.DataFrame
    target: str
    sha256: str
    classes: tuple[str, ...] = ()
    lines: Lines | LinesOfFiles | None = None
    parts: pd.Series | None = None
    files: tuple[FileRows, ...] = ()


def digest(frame: pd.DataFrame) -> str:
    """The SHA-256 of a frame's column names and values."""
    made = hashlib.sha256(repr([str(c) for c in frame.columns]).encode())
    for column in frame.columns:
        made.update(frame[column].to_numpy().tobytes())
    return made.hexdigest()
