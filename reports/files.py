"""Files of a run folder, which somebody else may have put there.

No link is followed, no pipe or device opened, and nothing read that unpacks to far more than a run
writes.
"""

import json
import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pandas as pd
from numpy.lib.npyio import NpzFile

from reports.faults import RunFolderError

# Bytes of a text, of a table or an archive, and arrays of one: many times what a run writes.
TEXT, LARGEST, MEMBERS = 50_000_000, 4_000_000_000, 10_000
# A table unpacks to three times its file; this much may be of any file.
SMALL, PACKED = 256_000_000, 100
DIGITS = 100  # of a whole number

_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_END = struct.Struct("<4s4H2LH")  # the last bytes of a zip file without a comment


def reading(path: Path, most: int) -> BinaryIO:
    """A plain file of at most so many bytes. Errors: RunFolderError; OSError."""
    _expect_plain(path, path.lstat())  # to open some devices is to set them going
    file = cast(BinaryIO, os.fdopen(os.open(path, os.O_RDONLY | _FLAGS), "rb"))
    status = os.fstat(file.fileno())
    try:
        _expect_plain(path, status)
        if status.st_size > most:
            raise RunFolderError(f"{path}: expected at most {most:,} bytes, got {status.st_size:,}")
    except RunFolderError:
        file.close()
        raise
    return file


def _expect_plain(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        got = {"l": "a link", "d": "a folder"}.get(stat.filemode(status.st_mode)[0], "no file")
        raise RunFolderError(f"{path}: expected a file of the run, got {got}")


def text(path: Path) -> str:
    """A text file whole. Errors: RunFolderError; OSError; UnicodeDecodeError."""
    with reading(path, TEXT) as file:
        return file.read().decode()


def from_json(said: str) -> Any:
    """What a JSON text says. Errors: ValueError, also for lists and numbers without an end."""
    try:
        found = json.loads(said, parse_int=_whole)
        repr(found)  # as deep as it may be to be shown, or written again
    except RecursionError:
        raise ValueError("lists within lists, too deep") from None
    return found


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def table(path: Path) -> pd.DataFrame:
    """A Parquet file. Errors: RunFolderError; OSError; ValueError."""
    from pyarrow.parquet import ParquetFile

    with reading(path, LARGEST) as file:
        about = ParquetFile(file).metadata
        groups = (about.row_group(number) for number in range(about.num_row_groups))
        told = sum(group.total_byte_size for group in groups)
        _expect_loose(path, file, max(told, 8 * about.num_rows * about.num_columns))
        _expect_loose(path, file, _length_of_texts(file, about.schema))
        file.seek(0)
        return pd.read_parquet(file)


def _expect_loose(path: Path, file: BinaryIO, size: int) -> None:
    if size > max(SMALL, PACKED * os.fstat(file.fileno()).st_size):
        raise RunFolderError(f"{path}: expected a table of a run, got {size:,} bytes, packed")


def _length_of_texts(file: BinaryIO, schema: Any) -> int:
    """Bytes of a table's texts, each as often as it is said: it may stand there once."""
    from pyarrow import compute
    from pyarrow.parquet import read_table

    columns = (schema.column(number) for number in range(len(schema)))
    names = [
        one.path for one in columns if one.physical_type == "BYTE_ARRAY" and one.path == one.name
    ]
    file.seek(0)
    texts = read_table(file, columns=names, read_dictionary=names)
    chunks = [chunk for column in texts.columns for chunk in column.chunks]
    each = (compute.take(compute.binary_length(one.dictionary), one.indices) for one in chunks)
    return sum(compute.sum(lengths).as_py() or 0 for lengths in each)


@contextmanager
def archive(path: Path) -> Iterator[NpzFile]:
    """An .npz as NumPy saves it, unpacked. Errors: RunFolderError; OSError; ValueError; BadZipFile.

    Its arrays are read when they are asked for.
    """
    with reading(path, LARGEST) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END.size))
        end = file.read()
        if not end.startswith(b"PK\5\6") or _END.unpack(end)[4] > MEMBERS:
            raise zipfile.BadZipFile("no archive of a run's arrays")
        file.seek(0)
        with NpzFile(file, allow_pickle=False) as found:
            members = found.zip.infolist() if found.zip else []
            is_packed = any(one.compress_type != zipfile.ZIP_STORED for one in members)
            if is_packed or sum(one.file_size for one in members) > size:
                raise zipfile.BadZipFile("arrays that are packed")
            yield found
