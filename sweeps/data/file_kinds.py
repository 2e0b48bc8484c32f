"""The kinds of files that rows can come in: one table, read by `run`, `check`, `new` and `predict`.

A kind is added as a module of `readers` with a READER, and a row of FILE_KINDS. The table is
light, for help texts name the kinds; a reader is imported once a file of its kind is read.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.base.errors import Expected

if TYPE_CHECKING:
    import pandas as pd

    from sweeps.data.lines import Lines


@dataclass(frozen=True)
class ReadOptions:
    """How a study says that its file is to be read: keys of `data:`, each with its default."""

    decimal: str = "."


DEFAULTS = ReadOptions()


@dataclass(frozen=True)
class Reader:
    """How files of a kind are read. Errors: `data_files.UNREADABLE` of the file.

    read: all rows. chunks: so many rows at a time, at least one frame, of which the columns in the
    collection are to be numbers; None where a file can only be read whole. lines: where the rows
    stand in a file of text; None where a file has no lines.
    """

    read: Callable[[Path, ReadOptions], "pd.DataFrame"]
    chunks: Callable[[Path, ReadOptions, Collection[str], int], Iterator["pd.DataFrame"]] | None = (
        None
    )
    lines: Callable[[Path], "Lines"] | None = None


@dataclass(frozen=True)
class FileKind:
    """A kind of files. module: of `readers`, with a READER. options: those that it heeds."""

    module: str
    options: tuple[str, ...] = ()

    @property
    def reader(self) -> Reader:
        """What reads such files."""
        found: Reader = import_module(f"sweeps.data.readers.{self.module}").READER
        return found


_TEXT = FileKind("text_tables", options=("decimal",))
# By how a file's name ends, in lower case.
FILE_KINDS: Mapping[str, FileKind] = {
    ".csv": _TEXT,
    ".tsv": _TEXT,
    ".parquet": FileKind("parquet"),
}

_SHEET = "save its sheet as .csv"
_ARRAYS = "save its arrays as the columns of a .csv or .parquet file"
# What to do with files of other kinds.
REMEDIES: Mapping[str, str] = {
    **dict.fromkeys((".xlsx", ".xls", ".ods"), _SHEET),
    **dict.fromkeys((".npz", ".h5", ".hdf5", ".mat"), _ARRAYS),
}


def suffix(path: Path) -> str:
    """The end of a file's name that says its kind; the longest, where several are known."""
    name = path.name.lower()
    known = [end for end in FILE_KINDS if name.endswith(end)]
    return max(known, key=len, default=path.suffix.lower())


def find(path: Path) -> FileKind | None:
    """The kind of a file, by its name."""
    return FILE_KINDS.get(suffix(path))


def alternatives(names: Collection[str], last: str = "or") -> str:
    """Names for a message: ".csv, .tsv or .parquet"."""
    *others, end = names
    return f"{', '.join(others)} {last} {end}" if others else end


def expect_options(kind: FileKind | None, options: ReadOptions) -> None:
    """A kind of files heeds the options that are given; rows of no file (None) have none.

    Errors: Expected, at the option.
    """
    for field in fields(options):
        value = getattr(options, field.name)
        if value != field.default and (kind is None or field.name not in kind.options):
            having = [end for end, other in FILE_KINDS.items() if field.name in other.options]
            expected = f"'{field.default}' for all but {alternatives(having, 'and')} files"
            raise Expected(expected, value, at=field.name)
