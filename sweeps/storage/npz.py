"""Named arrays in an archive of few members: arrays of the same shape and type share a member.

A member costs 50 µs, however small it is, and a record would have some twenty. A shared member
holds its arrays row by row, and is called by all their names: `final/dev_error,final/dev_loss`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.storage import archives

AND = ","


def stacked(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The archive's members for these arrays, whose names must have no comma."""
    alike: dict[Any, list[str]] = {}
    for name, array in arrays.items():
        alike.setdefault((array.shape, array.dtype.str), []).append(name)
    return {
        AND.join(names): np.stack([arrays[name] for name in names])
        if len(names) > 1
        else arrays[names[0]]
        for names in alike.values()
    }


def load(path: Path, begins: str = "") -> dict[str, NDArray[Any]]:
    """The arrays whose names begin with `begins`, without pickle. Errors: as archives.opened."""
    found: dict[str, NDArray[Any]] = {}
    with archives.opened(path) as file:
        for member in file.files:
            names = member.split(AND)
            if any(name.startswith(begins) for name in names):
                array = file[member]
                if not isinstance(array, np.ndarray):  # bytes, if the member is not an .npy file
                    raise ValueError(f"expected an array as {member}")
                found |= zip(names, array if len(names) > 1 else [array], strict=True)
    return {name: array for name, array in found.items() if name.startswith(begins)}
