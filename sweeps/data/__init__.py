"""From `data:` in the study file to arrays: read, divide, encode.

`Dataset` is imported when it is asked for: help texts name the kinds of files without NumPy.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweeps.data.arrays.dataset import Dataset

__all__ = ["Dataset"]


def __getattr__(name: str) -> Any:
    if name != "Dataset":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sweeps.data.arrays.dataset import Dataset

    return Dataset
