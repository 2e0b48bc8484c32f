"""Several trials trained as one population: which trials can be, and their merged settings.

In a small network the overhead of each array operation outweighs its arithmetic; a population pays
that overhead once for all its networks. A network's results do not depend on the other networks of
its population; only its seconds do.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import dnn
from sweeps.training.task import Task

# Parameters of a network. Larger ones spend their time on matrix products, and gain nothing.
LARGEST = 2_500
MOST = 64  # networks of a population
PENALTIES_AND_LIMITS = ("l2", "l1", "max_norm", "clip_norm", "clip_value")
PER_NETWORK = ("learning_rate", *PENALTIES_AND_LIMITS)


def key(task: Task, settings: dnn.Settings, network: dnn.Network) -> Hashable | None:
    """Tasks with the same key can be trained as one population; None for a task that goes alone."""
    if network.n_parameters > LARGEST or task.seconds < float("inf"):
        return None
    # A penalty or limit is computed for all networks of a population or for none, so tasks with and
    # without it are not packed together.
    used = (
        *(_is_on(getattr(settings, name)) for name in PENALTIES_AND_LIMITS),
        bool(np.all(np.asarray(settings.keep_prob) == 1)),
    )
    arms = (settings.optimizer, settings.schedule, tuple(settings.schedule_settings))
    loss = (settings.loss, tuple((settings.loss_settings or {}).items()))
    targets = (settings.label_smoothing, settings.class_weights)
    rest = (settings.batch_size, settings.epochs, settings.patience, task.dtype, task.keep)
    scales = (task.config["inputs"], task.config["target_scale"])
    shape = (network.hidden, network.activation, network.batch_norm)
    return shape, arms, loss, targets, rest, scales, used


def _is_on(penalty_or_limit: float) -> bool:
    """A penalty of 0, and a limit of infinity, change nothing."""
    return bool(np.isfinite(penalty_or_limit) and penalty_or_limit != 0)


def merge_settings(each: Sequence[dnn.Settings], sizes: Sequence[int]) -> dnn.Settings:
    """Merge the settings of populations of these sizes into one's; numbers become (P,) arrays."""
    if len(each) == 1:
        return each[0]

    def column(values: Sequence[Any]) -> Any:
        return np.repeat(np.asarray(values, dtype=np.float64), sizes, axis=0)

    first = each[0]
    layers = max(np.asarray(s.keep_prob).size for s in each)
    keep_prob = [np.broadcast_to(np.asarray(s.keep_prob).ravel(), (layers,)) for s in each]
    return replace(
        first,
        **{name: column([getattr(s, name) for s in each]) for name in PER_NETWORK},
        keep_prob=np.repeat(keep_prob, sizes, axis=0) if layers > 1 else column(keep_prob)[:, 0],
        optimizer_settings={
            name: column([(s.optimizer_settings or {})[name] for s in each])
            for name in first.optimizer_settings or {}
        },
        schedule_settings={
            name: column([s.schedule_settings[name] for s in each])
            for name in first.schedule_settings
        },
    )


def merge_streams(each: Sequence[dnn.Streams]) -> dnn.Streams:
    """Merge the random generators of several populations into one's, in their order."""
    return dnn.Streams(
        [g for one in each for g in one.initial],
        [g for one in each for g in one.order],
        [g for one in each for g in one.dropout],
    )
