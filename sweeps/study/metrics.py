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

from sweeps.study.scoring import Values, Weights, auc, balanced_error, macro_f1, mean_absolute_error

# A diverged replicate scores this many times the constant predictor's loss, and none scores worse:
# else the edge of a diverging region would look worse to the sampler than its middle.
DIVERGED_LOSS = 10


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
