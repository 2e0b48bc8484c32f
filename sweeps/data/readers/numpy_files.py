"""NumPy's own files: .npz with arrays by name, .npy with one; nothing pickled is read."""

import hashlib
import tokenize
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sweeps.base import files
from sweeps.base.errors import Expected, did_you_mean
from sweeps.data.readers import array_tables
from sweeps.data.readers.stored_arrays import (
    Arrays,
    StoredArray,
    expect_room,
    one_reason,
    with_fields,
)
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.read_options import ReadOptions, Target, each_target
from sweeps.data.source.source_table import SourceTable

PICKLE = "a pickle, which could run code when it is read (save arrays by numpy.savez)"
OBJECTS = "pickled objects, which could run code when they are read (save numbers or texts)"


@contextmanager
def opened(path: Path) -> Iterator[Arrays]:
    """The arrays of an .npz. Errors: ValueError, OSError."""
    with one_reason(), path.open("rb") as file:
        if file.read(1) == b"\x80":
            raise ValueError(PICKLE)
        with zipfile.ZipFile(file) as archive:
            members = [one for one in archive.infolist() if one.filename.endswith(".npy")]
            found = {one.filename.removesuffix(".npy"): _member(archive, one) for one in members}
            yield with_fields(found)


@contextmanager
def opened_single(path: Path) -> Iterator[Arrays]:
    """The one array of an .npy, or its fields by name. Errors: ValueError, OSError."""
    with one_reason(), path.open("rb") as file:
        shape, dtype = _header(file)
        size = path.stat().st_size
        array = StoredArray(shape, dtype, lambda: _load(path))
        if array.bytes > size:
            raise ValueError(f"{size:,} bytes for {array.bytes:,} of values (cut off?)")
        yield with_fields({"": array} if dtype.fields else {path.name: array})


def _load(path: Path) -> NDArray[Any]:
    with path.open("rb") as file:
        return _values(file)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> StoredArray:
    name = info.filename.removesuffix(".npy")
    with archive.open(info) as file:
        shape, dtype = _header(file)

    def load() -> NDArray[Any]:
        if dtype.hasobject:
            raise ValueError(OBJECTS)
        expect_room(name, max(array.bytes, info.file_size), info.compress_size)
        if array.bytes > info.file_size:
            raise ValueError(f"{info.file_size:,} bytes for {array.bytes:,} of '{name}'")
        with archive.open(info) as file:
            return _values(file)

    array = StoredArray(shape, dtype, load)
    return array


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    if file.read(1) == b"\x80":
        raise ValueError(PICKLE)
    file.seek(0)
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"version {version[0]}.{version[1]} of .npy (names of fields in ASCII?)")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        shape, _, dtype = read(file)
    except (SyntaxError, tokenize.TokenError) as fault:  # the header is Python's notation
        raise ValueError(f"a damaged header ({fault})") from None
    return shape, dtype


def _values(file: IO[bytes]) -> NDArray[Any]:
    shape, dtype = _header(file)
    if dtype.hasobject:
        raise ValueError(OBJECTS)
    file.seek(0)
    values: NDArray[Any] = npy.read_array(file, allow_pickle=False)
    return values.reshape(shape)


def _single_table(path: Path, options: ReadOptions, target: Target) -> SourceTable:
    """An .npy with its targets in others beside it, or as some of its columns x1, x2, …."""
    names = each_target(target)
    if not any(name.endswith(".npy") for name in names):
        return array_tables.table(opened_single, path, options, target)
    beside = [_beside(path, name) for name in names]

    @contextmanager
    def together(_: Path) -> Iterator[Arrays]:
        with ExitStack() as stack:
            opened = [stack.enter_context(opened_single(one)) for one in (path, *beside)]
            yield {name: array for arrays in opened for name, array in arrays.items()}

    made = array_tables.table(together, path, replace(options, inputs=path.name), target)
    each = " ".join([made.sha256, *map(array_tables.sha256, beside)])
    reading = replace(made.reading, inputs=None)
    return replace(made, sha256=hashlib.sha256(each.encode()).hexdigest(), reading=reading)


def _beside(path: Path, name: str) -> Path:
    """The file of a target. Errors: Expected."""
    found = path.parent / name
    if Path(name).name != name or not found.is_file():
        there = [one.name for one in path.parent.glob("*.npy")]
        raise Expected(f"a file beside {path.name}", name, did_you_mean(name, there), at="target")
    files.expect_regular(found)
    return found


READER = array_tables.reader(opened)
SINGLE = array_tables.reader(opened_single)
SINGLE = Reader(SINGLE.read, SINGLE.chunks, table=_single_table)
