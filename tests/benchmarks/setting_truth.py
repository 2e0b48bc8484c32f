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
from sweeps.data.arrays.dataset import ReplicateRows, TargetScale
from sweeps.data.datasets.loading import prepared
from sweeps.data.source.source_table import SourceTable, digest
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents, parsing
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import baselines, seeds
from sweeps.training.task import Outcome, Task
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
    whole = divided(pd.concat(drawn, ignore_index=True))
    shared = {part: slice(0, sizes[part]) for part in ("dev", "test")}
    each = [
        ReplicateRows(
            {"train": slice(start, start + rows), **shared},
            whole.constants,
            TargetScale(),
            whole.number_inputs,
        )
        for start in range(0, sets * rows, rows)
    ]
    return replace(whole, replicates=tuple(each))


def divided(frame: pd.DataFrame) -> Dataset:
    """The dataset of rows whose column PART says what each is for."""
    spec = DataSpec(source="fresh.csv", target=TARGET, split={"column": PART})
    return prepared(SourceTable(frame, TARGET, digest(frame[[PART]])), spec, "float32")


def of_setting(resolved: Path, settings: dict[str, Any], dataset: Dataset, **chosen: Any) -> Truth:
    """Of networks with these settings, trained as the study of a run folder trains them.

    chosen: what else a confirmation's task says, such as an epoch that the search chose.
    """
    study = with_settings(resolved, settings)
    return of_config(study, study.space.default, dataset, **chosen)


def of_config(study: Study, config: Config, dataset: Dataset, **chosen: Any) -> Truth:
    """Of a configuration's networks, one on each of the training sets."""
    found = trained(study, config, dataset, len(dataset.replicates), **chosen).final
    return Truth(found["test_error"], found["test_loss"])


def trained(
    study: Study, config: Config, dataset: Dataset, networks: int, **chosen: Any
) -> Outcome:
    """So many networks of a configuration, with fresh seeds."""
    task = Task(
        number=0,
        config=config,
        seed=study.search.seed,
        phase=seeds.CONFIRM,
        replicates=range(networks),
        objectives=study.objectives,
        dtype=study.dtype,
        keep=True,
        **chosen,
    )
    with threadpool_limits(1):
        return train(task, dataset)


def read(resolved: Path) -> dict[str, Any]:
    """What a resolved study file says."""
    said: dict[str, Any] = YAML(typ="safe").load(resolved.read_text())
    return said


def with_settings(resolved: Path, settings: dict[str, Any]) -> Study:
    """The study of a resolved file, with all of its settings fixed to these."""
    said = read(resolved)
    kept = {key: said[key] for key in ("name", "data", "objective", "dtype") if key in said}
    text = json.dumps({**kept, "fixed": settings, "space": {}})  # which is YAML, too
    return parsing.study(documents.parse(text, resolved.name))


def of_baseline(name: str, dataset: Dataset) -> Truth:
    """Of a baseline, by the report's name."""
    each = [fitted(name, dataset.of(number)).final for number in range(len(dataset.replicates))]
    error, loss = (
        np.array([float(final[f"test_{what}"][0]) for final in each]) for what in ("error", "loss")
    )
    return Truth(error, loss)


def fitted(name: str, dataset: Dataset) -> Outcome:
    """A baseline, trained."""
    with threadpool_limits(1):
        return baselines.train(name, dataset)
