"""Rows as a source gives them, before anything is made of them."""

import hashlib
from dataclasses import dataclass

import pandas as pd

from sweeps.data.lines import Lines


@dataclass(frozen=True)
class SourceTable:
    """Rows as they were read, and the target's column.

    sha256: of the file, or of the values. classes: names of the target's codes 0, 1, …, where the
    source has them. lines: where the rows stand in a file of text.
    """

    frame: pd.DataFrame
    target: str
    sha256: str
    classes: tuple[str, ...] = ()
    lines: Lines | None = None


def digest(frame: pd.DataFrame) -> str:
    """The SHA-256 of a frame's column names and values."""
    made = hashlib.sha256(repr([str(c) for c in frame.columns]).encode())
    for column in frame.columns:
        made.update(frame[column].to_numpy().tobytes())
    return made.hexdigest()
