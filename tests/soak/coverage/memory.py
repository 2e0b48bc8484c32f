"""Confirmed runs in memory: what `reports.frames.load` reads from a folder, without the folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.frames import Run
from reports.predictions import Predictions
from reports.stats import losses, rows

Array = NDArray[np.float64]
NOWHERE = Path("simulated")
DRAWS: dict[Any, Any] = {}  # the draws of runs that have as many rows: they are the same


@dataclass(frozen=True)
class Archive(Predictions):
    """Predictions that were never written."""

    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(self.arrays)

    def _read(self, name: str, dimensions: int) -> NDArray[Any]:
        assert self.arrays[name].ndim == dimensions
        return self.arrays[name]


@dataclass(frozen=True, eq=False)
class Simulated(Run):
    """A run whose predictions are in memory."""

    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @cached_property
    def predictions(self) -> Predictions:
        return Archive(NOWHERE, self.arrays)


@dataclass(frozen=True)
class Setting:
    """What a confirmed setting's networks say: (replicates, n, outputs) of dev and test rows.

    train: (replicates,) errors, and train_loss likewise. metrics: further columns of confirm.
    """

    dev: NDArray[Any]
    test: NDArray[Any]
    train: Array | None = None
    train_loss: Array | None = None
    metrics: Mapping[str, Array] = field(default_factory=dict)
    selected: float = np.nan
    diverged: NDArray[np.bool_] | None = None

    @property
    def replicates(self) -> int:
        return len(self.test)


def run(
    settings: Mapping[str, Setting],
    target: Mapping[str, NDArray[Any]],
    baselines: Mapping[str, Setting] | None = None,
    curves: pd.DataFrame | None = None,
    group: Mapping[str, NDArray[Any]] | None = None,
    **provenance: Any,
) -> Simulated:
    """A confirmed run: settings by name, the winner first; `defaults` is what it is called.

    target: dev and test, class numbers or values. provenance: over what an ordinary one says.
    """
    each = {**settings, **(baselines or {})}
    said = _provenance(target) | provenance
    arrays = {f"{split}_target": values for split, values in target.items()}
    arrays |= {f"{split}_group": values for split, values in (group or {}).items()}
    for name, one in each.items():
        arrays |= {f"{name}/dev": one.dev, f"{name}/test": one.test}
    parts = [
        _rows(name, one, 0 if baselines and name in baselines else rank, target, said["task"])
        for rank, (name, one) in enumerate(each.items(), 1)
    ]
    joined = {word: np.concatenate([part[word] for part in parts]) for word in parts[0]}
    # As objects: what pandas makes of words by itself takes ten times as long.
    confirm = {
        word: pd.Series(values, dtype=object) if values.dtype.kind == "U" else values
        for word, values in joined.items()
    }
    made = Simulated(
        folder=NOWHERE,
        trials=pd.DataFrame(),
        curves=pd.DataFrame() if curves is None else curves,
        confirm=pd.DataFrame(confirm),
        importance=pd.DataFrame(),
        provenance=said,
        study_yaml="",
        links=(),
        arrays=arrays,
    )
    if group is None:
        _share_draws(made, target)
    return made


def _share_draws(made: Simulated, target: Mapping[str, NDArray[Any]]) -> None:
    key = made.folds, *(len(target[split]) for split in ("dev", "test"))
    name = f"{losses.__name__}._rows"
    if key not in DRAWS:
        rows.rows_of_split(made, "test")
        DRAWS[key] = made.memo[name]
    made.memo[name] = DRAWS[key]
    for count in set(made.confirm["config"].value_counts()) if made.confirm is not None else ():
        own = made.folds, count
        seeds = DRAWS.setdefault(own, rows.seeds_of(made, count) if own not in DRAWS else None)
        made.memo[f"seeds/{count}"] = seeds


def _rows(
    name: str, one: Setting, rank: int, target: Mapping[str, NDArray[Any]], task: str
) -> dict[str, NDArray[Any]]:
    n = one.replicates
    lost = np.zeros(n, bool) if one.diverged is None else one.diverged
    columns: dict[str, Any] = {
        "config": name, "kind": "network" if rank else "baseline", "trial": rank, "rank": rank,
        "is_default": name == "defaults", "replicate": np.arange(n),
        "status": np.where(lost, "diverged", "ok"), "diverged_epoch": np.where(lost, 1, -1),
    }  # fmt: skip
    for split in ("dev", "test"):
        error, loss = scores(getattr(one, split), target[split], task)
        columns |= {f"{split}_error": error, f"{split}_loss": loss}
    columns["train_error"] = columns["dev_error"] if one.train is None else one.train
    columns["train_loss"] = columns["dev_loss"] if one.train_loss is None else one.train_loss
    columns |= {**one.metrics, "settings": "{}", "selected_value": one.selected, "epochs": 1}
    columns |= dict.fromkeys(("updates", "gradient_evaluations", "flops", "seconds"), 1.0)
    columns["parameters"] = 1
    return {word: np.broadcast_to(values, (n,)) for word, values in columns.items()}


def scores(outputs: NDArray[Any], target: NDArray[Any], task: str) -> tuple[Array, Array]:
    """(replicates,) errors and losses of (replicates, n, outputs)."""
    if task == "regression":
        loss = ((outputs[..., 0].astype(float) - target) ** 2).mean(axis=1)
        return np.sqrt(loss), loss
    error = (outputs.argmax(axis=-1) != target).mean(axis=1)
    picked = np.take_along_axis(outputs, target.astype(int)[None, :, None], axis=-1)[..., 0]
    return error, -picked.astype(float).mean(axis=1)


def _provenance(target: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Of classification in so many classes, or of regression where targets are no whole numbers."""
    whole = np.issubdtype(target["test"].dtype, np.integer)
    classes = 1 + int(max(values.max() for values in target.values())) if whole else 0
    task = ("binary" if classes <= 2 else "multiclass") if whole else "regression"
    objective = {"metric": "dev_loss", "direction": "minimize", "at": "last"}
    return {
        "name": "simulated", "task": task, "classes": [f"class {n}" for n in range(classes)],
        "objective": objective,
        "objectives": [{**objective, "label": "dev_loss", "reduce": "mean"}],
        "limits": [], "targets": {}, "reference": None, "fixed": {}, "space": [], "budgets": {},
        "data": {"train": 1000, "dev": len(target["dev"]), "test": len(target["test"]),
                 "sha256": "0", "split": "stratified, seed 0", "group": None, "duplicates": 0},
        "constants": {"dev_error": 0.5, "test_error": 0.5},
        "search": {"seed": 0, "replicates": 5, "trials": 50, "epochs": 60},
        "confirm": {"top": 3, "replicates": 20}, "counts": {},
    }  # fmt: skip
