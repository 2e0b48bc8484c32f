"""What a network has to beat: a constant, a linear model, gradient boosting (scikit-learn's).

They train on the same encoded rows with scikit-learn's own defaults, once: all are deterministic.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sweeps.data import Dataset
from sweeps.data.dataset import PARTS
from sweeps.study import metrics
from sweeps.training.task import Outcome


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


def names(dataset: Dataset) -> list[str]:
    """The baselines of this dataset's task."""
    return list(BASELINES[dataset.target.kind])


def train(name: str, dataset: Dataset) -> Outcome:
    """Train one: final scores (1,), dev_outputs and test_outputs (1, n, K′), no curves."""
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
