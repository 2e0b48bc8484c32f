"""The formulas of scores: what networks say of rows against what is so, row weights counted.

Outputs are (..., n, K) log-probabilities or predictions; labels (n,) class codes or numbers, of
several targets (n, K); a score is (...,), one a network.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
# A probability of exactly 0 has no logarithm; this is float64's smallest step from 1.
SMALLEST = float(np.finfo(np.float64).eps)
Weights = NDArray[Any] | None  # (n,), some above 0


def mean(values: NDArray[Any], weights: Weights = None) -> Values:
    """The (weighted) mean over rows of (..., n) values."""
    if weights is None:
        return np.asarray(values.mean(axis=-1))
    return np.asarray(values @ (weights / weights.sum()))


def _that_count(
    outputs: NDArray[Any], labels: NDArray[Any], weights: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The rows of weight above 0: a class that only others have does not occur."""
    counts = weights > 0
    return outputs[..., counts, :], labels[counts], weights[counts]


def balanced_error(outputs: NDArray[Any], labels: NDArray[Any], weights: Weights = None) -> Values:
    """Mean over the classes that occur of each one's share of rows misclassified."""
    if weights is not None:
        outputs, labels, weights = _that_count(outputs, labels, weights)
    wrong = outputs.argmax(axis=-1) != labels
    shares = [
        mean(wrong[..., labels == c], None if weights is None else weights[labels == c])
        for c in np.unique(labels)
    ]
    return np.asarray(np.mean(shares, axis=0))


def macro_f1(outputs: NDArray[Any], labels: NDArray[Any], weights: Weights = None) -> Values:
    """Unweighted mean of each class's 2·TP / (2·TP + FP + FN), as scikit-learn's f1_score has it.

    Over the classes that occur or that a network says: one that it invents scores 0. weights: of
    the rows that are counted.
    """
    if weights is not None:
        outputs, labels, weights = _that_count(outputs, labels, weights)
    guess = outputs.argmax(axis=-1)[..., None, :]
    classes = np.arange(outputs.shape[-1])[:, None]
    said, true = guess == classes, labels == classes
    if weights is None:
        either = said.sum(axis=-1) + true.sum(axis=-1)
        scores = 2 * (said & true).sum(axis=-1) / np.maximum(either, 1)
    else:
        either = said @ weights + true @ weights
        scores = 2 * ((said & true) @ weights) / np.where(either > 0, either, 1)
    return np.asarray(scores.sum(axis=-1) / (either > 0).sum(axis=-1))


def auc(outputs: NDArray[Any], labels: NDArray[Any], weights: Weights = None) -> Values:
    """Area under the ROC curve; with more than two classes the mean of each against the rest.

    By ranks: Hanley & McNeil 1982, eq. 1; ties count half. Of rows with weights a pair counts as
    the product of theirs.
    """
    from scipy.stats import rankdata

    if weights is not None:
        return _weighted_auc(*_that_count(outputs, labels, weights))
    classes = [1] if outputs.shape[-1] == 2 else range(outputs.shape[-1])
    areas = []
    for c in classes:
        positive = labels == c
        n, m = int(positive.sum()), int((~positive).sum())
        if n and m:
            ranks = rankdata(outputs[..., c], axis=-1)[..., positive].sum(axis=-1)
            areas.append((ranks - n * (n + 1) / 2) / (n * m))
    return np.asarray(np.mean(areas, axis=0)) if areas else np.full(len(outputs), 0.5)


def _weighted_auc(outputs: NDArray[Any], labels: NDArray[Any], weights: NDArray[Any]) -> Values:
    classes = [1] if outputs.shape[-1] == 2 else range(outputs.shape[-1])
    areas = []
    for c in classes:
        positive = labels == c
        if positive.any() and not positive.all():
            each = [_area(one[:, c], positive, weights) for one in outputs]
            areas.append(np.array(each))
    return np.asarray(np.mean(areas, axis=0)) if areas else np.full(len(outputs), 0.5)


def _area(scores: NDArray[Any], positive: NDArray[np.bool_], weights: NDArray[Any]) -> float:
    """Of one network's (n,) scores of a class: the share of pairs in order, by weight."""
    place = np.unique(scores, return_inverse=True)[1]
    ours, others = (
        np.bincount(place, np.where(own, weights, 0.0)) for own in (positive, ~positive)
    )
    below = np.cumsum(others) - others / 2
    return float((ours * below).sum() / (ours.sum() * others.sum()))


def mean_absolute_error(
    outputs: NDArray[Any], labels: NDArray[Any], weights: Weights = None
) -> Values:
    """In standard deviations of the training target; of several the mean over them."""
    return mean(_over_targets(np.abs(off(outputs, labels)), labels), weights)


def off(outputs: NDArray[Any], labels: NDArray[Any]) -> NDArray[Any]:
    """Predictions (..., n, K) less numbers (n,): (..., n); of several targets (n, K) each."""
    return np.asarray(outputs - labels if labels.ndim == 2 else outputs[..., 0] - labels)


def squares(outputs: NDArray[Any], labels: NDArray[Any]) -> NDArray[Any]:
    """(..., n) the square of each row's `off`; of several targets the mean over them."""
    return _over_targets(off(outputs, labels) ** 2, labels)


def _over_targets(each: NDArray[Any], labels: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(each.mean(axis=-1)) if labels.ndim == 2 else each


def loss_and_error(
    outputs: NDArray[Any], labels: NDArray[Any], weights: Weights = None
) -> tuple[float, float]:
    """Of one model: log-probabilities (n, K) and class codes (n,), or predictions and numbers.

    Numbers are (n,), predicted by (n, 1), or of several targets (n, K), predicted by as many.
    """
    if outputs.shape[-1] == 1 or labels.ndim == 2:
        squared = float(mean(squares(outputs, labels), weights))
        return squared, math.sqrt(squared)
    loss = -float(mean(outputs[np.arange(len(labels)), labels], weights))
    return loss, float(mean(outputs.argmax(axis=-1) != labels, weights))
