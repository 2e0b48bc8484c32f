"""From a configuration to dnn: its network, its settings, its initial parameters, its cost."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import dnn
from dnn.arrays import Array
from dnn.groups import GROUP_BYTES
from dnn.scoring import KEPT
from sweeps.data import Dataset
from sweeps.data.arrays import scaling, target_scaling
from sweeps.study.space import Config


def network(config: Config, dataset: Dataset) -> dnn.Network:
    """The network of a configuration."""
    hidden, activation = config["hidden"], config["activation"]
    return dnn.Network(
        dataset.n_in, hidden, dataset.n_out, activation, dataset.loss, config["batch_norm"]
    )


def settings(config: Config, dataset: Dataset) -> dnn.Settings:
    """The training settings of a configuration."""
    optimizer, optimizer_settings = config["optimizer"]
    schedule, schedule_settings = config["schedule"]
    loss, loss_settings = config["loss"]
    size = config["batch_size"]
    keep_prob = config["keep_prob"]
    return dnn.Settings(
        optimizer=optimizer,
        learning_rate=config["learning_rate"],
        batch_size=dataset.n_train if size == "full" else size,
        epochs=config["epochs"],
        l2=config["l2"],
        keep_prob=np.array([keep_prob]) if isinstance(keep_prob, tuple) else keep_prob,
        optimizer_settings=dict(optimizer_settings),
        schedule=schedule,
        schedule_settings=dict(schedule_settings),
        l1=config["l1"],
        max_norm=_or_none(config["max_norm"], math.inf),
        clip_norm=_or_none(config["clip_norm"], math.inf),
        clip_value=_or_none(config["clip_value"], math.inf),
        loss=None if loss == "auto" else loss,
        loss_settings=dict(loss_settings),
        label_smoothing=config["label_smoothing"],
        class_weights=_or_none(config["class_weights"], None),
        patience=_or_none(config["patience"], None),
    )


def scaled(config: Config, dataset: Dataset) -> Dataset:
    """The rows that a configuration's networks train on: inputs and target on its scales."""
    own = scaling.scaled(dataset, config["inputs"])
    return target_scaling.scaled(own, config["target_scale"])


def fit(
    net: dnn.Network,
    theta: Array,
    dataset: Dataset,
    replicates: Sequence[int],
    streams: dnn.Streams,
    how: dnn.Settings,
) -> dnn.Training:
    """The training of networks theta (P, N), each of a replicate (P,), on the rows it has."""
    train, dev = dataset.parts["train"], dataset.parts.get("dev")
    own, own_dev = (dataset.rows(part, replicates) for part in ("train", "dev"))
    return dnn.fit(net, theta, train, dev, streams, how, rows=own, dev_rows=own_dev)


# The overhead of one update, however small, in multiplications.
UPDATE = 50_000


def work(config: Config, dataset: Dataset, net: dnn.Network) -> float:
    """About how many multiplications an epoch of a configuration's network takes, to order by."""
    rows = dataset.n_train
    size = rows if config["batch_size"] == "full" else min(config["batch_size"], rows)
    parameters = net.n_parameters
    return float(rows * parameters + rows / size * (UPDATE + 4 * parameters))


# Multiplications a second of one core, small networks in a population.
SPEED = 1e9


def seconds(config: Config, dataset: Dataset, count: int) -> float:
    """About how long `count` networks of a configuration train, from the size of their work."""
    each = work(config, dataset, network(config, dataset))
    return float(count * config["epochs"] * each / SPEED)


def memory(config: Config, dataset: Dataset, count: int, dtype: str) -> int:
    """Bytes that `count` networks take in training, at least: parameters, gradient, state."""
    states = len(dnn.OPTIMIZERS[config["optimizer"][0]].state)
    numbers = network(config, dataset).n_parameters * (2 + states)
    return count * numbers * np.dtype(dtype).itemsize


def are_apart(config: Config, dataset: Dataset, dtype: str) -> bool:
    """Whether networks share nothing in training, so that many take as many times as long as one.

    They have rows of their own, and are so large that each is trained, and scored, by itself.
    """
    size = dataset.n_train * dataset.n_in * np.dtype(dtype).itemsize
    is_alone = memory(config, dataset, 1, dtype) > GROUP_BYTES and size > KEPT
    return bool(dataset.replicates) and is_alone


def changed_schedules(schedules: Iterable[str]) -> dict[str, str]:
    """The edition of each of these schedules whose formula has changed since the first version."""
    known = {name: dnn.SCHEDULES[name].edition for name in sorted(set(schedules))}
    return {name: edition for name, edition in known.items() if edition}


def _or_none(value: Any, nothing: Any) -> Any:
    """A hyperparameter's value, with "none" replaced by what dnn says for it."""
    return nothing if value == "none" else value


def initialize(config: Config, dataset: Dataset, streams: dnn.Streams, dtype: str) -> Array:
    """The initial parameters theta (P, N) of a configuration's networks."""
    name, given = config["initializer"]
    return network(config, dataset).initialize(name, streams.initial, dtype, **dict(given))
