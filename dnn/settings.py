"""How to train: what a caller says, and the same as checked numbers, one row per network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dnn.arrays import Array, Integers
from dnn.names import known, lookup
from dnn.network import Network
from dnn.optimizers import OPTIMIZERS, Optimizer
from dnn.schedules import SCHEDULES, Schedule
from dnn.stepping import hyperparameters

Numbers = float | Array


@dataclass(frozen=True)
class Settings:
    """How to train. Numbers may be scalars or one per network, shape (P,).

    l2: λ of the penalty λ/(2m)·Σ‖W‖², m the number of training rows, so that the cost does not
    depend on the batch size. l1: λ of (λ/m)·Σ|W|. keep_prob: a scalar, (P,), or (P, H) for one per
    hidden layer. hyper: the optimizer's settings by name, schedule_settings the schedule's; those
    left out take their defaults. max_norm: of each hidden unit's incoming weights. clip_norm,
    clip_value: of the gradient, penalties included. label_smoothing and class_weights change
    what is trained on, never what a record says: scores are of the data as they are.
    patience: a network stops when its dev loss (train loss without dev) has not gone down by more
    than min_delta for so many epochs; its best weights come back then, or at the end.
    """

    optimizer: str = "adam"
    learning_rate: Numbers = 1e-3
    batch_size: int | Integers = 32
    epochs: int = 60
    l2: Numbers = 0.0
    keep_prob: Numbers = 1.0
    hyper: Mapping[str, Numbers] | None = None
    schedule: str = "constant"
    schedule_settings: Mapping[str, Numbers] = field(default_factory=dict)
    l1: Numbers = 0.0
    max_norm: Numbers = np.inf
    clip_norm: Numbers = np.inf
    clip_value: Numbers = np.inf
    label_smoothing: float = 0.0
    class_weights: Sequence[float] | str | None = None
    patience: int | None = None
    min_delta: float = 0.0


@dataclass(frozen=True)
class Plan:
    """Settings that have been checked, one row per network: arrays of shape (P,)."""

    optimizer: Optimizer
    hypers: Sequence[Mapping[str, float]]
    schedule: Schedule
    schedules: Sequence[Mapping[str, float]]
    epochs: int
    batch_size: Integers
    l2: Array
    l1: Array
    max_norm: Array
    clip_norm: Array
    clip_value: Array
    keep_prob: Array | None  # (P, H), or None where nothing is dropped


def plan(settings: Settings, network: Network, population: int) -> Plan:
    """Settings for so many networks. Errors: ValueError that names the setting."""
    optimizer = lookup(OPTIMIZERS, settings.optimizer, "fit: optimizer")
    schedule = lookup(SCHEDULES, settings.schedule, "fit: schedule")
    known(settings.schedule_settings, schedule.settings, f"fit: {settings.schedule}")
    times = {
        name: _column(value, population, f"{settings.schedule}.{name}")
        for name, value in {**schedule.settings, **settings.schedule_settings}.items()
    }
    if not settings.epochs >= 0:
        raise ValueError(f"fit: epochs: expected 0 or more, got {settings.epochs}")
    if settings.patience is not None and not settings.patience >= 1:
        raise ValueError(f"fit: patience: expected 1 or more epochs, got {settings.patience}")
    given = {
        name: _column(value, population, f"{settings.optimizer}.{name}")
        for name, value in (settings.hyper or {}).items()
    }
    rate = _column(settings.learning_rate, population, "learning_rate")
    return Plan(
        optimizer,
        hyperparameters(settings.optimizer, rate, given, population),
        schedule,
        [{name: float(column[row]) for name, column in times.items()} for row in range(population)],
        settings.epochs,
        _batch_sizes(settings.batch_size, population),
        _column(settings.l2, population, "l2", at_least=0),
        _column(settings.l1, population, "l1", at_least=0),
        _column(settings.max_norm, population, "max_norm", above=0),
        _column(settings.clip_norm, population, "clip_norm", above=0),
        _column(settings.clip_value, population, "clip_value", above=0),
        _keep_prob(network, population, settings.keep_prob),
    )


def _column(
    value: Numbers,
    population: int,
    name: str,
    at_least: float = -np.inf,
    above: float = -np.inf,
) -> Array:
    """A scalar or (P,) as float64 (P,)."""
    values = np.asarray(value, np.float64)
    if values.shape not in ((), (population,)):
        raise ValueError(
            f"fit: {name}: expected a number or one per network ({population},), got {value}"
        )
    if not ((values >= at_least) & ((values > above) | (above == -np.inf))).all():
        bound = f">= {at_least:g}" if above == -np.inf else f"> {above:g}"
        raise ValueError(f"fit: {name}: expected {bound}, got {value}")
    return np.array(np.broadcast_to(values, (population,)))


def _batch_sizes(value: int | Integers, population: int) -> Integers:
    sizes = np.asarray(value)
    fits = sizes.shape in ((), (population,)) and (sizes >= 1).all() and (sizes % 1 == 0).all()
    if not fits:
        raise ValueError(f"fit: batch_size: expected 1 or more, got {value}")
    return np.array(np.broadcast_to(sizes.astype(np.int64), (population,)))


def _keep_prob(network: Network, population: int, value: Numbers) -> Array | None:
    """(P, H), or None where no network of the population drops anything.

    Errors: ValueError outside (0, 1], or where the number of layers does not fit.
    """
    depth = len(network.hidden)
    keep = np.asarray(value, np.float64)
    if keep.ndim == 1:
        keep = keep[:, None]
    if keep.ndim == 2 and keep.shape[1] not in (1, depth):
        raise ValueError(f"fit: keep_prob: expected one per hidden layer ({depth}), got {value}")
    if keep.ndim > 2 or (keep.ndim == 2 and len(keep) not in (1, population)):
        raise ValueError(
            f"fit: keep_prob: expected a number, or shape ({population},) or "
            f"({population}, {depth}); got shape {np.shape(value)}"
        )
    if not ((keep > 0) & (keep <= 1)).all():
        raise ValueError(f"fit: keep_prob: expected 0 < keep_prob <= 1, got {value}")
    keep = np.array(np.broadcast_to(keep, (population, depth)))
    return keep if depth and (keep < 1).any() else None
