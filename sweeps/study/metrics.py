"""What a trial can be judged by: one table of metrics, each with its direction and worst value.

A score is of evaluation mode, on the dev split where it says nothing else; (P,), one a replicate.
A cost is known when the training is over. Nothing here knows objectives or Optuna.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
# A diverged replicate scores this many times the constant predictor's loss, and none scores worse:
# else the edge of a diverging region would look worse to the sampler than its middle.
DIVERGED_LOSS = 10
# A probability of exactly 0 has no logarithm; this is float64's smallest step from 1.
SMALLEST = float(np.finfo(np.float64).eps)


class PredictedTask(Protocol):
    """What is predicted."""

    @property
    def task(self) -> str:
        """binary, multiclass or regression."""


class ConstantPredictor(Protocol):
    """What a worst score is measured by: how well the best constant predicts the data."""

    @property
    def constants(self) -> Mapping[str, float]:
        """Its losses by part: "dev_loss"."""

    @property
    def target(self) -> PredictedTask:
        """What it predicts."""


@dataclass(frozen=True)
class CostInputs:
    """A training that is over: what the costs are read from. curves: as in `task.Outcome`."""

    curves: Mapping[str, NDArray[Any]]
    epochs: int  # the horizon
    parameters: int
    targets: Mapping[str, float]


@dataclass(frozen=True)
class ScoreInputs:
    """Networks after an epoch: losses and errors (P,) by part, and what they say of the dev rows.

    outputs() -> (P, n, K′), for labels (n,); it is called where a score needs it. weights (n,):
    how much each row counts; None where all count alike.
    """

    numbers: Mapping[str, Values]
    outputs: Callable[[], NDArray[Any]]
    labels: NDArray[Any]
    weights: NDArray[Any] | None = None


@dataclass(frozen=True)
class Score:
    """Known after every epoch. `of` raises KeyError for a number that is not there."""

    direction: Literal["minimize", "maximize"]
    about: str
    worst: Callable[[ConstantPredictor], float]
    of: Callable[[ScoreInputs], Values]
    task: str = ""  # "classification" or "regression" alone

    def bounded(self, values: Values, gone: NDArray[np.bool_], worst: float) -> Values:
        """(P,): none beyond the worst, which is also that of the networks that have diverged."""
        # Of NaN and a number, both take the number.
        better = np.fmin if self.direction == "minimize" else np.fmax
        return np.asarray(better(np.where(gone, np.nan, values), worst))


@dataclass(frozen=True)
class Cost:
    """Known at the end, never worse where networks diverge but by what it says of them."""

    about: str
    at_end: Callable[[CostInputs], Values]
    direction: Literal["minimize", "maximize"] = "minimize"
    task: str = ""
    needs_target: bool = False
    in_seconds: bool = False


Metric = Score | Cost


def worst(data: ConstantPredictor, score: str) -> float:
    """What a diverged replicate scores in a loss or an error of a part ("test_error")."""
    part, _, kind = score.partition("_")
    loss = DIVERGED_LOSS * data.constants[f"{part}_loss"]
    if kind == "loss":
        return loss
    return math.sqrt(loss) if data.target.task == "regression" else 1.0


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


def _epochs_to_target(ended: CostInputs) -> Values:
    """The first epoch of a hit that holds at two evaluations running; before training is none."""
    ((score, target),) = ended.targets.items()
    hit = ended.curves[score] <= target  # (E, P); NaN once diverged
    held = np.zeros_like(hit)
    held[1:-1] = hit[1:-1] & hit[2:]
    epochs = ended.curves["epoch"][held.argmax(axis=0)]
    return np.where(held.any(axis=0), epochs, ended.epochs + 1).astype(np.float64)


def _total(name: str) -> Callable[[CostInputs], Values]:
    def cost(ended: CostInputs) -> Values:
        replicates = ended.curves["diverged"].shape[1]
        return np.full(replicates, float(ended.curves[name][-1]))

    return cost


def _parameters(ended: CostInputs) -> Values:
    return np.full(ended.curves["diverged"].shape[1], float(ended.parameters))


def _dev_error(data: ConstantPredictor) -> float:
    return worst(data, "dev_error")


def _scored(name: str) -> Score:
    part, _, kind = name.partition("_")
    about = f"{kind} on the {part} split"
    return Score("minimize", about, lambda d: worst(d, name), lambda seen: seen.numbers[name])


def _of_classes(
    direction: Literal["minimize", "maximize"],
    about: str,
    worst: float,
    of: Callable[[NDArray[Any], NDArray[Any], Weights], Values],
) -> Score:
    """A score of outputs and labels, in classification alone."""
    return Score(
        direction,
        about,
        lambda _: worst,
        lambda seen: of(seen.outputs(), seen.labels, seen.weights),
        "classification",
    )


METRICS: Mapping[str, Metric] = {
    "dev_loss": _scored("dev_loss"),
    "dev_error": _scored("dev_error"),
    "train_loss": _scored("train_loss"),
    "train_error": _scored("train_error"),
    "gap": Score(
        *("minimize", "dev error − train error", _dev_error),
        lambda seen: seen.numbers["dev_error"] - seen.numbers["train_error"],
    ),
    "log_loss": replace(_scored("dev_loss"), about="cross-entropy in nats", task="classification"),
    "balanced_error": _of_classes("minimize", "mean of the classes' errors", 1.0, balanced_error),
    "macro_f1": _of_classes("maximize", "mean of the classes' F1", 0.0, macro_f1),
    "auc": _of_classes("maximize", "area under the ROC curve", 0.0, auc),
    "mean_absolute_error": Score(
        *("minimize", "in SDs of the target", _dev_error),
        lambda seen: mean_absolute_error(seen.outputs(), seen.labels, seen.weights),
        task="regression",
    ),
    "epochs_to_target": Cost(
        "first of two epochs running at the target, the horizon + 1 where missed",
        _epochs_to_target,
        needs_target=True,
    ),
    "updates": Cost("parameter updates", _total("updates")),
    "flops": Cost("FLOPs of one network's matrix products", _total("flops")),
    "parameters": Cost("numbers in one network", _parameters),
    "seconds": Cost("training of all replicates", _total("seconds"), in_seconds=True),
}
# The scores that what a model says of any rows is enough for: of the test rows, and of baselines.
OF_OUTPUTS = ("log_loss", "balanced_error", "macro_f1", "auc", "mean_absolute_error")
