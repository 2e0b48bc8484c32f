"""The metrics by their formulas, held against scikit-learn's own."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from sweeps.study import metrics


def rows(classes: int, absent: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Log-probabilities (3, 60, classes) of one decimal, so with ties; the last ones may not occur.

    The networks guess every class, also those that occur in no row.
    """
    rng = np.random.default_rng(classes)
    probabilities = rng.dirichlet(np.ones(classes), (3, 60)).round(1) + 1e-6
    return np.log(probabilities), rng.permutation(np.arange(60) % (classes - absent))


@pytest.mark.parametrize(("classes", "absent"), [(2, 0), (4, 0), (4, 1)])
def test_scores_of_the_classes_that_occur(classes: int, absent: int) -> None:
    outputs, labels = rows(classes, absent)
    guesses = outputs.argmax(axis=-1)
    assert set(guesses.ravel()) == set(range(classes))
    occur = range(classes - absent)
    f1 = [f1_score(labels, guess, labels=occur, average="macro") for guess in guesses]
    np.testing.assert_allclose(metrics.macro_f1(outputs, labels), f1)
    recalls = [np.mean([(guess[labels == c] == c).mean() for c in occur]) for guess in guesses]
    np.testing.assert_allclose(1 - metrics.balanced_error(outputs, labels), recalls)
    if not absent:
        accuracies = [balanced_accuracy_score(labels, guess) for guess in guesses]
        np.testing.assert_allclose(recalls, accuracies)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_area_under_the_curve_counts_ties_half(classes: int) -> None:
    outputs, labels = rows(classes)
    columns = [1] if classes == 2 else range(classes)
    areas = [np.mean([roc_auc_score(labels == c, one[:, c]) for c in columns]) for one in outputs]
    np.testing.assert_allclose(metrics.auc(outputs, labels), areas)


def test_a_class_that_is_alone_has_no_curve() -> None:
    outputs, labels = rows(2)
    assert metrics.auc(outputs, np.ones_like(labels)).tolist() == [0.5] * 3


@pytest.mark.parametrize(
    ("metric", "expected"), [("dev_error", [0.5, 1, 1, 1]), ("auc", [1, 2, 1, 1])]
)
def test_no_network_is_worse_than_one_that_diverged(metric: str, expected: list[float]) -> None:
    values, gone = np.array([0.5, 2, np.nan, 0.1]), np.array([False, False, False, True])
    score = metrics.METRICS[metric]
    assert isinstance(score, metrics.Score)
    assert score.bounded(values, gone, 1.0).tolist() == expected
