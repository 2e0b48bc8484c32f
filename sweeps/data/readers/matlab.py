"""MATLAB's .mat: of version 5 by SciPy, of version 7.3, which is HDF5, by h5py; nested by path."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data.readers import array_tables, hdf5
from sweeps.data.readers.stored_arrays import (
    Arrays,
    StoredArray,
    expect_room,
    in_memory,
    one_reason,
)

HDF5 = b"\x89HDF\r\n\x1a\n"
LARGEST_ITEM = 16  # bytes of a complex number


@contextmanager
def opened(path: Path) -> Iterator[Arrays]:
    """The variables of a file, without axes of one. Errors: ValueError, OSError, UserError."""
    with path.open("rb") as file:
        start = file.read(520)
    if HDF5 in (start[:8], start[512:]):
        with hdf5.opened_by(path, _of_hdf5) as found:
            yield {name: one for name, one in found.items() if not name.startswith("#")}
        return
    from scipy.io.matlab import MatReadError

    try:
        with one_reason():
            found = _of_version_5(path)
    except MatReadError as fault:
        raise ValueError(str(fault)) from None
    yield found


def _of_version_5(path: Path) -> Arrays:
    from scipy import io

    size = path.stat().st_size
    for name, shape, kind in io.whosmat(path):
        item = 1 if kind in ("char", "int8", "uint8", "logical") else LARGEST_ITEM
        expect_room(name, item * math.prod(shape), size)
    variables = io.loadmat(path, simplify_cells=True)
    return dict(_flat({k: v for k, v in variables.items() if not k.startswith("__")}, size))


def _flat(variables: Mapping[str, Any], size: int, above: str = "") -> Iterator[tuple[str, Any]]:
    """Variables, and fields of structures as NAME/FIELD."""
    for name, value in variables.items():
        path = f"{above}{name}"
        if isinstance(value, dict):
            yield from _flat(value, size, f"{path}/")
            continue
        if hasattr(value, "toarray"):  # a sparse matrix
            expect_room(path, LARGEST_ITEM * math.prod(value.shape), size)
            value = value.toarray()
        yield path, in_memory(_array(value))


def _array(value: Any) -> NDArray[Any]:
    try:
        found = np.asarray(value)
    except ValueError:  # cells of different sizes
        found = np.empty(1, dtype=object)
    texts = found.ravel()
    if found.dtype == object and all(isinstance(cell, str) for cell in texts):
        return np.array([str(cell) for cell in texts])
    return found


def _of_hdf5(data: Any, size: int) -> StoredArray:
    """MATLAB goes through an array by columns: there all axes are turned around."""
    is_text = data.attrs.get("MATLAB_class") == b"char"

    def load() -> NDArray[Any]:
        found = hdf5.values(data, size).T
        return np.array(_texts(found)) if is_text else found

    if is_text:
        return StoredArray(data.shape[-1:], np.dtype("U"), load)
    return StoredArray(data.shape[::-1], data.dtype, load)


def _texts(codes: NDArray[Any]) -> list[str]:
    """A text a row, of the codes (n, letters)."""
    return ["".join(map(chr, row)).rstrip() for row in codes.astype(int)]


READER = array_tables.reader(opened)
