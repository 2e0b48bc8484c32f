"""The user's own files, of any kind in the table: read whole or in chunks, or one line of error."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pandas as pd

import studies
from sweeps.base import files
from sweeps.base.errors import Expected, UserError, did_you_mean, printable
from sweeps.data.cell import cells, decimal_commas
from sweeps.data.source import encodings, file_kinds, frames, read_options
from sweeps.data.source.file_kinds import FileKind
from sweeps.data.source.lines import Lines
from sweeps.data.source.read_options import ReadOptions, Target
from sweeps.data.source.source_table import SourceTable

# What readers raise at a file that holds no table, or none that they know how to read.
UNREADABLE = (ValueError, OSError, MemoryError, NotImplementedError, LookupError)
LONGEST = 300  # characters of a path in a line


def expect(path: Path, expected: str) -> FileKind:
    """The kind of a file that is there to be read.

    Errors: Expected, `expected` being what is said of a kind that is not in the table; UserError
    for what is no regular file, such as a pipe.
    """
    kind, suffix = file_kinds.find(path), file_kinds.suffix(path)
    if kind is None:
        raise Expected(expected, path.name, file_kinds.REMEDIES.get(suffix, ""))
    if kind is file_kinds.IMAGES:
        return kind
    files.expect_regular(path)
    if not os.path.isfile(path):  # False too for a name that no file system takes
        beside = path.parent.glob(f"*{suffix}") if os.path.isdir(path.parent) else ()
        near = [file.name for file in beside]
        hint = did_you_mean(path.name, near) if near else ""
        if "mean" not in hint:
            there = f"no such file: {printable(os.path.abspath(path))[:LONGEST]}"
            hint = f"{there}; {hint}" if hint else there
        hint = "~ is no folder here: write the whole path" if "~" in path.parts else hint
        how = studies.how_drawn(path)
        raise Expected("a file", path.name, hint if how is None else f"draw it first: {how}")
    return kind


def table(path: Path, kind: FileKind, options: ReadOptions, target: Target) -> SourceTable:
    """All rows of a file, and which column is the target, the first of several.

    Errors: UserError, Expected.
    """
    if kind.reader.table is not None:
        return _made(path, kind.reader.table, options, target)
    target = next(iter(read_options.each_target(target)), None)
    frame = read(path, kind, options)
    names = list(frame.columns)
    if target is None:
        hint = f"columns: {_few(names)}{_of_no_header(names, kind, options)}"
        raise Expected("the name of a column", None, hint, at="target")
    if target not in frame:
        near = did_you_mean(target, names)
        hint = near if near.startswith("known") else f"{near} columns: {_few(names)}"
        hint += _of_no_header(names, kind, options)
        raise Expected("a column of the data", target, hint, at="target")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    where = lines(path, kind, options)
    notes = () if kind.reader.notes is None else kind.reader.notes(path, options)
    return SourceTable(frame, target, sha256, lines=where, reading=options, notes=notes)


def _made(
    path: Path,
    make: Callable[[Path, ReadOptions, Target], SourceTable],
    options: ReadOptions,
    target: Target,
) -> SourceTable:
    try:
        made = make(path, options, target)
    except Expected:
        raise
    except UNREADABLE as fault:
        raise unreadable(path.name, path, fault) from None
    if made.frame.empty:
        raise UserError(f"{path.name}: expected examples, got none")
    return made


def _of_no_header(names: list[str], kind: FileKind, options: ReadOptions) -> str:
    """What to say of columns whose names may be none."""
    if not options.header:
        return "; data.header is false, so that columns have numbers"
    is_number = any(cells.NUMBER.fullmatch(name.strip()) for name in names)
    if "header" not in kind.options or not is_number:
        return ""
    return "; where the first row is no header: data.header: false, and columns are x1, x2, …"


def _few(names: list[str], most: int = 12) -> str:
    rest = f", … ({len(names)} in all)" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def read(path: Path, kind: FileKind, options: ReadOptions) -> pd.DataFrame:
    """All rows of a file, its columns named by texts. Errors: UserError, Expected."""
    try:
        frame = frames.standard(kind.reader.read(path, options), _gaps(kind, options))
    except Expected:
        raise
    except UNREADABLE as fault:
        raise unreadable(path.name, path, fault) from None
    if frame.empty:
        raise UserError(f"{path.name}: expected rows below a header, got none")
    if options.decimal == "," and "separator" not in kind.options:
        decimal_commas.keep_few(frame)
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
    except Expected as fault:
        raise UserError(f"{path.name}: {fault.message}") from None
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
