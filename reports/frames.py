"""Reads a run folder into one frozen `Run`; every fault of a file is one clear line.

What a file has to hold stands in `reports.checks`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports import checks, folds
from reports.faults import OlderRunError, RunFolderError
from reports.folds import Folds
from reports.predictions import Learned, Outer, Predictions

__all__ = ["Array", "OlderRunError", "Predictions", "Run", "RunFolderError", "load", "once"]

T = TypeVar("T")
Array = NDArray[np.float64]

LINKS = (
    "study.yaml",
    "best.yaml",
    "model.npz",
    "predictions.npz",
    "learned.npz",
    "provenance.json",
    "data/trials.csv",
    "data/curves.csv",
    "data/confirm.csv",
    "data/importance.csv",
    "data/nested.csv",
    "data/learning_curve.csv",
)


@dataclass(frozen=True)
class TargetUnit:
    """One of several targets, with the mean and the SD of its training rows."""

    name: str
    mean: float
    sd: float


@dataclass(frozen=True, eq=False)
class Run:
    """One run folder. The frames are as in the contract.

    `confirm` is None with --no-confirm, `nested` where the study has no outer folds,
    `learning_curve` where there is none.
    """

    folder: Path
    trials: pd.DataFrame
    curves: pd.DataFrame
    confirm: pd.DataFrame | None
    importance: pd.DataFrame
    provenance: dict[str, Any]
    study_yaml: str
    links: tuple[str, ...]
    nested: pd.DataFrame | None = None
    learning_curve: pd.DataFrame | None = None
    memo: dict[str, Any] = field(default_factory=dict, repr=False)

    def kept(self, key: str, make: Callable[[], T]) -> T:
        """What `make` gives, made once: the page and its sections ask for the same statistics."""
        if key not in self.memo:
            self.memo[key] = make()
        return cast("T", self.memo[key])

    @property
    def task(self) -> str:
        """One of "binary", "multiclass" and "regression"."""
        return str(self.provenance["task"])

    @property
    def regression(self) -> bool:
        """Whether errors are RMSEs rather than shares of rows."""
        return self.task == "regression"

    @property
    def several(self) -> tuple[TargetUnit, ...]:
        """Each of several targets of a regression; none where there is one."""
        return tuple(TargetUnit(**one) for one in self.provenance["data"].get("targets", ()))

    @property
    def target_sd(self) -> float | None:
        """The SD of the training target, which RMSEs are measured in; None where it is not told."""
        return self._of_target("target_sd")

    @property
    def target_name(self) -> str:
        """The column that is predicted."""
        return str(self.provenance["data"].get("target", "target"))

    @property
    def target_zero(self) -> float | None:
        """Where 0 is among the standardized numbers; None where the target has one scale alone."""
        return self._of_target("target_zero")

    @property
    def target_mean(self) -> float | None:
        """The mean of the training target; None where it is not told."""
        return self._of_target("target_mean")

    def _of_target(self, name: str) -> float | None:
        found = self.provenance["data"].get(name)
        return None if found is None else float(found)

    @property
    def metric(self) -> str:
        """The first objective's metric, such as "dev_loss"."""
        return str(self.provenance["objective"]["metric"])

    @cached_property
    def folds(self) -> Folds | None:
        """The division of a confirmation out of fold; None of one on a single split."""
        return folds.of(self.provenance)

    @property
    def judged(self) -> str:
        """The split whose rows decide: "dev", all of them left out of training in turn, or "test".

        Out of fold there are so many more of them that test rows stand beside, as the rows that no
        choice has seen. Without test rows dev decides, whatever was chosen by it.
        """
        return "dev" if self.folds or not self.has_test else "test"

    @property
    def has_test(self) -> bool:
        """Whether there are rows that no choice has seen."""
        return int(self.provenance["data"]["test"]) > 0

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits whose rows the confirmed networks have predicted."""
        return ("dev", "test") if self.has_test else ("dev",)

    @cached_property
    def predictions(self) -> Predictions:
        """The archive of predictions, opened when it is first read."""
        return Predictions(self.folder / "predictions.npz")

    @cached_property
    def learned(self) -> Learned | None:
        """What shows what the networks learned; None in a run of an earlier version."""
        path = self.folder / "learned.npz"
        return Learned(path) if path.exists() else None

    @cached_property
    def outer(self) -> Outer:
        """What the models of the outer folds predicted, opened when it is first read."""
        return Outer(self.folder / "nested.npz")

    @cached_property
    def networks(self) -> pd.DataFrame:
        """The confirmed networks, one row per (config, replicate), winner first (or no rows)."""
        if self.confirm is None:
            return pd.DataFrame(columns=list(checks.COLUMNS["confirm.parquet"]))
        rows = self.confirm[self.confirm["kind"] == "network"]
        return rows.sort_values(["rank", "replicate"], kind="stable")

    @cached_property
    def baselines(self) -> pd.DataFrame:
        """The rows of the baselines, one each, or one a fold (or no rows)."""
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

    def trial_of(self, config: str) -> int | None:
        """The trial that a configuration is of; None of the defaults, if no trial was theirs."""
        trial = int(self.rows_of(config)["trial"].iloc[0])
        return None if trial < 0 else trial

    def rows_of(self, config: str) -> pd.DataFrame:
        """The rows of confirm.parquet of one configuration, by replicate."""
        if config not in self._by_config:
            if self.confirm is None:
                raise RunFolderError(f"{self.folder}: expected confirm.parquet, got a search alone")
            return self.confirm.iloc[:0]
        return self._by_config[config]

    @cached_property
    def _by_config(self) -> dict[str, pd.DataFrame]:
        # Divided once: the statistics ask for a setting's rows some hundred times a page.
        if self.confirm is None:
            return {}
        ordered = self.confirm.sort_values("replicate", kind="stable")
        return {str(name): rows for name, rows in ordered.groupby("config", sort=False)}

    @property
    def parameters(self) -> tuple[str, ...]:
        """The searched parameters, in the order of the columns of trials.parquet."""
        return tuple(
            str(name).removeprefix("param.")
            for name in self.trials.columns
            if str(name).startswith("param.")
        )


def once(function: Callable[[Run], T]) -> Callable[[Run], T]:
    """A statistic of a run alone that is kept by its own name."""

    def remembered(run: Run) -> T:
        return run.kept(f"{function.__module__}.{function.__qualname__}", lambda: function(run))

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
    provenance = checks.provenance(folder / "provenance.json")
    confirm = folder / "confirm.parquet"
    # What the run says that it made has to be there; a table of which there is a CSV, too.
    has_confirm = bool(provenance["confirm"]) or confirm.exists()
    if has_confirm and not (folder / "predictions.npz").exists():
        raise RunFolderError(
            f"{folder / 'predictions.npz'}: expected a file beside confirm.parquet, got none"
        )
    nested = _further(folder, "nested") if has_confirm else None
    return Run(
        folder=folder,
        trials=checks.frame(folder / "trials.parquet").sort_values("trial", kind="stable"),
        curves=checks.frame(folder / "curves.parquet"),
        confirm=checks.frame(confirm) if has_confirm else None,
        importance=checks.frame(folder / "importance.parquet"),
        nested=None if nested is None else nested.sort_values("fold", kind="stable"),
        provenance=provenance,
        study_yaml=checks.text(folder / "study.yaml"),
        links=tuple(name for name in LINKS if (folder / name).exists()),
        learning_curve=_further(folder, "learning_curve") if has_confirm else None,
    )


def _further(folder: Path, name: str) -> pd.DataFrame | None:
    """A table that not every confirmed run has."""
    path = folder / f"{name}.parquet"
    if not path.exists() and not (folder / "data" / f"{name}.csv").exists():
        return None
    return checks.frame(path)
