"""The metrics by their formulas, held against scikit-learn's own."""

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss, roc_auc_score

from sweeps.study import metrics, scoring


def rows(classes: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Log-probabilities (3, 60, classes) of one decimal, so with ties."""
    rng = np.random.default_rng(classes)
    probabilities = rng.dirichlet(np.ones(classes), (3, 60)).round(1) + 1e-6
    return np.log(probabilities), rng.permutation(np.arange(60) % classes)


@pytest.mark.parametrize("seed", range(40))
def test_scores_are_scikit_learns_whatever_occurs_and_whatever_is_said(seed: int) -> None:
    """Few rows of many classes, some of which occur in no row and some of which nobody says."""
    rng = np.random.default_rng(seed)
    classes, n = int(rng.integers(2, 7)), int(rng.integers(1, 12))
    labels = rng.integers(0, rng.integers(1, classes + 1), n)
    shares = rng.dirichlet(np.full(classes, 0.3), (5, n)).round(1) + 1e-6
    shares /= shares.sum(axis=-1, keepdims=True)
    outputs = np.log(shares)
    guesses = outputs.argmax(axis=-1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
        warnings.filterwarnings("ignore", message="A single label was found")
        f1 = [f1_score(labels, one, average="macro", zero_division=0) for one in guesses]
        recalls = [balanced_accuracy_score(labels, one) for one in guesses]
    np.testing.assert_allclose(scoring.macro_f1(outputs, labels), f1)
    np.testing.assert_allclose(1 - scoring.balanced_error(outputs, labels), recalls)
    loss = log_loss(labels, shares[0], labels=range(classes))
    assert scoring.loss_and_error(outputs[0], labels)[0] == pytest.approx(loss)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_area_under_the_curve_counts_ties_half(classes: int) -> None:
    outputs, labels = rows(classes)
    columns = [1] if classes == 2 else range(classes)
    areas = [np.mean([roc_auc_score(labels == c, one[:, c]) for c in columns]) for one in outputs]
    np.testing.assert_allclose(scoring.auc(outputs, labels), areas)
    if classes > 2:
        shares = np.exp(outputs) / np.exp(outputs).sum(axis=-1, keepdims=True)
        wanted = [roc_auc_score(labels, one, multi_class="ovr") for one in shares]
        np.testing.assert_allclose(scoring.auc(shares, labels), wanted)


def test_a_class_that_is_alone_has_no_curve() -> None:
    outputs, labels = rows(2)
    assert scoring.auc(outputs, np.ones_like(labels)).tolist() == [0.5] * 3


@pytest.mark.parametrize(
    ("metric", "expected"), [("dev_error", [0.5, 1, 1, 1]), ("auc", [1, 2, 1, 1])]
)
def test_no_network_is_worse_than_one_that_diverged(metric: str, expected: list[float]) -> None:
    values, gone = np.array([0.5, 2, np.nan, 0.1]), np.array([False, False, False, True])
    score = metrics.METRICS[metric]
    assert isinstance(score, metrics.Score)
    assert score.bounded(values, gone, 1.0).tolist() == expected


def asks_for_outputs(score: metrics.Score) -> bool:
    """Whether it is made of what the networks say, beyond their losses and errors."""
    asked: list[bool] = []
    outputs, labels = rows(1 if score.task == "regression" else 2)

    def said() -> NDArray[Any]:
        asked.append(True)
        return outputs

    numbers = {
        f"{part}_{kind}": np.ones(3) for part in ("train", "dev") for kind in ("loss", "error")
    }
    score.of(metrics.ScoreInputs(numbers, said, labels))
    return bool(asked)


def test_the_scores_of_outputs_are_listed() -> None:
    """The confirmation gives each of them on the test rows, and of baselines."""
    scores = {name: m for name, m in metrics.METRICS.items() if isinstance(m, metrics.Score)}
    found = {name for name, score in scores.items() if asks_for_outputs(score)}
    # The loss of classes is among the numbers that are there already.
    assert {"log_loss", *found} == set(metrics.OF_OUTPUTS)
