"""Files that are written whole or not at all: a temporary file, fsync, rename."""

import os
import sys
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from sweeps.base import files


class AtomicFile:
    """A temporary file beside `path`, renamed to `path` on leaving, or removed after a fault.

    By then the contents are on the disk, and with `syncs_name` the new name too. If `path` is a
    link, the link is replaced, and never followed.
    """

    def __init__(self, path: Path, syncs_name: bool = True) -> None:
        self.path, self._syncs_name = path, syncs_name

    def __enter__(self) -> BinaryIO:
        self._file, self._temporary = files.create_beside(self.path)
        return self._file

    def __exit__(self, kind: object, *rest: object) -> None:
        replaced = False
        try:
            with self._file:
                if kind is None:
                    self._file.flush()
                    os.fsync(self._file.fileno())
            if kind is None:
                os.replace(self._temporary, self.path)
                replaced = True
        finally:
            if not replaced:
                self._temporary.unlink(missing_ok=True)
        if replaced and self._syncs_name:
            sync_names(self.path.parent)


def write_npz(path: Path, arrays: dict[str, Any], syncs_name: bool = True) -> None:
    """An .npz of arrays by name."""
    # In memory first: on a full disk NumPy's zip file would print an error of its own when closed.
    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    with AtomicFile(path, syncs_name) as file:
        file.write(buffer.getbuffer())


def write_text(path: Path, text: str) -> None:
    """A text file."""
    with AtomicFile(path) as file:
        file.write(text.encode())


def sync_names(folder: Path) -> None:
    """Wait until a folder's names are on the disk."""
    if sys.platform == "win32":  # a folder cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
