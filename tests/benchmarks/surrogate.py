"""A table's dev loss as a function of the setting: extremely randomized trees over trained points.

Searches of such a function cost next to nothing, so that many seeds tell contestants apart which
differ by a few percent (surrogate benchmarks: Eggensperger, Hutter, Hoos & Leyton-Brown 2015).
"""

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor
from threadpoolctl import threadpool_limits

from sweeps.data import Dataset
from sweeps.phases import prepare
from sweeps.search import designs
from sweeps.study.file import documents
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import seeds
from sweeps.training.task import Outcome, Task
from sweeps.training.trial import train_together
from tests.benchmarks import made_tables

TREES = 60


def prepared(table: str, values: dict[str, Any]) -> tuple[Study, Dataset]:
    """A study of a table, and its data."""
    prepare.optuna_quietly()
    with tempfile.TemporaryDirectory() as folder:
        whole = {"name": "made", "data": made_tables.data(Path(folder), table), **values}
        return prepare.prepare(documents.Document(whole, {}, "study"), Path(folder), [])


def points(study: Study, count: int) -> list[Config]:
    """Scrambled Sobol points of its space."""
    drawn = designs.qmc(study.search.sampler, study.space, study.search.seed)
    return [study.space.configure(params) for params in islice(drawn, count)]


def trained(study: Study, dataset: Dataset, settings: list[Config]) -> list[Outcome]:
    """Each setting's outcome."""
    replicates, objectives = range(study.replicates.count), study.objectives
    outcomes = []
    with threadpool_limits(1):
        for number, config in enumerate(settings):
            task = Task(number, config, 0, seeds.SEARCH, replicates, objectives, study.dtype)
            outcomes += train_together([task], dataset.for_search)
    return outcomes


class Surrogate:
    """The log of the dev loss on a table, learned from so many trained settings."""

    def __init__(self, table: str, values: dict[str, Any], count: int) -> None:
        study, dataset = prepared(table, values)
        settings = points(study, count)
        losses = [one.value for one in trained(study, dataset, settings)]
        known = np.isfinite(losses)
        self._trees = ExtraTreesRegressor(TREES, random_state=0)
        inputs = np.array([features(config) for config in settings])
        self._trees.fit(inputs[known], np.log(np.array(losses)[known]))

    def __call__(self, config: Config) -> float:
        """The dev loss of a setting."""
        return float(np.exp(self._trees.predict([features(config)])[0]))


def features(config: Config) -> NDArray[np.float64]:
    """A setting as numbers, of which the loss may depend smoothly."""
    optimizer, own = config["optimizer"]
    return np.array(
        [
            len(config["hidden"]),
            np.log1p(sum(config["hidden"])),
            np.log(config["learning_rate"]),
            np.log(config["batch_size"]),
            np.log(config["l2"] + 1e-6),
            config["keep_prob"],
            config["initializer"][0] == "he",
            optimizer == "momentum",
            optimizer == "rmsprop",
            dict(own)["beta"] if optimizer == "momentum" else 0.9,
        ],
        dtype=float,
    )
