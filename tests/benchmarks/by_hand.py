"""The peer of `decide.py`: the search that one writes by hand, in twenty lines.

Optuna's TPE, 5-fold cross-validation of scikit-learn's multilayer perceptron, the best fitted on
all rows. It runs in a process of its own; its seconds are the processor's until the fit has ended.
"""

import argparse
import json
import resource
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from tests.benchmarks import known_tables
from tests.benchmarks.known_tables import TARGET, Array, KnownTable

WIDTHS = {"16": (16,), "32-16": (32, 16), "64-32": (64, 32), "100": (100,)}
FOLDS = 5
# As the cross-validation says it: more is better.
SCORING = {False: "neg_log_loss", True: "neg_mean_squared_error"}


class ScaledTarget(MLPRegressor):  # type: ignore[misc]
    """scikit-learn's, of a target with mean 0 and standard deviation 1, as one would not forget."""

    def fit(self, x: Any, y: Any) -> "ScaledTarget":
        """As MLPRegressor's."""
        self.mean_, self.sd_ = y.mean(), y.std()
        super().fit(x, (y - self.mean_) / self.sd_)
        return self

    def predict(self, x: Any) -> Any:
        """In the target's own units."""
        return super().predict(x) * self.sd_ + self.mean_


def pipeline(regression: bool, **settings: Any) -> Pipeline:
    """Scaled numbers and one-hot words into a network."""
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (words, make_column_selector(dtype_exclude="number")),
    )
    network = ScaledTarget if regression else MLPClassifier
    return make_pipeline(columns, network(**settings))


def settings(trial: optuna.Trial) -> dict[str, Any]:
    """What is searched."""
    return {
        "hidden_layer_sizes": WIDTHS[trial.suggest_categorical("hidden", list(WIDTHS))],
        "activation": trial.suggest_categorical("activation", ["relu", "tanh"]),
        "alpha": trial.suggest_float("alpha", 1e-4, 10, log=True),
        "learning_rate_init": trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
        "batch_size": trial.suggest_categorical("batch_size", [16, 32, 64]),
        "random_state": 0,
    }


def cross_validated(trial: optuna.Trial, rows: pd.DataFrame, regression: bool) -> float:
    """The mean score over the folds; of networks that diverge the worst that there is."""
    inputs, target = rows.drop(columns=TARGET), rows[TARGET]
    model = pipeline(regression, **settings(trial))
    try:
        found = cross_val_score(
            model, inputs, target, cv=FOLDS, scoring=SCORING[regression], error_score="raise"
        )
    except ValueError:  # non-finite weights
        return -1e9
    return float(found.mean())


def searched(rows: pd.DataFrame, regression: bool, trials: int, seed: int) -> Pipeline:
    """The best of the search, fitted on all rows."""
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(partial(cross_validated, rows=rows, regression=regression), n_trials=trials)
    best = settings(optuna.trial.FixedTrial(study.best_params))
    return pipeline(regression, **best).fit(rows.drop(columns=TARGET), rows[TARGET])


def outputs(model: Pipeline, table: KnownTable, inputs: pd.DataFrame) -> Array:
    """Probabilities (n, K), or numbers (n, 1)."""
    if table.regression:
        found: Array = model.predict(inputs)[:, None]
        return found
    return model.predict_proba(inputs)


def main(table: KnownTable, source: Path, trials: int, seed: int, fresh: int) -> dict[str, float]:
    """Search and fit; true error and loss, and the processor's seconds."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    warnings.simplefilter("ignore", ConvergenceWarning)
    warnings.simplefilter("ignore", RuntimeWarning)  # overflow, where it diverges
    with threadpool_limits(1):
        model = searched(pd.read_csv(source), table.regression, trials, seed)
        used = resource.getrusage(resource.RUSAGE_SELF)
        rows = table.draw(known_tables.FRESH, fresh)
        said = outputs(model, table, rows.inputs)
    return {
        "cpu": used.ru_utime + used.ru_stime,
        "error": known_tables.error(table, rows.expected, said),
        "loss": known_tables.loss(table, rows.expected, said),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=known_tables.KNOWN_TABLES)
    parser.add_argument("source", type=Path, help="its rows, a CSV file")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fresh", type=int, default=100_000)
    given = parser.parse_args()
    chosen = known_tables.KNOWN_TABLES[given.table]
    print(json.dumps(main(chosen, given.source, given.trials, given.seed, given.fresh)))
