"""The true error of a setting or a baseline: its mean over training sets that are drawn afresh.

`SETS` networks of a setting train together, each on rows of its own, and are scored on fresh rows.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sklearn.ensemble  # noqa: F401 - before threads are limited, for it brings its own
from ruamel.yaml import YAML
from threadpoolctl import threadpool_limits

from sweeps.data import Dataset
from sweeps.data.dataset import ReplicateRows, TargetScale
from sweeps.data.loading import prepared
from sweeps.data.source_table import SourceTable, digest
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents, parsing
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import baselines, seeds
from sweeps.training.task import Task
from sweeps.training.trial import train
from tests.benchmarks.known_tables import FRESH, TARGET, Array, KnownTable

SETS = 20
FEW = 200  # dev rows, which decide nothing here
PART = "part"


@dataclass(frozen=True)
class Truth:
    """(sets,) true errors and losses, a training set each; of numbers in SDs of the target."""

    error: Array
    loss: Array

    def of(self, metric: str) -> Array:
        """By the error, or by the loss for any other metric."""
        return self.error if metric.endswith("error") else self.loss

    def plain(self) -> dict[str, list[float]]:
        """As JSON has it."""
        return {"error": self.error.tolist(), "loss": self.loss.tolist()}


def training_sets(table: KnownTable, rows: int, sets: int, fresh: int) -> Dataset:
    """A dataset each of whose replicates trains on so many fresh rows; the test rows are shared."""
    sizes = {"train": sets * rows, "dev": FEW, "test": fresh}
    drawn = [
        table.draw(FRESH + number, size).frame.assign(**{PART: part})
        for number, (part, size) in enumerate(sizes.items(), 1)
    ]
    frame = pd.concat(drawn, ignore_index=True)
    spec = DataSpec(source="fresh.csv", target=TARGET, split={"column": PART})
    whole = prepared(SourceTable(frame, TARGET, digest(frame[[TARGET]])), spec, "float32")
    shared = {part: slice(0, sizes[part]) for part in ("dev", "test")}
    each = [
        ReplicateRows(
            {"train": slice(start, start + rows), **shared}, whole.constants, TargetScale()
        )
        for start in range(0, sets * rows, rows)
    ]
    return replace(whole, replicates=tuple(each))


def of_setting(resolved: Path, settings: dict[str, Any], dataset: Dataset) -> Truth:
    """Of networks with these settings, trained as the study of a run folder trains them."""
    study = _with(resolved, settings)
    return of_config(study, study.space.default, dataset)


def of_config(study: Study, config: Config, dataset: Dataset) -> Truth:
    """Of a configuration's networks."""
    task = Task(
        number=0,
        config=config,
        seed=study.search.seed,
        phase=seeds.CONFIRM,
        replicates=range(len(dataset.replicates)),
        objectives=study.objectives,
        dtype=study.dtype,
        keep=True,
    )
    with threadpool_limits(1):
        found = train(task, dataset).final
    return Truth(found["test_error"], found["test_loss"])


def read(resolved: Path) -> dict[str, Any]:
    """What a resolved study file says."""
    said: dict[str, Any] = YAML(typ="safe").load(resolved.read_text())
    return said


def _with(resolved: Path, settings: dict[str, Any]) -> Study:
    """The study of a resolved file, with all of its settings fixed to these."""
    said = read(resolved)
    kept = {key: said[key] for key in ("name", "data", "objective", "search") if key in said}
    text = json.dumps({**kept, "fixed": settings, "space": {}})  # which is YAML, too
    return parsing.study(documents.parse(text, resolved.name))


def of_baseline(name: str, dataset: Dataset) -> Truth:
    """Of a baseline, by the report's name."""
    with threadpool_limits(1):
        each = [
            baselines.train(name, dataset.of(number)).final
            for number in range(len(dataset.replicates))
        ]
    error, loss = (
        np.array([float(final[f"test_{what}"][0]) for final in each]) for what in ("error", "loss")
    )
    return Truth(error, loss)
