"""The kinds of files that rows can come in: one table, read by `run`, `check`, `new` and `predict`.

A kind is added as a module of this package with a READER, and a row of FILE_KINDS. The table is
light, for help texts name the kinds; a reader is imported once a file of its kind is read.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import Expected

if TYPE_CHECKING:
    import pandas as pd

    from sweeps.data.lines import Lines
    from sweeps.data.source_table import SourceTable
    from sweeps.study.data_section import DataSpec


@dataclass(frozen=True)
class ReadOptions:
    """How a study says that its file is to be read: keys of `data:`, each with its default.

    inputs, classes: arrays of the file, those of inputs and of the names of classes. examples:
    whether an example is a row or a column of the inputs. scale: what inputs are divided by. size,
    color: what pictures are made to.
    """

    decimal: str = "."
    inputs: str | None = None
    classes: str | None = None
    examples: str | None = None
    scale: float | None = None
    size: int | None = None
    color: str | None = None

    @classmethod
    def of(cls, spec: "DataSpec") -> "ReadOptions":
        """Those of a study."""
        return cls(**{field.name: getattr(spec, field.name) for field in fields(cls)})

    @property
    def changed(self) -> dict[str, Any]:
        """Those that are not the defaults."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {f.name: given[f.name] for f in fields(self) if given[f.name] != f.default}


DEFAULTS = ReadOptions()


@dataclass(frozen=True)
class Reader:
    """How files of a kind are read. Errors: `data_files.UNREADABLE` of the file.

    read: all rows. chunks: so many rows at a time, at least one frame, of which the columns in the
    collection are to be numbers; None where a file can only be read whole. lines: where the rows
    stand in a file of text; None where a file has no lines. table: all rows of what has no column
    that is the target, by the target that the study names; errors: Expected too.
    """

    read: Callable[[Path, ReadOptions], "pd.DataFrame"]
    chunks: Callable[[Path, ReadOptions, Collection[str], int], Iterator["pd.DataFrame"]] | None = (
        None
    )
    lines: Callable[[Path], "Lines"] | None = None
    table: Callable[[Path, ReadOptions, str | None], "SourceTable"] | None = None


@dataclass(frozen=True)
class FileKind:
    """A kind of files. module: of this package, with a reader. options: those that it heeds."""

    module: str
    options: tuple[str, ...] = ()
    reader_name: str = "READER"

    @property
    def reader(self) -> Reader:
        """What reads such files."""
        found: Reader = getattr(import_module(f"sweeps.data.{self.module}"), self.reader_name)
        return found


_TEXT = FileKind("text_tables", options=("decimal",))
_ARRAY_OPTIONS = ("inputs", "classes", "examples", "scale")
_HDF5 = FileKind("readers.hdf5", _ARRAY_OPTIONS)
# By how a file's name ends, in lower case.
FILE_KINDS: Mapping[str, FileKind] = {
    ".csv": _TEXT,
    ".tsv": _TEXT,
    ".parquet": FileKind("parquet"),
    ".npz": FileKind("readers.numpy_files", _ARRAY_OPTIONS),
    ".npy": FileKind("readers.numpy_files", _ARRAY_OPTIONS, "SINGLE"),
    ".h5": _HDF5,
    ".hdf5": _HDF5,
    ".mat": FileKind("readers.matlab", _ARRAY_OPTIONS),
}
# A folder with pictures in one folder for each class.
IMAGES = FileKind("readers.images", ("size", "color"))

_SHEET = "save its sheet as .csv"
_PICKLE = "it could run code when it is read: save tables as .parquet, arrays by numpy.savez"
# What to do with files of other kinds.
REMEDIES: Mapping[str, str] = {
    **dict.fromkeys((".xlsx", ".xls", ".ods"), _SHEET),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), _PICKLE),
    **dict.fromkeys((".pt", ".pth"), "save its tensors as arrays, by numpy.savez"),
}


def suffix(path: Path) -> str:
    """The end of a file's name that says its kind; the longest, where several are known."""
    name = path.name.lower()
    known = [end for end in FILE_KINDS if name.endswith(end)]
    return max(known, key=len, default=path.suffix.lower())


def find(path: Path) -> FileKind | None:
    """The kind of a file, by its name; of a folder, that of pictures."""
    kind = FILE_KINDS.get(suffix(path))
    return IMAGES if kind is None and os.path.isdir(path) else kind


FOLDER = "a folder of pictures"


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
            whose = f"{alternatives(having, 'and')} files" if having else "folders of pictures"
            default = "nothing" if field.default is None else f"'{field.default}'"
            expected = f"{default} for all but {whose}"
            raise Expected(expected, value, at=field.name)
