"""The arrays of one file by name, each with its shape and type before its values are read."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base import files
from sweeps.base.errors import Expected, Unquoted, UserError

# Numbers that take so much more room in memory than in their file are a trap, not data.
LARGEST, MOST_PACKED = 256_000_000, 100


@dataclass(frozen=True)
class StoredArray:
    """An array of a file. load: its values, read once they are asked for.

    link: of a link that stands in place of one and is not read, what it is and what to do.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    load: Callable[[], NDArray[Any]]
    link: str = ""

    @property
    def is_vector(self) -> bool:
        """Whether it has one value an example: (n,), (n, 1) or (1, n)."""
        return not self.link and sum(size != 1 for size in self.shape) <= 1

    @property
    def length(self) -> int:
        """The number of its values."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        return self.length * int(self.dtype.itemsize)

    @property
    def is_numeric(self) -> bool:
        """Whether it holds real numbers or booleans."""
        return self.dtype.kind in "biuf"


Arrays = Mapping[str, StoredArray]
# What opens a file of arrays. Errors: ValueError, OSError, UserError.
Opener = Callable[[Path], AbstractContextManager[Arrays]]


@contextmanager
def one_reason() -> Iterator[None]:
    """Errors: ValueError for whatever a library raises at a damaged file."""
    try:
        yield
    except (Expected, UserError):
        raise
    except (*files.BROKEN, NotImplementedError) as fault:
        if isinstance(fault, MemoryError):
            raise
        told = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
        raise ValueError(told) from None


def expect_room(name: str, memory: int, stored: int) -> None:
    """Errors: ValueError for an array that is very much larger than what is stored of it."""
    if memory > max(LARGEST, MOST_PACKED * stored):
        raise ValueError(
            f"{memory:,} bytes for '{name}' unpacked from {stored:,} (at most {LARGEST:,}, or "
            f"{MOST_PACKED} times the stored)"
        )


def in_memory(values: NDArray[Any]) -> StoredArray:
    """An array that is read already."""
    return StoredArray(values.shape, values.dtype, lambda: values)


def no_array(link: str) -> StoredArray:
    """What stands in place of an array; it cannot be read."""

    def load() -> NDArray[Any]:
        raise ValueError(link)

    return StoredArray((), np.dtype(object), load, link)


def links(arrays: Arrays) -> dict[str, str]:
    """The links among arrays: what each is, and what to do."""
    return {name: one.link for name, one in arrays.items() if one.link}


def with_fields(arrays: Arrays) -> dict[str, StoredArray]:
    """Records (n,) with named fields as one array a field, NAME/FIELD."""
    found: dict[str, StoredArray] = {}
    for name, array in arrays.items():
        fields = array.dtype.fields
        if fields is None:
            found[name] = array
            continue
        for field, (dtype, *_) in fields.items():
            inner = f"{name}/{field}" if name else str(field)
            found[inner] = StoredArray(array.shape, dtype, _field(array, str(field)))
    return found


def _field(array: StoredArray, name: str) -> Callable[[], NDArray[Any]]:
    return lambda: np.ascontiguousarray(array.load()[name])


def described(arrays: Arrays, most: int = 8) -> str:
    """Names and shapes for a message: "X (211, 2), y (211, 1)"."""
    each = [f"{name} {_shape(array)}" for name, array in arrays.items()]
    rest = f", … ({len(each)} in all)" if len(each) > most else ""
    return ", ".join(each[:most]) + rest


def _shape(array: StoredArray) -> str:
    if array.link:
        return "(a link)"
    return f"({', '.join(map(str, array.shape))}{',' * (len(array.shape) == 1)})"


def expect_numeric(name: str, array: StoredArray, at: str) -> None:
    """Errors: Expected for anything but real numbers."""
    if not array.is_numeric:
        raise Expected("an array of numbers", Unquoted(f"{what(array)} in '{name}'"), at=at)


def numbers(name: str, array: StoredArray, at: str) -> NDArray[Any]:
    """The values of an array of numbers, in this machine's order of bytes. Errors: Expected."""
    expect_numeric(name, array, at)
    values = array.load()
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        return values.astype(np.float32 if values.dtype.itemsize == 2 else np.float64)
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def words(name: str, array: StoredArray, at: str) -> NDArray[Any]:
    """The values (n,) of an array of texts. Errors: Expected."""
    try:
        return _words(name, array, at)
    except UnicodeDecodeError:
        got = Unquoted(f"bytes that are no text in '{name}'")
        raise Expected("numbers or texts", got, "write them as UTF-8", at) from None


def _words(name: str, array: StoredArray, at: str) -> NDArray[Any]:
    values = np.ravel(array.load())
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8")
    if values.dtype.kind == "U":
        return np.array([str(word).rstrip() for word in values], dtype=object)
    if values.dtype == object and all(isinstance(word, str | bytes) for word in values):
        texts = [w.decode() if isinstance(w, bytes) else w for w in values]
        return np.array(texts, dtype=object)
    raise Expected("numbers or texts", Unquoted(f"{what(array)} in '{name}'"), at=at)


def what(array: StoredArray) -> str:
    """What an array holds that is no number, in words."""
    kinds = {"O": "objects", "c": "complex numbers", "V": "records", "M": "dates", "m": "durations"}
    return kinds.get(array.dtype.kind, "texts")
