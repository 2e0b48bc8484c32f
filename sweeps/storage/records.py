"""A finished trial's record on disk: one .npz, written whole or not at all, read without pickle."""

import json
import os
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sweeps.base import files
from sweeps.storage import npz
from sweeps.training.task import Outcome

META = ("number", "state", "values", "violations", "cause")


def write(outcomes: Iterable[tuple[Path, Outcome, dict[str, Any]]]) -> None:
    """Write outcomes, each to its path; a key says what it is the outcome of (the parameters).

    All of them are on the disk at the end; a fault leaves some whole, and none in part.
    """
    folders = set()
    for path, outcome, key in outcomes:
        save(path, npz.stacked(_arrays(outcome, key)), syncs_name=False)
        folders.add(path.parent)
    for folder in folders:
        _sync_names(folder)


def _arrays(outcome: Outcome, key: dict[str, Any]) -> dict[str, NDArray[Any]]:
    meta = {name: getattr(outcome, name) for name in META} | {"key": key}
    arrays = {f"curves/{name}": values for name, values in outcome.curves.items()}
    arrays |= {f"final/{name}": values for name, values in outcome.final.items()}
    arrays |= {f"arrays/{name}": values for name, values in outcome.arrays.items()}
    rest = {"reports": outcome.reports, "each": outcome.each, "meta": np.array(json.dumps(meta))}
    return arrays | rest


def save(path: Path, arrays: dict[str, Any], syncs_name: bool = True) -> None:
    """An .npz, atomically: temporary file, fsync, rename."""
    # In memory first: a zip file that cannot be ended on a full disk complains on its own.
    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    with Replacing(path, syncs_name) as file:
        file.write(buffer.getbuffer())


def write_text(path: Path, text: str) -> None:
    """A text file, atomically."""
    with Replacing(path) as file:
        file.write(text.encode())


class Replacing:
    """A new file beside `path` that takes its name on leaving, or is gone after a fault.

    Its contents are on the disk by then; and its name, if it `syncs_name`. A link of that name is
    replaced, and never followed.
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
            _sync_names(self.path.parent)


def _sync_names(folder: Path) -> None:
    """A folder's names to the disk."""
    if sys.platform == "win32":  # where a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path, key: dict[str, Any]) -> Outcome | None:
    """The record, or None where there is none, it cannot be read, or it is of something else."""
    known, outcome = held(path) or ({}, None)
    return outcome if known == json.loads(json.dumps(key)) else None


def held(path: Path) -> tuple[dict[str, Any], Outcome] | None:
    """A record, and what it is the outcome of; None where there is none that can be read."""
    try:
        return _held(path)
    except files.BROKEN:
        return None  # torn, or none of ours: it is made again


def _held(path: Path) -> tuple[dict[str, Any], Outcome]:
    contents = npz.load(path)
    meta = files.parse_json(str(contents.pop("meta")))
    key: dict[str, Any] = meta.pop("key")
    groups: dict[str, Any] = {"curves": {}, "final": {}, "arrays": {}}
    for name, values in contents.items():
        group, slash, rest = name.partition("/")
        if slash:
            groups[group][rest] = values
    meta["values"] = tuple(meta["values"])
    return key, Outcome(reports=contents["reports"], each=contents["each"], **meta, **groups)
