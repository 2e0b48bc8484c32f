"""HDF5: data sets by their path, GROUP/DATA; nothing outside of the file is followed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import UserError
from sweeps.data.readers import array_tables
from sweeps.data.readers.stored_arrays import (
    Arrays,
    StoredArray,
    expect_room,
    no_array,
    one_reason,
    with_fields,
)


@contextmanager
def opened(path: Path) -> Iterator[Arrays]:
    """The data sets of a file. Errors: ValueError, OSError; UserError without h5py."""
    with opened_by(path, _stored) as found:
        yield with_fields(found)


@contextmanager
def opened_by(path: Path, stored: Callable[[Any, int], StoredArray]) -> Iterator[Arrays]:
    """As `opened`, each made by a function of the data set and of the file's size."""
    try:
        import h5py
    except ImportError:
        raise UserError(
            f"{path.name}: expected h5py, which reads such files, got none (pip install h5py)"
        ) from None
    with one_reason(), h5py.File(path, "r") as file:
        size = path.stat().st_size
        found = dict(_data_sets(file, "", set()))
        yield {
            name: stored(one, size) if isinstance(one, h5py.Dataset) else _link(one, found)
            for name, one in found.items()
        }


def _data_sets(group: Any, above: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Data sets and links below a group by their paths, in its order; no link is followed."""
    import h5py

    seen.add(h5py.h5o.get_info(group.id).addr)
    for name in group:
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            yield f"{above}{name}", link
            continue
        item = group[name]
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            yield f"{above}{name}", item
        elif isinstance(item, h5py.Group) and h5py.h5o.get_info(item.id).addr not in seen:
            yield from _data_sets(item, f"{above}{name}/", seen)


def _link(link: Any, found: Mapping[str, Any]) -> StoredArray:
    """A link in place of an array, and what to do. found: the data sets and links of the file."""
    import h5py

    if isinstance(link, h5py.ExternalLink):
        where, remedy = f"'{link.path}' of the file '{link.filename}'", "copy that into this file"
    else:
        path = str(getattr(link, "path", ""))
        there = path.lstrip("/")
        is_there = any(f"{name}/".startswith(f"{there}/") for name in found)
        where = f"'{path}'" if is_there else f"'{path}', which the file does not have"
        remedy = f"name what is in '{there}'" if is_there else "mend it"
        remedy = f"name '{there}' itself" if there in found else remedy
    return no_array(f"a link to {where}: links are not followed, {remedy}")


def _stored(data: Any, size: int) -> StoredArray:
    import h5py

    is_text = h5py.check_string_dtype(data.dtype) is not None
    return StoredArray(data.shape, data.dtype, lambda: values(data, size, is_text))


def values(data: Any, size: int, is_text: bool = False) -> NDArray[Any]:
    """What is in a data set of a file of that size. Errors: ValueError."""
    if data.is_virtual or data.external:
        raise ValueError(f"values of '{data.name}' that lie in another file (copy them into it)")
    expect_room(data.name, data.size * data.dtype.itemsize, size)
    return np.asarray(data.asstr()[()] if is_text else data[()])


READER = array_tables.reader(opened)
