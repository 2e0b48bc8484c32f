"""Confirmed runs in memory: what `reports.frames.load` reads from a folder, without the folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.frames import Run
from reports.predictions import Predictions
from reports.stats.sampling import losses
from reports.stats.settings import rows

Array = NDArray[np.float64]
NOWHERE = Path("simulated")
DEFAULTS = "defaults"
NO_ROWS = pd.DataFrame()
DRAWS: dict[Any, Any] = {}  # the draws of runs that have as many rows: they are the same


@dataclass(frozen=True)
class Archive(Predictions):
    """Predictions that were never written."""

    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(self.arrays)

    def _read(self, name: str, dimensions: int, most: int | None = None) -> NDArray[Any]:
        assert dimensions <= self.arrays[name].ndim <= (most or dimensions)
        return self.arrays[name]


@dataclass(frozen=True, eq=False)
class Simulated(Run):
    """A run whose predictions are in memory.

    `confirm` lies as `run` makes it: setting by setting, baselines last, each by replicate. So its
    parts are cut out, where those of any folder are sorted and grouped.
    """

    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @cached_property
    def predictions(self) -> Predictions:
        return Archive(NOWHERE, self.arrays)

    @cached_property
    def networks(self) -> pd.DataFrame:
        return self._confirmed.iloc[: int((self._confirmed["rank"].to_numpy() > 0).sum())]

    @cached_property
    def configs(self) -> tuple[str, ...]:
        ours = list(dict.fromkeys(self.networks["config"].to_numpy()))
        late = [name for name in ours[1:] if name == DEFAULTS]
        return (*(name for name in ours if name not in late), *late)

    @cached_property
    def _by_config(self) -> dict[str, pd.DataFrame]:
        names = self._confirmed["config"].to_numpy()
        first = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1), len(names)]
        return {names[a]: self._confirmed.iloc[a:b] for a, b in pairwise(first)}

    @property
    def _confirmed(self) -> pd.DataFrame:
        assert self.confirm is not None
        return self.confirm


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

    @property
    def lost(self) -> tuple[int, ...]:
        return () if self.diverged is None else tuple(np.flatnonzero(self.diverged).tolist())


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
    labels = tuple(
        (name, 0 if name in (baselines or {}) else rank, one.replicates, one.lost)
        for rank, (name, one) in enumerate(each.items(), 1)
    )
    made = Simulated(
        folder=NOWHERE,
        trials=NO_ROWS,
        curves=NO_ROWS if curves is None else curves,
        confirm=_confirm(labels, [_numbers(one, target, said["task"]) for one in each.values()]),
        importance=NO_ROWS,
        provenance=said,
        study_yaml="",
        links=(),
        arrays=arrays,
    )
    if group is None:
        _share_draws(made, target, {one.replicates for one in each.values()})
    return made


def _share_draws(made: Simulated, target: Mapping[str, NDArray[Any]], counts: set[int]) -> None:
    sizes = tuple(len(target[split]) for split in ("dev", "test"))
    name, key = f"{losses.__name__}._rows", (made.folds, sizes)
    if key not in DRAWS:
        rows.rows_of_split(made, "test")
        DRAWS[key] = made.memo[name]
    made.memo[name] = DRAWS[key]
    for count in counts:
        key = made.folds, count
        if key not in DRAWS:
            DRAWS[key] = rows.seeds_of(made, count)
        made.memo[f"seeds/{count}"] = DRAWS[key]


def shared(made: Simulated, name: str, draw: Callable[[], Any]) -> None:
    """Gives a run the draws of this name, which are the same in all runs that have them."""
    if name not in DRAWS:
        DRAWS[name] = draw()
    made.memo[name] = DRAWS[name]


# (name, rank or 0 of a baseline, replicates, those that diverged) of each setting
Labels = tuple[tuple[str, int, int, tuple[int, ...]], ...]


def _confirm(labels: Labels, numbers: Sequence[Mapping[str, Array]]) -> pd.DataFrame:
    words = _words(labels)
    each = [np.concatenate([one[name] for one in numbers]) for name in numbers[0]]
    found = pd.concat([words, pd.DataFrame(np.stack(each).T)], axis=1, ignore_index=True)
    found.columns = _index((*words.columns, *numbers[0]))
    return found


_index = cache(pd.Index)


@cache
def _words(labels: Labels) -> pd.DataFrame:
    """The columns of `confirm` that hold no number of a network's."""
    parts = [
        pd.DataFrame({
            "config": name, "kind": "network" if rank else "baseline", "trial": rank, "rank": rank,
            "is_default": name == DEFAULTS, "replicate": np.arange(n), "settings": "{}",
            "status": np.where(np.isin(np.arange(n), lost), "diverged", "ok"),
            "diverged_epoch": np.where(np.isin(np.arange(n), lost), 1, -1),
            "epochs": 1, "parameters": 1,
        })
        for name, rank, n, lost in labels
    ]  # fmt: skip
    found = pd.concat(parts, ignore_index=True)
    # As objects: what pandas makes of words by itself takes ten times as long.
    return found.astype(dict.fromkeys(("config", "kind", "settings", "status"), object))


def _numbers(one: Setting, target: Mapping[str, NDArray[Any]], task: str) -> dict[str, Array]:
    """The columns that do, of one setting."""
    columns: dict[str, Any] = {}
    for split in ("dev", "test"):
        error, loss = scores(getattr(one, split), target[split], task)
        columns |= {f"{split}_error": error, f"{split}_loss": loss}
    columns["train_error"] = columns["dev_error"] if one.train is None else one.train
    columns["train_loss"] = columns["dev_loss"] if one.train_loss is None else one.train_loss
    columns |= {**one.metrics, "selected_value": np.full(one.replicates, one.selected)}
    costs = ("updates", "gradient_evaluations", "flops", "seconds")
    return columns | dict.fromkeys(costs, np.ones(one.replicates))


def scores(outputs: NDArray[Any], target: NDArray[Any], task: str) -> tuple[Array, Array]:
    """(replicates,) errors and losses of (replicates, n, outputs)."""
    if task == "regression":
        loss = ((outputs[..., 0].astype(float) - target) ** 2).mean(axis=1)
        return np.sqrt(loss), loss
    if outputs.shape[-1] == 2:  # the same as below in a tenth of the time
        first, second = outputs[..., 0], outputs[..., 1]
        said, picked = second > first, np.where(target, second, first)
    else:
        said = outputs.argmax(axis=-1)
        picked = np.take_along_axis(outputs, target.astype(int)[None, :, None], axis=-1)[..., 0]
    error = (said != target).mean(axis=1)
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
