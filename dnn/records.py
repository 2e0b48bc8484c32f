"""What a training says after every epoch, and what it can go on from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dnn.arrays import Array, Flags


@dataclass(frozen=True)
class Record:
    """The state of a population after an epoch; arrays have a number a network, (P,).

    Losses and errors are in evaluation mode, over the whole split, of what theta holds then, and
    without penalties; they are NaN from the epoch at which a network diverged.

    Attributes:
        epoch: Epochs that are done; 0 before the first.
        updates: Of the parameters so far.
        gradient_evaluations: Rows gone through forward and backward so far.
        flops: Of their matrix products, FLOPs.
        seconds: Of the whole population's training so far, evaluation excluded.
        train_loss: Mean loss of the training rows.
        train_error: Their error, as in `score`.
        dev_loss: The same of the dev rows; NaN without them.
        dev_error: The same.
        diverged: Whether a network's parameters are not finite, or its train loss is above 10⁶
            times that of the best constant predictor; it is trained no further then.
        active: Whether it is still being trained.
        running_cost: Mean cost of the epoch's batches, each before its update, if `fit` was asked
            for it; else, and of networks that were not trained or have diverged, NaN.

    Example:
        >>> import numpy as np, dnn
        >>> network, data = dnn.Network(1, (), 1), dnn.Data(np.ones((4, 1)), np.ones((4, 1)))
        >>> streams, settings = dnn.Streams.spawn(0, 1), dnn.Settings(batch_size=2, epochs=1)
        >>> record = dnn.fit(network, np.zeros((1, 2)), data, None, streams, settings).run()
        >>> record.epoch, record.updates, record.gradient_evaluations, record.active
        (1, array([2]), array([4]), array([ True]))
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
