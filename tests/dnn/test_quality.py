"""The classifier beside scikit-learn's: the same hyperparameters, data and splits."""

import json
import math
import warnings

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier as Theirs
from sklearn.preprocessing import StandardScaler

from dnn.estimators import MLPClassifier as Ours

SPLITS, BATCH, ALPHA = range(20), 32, 1e-4  # alpha is scikit-learn's default
# Data, hidden layers, epochs, and how many points of test error worse ours may at most be.
TASKS = {
    "digits": (load_digits, (128, 64), 20, 0.5),
    "breast cancer": (load_breast_cancer, (32, 16), 60, 1.0),
}


def errors(x: np.ndarray, y: np.ndarray, hidden: tuple, epochs: int, seed: int) -> list[float]:
    """Test errors of ours and theirs in percent, on one split."""
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=seed)
    scaler = StandardScaler().fit(x_train)
    x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)
    same = {"batch_size": BATCH, "activation": "relu", "random_state": seed}
    # Theirs divides the penalty by the rows of a batch, ours by all rows.
    l2 = ALPHA * len(x_train) / BATCH
    ours = Ours(hidden, **same, epochs=epochs, initializer="glorot", l2=l2)
    # It draws as glorot does, and here it stops at max_iter alone: then it warns.
    theirs = Theirs(
        hidden, **same, max_iter=epochs, alpha=ALPHA, tol=0, n_iter_no_change=epochs + 1
    )
    ours.fit(x_train, y_train)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(x_train, y_train)
    assert ours.n_iter_ == theirs.n_iter_ == epochs
    return [100 - 100 * model.score(x_test, y_test) for model in (ours, theirs)]


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_its_test_error_is_that_of_scikit_learns_classifier(task: str) -> None:
    load, hidden, epochs, allowed = TASKS[task]
    x, y = load(return_X_y=True)
    ours, theirs = np.array([errors(x, y, hidden, epochs, seed) for seed in SPLITS]).T
    difference = ours - theirs
    sem = difference.std(ddof=1) / math.sqrt(len(difference))
    upper = difference.mean() + stats.t.ppf(0.975, len(difference) - 1) * sem
    said = {"ours": ours.mean(), "theirs": theirs.mean(), "mean": difference.mean()}
    print(task, json.dumps({**said, "upper": upper}))
    assert upper <= allowed
    assert ours.mean() < 5  # two bad classifiers would agree as well
