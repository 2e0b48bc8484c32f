"""Reads a run folder into one frozen `Run`; every fault of a file is one clear line.

This is the only module that knows the names of the files and of their columns.
"""

from __future__ import annotations

import json
import shlex
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

T = TypeVar("T")
Array = NDArray[np.float64]


class RunFolderError(ValueError):
    """A file of the run folder is missing, broken or foreign: which, expected what, got what."""


class OlderRunError(RunFolderError):
    """The run folder is whole, but an older version made it, which wrote less than is read here."""


COSTS = ("updates", "gradient_evaluations", "flops", "seconds")
METRICS = ("train_loss", "train_error", "dev_loss", "dev_error")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "trials.parquet": (
        "trial", "state", "value", "rank", "feasible", "front", "is_default", "cause",
        "epochs", "replicates", "diverged",
        *METRICS, *(f"{name}_sd" for name in METRICS), *COSTS,
    ),
    "curves.parquet": (
        "phase", "config", "trial", "replicate", "epoch", *COSTS, *METRICS, "diverged",
    ),
    "confirm.parquet": (
        "config", "kind", "trial", "rank", "is_default", "replicate", "status", "diverged_epoch",
        *METRICS, "test_loss", "test_error", "settings", "selected_value", "epochs", *COSTS,
        "parameters",
    ),
    "importance.parquet": ("evaluator", "parameter", "value", "trials"),
}  # fmt: skip

WORDS: Mapping[tuple[str, str], frozenset[str]] = {
    ("trials.parquet", "state"): frozenset({"complete", "pruned", "failed", "running"}),
    ("curves.parquet", "phase"): frozenset({"search", "confirm"}),
    ("confirm.parquet", "kind"): frozenset({"network", "baseline"}),
    ("confirm.parquet", "status"): frozenset({"ok", "diverged"}),
}

PROVENANCE = (
    "name", "description", "task", "classes", "objective", "objectives", "limits", "budgets",
    "targets", "reference", "command", "data", "constants", "counts", "search", "confirm", "space",
    "fixed", "seconds", "study_hash", "versions", "machine", "threads", "jobs", "commit",
    "started", "finished",
)  # fmt: skip

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

LINKS = (
    "study.yaml", "best.yaml", "model.npz", "predictions.npz", "provenance.json",
    "data/trials.csv", "data/curves.csv", "data/confirm.csv", "data/importance.csv",
)  # fmt: skip


@dataclass(frozen=True)
class Predictions:
    """What the confirmed configurations predicted, read from predictions.npz when asked for."""

    path: Path

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the arrays in the archive."""
        with self._open() as archive:
            return frozenset(archive.files)

    def has(self, config: str, split: str) -> bool:
        """Whether it is there: a trainer of the user's may say its errors alone."""
        return f"{config}/{split}" in self.names

    def target(self, split: str) -> NDArray[Any]:
        """(n,) class indices, or the standardized target, of the split "dev" or "test"."""
        return self._read(f"{split}_target", dimensions=1)

    def of(self, config: str, split: str) -> NDArray[Any]:
        """(replicates, n, classes) log-probabilities, or (replicates, n, 1) predictions."""
        return self._read(f"{config}/{split}", dimensions=3)

    def _open(self) -> Any:
        try:
            return np.load(self.path, allow_pickle=False)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as fault:
            raise RunFolderError(
                f"{self.path}: expected a NumPy .npz archive, got {_first_line(fault)}"
            ) from fault

    def _read(self, name: str, dimensions: int) -> NDArray[Any]:
        if name not in self.names:
            raise RunFolderError(
                f"{self.path}: expected an array {name!r}, got {len(self.names)} others"
            )
        with self._open() as archive:
            try:
                array = cast("NDArray[Any]", archive[name])
            except (ValueError, zipfile.BadZipFile) as fault:
                raise RunFolderError(
                    f"{self.path}: {name}: expected a plain array, got {_first_line(fault)}"
                ) from fault
        if array.ndim != dimensions:
            raise RunFolderError(
                f"{self.path}: {name}: expected {dimensions} axes, got shape {array.shape}"
            )
        if array.size == 0:
            raise RunFolderError(
                f"{self.path}: {name}: expected some rows, got shape {array.shape}"
            )
        return array


@dataclass(frozen=True, eq=False)
class Run:
    """One run folder. The frames are as in the contract; `confirm` is None with --no-confirm."""

    folder: Path
    trials: pd.DataFrame
    curves: pd.DataFrame
    confirm: pd.DataFrame | None
    importance: pd.DataFrame
    provenance: dict[str, Any]
    study_yaml: str
    links: tuple[str, ...]
    memo: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def task(self) -> str:
        """One of "binary", "multiclass" and "regression"."""
        return str(self.provenance["task"])

    @property
    def regression(self) -> bool:
        """Whether errors are RMSEs rather than shares of rows."""
        return self.task == "regression"

    @property
    def target_sd(self) -> float | None:
        """The SD of the training target, which RMSEs are measured in; None where it is not told."""
        found = self.provenance["data"].get("target_sd")
        return None if found is None else float(found)

    @property
    def metric(self) -> str:
        """The first objective's metric, such as "dev_loss"."""
        return str(self.provenance["objective"]["metric"])

    @cached_property
    def predictions(self) -> Predictions:
        """The archive of predictions, opened when it is first read."""
        return Predictions(self.folder / "predictions.npz")

    @cached_property
    def networks(self) -> pd.DataFrame:
        """The confirmed networks, one row per (config, replicate), winner first (or no rows)."""
        if self.confirm is None:
            return pd.DataFrame(columns=list(COLUMNS["confirm.parquet"]))
        rows = self.confirm[self.confirm["kind"] == "network"]
        return rows.sort_values(["rank", "replicate"], kind="stable")

    @cached_property
    def baselines(self) -> pd.DataFrame:
        """The rows of the baselines, one each (or no rows)."""
        if self.confirm is None:
            return self.networks
        return self.confirm[self.confirm["kind"] == "baseline"]

    @cached_property
    def configs(self) -> tuple[str, ...]:
        """The names of the confirmed networks, winner first, then runners-up, the defaults last."""
        rows = self.networks.drop_duplicates("config")
        late = rows["is_default"].astype(bool) & (rows["rank"] > 1)
        order = [*rows.loc[~late, "config"], *rows.loc[late, "config"]]
        return tuple(str(name) for name in order)

    @property
    def winner(self) -> str | None:
        """The configuration of rank 1, or None without a confirmation."""
        return self.configs[0] if self.configs else None

    @cached_property
    def default(self) -> str | None:
        """The confirmed configuration that is the defaults, if it was confirmed."""
        rows = self.networks[self.networks["is_default"].astype(bool)]
        return str(rows["config"].iloc[0]) if len(rows) else None

    def rows_of(self, config: str) -> pd.DataFrame:
        """The rows of confirm.parquet of one configuration, by replicate."""
        if self.confirm is None:
            raise RunFolderError(f"{self.folder}: expected confirm.parquet, got a search alone")
        rows = self.confirm[self.confirm["config"] == config]
        return rows.sort_values("replicate", kind="stable")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The searched parameters, in the order of the columns of trials.parquet."""
        return tuple(
            str(name).removeprefix("param.")
            for name in self.trials.columns
            if str(name).startswith("param.")
        )


def once(function: Callable[[Run], T]) -> Callable[[Run], T]:
    """Computes a statistic of a run once: the page and its sections ask for the same ones."""

    def remembered(run: Run) -> T:
        key = f"{function.__module__}.{function.__qualname__}"
        if key not in run.memo:
            run.memo[key] = function(run)
        return cast("T", run.memo[key])

    remembered.__doc__ = function.__doc__
    remembered.__name__ = function.__name__
    return remembered


def load(folder: Path) -> Run:
    """Reads and checks a run folder. Raises RunFolderError with one line that says what is wrong.

    predictions.npz is opened when it is first asked for, not here.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RunFolderError(f"{folder}: expected a run folder, got no such folder")
    provenance = _provenance(folder / "provenance.json")
    confirm = folder / "confirm.parquet"
    has_confirm = confirm.exists()
    if has_confirm and not (folder / "predictions.npz").exists():
        raise RunFolderError(
            f"{folder / 'predictions.npz'}: expected a file beside confirm.parquet, got none"
        )
    run = Run(
        folder=folder,
        trials=_frame(folder / "trials.parquet").sort_values("trial", kind="stable"),
        curves=_frame(folder / "curves.parquet"),
        confirm=_frame(confirm) if has_confirm else None,
        importance=_frame(folder / "importance.parquet"),
        provenance=provenance,
        study_yaml=_text(folder / "study.yaml"),
        links=tuple(name for name in LINKS if (folder / name).exists()),
    )
    _check_targets(run)
    return run


def _frame(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise RunFolderError(f"{path}: expected a Parquet file, got no such file")
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as fault:  # pyarrow's ArrowInvalid is a ValueError
        raise RunFolderError(f"{path}: expected Parquet, got {_first_line(fault)}") from fault
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


def _provenance(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path))
    except json.JSONDecodeError as fault:
        raise RunFolderError(f"{path}: expected JSON, got {_first_line(fault)}") from fault
    if not isinstance(found, dict):
        raise RunFolderError(f"{path}: expected a JSON object, got {type(found).__name__}")
    missing = [name for name in PROVENANCE if name not in found]
    if missing:
        said = f"{path}: expected the keys {', '.join(missing)}, got {_some(found)}"
        if "study_hash" in found:  # one of ours
            raise OlderRunError(f"{said}; {_older(path.parent)}")
        raise RunFolderError(said)
    _check_shapes(path, found)
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


def _older(folder: Path) -> str:
    return (
        "it was made by an older version, and can be made anew: "
        f"sweeps run {shlex.quote(str(folder / 'study.yaml'))} --out NEW"
    )


def _check_targets(run: Run) -> None:
    targets = run.provenance["targets"] or {}
    if not isinstance(targets, dict):
        raise RunFolderError(
            f"{run.folder / 'provenance.json'}: targets: expected an object, got {targets!r}"
        )
    for metric in targets:
        if metric not in METRICS:
            raise RunFolderError(
                f"{run.folder / 'provenance.json'}: targets: expected one of "
                f"{', '.join(METRICS)}, got {metric!r}"
            )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise RunFolderError(f"{path}: expected a text file, got {_first_line(fault)}") from fault


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:6]) + " ..." * (len(listed) > 6) if listed else "none"


def _first_line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]
