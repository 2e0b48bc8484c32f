"""Metrics of weighted rows: what a network scores on the same rows, each counted so many times.

A bootstrap draw of rows is a weight for each, so one call scores many draws. Each function takes
target (n,), outputs (P, n, K) (log-probabilities, or predictions with K = 1) and weights (D, n),
and gives (D, P). With weights of one it is the plain metric. Nothing here knows of runs.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.stats.sampling import numbers
from reports.stats.sampling.bootstrap import RowWeights
from reports.stats.sampling.intervals import Array

Labels = NDArray[Any]
AT_A_TIME = 200_000  # weights: as many as stay in a core's cache, three times as fast


@dataclass(frozen=True)
class RowScore:
    """A metric of rows. sign: 1 where less is better, else -1; worst: what a diverged one scores.

    Where worst is NaN it is that of the error. losses: of a score that is the mean of a loss of
    each row, that loss of target (n,) and outputs (P, n, K), as (P, n).
    """

    sign: int
    of: Callable[[Labels, Array, Array], Array]
    worst: float
    losses: Callable[[Labels, Array], Array] | None = None

    @property
    def of_classes(self) -> bool:
        """Whether it is of what is said of classes, as which a row more can be right or wrong."""
        return self.losses is None


def balanced_error(target: Labels, outputs: Array, weights: Array) -> Array:
    """The mean, over the classes that have a weight, of each one's share misclassified."""
    wrong = (outputs.argmax(axis=-1) != target).astype(float)
    total, present = np.zeros((len(weights), len(outputs))), np.zeros((len(weights), 1))
    for number in np.unique(target):
        own = target == number
        size = weights @ own[:, None].astype(float)
        total += _ratio(weights @ (wrong * own).T, size)
        present += size > 0
    return _ratio(total, present)


def macro_f1(target: Labels, outputs: Array, weights: Array) -> Array:
    """The mean F1 of the classes that have a weight among the labels or what is said."""
    said = outputs.argmax(axis=-1)
    total, present = np.zeros((2, len(weights), len(outputs)))
    for number in np.union1d(target, said):
        own, guessed = (target == number).astype(float), (said == number).astype(float)
        hits = weights @ (guessed * own).T
        either = weights @ guessed.T + weights @ own[:, None]
        total += _ratio(2 * hits, either)
        present += either > 0
    return _ratio(total, present)


def auc(target: Labels, outputs: Array, weights: Array) -> Array:
    """The area under the ROC curve; with more than two classes the mean of each against the rest.

    Of the pairs of a positive and a negative row the weighted share in which the positive one
    scores higher, ties counting half (Hanley and McNeil, 1982). Classes that have no weight, or
    all of it, have no area.
    """
    classes = [1] if outputs.shape[-1] == 2 else range(outputs.shape[-1])
    total, present = np.zeros((len(outputs), len(weights))), np.zeros(len(weights))
    by_row = np.ascontiguousarray(weights.T)  # so that a row's draws lie side by side
    for number in classes:
        own = target == number
        pairs = by_row[own].sum(axis=0) * by_row[~own].sum(axis=0)
        present += pairs > 0
        for network, scores in enumerate(outputs[..., number]):
            total[network] += _ratio(_won(scores, own, by_row), pairs)
    return np.where(present > 0, _ratio(total, present), 0.5).T


def _won(scores: Array, own: NDArray[np.bool_], by_row: Array) -> Array:
    """(D,): the weight of the pairs that the positive row wins; scores (n,), by_row (n, D)."""
    order = np.argsort(scores[~own], kind="stable")
    negative, weights = scores[~own][order], by_row[~own][order]
    below = np.zeros((len(weights) + 1, weights.shape[1]))
    weights.cumsum(axis=0, out=below[1:])
    first, last = (np.searchsorted(negative, scores[own], side) for side in ("left", "right"))
    mean = below[first] if (first == last).all() else (below[first] + below[last]) / 2
    won: Array = np.einsum("nd,nd->d", by_row[own], mean)
    return won


def absolute_errors(target: Labels, outputs: Array) -> Array:
    """(P, n): of each row, in SDs of the training target; of several in the mean over them."""
    return numbers.distances(outputs, target)


def mean_absolute_error(target: Labels, outputs: Array, weights: Array) -> Array:
    """The weighted mean of the rows' absolute errors."""
    losses = absolute_errors(target, outputs)
    return _ratio(weights @ losses.T, weights.sum(axis=1, keepdims=True))


def _ratio(above: Array, below: Array) -> Array:
    """0 where there is nothing to divide by."""
    found: Array = above / np.where(below > 0, below, 1.0)
    return found


SCORES: Mapping[str, RowScore] = {
    "balanced_error": RowScore(1, balanced_error, 1.0),
    "macro_f1": RowScore(-1, macro_f1, 0.0),
    "auc": RowScore(-1, auc, 0.0),
    "mean_absolute_error": RowScore(1, mean_absolute_error, math.nan, absolute_errors),
}

ERROR = "error"
# An objective, and what the rows of a split say of it; the others are known of whole networks.
OF_ROWS: Mapping[str, str] = {
    "dev_error": ERROR,
    "dev_loss": "loss",
    "log_loss": "loss",
    **{name: name for name in SCORES},
}


def plain(score: RowScore, target: Labels, outputs: Array, weight: Array | None = None) -> Array:
    """(P,): of the rows as they are, each of its weight (n,)."""
    weights = np.ones((1, len(target))) if weight is None else weight[None]
    found: Array = score.of(target, outputs, weights)[0]
    return found


def drawn(score: RowScore, target: Labels, outputs: Array, rows: RowWeights) -> Array:
    """(draws, P): of the rows of each draw, and of a score of classes with one row more.

    As in `bootstrap.error_draws` that row is right in half of the draws and wrong in the others,
    for every network; here it also belongs to one class after the other, as each class's rows may
    all be right.
    """
    classes = outputs.shape[-1] if score.of_classes else 0
    target, outputs = _with_more(target, outputs, classes)
    found = [
        score.of(target, outputs, _weights(rows, block, classes))
        for block in _blocks(len(rows.counts), len(target))
    ]
    return np.concatenate(found)


def _with_more(target: Labels, outputs: Array, classes: int) -> tuple[Labels, Array]:
    """The rows, a row of each class that all get right, and one that all take for the next."""
    if not classes:
        return target, outputs
    each = np.arange(classes)
    said = np.concatenate([each, (each + 1) % classes])
    more = np.where(np.eye(classes)[said] > 0, 0.0, -np.inf)
    shape = (len(outputs), *more.shape)
    whole = np.concatenate([outputs, np.broadcast_to(more, shape)], axis=1)
    return np.concatenate([target, each, each]), whole


def _weights(rows: RowWeights, block: slice, classes: int) -> Array:
    """(d, n + 2 * classes): how often each row was drawn, and for one of the others its share."""
    counts = rows.of_each(block)
    if not classes:
        return counts
    share = rows.unseen[block]
    size = counts.sum(axis=1) * share / (1 - share)
    more = np.zeros((len(counts), 2 * classes))
    draw = np.arange(len(counts))
    turn = (block.start + draw) % classes
    more[draw, turn + classes * rows.wrong[block].astype(int)] = size
    return np.concatenate([counts, more], axis=1)


def _blocks(draws: int, rows: int) -> list[slice]:
    """Some draws at a time: those of many rows would not fit into memory."""
    step = max(1, AT_A_TIME // rows)
    return [slice(start, min(start + step, draws)) for start in range(0, draws, step)]
