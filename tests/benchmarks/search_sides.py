"""The sides of `search.py`: each searches a table's study, and says when it knew what.

Ours is that of a run; the others are Optuna's samplers, alone with our trainer, and TPE with
scikit-learn's networks. None has a worker: the processor's seconds of this process are all.
"""

import json
import math
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd

from sweeps.data import Dataset
from sweeps.data.datasets import loading
from sweeps.phases import prepare
from sweeps.study.file import documents
from sweeps.study.space import Config
from sweeps.study.spec import Study
from sweeps.training import seeds
from sweeps.training.task import Outcome, Task
from sweeps.training.trial import train, train_together
from tests.benchmarks import by_hand, common, decide, known_tables
from tests.benchmarks.known_tables import FRESH, TARGET, KnownTable
from tests.benchmarks.setting_truth import SETS, of_config, training_sets

STARTUP = 10
RESAMPLED = {"count": by_hand.FOLDS, "resample": "kfold"}


@dataclass
class History:
    """A search: each trial's value and the processor's seconds when it was known, by number."""

    started: float
    values: dict[int, float] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)

    def add(self, number: int, value: float) -> None:
        """Note a trial that has just ended; NaN for one that has no value."""
        self.values[number] = value
        self.seconds[number] = time.process_time() - self.started

    def best(self, trials: int) -> int:
        """The number of the best of the first so many."""
        known = {number: value for number, value in self.values.items() if number < trials}
        return min(known, key=lambda number: (math.isnan(known[number]), known[number]))


@dataclass(frozen=True)
class Problem:
    """A table's study with its data, the rows that the folds are made of, and how it is scored."""

    table: KnownTable
    study: Study
    dataset: Dataset
    pool: pd.DataFrame
    fresh: int

    @property
    def trained(self) -> int:
        """Rows that a network of a fold trains on."""
        return round(len(self.pool) * (1 - 1 / by_hand.FOLDS))

    def task(self, number: int, config: Config) -> Task:
        """A trial, to be trained as the study says, to its end."""
        return Task(
            number=number,
            config=config,
            seed=self.study.search.seed,
            phase=seeds.SEARCH,
            replicates=range(self.study.replicates.count),
            objectives=self.study.objectives,
            dtype=self.study.dtype,
        )

    def true_error(self, config: Config) -> float:
        """Of a setting: the mean of networks on training sets of their own."""
        sets = training_sets(self.table, self.trained, SETS, self.fresh)
        return float(of_config(self.study, config, sets).error.mean())


def problem(table: KnownTable, seed: int, trials: int, fresh: int) -> Problem:
    """The study of a table's draw; fresh: how many rows its settings are scored on."""
    frame = table.draw(seed).frame
    said = decide.plain_study(table, seed, trials) | {"replicates": RESAMPLED}
    with tempfile.TemporaryDirectory() as folder:
        frame.to_csv(Path(folder, "table.csv"), index=False)
        document = documents.parse(json.dumps(said), "study.yaml")
        study, dataset = prepare.prepare(document, Path(folder), [])
        parts = loading.read(study.data, Path(folder)).parts
    pool = frame.iloc[np.sort(np.concatenate([parts["train"], parts["dev"]]))]
    return Problem(table, study, dataset, pool, fresh)


class InThisProcess:
    """An engine without workers, which notes when each trial has ended."""

    jobs = 1

    def __init__(self, dataset: Dataset, history: History) -> None:
        self._dataset, self._history = dataset, history
        self._waiting: list[tuple[int, list[Task]]] = []

    def submit(self, key: int, tasks: list[Task]) -> None:
        """Queue a pack."""
        self._waiting.append((key, tasks))

    def ready(self) -> bool:
        """It trains in `wait` alone."""
        return False

    def wait(self) -> list[tuple[int, list[Outcome]]]:
        """Train the pack that has waited longest."""
        if not self._waiting:
            return []
        key, tasks = self._waiting.pop(0)
        outcomes = train_together(tasks, self._dataset)
        for outcome in outcomes:
            is_known = outcome.state == "complete"
            self._history.add(outcome.number, outcome.value if is_known else math.nan)
        return [(key, outcomes)]

    def close(self) -> None:
        """Nothing to end."""


def ours(given: Problem, trials: int) -> tuple[History, Callable[[int], float]]:
    """Our search, as a study has it where nothing is said."""
    history = History(time.process_time())
    engine = InThisProcess(given.dataset.for_search, history)
    found = common.searched(given.study, given.dataset, engine, trials)
    params = {one.number: one.params for one in found.finished}
    return history, lambda number: given.true_error(given.study.space.configure(params[number]))


def alone(
    sampler: Callable[[int], optuna.samplers.BaseSampler],
) -> Callable[[Problem, int], tuple[History, Callable[[int], float]]]:
    """A sampler of Optuna's, which asks our trainer and is told at once."""

    def side(given: Problem, trials: int) -> tuple[History, Callable[[int], float]]:
        history, dataset = History(time.process_time()), given.dataset.for_search
        study = optuna.create_study(sampler=sampler(given.study.search.seed))
        configs: list[Config] = []
        for number in range(trials):
            trial = study.ask()
            configs.append(given.study.space.configure(given.study.space.ask(trial)))
            outcome = train(given.task(number, configs[-1]), dataset)
            study.tell(trial, outcome.value)
            history.add(number, outcome.value)
        return history, lambda number: given.true_error(configs[number])

    return side


def with_sklearn(given: Problem, trials: int) -> tuple[History, Callable[[int], float]]:
    """TPE over the cross-validation of scikit-learn's networks, in the same units."""
    history, rows = History(time.process_time()), given.pool
    is_number = given.table.regression
    scale = rows[TARGET].var(ddof=0) if is_number else 1.0
    study = optuna.create_study(direction="maximize", sampler=_tpe(given.study.search.seed))
    for number in range(trials):
        trial = study.ask()
        score = by_hand.cross_validated(trial, rows, is_number)
        study.tell(trial, score)
        history.add(number, -score / scale)

    def true_error(number: int) -> float:
        best = by_hand.settings(optuna.trial.FixedTrial(study.trials[number].params))
        return float(np.mean([_fitted_error(given, best, one) for one in range(by_hand.FOLDS)]))

    return history, true_error


def _fitted_error(given: Problem, settings: dict[str, Any], number: int) -> float:
    """Of scikit-learn's network on a training set of its own; numbers in SDs, as ours."""
    table, test = given.table, given.table.draw(FRESH, given.fresh)
    rows = table.draw(FRESH + 1 + number, given.trained)
    model = by_hand.pipeline(table.regression, **{**settings, "random_state": number})
    model.fit(rows.inputs, rows.frame[TARGET])
    found = known_tables.error(table, test.expected, by_hand.outputs(model, table, test.inputs))
    return found / (rows.frame[TARGET].std(ddof=0) if table.regression else 1.0)


def _tpe(seed: int) -> optuna.samplers.BaseSampler:
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP)


Side = Callable[[Problem, int], tuple[History, Callable[[int], float]]]
SIDES: Mapping[str, Side] = {
    "ours": ours,
    "tpe": alone(_tpe),
    "random": alone(lambda seed: optuna.samplers.RandomSampler(seed=seed)),
    "sklearn": with_sklearn,
}
