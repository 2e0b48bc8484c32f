"""Networks that train on all rows there are, to be saved: nothing is left to score them on."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data import Dataset
from sweeps.study.space import Config
from sweeps.training import networks, seeds
from sweeps.training.task import Outcome


@dataclass(frozen=True)
class FinalTask:
    """Some of the networks: their settings, for how many epochs, and whose random numbers."""

    config: Config
    epochs: int
    seed: int
    replicates: range
    dtype: str


def train(task: FinalTask, dataset: Dataset) -> Outcome:
    """Train for the task's epochs, whatever happens on the way: arrays `theta` (P, N), `gone` (P,).

    dataset: of training rows alone.
    """
    streams = seeds.streams(task.seed, seeds.FINAL, task.replicates)
    dataset = networks.scaled(task.config, dataset)
    net = networks.network(task.config, dataset)
    theta = networks.initialize(task.config, dataset, streams, task.dtype)
    how = replace(networks.settings(task.config, dataset), patience=None)
    # A schedule is as long as the study's; so the training is not made shorter, but ended.
    training = networks.fit(net, theta, dataset, task.replicates, streams, how)
    for record in training:
        if record.epoch >= task.epochs:
            break
    final = {"train_loss": record.train_loss, "train_error": record.train_error}
    return Outcome(
        -1,
        "complete",
        (),
        final={name: np.asarray(values, np.float64) for name, values in final.items()},
        arrays={"theta": theta, "gone": record.diverged},
    )


def epochs(config: Config, outcome: Outcome, at_best: bool) -> int:
    """As many as the confirmation's networks count: all, or the median of their best epochs.

    Those are the lowest dev losses where patience chose them, else the best objective.
    """
    gone, curves = outcome.arrays["gone"], outcome.curves
    if at_best:
        return _median(_first(outcome.each == outcome.each[-1]), gone)
    if config["patience"] != "none":
        loss = np.where(np.isfinite(curves["dev_loss"]), curves["dev_loss"], np.inf)
        return _median(_first(loss == loss[1:].min(axis=0)), gone)
    return int(config["epochs"])


def _first(counts: NDArray[np.bool_]) -> NDArray[Any]:
    """(P,) the first epoch that counts, of (E, P); epoch 0 never does."""
    found: NDArray[Any] = counts[1:].argmax(axis=0) + 1
    return found


def _median(each: NDArray[Any], gone: NDArray[np.bool_]) -> int:
    return max(1, round(float(np.median(each[~gone]))))
