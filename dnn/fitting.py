"""`fit`: all that a training needs, checked and put together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dnn import checks, labels
from dnn.arrays import Array, Integers
from dnn.data import Data, Replay, ReplayCache, Streams
from dnn.groups import Setup
from dnn.network import Network
from dnn.settings import Settings, for_population
from dnn.training import Training


def fit(
    network: Network,
    theta: Array,
    train: Data,
    dev: Data | None,
    streams: Streams,
    settings: Settings,
    *,
    rows: Sequence[Integers] | None = None,
    dev_rows: Sequence[Integers] | None = None,
    replay: Replay | None = None,
    running_cost: bool = False,
) -> Training:
    """Train the population theta in place, an epoch at a time.

    Rows are reshuffled every epoch, and the last batch may be smaller; a batch of all rows keeps
    their order. No network's numbers depend on which others are in the population.

    Args:
        network: The shape of every network, and the loss that scores are of.
        theta: Parameters (P, N), float32 or float64, a row a network; written to.
        train: Rows to train on, of theta's type. Where they have weights, an update's gradient is
            that of the mean of its rows' weighted losses, with weights of mean 1 over all of a
            network's rows. Penalties and batch normalization count rows, whatever they weigh.
        dev: Rows to score after every epoch, or None, for which the records have NaN.
        streams: Each network's generators of its order of rows and its dropout.
        settings: How to train.
        rows: For each network its own rows of `train`, as numbers (n,): a fold or a resample
            (numbers may repeat, lengths may differ). None: all rows.
        dev_rows: The same of `dev`.
        replay: Orders and dropout masks to use instead of drawn ones.
        running_cost: Whether records have the cost while the parameters move, too: of an epoch's
            batches, each one's sum of losses before its update (in training mode, with dropout,
            smoothing and weights), over all rows; the penalties of L2 and L1 at that
            moment are in it, by the batch's share of the rows.

    Returns:
        An iterator of the records of epoch 0 (untrained), 1, …, epochs.

    Raises:
        ValueError: Shapes, labels or settings that don't fit; the message names them.

    Example:
        >>> import numpy as np, dnn
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> data, network = dnn.Data(x, x**2), dnn.Network(1, (8,), 1, loss="mean_squared_error")
        >>> streams = dnn.Streams.spawn(seed=0, population=2)
        >>> theta = network.initialize("he", streams.initial, dtype="float64")
        >>> settings = dnn.Settings("adam", learning_rate=[0.001, 0.01], epochs=3)
        >>> for record in dnn.fit(network, theta, data, None, streams, settings):
        ...     print(record.epoch, record.updates, record.train_loss.shape)
        0 [0 0] (2,)
        1 [2 2] (2,)
        2 [4 4] (2,)
        3 [6 6] (2,)

    References:
        Minibatch gradients by backpropagation: Goodfellow, Bengio and Courville, "Deep Learning"
        (2016), algorithms 6.3, 6.4 and 8.1.
    """
    checks.theta(network, theta, "fit")
    if not theta.flags.writeable:
        raise ValueError("fit: theta: expected an array that can be written, got a read-only one")
    for name, value, kind in (("streams", streams, Streams), ("replay", replay, Replay | None)):
        if not isinstance(value, kind):
            raise ValueError(f"fit: {name}: expected dnn.{name.title()}, got {value!r}")
    streams.check(len(theta))
    checks.data(network, train, "fit: train", theta.dtype)
    if dev is not None:
        checks.data(network, dev, "fit: dev", theta.dtype)
    own = checks.rows(rows, train, len(theta), "fit: rows")
    own_dev = checks.rows(dev_rows, dev, len(theta), "fit: dev_rows")
    checked = for_population(settings, network, len(theta))
    if network.batch_norm and (checked.batch_size == 1).any():
        raise ValueError(
            "fit: batch_size: expected 2 or more with batch normalization, got 1: "
            "one row is its own mean"
        )
    loss = training_loss(network, settings, train, own)
    setup = Setup(
        network=network,
        trained=loss.network,
        train=train,
        table=network.table(train.x, loss.targets),
        weights=loss.weights,
        rows=own,
        streams=streams,
        settings=checked,
        replay=ReplayCache(replay or Replay()),
        running_cost=running_cost,
    )
    return Training(setup, theta, settings, dev, own_dev)


class TrainingLoss(NamedTuple):
    """The loss that is trained on: a network with it, its targets (n, K), weights of rows or None.

    Weights are (n,), or (P, n) where each network has rows of its own.
    """

    network: Network
    targets: Array
    weights: Array | None


def training_loss(
    network: Network, settings: Settings, train: Data, rows: Sequence[Integers] | None = None
) -> TrainingLoss:
    """What settings make of a network's loss and of its training data. Raises ValueError."""
    trained = _with_loss(network, settings, train)
    targets = train.y
    has_classes = trained.objective.has_classes
    if not has_classes and (settings.class_weights is not None or settings.label_smoothing):
        raise ValueError(
            "fit: label_smoothing and class_weights: expected a cross-entropy loss, "
            f"got {trained.loss}"
        )
    if settings.class_weights is None and train.weights is None:
        weights = None
    elif rows is None:
        weights = _row_weights(settings, train.y, train.weights).astype(train.y.dtype)
    else:
        weights = np.zeros((len(rows), len(train)), train.y.dtype)
        for network_weights, own in zip(weights, rows, strict=True):
            of_rows = None if train.weights is None else train.weights[own]
            network_weights[own] = _row_weights(settings, train.y[own], of_rows)
    if has_classes:
        targets = labels.smooth(train.y, settings.label_smoothing)
    return TrainingLoss(trained, targets, weights)


def _row_weights(settings: Settings, y: Array, of_rows: Array | None) -> Array:
    """(n,) with mean 1: weights of rows times those of their class. Raises ValueError."""
    if settings.class_weights is not None:
        return labels.row_weights(y, settings.class_weights, of_rows)
    weights = np.ones(len(y)) if of_rows is None else of_rows.astype(np.float64)
    if not weights.any():
        raise ValueError("fit: rows: expected a weight above 0 among a network's rows, got none")
    weights = weights / weights.max()  # so that no sum overflows
    normalized: Array = weights / weights.mean()
    return normalized


def _with_loss(network: Network, settings: Settings, train: Data) -> Network:
    given = settings.loss_settings
    if settings.loss is None:
        if given:
            raise ValueError(f"fit: loss_settings: expected none without a loss, got {given!r}")
        return network
    trained = replace(network, loss=settings.loss, loss_settings=given or {})
    checks.data(trained, train, "fit: train")
    return trained
