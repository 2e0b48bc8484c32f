"""What the files of a run folder have to hold: their columns, keys and words."""

import math
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from reports import files, folds
from reports.faults import BROKEN, OlderRunError, RunFolderError, first_line

COSTS = ("updates", "gradient_evaluations", "flops", "seconds")
METRICS = ("train_loss", "train_error", "dev_loss", "dev_error")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "trials.parquet": (
        "trial",
        "state",
        "value",
        "rank",
        "feasible",
        "front",
        "is_default",
        "cause",
        "epochs",
        "replicates",
        "diverged",
        *METRICS,
        *(f"{name}_sd" for name in METRICS),
        *COSTS,
    ),
    "curves.parquet": (
        "phase",
        "config",
        "trial",
        "replicate",
        "epoch",
        *COSTS,
        *METRICS,
        "diverged",
    ),
    "confirm.parquet": (
        "config",
        "kind",
        "trial",
        "rank",
        "is_default",
        "replicate",
        "status",
        "diverged_epoch",
        *METRICS,
        "test_loss",
        "test_error",
        "settings",
        "selected_value",
        "epochs",
        *COSTS,
        "parameters",
    ),
    "importance.parquet": ("evaluator", "parameter", "value", "trials"),
    "nested.parquet": (
        "fold",
        "rows",
        "config",
        "error",
        "loss",
        "networks",
        "diverged",
        "baseline",
        "baseline_error",
        "baseline_loss",
        "settings",
        "searched",
    ),
    "learning_curve.parquet": ("config", "kind", "size", "rows", "fold", "status", *METRICS),
}

WORDS: Mapping[tuple[str, str], frozenset[str]] = {
    ("trials.parquet", "state"): frozenset({"complete", "pruned", "failed", "running"}),
    ("curves.parquet", "phase"): frozenset({"search", "confirm"}),
    ("confirm.parquet", "kind"): frozenset({"network", "baseline"}),
    ("confirm.parquet", "status"): frozenset({"ok", "diverged"}),
    ("learning_curve.parquet", "status"): frozenset({"ok", "diverged"}),
}

PROVENANCE = (
    "name",
    "description",
    "task",
    "classes",
    "objective",
    "objectives",
    "limits",
    "budgets",
    "targets",
    "reference",
    "command",
    "data",
    "constants",
    "counts",
    "search",
    "confirm",
    "space",
    "fixed",
    "seconds",
    "study_hash",
    "versions",
    "machine",
    "threads",
    "jobs",
    "commit",
    "started",
    "finished",
)

# What is a list or a mapping, and what every such mapping has to say.
LISTS = ("classes", "objectives", "limits", "space")
MAPPINGS: Mapping[str, tuple[str, ...]] = {
    "objective": ("metric", "direction"),
    "data": ("source", "rows", "columns", "train", "dev", "test", "split"),
    "constants": (),
    "counts": (),
    "search": ("trials", "seed"),
    "fixed": (),
    "seconds": (),
}


def frame(path: Path) -> pd.DataFrame:
    """A table, with all its columns and words. Errors: RunFolderError."""
    if not path.exists():
        raise RunFolderError(f"{path}: expected a Parquet file, got no such file")
    try:
        frame = files.table(path)
    except RunFolderError:
        raise
    except BROKEN as fault:  # of pyarrow's own faults each is one of these, too
        raise RunFolderError(f"{path}: expected Parquet, got {first_line(fault)}") from fault
    missing = [name for name in COLUMNS[path.name] if name not in frame.columns]
    if missing:
        raise OlderRunError(
            f"{path}: expected the columns {', '.join(missing)}, "
            f"got {', '.join(map(str, frame.columns[:6]))}{' ...' * (frame.shape[1] > 6)}; "
            f"{_older(path.parent)}"
        )
    for (file, column), words in WORDS.items():
        foreign = set(frame[column].astype(str)) - words if file == path.name else set()
        if foreign:
            raise RunFolderError(
                f"{path}: {column}: expected one of {', '.join(sorted(words))}, "
                f"got {min(foreign)!r}"
            )
    return frame


def provenance(path: Path) -> dict[str, Any]:
    """provenance.json, with all that is read of it. Errors: RunFolderError."""
    try:
        found = files.from_json(text(path))
    except RunFolderError:
        raise
    except ValueError as fault:
        raise RunFolderError(f"{path}: expected JSON, got {first_line(fault)}") from fault
    if not isinstance(found, dict):
        raise RunFolderError(f"{path}: expected a JSON object, got {type(found).__name__}")
    missing = [name for name in PROVENANCE if name not in found]
    if missing:
        said = f"{path}: expected the keys {', '.join(missing)}, got {_some(found)}"
        if "study_hash" in found:  # one of ours
            raise OlderRunError(f"{said}; {_older(path.parent)}")
        raise RunFolderError(said)
    _check_shapes(path, found)
    _check_targets(path, found["targets"] or {})
    if found["task"] not in ("binary", "multiclass", "regression"):
        raise RunFolderError(
            f"{path}: task: expected binary, multiclass or regression, got {found['task']!r}"
        )
    return found


def _check_shapes(path: Path, found: dict[str, Any]) -> None:
    for name in LISTS:
        if not isinstance(found[name], list):
            got = type(found[name]).__name__
            raise RunFolderError(f"{path}: {name}: expected a list, got {got}")
    for name, keys in MAPPINGS.items():
        if not isinstance(found[name], dict):
            got = type(found[name]).__name__
            raise RunFolderError(f"{path}: {name}: expected an object, got {got}")
        missing = [key for key in keys if key not in found[name]]
        if missing:
            raise RunFolderError(
                f"{path}: {name}: expected the keys {', '.join(missing)}, got {_some(found[name])}"
            )
    _check_confirm(path, found["confirm"])
    _check_data(path, found["data"])


def _check_data(path: Path, data: dict[str, Any]) -> None:
    """What older runs do not say, and some never."""
    left_out = data.get("left_out", {})
    if not isinstance(left_out, dict):
        got = type(left_out).__name__
        raise RunFolderError(f"{path}: data.left_out: expected an object, got {got}")
    for key in ("target_sd", "target_mean", "target_zero"):
        value = data.get(key, 0)
        is_number = isinstance(value, int | float) and math.isfinite(value)
        if value is not None and not is_number:
            raise RunFolderError(f"{path}: data.{key}: expected a number, got {value!r}")


def _check_confirm(path: Path, confirm: Any) -> None:
    if confirm is not None and not isinstance(confirm, dict):
        got = type(confirm).__name__
        raise RunFolderError(f"{path}: confirm: expected an object, got {got}")
    if not confirm or confirm.get("resample") in (None, "none"):
        return
    for key in folds.KEYS:
        value = confirm.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise RunFolderError(
                f"{path}: confirm.{key}: expected a whole number from 1 on, got {value!r}"
            )


def _older(folder: Path) -> str:
    return (
        "it was made by an older version, and can be made anew: "
        f"sweeps run {shlex.quote(str(folder / 'study.yaml'))} --out NEW"
    )


def _check_targets(path: Path, targets: Any) -> None:
    if not isinstance(targets, dict):
        raise RunFolderError(f"{path}: targets: expected an object, got {targets!r}")
    for metric in targets:
        if metric not in METRICS:
            raise RunFolderError(
                f"{path}: targets: expected one of {', '.join(METRICS)}, got {metric!r}"
            )


def text(path: Path) -> str:
    """A text file whole. Errors: RunFolderError."""
    try:
        return files.text(path)
    except FileNotFoundError as fault:
        remedy = "sweeps run with the study's own file goes on here"
        raise RunFolderError(f"{path}: expected a text file, got none ({remedy})") from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise RunFolderError(f"{path}: expected a text file, got {first_line(fault)}") from fault


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:6]) + " ..." * (len(listed) > 6) if listed else "none"
