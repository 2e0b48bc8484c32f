"""A finished trial's record on disk: one .npz, written whole or not at all, read without pickle."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base import files
from sweeps.storage import atomic, npz
from sweeps.training.task import Outcome

META = ("number", "state", "values", "violations", "cause", "is_outraced")


def write(outcomes: Iterable[tuple[Path, Outcome, dict[str, Any]]]) -> None:
    """Write each (path, outcome, key); the key says what was trained: study and parameters.

    All records are on the disk at the end; after a fault each is written whole or not at all.
    """
    folders = set()
    for path, outcome, key in outcomes:
        atomic.write_npz(path, npz.stacked(_arrays(outcome, key)), syncs_name=False)
        folders.add(path.parent)
    for folder in folders:
        atomic.sync_names(folder)


def _arrays(outcome: Outcome, key: dict[str, Any]) -> dict[str, NDArray[Any]]:
    meta = {name: getattr(outcome, name) for name in META} | {"key": key}
    arrays = {f"curves/{name}": values for name, values in outcome.curves.items()}
    arrays |= {f"final/{name}": values for name, values in outcome.final.items()}
    arrays |= {f"arrays/{name}": values for name, values in outcome.arrays.items()}
    rest = {"reports": outcome.reports, "each": outcome.each, "meta": np.array(json.dumps(meta))}
    return arrays | rest


def read(path: Path, key: dict[str, Any]) -> Outcome | None:
    """The recorded outcome; None if there is no readable record, or its key is another."""
    known, outcome = read_any(path) or ({}, None)
    return outcome if known == json.loads(json.dumps(key)) else None


def read_any(path: Path) -> tuple[dict[str, Any], Outcome] | None:
    """A record's (key, outcome), whatever its key; None if there is no readable record."""
    try:
        return _read_any(path)
    except files.BROKEN:
        return None  # torn, or not a record: the trial is trained again and the file replaced


def _read_any(path: Path) -> tuple[dict[str, Any], Outcome]:
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
