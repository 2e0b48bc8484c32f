"""One configuration trained with all its replicates as one population: a task in, an outcome out.

It knows nothing of Optuna, storages or processes; both are plain values that can be sent.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps import seeds
from sweeps.data import Dataset
from sweeps.space import Config

# A diverged replicate scores this many times the constant predictor's loss, and none scores worse:
# else the edge of a diverging region would look worse to the sampler than its middle.
DIVERGED_LOSS = 10
SCORES = ("train_loss", "train_error", "dev_loss", "dev_error")


@dataclass(frozen=True)
class Task:
    """What to train. `thresholds[e]`: above it, the best value so far ends the trial at epoch e."""

    number: int
    config: Config
    seed: int
    phase: int
    replicates: range
    metric: str
    at: str
    dtype: str
    thresholds: tuple[float, ...] = ()
    keep: bool = False  # parameters and test outputs too: the confirmation


@dataclass(frozen=True)
class Outcome:
    """What came of it: E epochs (0 included), P replicates.

    curves: epoch, updates, gradient_evaluations, flops, seconds (E,); the four scores and
    `diverged` (E, P). reports (E,): the objective's mean over replicates. final: each score (P,),
    none worse than a diverged network's. arrays: gone (P,), whether the network that counts has
    diverged; dev_outputs (P, n, K′) and, where kept, test_outputs and theta (P, N).
    """

    number: int
    state: str  # complete, pruned or failed
    value: float
    curves: dict[str, NDArray[Any]] = field(default_factory=dict)
    reports: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    final: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    cause: str = ""


def worst(dataset: Dataset, score: str) -> float:
    """What a diverged replicate scores; `score` is a part and a kind ("test_error")."""
    part, _, kind = score.partition("_")
    loss = DIVERGED_LOSS * dataset.constants[f"{part}_loss"]
    if kind == "loss":
        return loss
    return math.sqrt(loss) if dataset.target.task == "regression" else 1.0


def network(config: Config, dataset: Dataset) -> dnn.Network:
    """The network of a configuration."""
    hidden, activation = config["hidden"], config["activation"]
    return dnn.Network(
        dataset.n_in, hidden, dataset.n_out, activation, dataset.loss, config["batch_norm"]
    )


def settings(config: Config, dataset: Dataset) -> dnn.Settings:
    """How a configuration is trained."""
    optimizer, hyper = config["optimizer"]
    schedule, schedule_settings = config["schedule"]
    size = config["batch_size"]
    keep_prob = config["keep_prob"]
    return dnn.Settings(
        optimizer=optimizer,
        learning_rate=config["learning_rate"],
        batch_size=len(dataset.parts["train"]) if size == "full" else size,
        epochs=config["epochs"],
        l2=config["l2"],
        keep_prob=np.array([keep_prob]) if isinstance(keep_prob, tuple) else keep_prob,
        hyper=dict(hyper),
        schedule=schedule,
        schedule_settings=dict(schedule_settings),
        l1=config["l1"],
        max_norm=_or_none(config["max_norm"], math.inf),
        clip_norm=_or_none(config["clip_norm"], math.inf),
        patience=_or_none(config["patience"], None),
    )


def _or_none(value: Any, nothing: Any) -> Any:
    """A value of the vocabulary, or what dnn calls its word "none"."""
    return nothing if value == "none" else value


def initialize(config: Config, dataset: Dataset, streams: dnn.Streams, dtype: str) -> Array:
    """theta (P, N) of a configuration."""
    name, given = config["initializer"]
    return network(config, dataset).initialize(name, streams.initial, dtype, **dict(given))


def train(task: Task, dataset: Dataset) -> Outcome:
    """Train a task's replicates until the horizon, the threshold, or all have diverged."""
    streams = seeds.streams(task.seed, task.phase, task.replicates)
    net = network(task.config, dataset)
    theta = initialize(task.config, dataset, streams, task.dtype)
    counted = COUNTED[task.at](theta, task.metric, worst(dataset, task.metric))
    records, reports, state = [], [], "complete"
    for record in dnn.fit(
        net,
        theta,
        dataset.parts["train"],
        dataset.parts["dev"],
        streams,
        settings(task.config, dataset),
    ):
        records.append(record)
        reports.append(counted.see(record))
        if record.epoch < task.config["epochs"] and _is_losing(reports, task.thresholds):
            state = "pruned"
            break
    return Outcome(
        number=task.number,
        state=state,
        value=reports[-1],
        curves=_curves(records),
        reports=np.array(reports),
        final=_final(net, counted.theta, counted.gone, task, dataset),
        arrays={"gone": counted.gone, **_arrays(net, counted.theta, task, dataset)},
    )


class _Last:
    """The networks that count are those of the last epoch."""

    def __init__(self, theta: Array, metric: str, worst_value: float) -> None:
        self.theta, self.metric, self.worst_value = theta, metric, worst_value
        self.gone = np.zeros(len(theta), dtype=bool)

    def see(self, record: dnn.Record) -> float:
        """The objective's mean over replicates after this epoch."""
        self.gone = record.diverged
        # NaN where it has diverged: fmin takes the other one.
        return float(np.fmin(getattr(record, self.metric), self.worst_value).mean())


class _BestEpoch:
    """The networks that count are those of each one's best dev epoch so far."""

    def __init__(self, theta: Array, metric: str, worst_value: float) -> None:
        self.current, self.theta = theta, theta.copy()
        self.metric, self.worst_value = metric, worst_value
        self.values = np.full(len(theta), np.inf)
        self.gone = np.ones(len(theta), dtype=bool)

    def see(self, record: dnn.Record) -> float:
        """The objective's mean over replicates after this epoch."""
        values = np.fmin(getattr(record, self.metric), self.worst_value)
        better = ~record.diverged & (values < self.values)
        self.values[better] = values[better]
        self.theta[better] = self.current[better]
        self.gone &= ~better
        return float(np.fmin(self.values, self.worst_value).mean())


COUNTED: Mapping[str, type[_Last] | type[_BestEpoch]] = {"last": _Last, "best": _BestEpoch}


def _is_losing(reports: list[float], thresholds: tuple[float, ...]) -> bool:
    """Optuna's median rule: the best value so far against the median of others at this epoch."""
    epoch = len(reports) - 1
    if epoch == 0 or epoch >= len(thresholds):
        return False
    return min(reports[1:]) > thresholds[epoch]


def _curves(records: list[dnn.Record]) -> dict[str, NDArray[Any]]:
    # Replicates cost the same but where some end early; a cost is then that of the longest.
    costs = ("epoch", "updates", "gradient_evaluations", "flops", "seconds")
    curves = {name: np.array([np.max(getattr(r, name)) for r in records]) for name in costs}
    return curves | {
        name: np.array([getattr(r, name) for r in records]) for name in (*SCORES, "diverged")
    }


def _final(
    net: dnn.Network, theta: Array, gone: NDArray[np.bool_], task: Task, dataset: Dataset
) -> dict[str, NDArray[np.float64]]:
    """Scores of the networks that count, on train, dev and, where kept, test."""
    final: dict[str, NDArray[np.float64]] = {}
    for part in ("train", "dev", "test") if task.keep else ("train", "dev"):
        scores = dnn.score(net, theta, dataset.parts[part])
        for kind, values in zip(("loss", "error"), scores, strict=True):
            limit = worst(dataset, f"{part}_{kind}")
            final[f"{part}_{kind}"] = np.where(gone, limit, np.fmin(values, limit))
    return final


def _arrays(
    net: dnn.Network, theta: Array, task: Task, dataset: Dataset
) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        "dev_outputs": dnn.predict(net, theta, dataset.parts["dev"].x).astype(np.float32)
    }
    if task.keep:
        outputs = dnn.predict(net, theta, dataset.parts["test"].x)
        arrays |= {"test_outputs": outputs.astype(np.float32), "theta": theta}
    return arrays
