"""Baselines that a network has to beat: scikit-learn's constant, linear model, gradient boosting.

They train on the same encoded rows with scikit-learn's own defaults, once: all are deterministic.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sweeps.base import durations
from sweeps.data import Dataset
from sweeps.data.dataset import PARTS
from sweeps.study import metrics
from sweeps.study.spec import Baseline
from sweeps.training.isolation import TimeUp, time_limit
from sweeps.training.task import Outcome, failed


def _constant_classes() -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def _constant_number() -> Any:
    from sklearn.dummy import DummyRegressor

    return DummyRegressor()


def _linear_classes() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=2000)


def _linear_number() -> Any:
    from sklearn.linear_model import Ridge

    return Ridge()


def _boosted_classes() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=0, early_stopping=False)


def _boosted_number() -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=0, early_stopping=False)


BASELINES: Mapping[str, Mapping[str, Callable[[], Any]]] = {
    "classification": {
        "majority class": _constant_classes,
        "logistic regression": _linear_classes,
        "gradient boosting": _boosted_classes,
    },
    "regression": {
        "mean": _constant_number,
        "linear regression": _linear_number,
        "gradient boosting": _boosted_number,
    },
}


# The study file's names of the baselines, in the order of BASELINES.
KINDS: tuple[Baseline, ...] = ("constant", "linear", "boosting")


def names(dataset: Dataset, chosen: Sequence[Baseline]) -> list[str]:
    """The chosen baselines of this dataset's task."""
    table = BASELINES[dataset.target.kind]
    return [name for kind, name in zip(KINDS, table, strict=True) if kind in chosen]


def seconds(name: str, dataset: Dataset) -> float:
    """About how many seconds a baseline trains on one core, from the size of the data."""
    rows, columns = dataset.parts["train"].x.shape
    outputs = max(len(dataset.target.classes), 1)
    kind = KINDS[list(BASELINES[dataset.target.kind]).index(name)]
    if kind == "boosting":
        # A histogram of every column on each level, then a scan of its bins for each of the nodes.
        trees = 100 * (outputs if outputs > 2 else 1)
        nodes = 2 * min(31, rows / 20)
        return float(trees * columns * (5 * rows + nodes * min(256, rows)) * 6e-9)
    if kind == "linear":
        # Some hundred passes over the rows for a logistic regression; a ridge regression multiplies
        # the rows with themselves once.
        passes = 100 * outputs if dataset.target.classes else min(rows, columns)
        return float(4 * passes * rows * columns * 5e-10)
    return 0.0


def within(limit: float, name: str, dataset: Dataset) -> Outcome:
    """Train a baseline; it fails if it takes more than `limit` seconds.

    Where no signal can stop it (on Windows, or in C code), the engine ends its worker, later.
    """
    BASELINES[dataset.target.kind][name]()  # imports scikit-learn before the clock starts
    try:
        with time_limit(limit):
            return train(name, dataset)
    except TimeUp:
        return failed(-1, late(limit))


def late(limit: float) -> str:
    """The cause of a baseline that has not finished within `limit` seconds."""
    return f"not finished in {durations.words(limit)} (confirm.baseline_time allows more)"


def train(name: str, dataset: Dataset) -> Outcome:
    """Train a baseline: final scores (1,), dev_outputs and test_outputs (1, n, K′), no curves."""
    model = BASELINES[dataset.target.kind][name]()
    model.fit(dataset.parts["train"].x.astype(np.float64), dataset.labels["train"])
    final: dict[str, Any] = {}
    arrays: dict[str, Any] = {}
    for part in PARTS:
        x, labels = dataset.parts[part].x.astype(np.float64), dataset.labels[part]
        if dataset.target.kind == "regression":
            outputs = model.predict(x)[:, None]
            loss, error = metrics.loss_and_error(outputs, labels)
        else:
            outputs = np.log(np.clip(model.predict_proba(x), metrics.SMALLEST, 1))
            loss, _ = metrics.loss_and_error(outputs, labels)
            error = float((model.predict(x) != labels).mean())
        final |= {f"{part}_loss": np.array([loss]), f"{part}_error": np.array([error])}
        arrays[f"{part}_outputs"] = outputs[None].astype(np.float32)
    del arrays["train_outputs"]
    return Outcome(-1, "complete", (), final=final, arrays=arrays)
