"""What a training says after every epoch, and what it can go on from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnn.arrays import Array, Flags


@dataclass(frozen=True)
class Record:
    """The state after so many epochs; numbers of networks have shape (P,).

    Losses and errors are of the data alone, in evaluation mode, over the whole split, for what
    theta holds now; NaN from the epoch at which a network diverged. Costs: updates; gradient
    evaluations (rows gone through forward and backward); FLOPs (matrix products). seconds: the
    whole population's training so far, evaluation excluded. active: still being trained.
    running_cost: of the epoch's batches, each before its update, if `fit` was asked for it; else,
    and of networks that were not trained or have diverged, NaN.
    """

    epoch: int
    updates: NDArray[np.int64]
    gradient_evaluations: NDArray[np.int64]
    flops: NDArray[np.int64]
    seconds: float
    train_loss: Array
    train_error: Array
    dev_loss: Array
    dev_error: Array
    diverged: Flags
    active: Flags
    running_cost: Array


@dataclass(frozen=True)
class Snapshot:
    """A training between two epochs: arrays of P networks, the generators and theta aside.

    state: the optimizer's, by name; scores (4, P): of the last record; best: early stopping's best
    parameters, values and epochs.
    """

    epoch: int
    seconds: float
    steps: NDArray[np.int64]
    state: Mapping[str, Array]
    epochs_done: NDArray[np.int64]
    diverged: Flags
    dropped: Flags
    stopped: Flags
    scores: Array
    best: tuple[Array, Array, NDArray[np.int64]] | None
