"""The peer of `sweep.py`: Optuna, joblib's loky and scikit-learn, as one would write it by hand.

Made as quick as we know how: the study in memory, asked and told by one process; no barrier, one
task waiting so that no worker does; each worker has the data; one BLAS thread a worker.
"""

import argparse
import json
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from functools import cache
from typing import Any

import numpy as np
import optuna
from joblib.externals.loky import get_reusable_executor
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

EPOCHS, REPLICATES, FRESH = 200, 5, 20
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# A network that diverges counts as ours do: ten times the loss of a constant.
DIVERGED = "non-finite parameter weights"
WORST = 10 * 0.66

Part = tuple[np.ndarray, np.ndarray]


def rows() -> dict[str, np.ndarray]:
    """The row numbers of train, dev and test: those of our studies."""
    bunch = load_breast_cancer()
    names = bunch.target_names[bunch.target]
    rest, test = train_test_split(np.arange(569), test_size=114, random_state=2, stratify=names)
    rest, test = np.sort(rest), np.sort(test)
    train, dev = train_test_split(rest, test_size=114, random_state=3, stratify=names[rest])
    return {"train": np.sort(train), "dev": np.sort(dev), "test": test}


@cache
def data() -> dict[str, Part]:
    """Each part's x, standardized, and y."""
    x, y = load_breast_cancer(return_X_y=True)
    chosen = rows()
    scaler = StandardScaler().fit(x[chosen["train"]])
    return {
        part: (scaler.transform(x[numbers]).astype(np.float32), y[numbers])
        for part, numbers in chosen.items()
    }


def common_space(trial: optuna.Trial) -> dict[str, Any]:
    """The space of `common_space.yaml`, in MLPClassifier's words; it stops by its own rule."""
    batch = trial.suggest_categorical("batch_size", [16, 32, 64, 128])
    config = {
        "hidden_layer_sizes": (32, 16),
        "activation": trial.suggest_categorical("activation", ["relu", "tanh", "logistic"]),
        "batch_size": batch,
        # It divides alpha by the rows of a batch, we divide λ by those of the training set.
        "alpha": trial.suggest_float("l2", 1e-4, 10, log=True) * batch / len(data()["train"][0]),
        "solver": trial.suggest_categorical("solver", ["sgd", "adam"]),
    }
    if config["solver"] == "sgd":
        config["nesterovs_momentum"] = False
        config["momentum"] = trial.suggest_float("momentum", 0.8, 0.99)
        config["learning_rate_init"] = trial.suggest_float("sgd.rate", 1e-4, 1e-1, log=True)
    else:
        config["beta_1"] = trial.suggest_float("beta_1", 0.8, 0.95)
        config["beta_2"] = trial.suggest_float("beta_2", 0.9, 0.999)
        config["learning_rate_init"] = trial.suggest_float("adam.rate", 1e-4, 1e-1, log=True)
    return config


def every_epoch(trial: optuna.Trial) -> dict[str, Any]:
    """The same, and every epoch is trained."""
    whole = {"max_iter": EPOCHS, "tol": 0.0, "n_iter_no_change": EPOCHS + 1}
    return common_space(trial) | whole


def widths(trial: optuna.Trial) -> dict[str, Any]:
    """The same, and the widths of `tabular_full.yaml` are searched too."""
    return every_epoch(trial) | {"hidden_layer_sizes": _hidden(trial)}


def full_space(trial: optuna.Trial) -> dict[str, Any]:
    """All that MLPClassifier has to search; it stops by its own rule."""
    config = {
        "hidden_layer_sizes": _hidden(trial),
        "activation": trial.suggest_categorical("activation", ["relu", "tanh", "logistic"]),
        "batch_size": trial.suggest_categorical("batch_size", [16, 32, 64, 128]),
        "alpha": trial.suggest_float("alpha", 1e-5, 1, log=True),
        "solver": trial.suggest_categorical("solver", ["sgd", "adam"]),
    }
    if config["solver"] == "sgd":
        schedules = ["constant", "invscaling", "adaptive"]
        config["learning_rate"] = trial.suggest_categorical("schedule", schedules)
        config["nesterovs_momentum"] = trial.suggest_categorical("nesterov", [True, False])
        config["momentum"] = trial.suggest_float("momentum", 0.8, 0.99)
        config["learning_rate_init"] = trial.suggest_float("sgd.rate", 1e-3, 1, log=True)
    else:
        config["beta_1"] = trial.suggest_float("beta_1", 0.8, 0.95)
        config["beta_2"] = trial.suggest_float("beta_2", 0.9, 0.999)
        config["learning_rate_init"] = trial.suggest_float("adam.rate", 1e-4, 1e-1, log=True)
    return config


def _hidden(trial: optuna.Trial) -> tuple[int, ...]:
    widths = trial.suggest_categorical("hidden", ["16", "32-16", "64-32", "64-64-32"])
    return tuple(int(width) for width in widths.split("-"))


SPACES = {"common": every_epoch, "widths": widths, "shipped": common_space, "full": full_space}


def fit(config: dict[str, Any], seed: int) -> MLPClassifier | None:
    """A network, or None where it has diverged."""
    model = MLPClassifier(**config, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # overflow, where it diverges
        try:
            return model.fit(*data()["train"])
        except ValueError as fault:
            if DIVERGED not in str(fault):
                raise
            return None


def dev_loss(config: dict[str, Any], seeds: range) -> float:
    """The mean over seeds, in a worker."""
    x, y = data()["dev"]
    models = [fit(config, seed) for seed in seeds]
    losses = [WORST if m is None else log_loss(y, m.predict_proba(x)) for m in models]
    return float(np.mean(np.minimum(losses, WORST)))


def wrong(config: dict[str, Any], seed: int) -> list[int]:
    """1 for each test row that a fresh network gets wrong, in a worker."""
    x, y = data()["test"]
    model = fit(config, seed)
    return [1] * len(y) if model is None else [int(v) for v in model.predict(x) != y]


def search(executor: Executor, space: str, trials: int, jobs: int) -> tuple[optuna.Study, float]:
    """The study, and the seconds spent in Optuna."""
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    running: dict[Any, optuna.Trial] = {}
    optunas, asked = 0.0, 0
    while asked < trials or running:
        while asked < trials and len(running) <= jobs:
            started = time.perf_counter()
            trial = study.ask()
            config = SPACES[space](trial)
            optunas += time.perf_counter() - started
            trial.set_user_attr("config", config)
            running[executor.submit(dev_loss, config, range(REPLICATES))] = trial
            asked += 1
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            started = time.perf_counter()
            study.tell(running.pop(future), future.result())
            optunas += time.perf_counter() - started
    return study, optunas


def main(space: str, trials: int, jobs: int) -> dict[str, Any]:
    """Search, then train the best on fresh seeds for the test rows."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    executor = get_reusable_executor(max_workers=jobs, env=ONE_THREAD)
    started = time.perf_counter()
    study, optunas = search(executor, space, trials, jobs)
    searched = time.perf_counter()
    config = study.best_trial.user_attrs["config"]
    futures = [executor.submit(wrong, config, 1000 + seed) for seed in range(FRESH)]
    found = [future.result() for future in futures]
    confirmed = time.perf_counter()
    executor.shutdown(kill_workers=True)
    return {
        "search": searched - started,
        "confirm": confirmed - searched,
        "optuna": optunas,
        "dev_loss": study.best_value,
        "wrong": found,
    }


if __name__ == "__main__":
    from tests.benchmarks import peer  # by a name under which workers find it, too

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("space", choices=SPACES)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=4)
    given = parser.parse_args()
    print(json.dumps(peer.main(given.space, given.trials, given.jobs)))
