"""The user's own files, of any kind in the table: read whole or in chunks, or one line of error."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from sweeps.base import files
from sweeps.base.errors import Expected, UserError, did_you_mean, printable
from sweeps.data import encodings, file_kinds, frames
from sweeps.data.file_kinds import FileKind, ReadOptions
from sweeps.data.lines import Lines

# What readers raise at a file that holds no table, or none that they know how to read.
UNREADABLE = (ValueError, OSError, MemoryError, NotImplementedError, LookupError)


def expect(path: Path, expected: str) -> FileKind:
    """The kind of a file that is there to be read.

    Errors: Expected, `expected` being what is said of a kind that is not in the table; UserError
    for what is no regular file, such as a pipe.
    """
    kind, suffix = file_kinds.find(path), file_kinds.suffix(path)
    if kind is None:
        raise Expected(expected, path.name, file_kinds.REMEDIES.get(suffix, ""))
    files.expect_regular(path)
    if not os.path.isfile(path):  # False too for a name that no file system takes
        beside = path.parent.glob(f"*{suffix}") if os.path.isdir(path.parent) else ()
        near = [file.name for file in beside]
        hint = did_you_mean(path.name, near) if near else "no such file"
        raise Expected("a file", path.name, hint)
    return kind


def read(path: Path, kind: FileKind, options: ReadOptions) -> pd.DataFrame:
    """All rows of a file, its columns named by texts. Errors: UserError."""
    try:
        frame = frames.standard(kind.reader.read(path, options), _gaps(kind, options))
    except UNREADABLE as fault:
        raise unreadable(path.name, path, fault) from None
    if frame.empty:
        raise UserError(f"{path.name}: expected rows below a header, got none")
    return frame


def _gaps(kind: FileKind, options: ReadOptions) -> Collection[str]:
    """Texts of gaps that the reader leaves as they are: only that of delimited text knows them."""
    return () if "separator" in kind.options else options.missing


def chunks(
    path: Path, kind: FileKind, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """A file's rows, so many at a time, at least one frame; its columns named by texts.

    numbers: the columns that are to be numbers. Errors: UserError.
    """
    reader = kind.reader
    try:
        if reader.chunks is not None:
            for frame in reader.chunks(path, options, numbers, rows):
                yield frames.standard(frame, _gaps(kind, options))
            return
        whole = frames.standard(reader.read(path, options), _gaps(kind, options))
    except UNREADABLE as fault:
        raise unreadable(str(path), path, fault) from None
    for start in range(0, max(1, len(whole)), rows):
        yield whole.iloc[start : start + rows]


def lines(path: Path, kind: FileKind, options: ReadOptions) -> Lines | None:
    """Where the rows stand in a file of text; None for other kinds."""
    find = kind.reader.lines
    return None if find is None else find(path, options)


def unreadable(where: str, path: Path, fault: Exception) -> UserError:
    """The error, at `where`, for a file that cannot be read."""
    if isinstance(fault, UnicodeDecodeError):
        return encodings.unreadable(where, path, fault)
    if isinstance(fault, MemoryError):
        return too_large(where, fault)
    suffix = file_kinds.suffix(path)
    return UserError(f"{where}: expected a {suffix} table, got: {printable(_reason(fault))}")


def too_large(where: str, fault: MemoryError) -> UserError:
    """The error, at `where`, for rows that do not fit into memory."""
    return UserError(f"{where}: expected a table that fits into memory, got: {_reason(fault)}")


def _reason(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0]
