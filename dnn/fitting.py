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
    """Train theta (P, N) in place: iterate for the record of epoch 0 (untrained), 1, …, epochs.

    Without dev its numbers are NaN. Rows are reshuffled every epoch; the last batch may be smaller;
    a batch of all rows keeps their order. rows: one array of row numbers of `train` per network, a
    fold or a resample (numbers may repeat, lengths differ); dev_rows the same of `dev`.
    running_cost: records have the cost while the parameters move, too: the sum over an epoch's
    batches of each one's rows' losses before its update (in training mode, weights of classes,
    smoothing and dropout as they are) over m, all rows; the penalties of L2 and L1 at that moment
    are in it, by the batch's share of the rows. Errors: ValueError for shapes, labels or settings
    that don't fit.
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
    """What settings make of a network's loss and of its training data. Errors: ValueError."""
    trained = _with_loss(network, settings, train)
    targets, weights = train.y, None
    has_classes = trained.objective.has_classes
    if not has_classes and (settings.class_weights is not None or settings.label_smoothing):
        raise ValueError(
            "fit: label_smoothing and class_weights: expected a cross-entropy loss, "
            f"got {trained.loss}"
        )
    if settings.class_weights is not None and rows is None:
        weights = labels.row_weights(train.y, settings.class_weights).astype(train.y.dtype)
    elif settings.class_weights is not None:
        weights = np.zeros((len(rows or ()), len(train)), train.y.dtype)
        for network_weights, own in zip(weights, rows or (), strict=True):
            network_weights[own] = labels.row_weights(train.y[own], settings.class_weights)
    if has_classes:
        targets = labels.smooth(train.y, settings.label_smoothing)
    return TrainingLoss(trained, targets, weights)


def _with_loss(network: Network, settings: Settings, train: Data) -> Network:
    given = settings.loss_settings
    if settings.loss is None:
        if given:
            raise ValueError(f"fit: loss_settings: expected none without a loss, got {given!r}")
        return network
    trained = replace(network, loss=settings.loss, loss_settings=given or {})
    checks.data(trained, train, "fit: train")
    return trained
