"""The kinds of files that rows can come in: one table, read by `run`, `check`, `new` and `predict`.

A kind is added as a module of `readers` with a READER, and a row of FILE_KINDS. The table is
light, for help texts name the kinds; a reader is imported once a file of its kind is read.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import Expected
from sweeps.data.source.read_options import DEFAULTS, ReadOptions, Target
from sweeps.data.source.unpacking import PACKED, packing

if TYPE_CHECKING:
    import pandas as pd

    from sweeps.data.source.lines import Lines
    from sweeps.data.source.source_table import SourceTable


@dataclass(frozen=True)
class Reader:
    """How files of a kind are read. Errors: `data_files.UNREADABLE` of the file.

    read: all rows. chunks: so many rows at a time, at least one frame, of which the columns in the
    collection are to be numbers; None where a file can only be read whole. lines: where the rows
    stand in a file of text; None where a file has no lines. table: all rows of what has no column
    that is the target, by the target or targets that the study names; errors: Expected too.
    notes: what is to be said of how a file is read.
    """

    read: Callable[[Path, ReadOptions], "pd.DataFrame"]
    chunks: Callable[[Path, ReadOptions, Collection[str], int], Iterator["pd.DataFrame"]] | None = (
        None
    )
    lines: Callable[[Path, ReadOptions], "Lines"] | None = None
    table: Callable[[Path, ReadOptions, Target], "SourceTable"] | None = None
    notes: Callable[[Path, ReadOptions], tuple[str, ...]] | None = None


@dataclass(frozen=True)
class FileKind:
    """A kind of files. module: of `readers`, with a reader. options: those that it heeds.

    is_text: whether its files may be packed, too, as `rows.csv.gz` is.
    """

    module: str
    options: tuple[str, ...] = ()
    is_text: bool = False
    reader_name: str = "READER"

    @property
    def reader(self) -> Reader:
        """What reads such files."""
        module = import_module(f"sweeps.data.readers.{self.module}")
        found: Reader = getattr(module, self.reader_name)
        return found


_TABLE = FileKind(
    "text_tables", ("separator", "encoding", "decimal", "missing", "header"), is_text=True
)
_JSON = FileKind("json_lines", ("encoding", "decimal", "missing"), is_text=True)
_OTHER = ("decimal", "missing")
_ARRAYS = ("inputs", "classes", "examples", "scale")
_HDF5 = FileKind("hdf5", _ARRAYS)
# By how a file's name ends, in lower case.
FILE_KINDS: Mapping[str, FileKind] = {
    ".csv": _TABLE,
    ".tsv": _TABLE,
    ".txt": _TABLE,
    ".jsonl": _JSON,
    ".ndjson": _JSON,
    ".parquet": FileKind("parquet", _OTHER),
    ".feather": FileKind("feather", _OTHER),
    ".xlsx": FileKind("excel", (*_OTHER, "header", "sheet")),
    ".arff": FileKind("arff", ("encoding", *_OTHER), is_text=True),
    **dict.fromkeys((".libsvm", ".svm", ".svmlight"), FileKind("svmlight", is_text=True)),
    ".npz": FileKind("numpy_files", _ARRAYS),
    ".npy": FileKind("numpy_files", _ARRAYS, reader_name="SINGLE"),
    ".h5": _HDF5,
    ".hdf5": _HDF5,
    ".mat": FileKind("matlab", _ARRAYS),
}
# A folder with pictures in one folder for each class.
IMAGES = FileKind("images", ("size", "color"))

_SHEET = "save its sheet as .csv"
_PICKLE = "it could run code when it is read: save tables as .parquet, arrays by numpy.savez"
# What to do with files of other kinds.
REMEDIES: Mapping[str, str] = {
    **dict.fromkeys((".xls", ".ods"), _SHEET),
    ".json": "write an object a line, as frame.to_json('rows.jsonl', orient='records', lines=True)",
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), _PICKLE),
    **dict.fromkeys((".pt", ".pth"), "save its tensors as arrays, by numpy.savez"),
    **dict.fromkeys(PACKED, "name it after what it holds, such as rows.csv.gz"),
}


def suffix(path: Path) -> str:
    """The end of a file's name that says its kind, and how it is packed; the longest there is."""
    name = path.name.lower()
    packed = packing(path)
    plain = name.removesuffix(packed)
    known = [end + packed for end, kind in FILE_KINDS.items() if _ends(plain, end, kind, packed)]
    return max(known, key=len, default=path.suffix.lower())


def _ends(plain: str, end: str, kind: FileKind, packed: str) -> bool:
    return plain.endswith(end) and (kind.is_text or not packed)


def find(path: Path) -> FileKind | None:
    """The kind of a file, by its name; of a folder, that of pictures."""
    end = suffix(path)
    kind = FILE_KINDS.get(end.removesuffix(packing(path)) or end)
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
    for name, value in options.changed.items():
        if kind is None or name not in kind.options:
            having = [end for end, other in FILE_KINDS.items() if name in other.options]
            whose = f"{alternatives(having, 'and')} files" if having else "folders of pictures"
            default = getattr(DEFAULTS, name)
            shown = f"'{default}'" if isinstance(default, str) else _AS_WRITTEN[default]
            raise Expected(f"{shown} for all but {whose}", value, at=name)


_AS_WRITTEN: Mapping[Any, str] = {True: "true", False: "false", (): "nothing", None: "nothing"}
