"""How to train: what a caller says, and the same as checked numbers, one row per network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from dnn.arrays import Array, Integers
from dnn.names import check_names, lookup
from dnn.network import Network
from dnn.numbers import COUNT, LIMIT, NOT_NEGATIVE, POSITIVE, SHARE, Bound, numbers, whole
from dnn.optimizers import OPTIMIZERS, Optimizer
from dnn.schedules import SCHEDULES, Schedule

Numbers = float | Array


@dataclass(frozen=True)
class Settings:
    """How to train. Numbers are a scalar for all networks, or one per network, (P,).

    Args:
        optimizer: A name of OPTIMIZERS.
        learning_rate: α, > 0; where there is a schedule, what that multiplies.
        batch_size: Rows of an update, 1 or more; at most all of a network's rows count.
        epochs: Passes over the rows.
        l2: λ of the penalty λ/(2m)·Σ‖W‖², for m training rows, so that the cost does not depend on
            the batch size; biases have none.
        keep_prob: Probability that dropout keeps a hidden unit, in (0, 1]; also (P, H) for one per
            hidden layer.
        optimizer_settings: The optimizer's own by name; those left out, and all of None, take the
            defaults of its row in OPTIMIZERS.
        schedule: A name of SCHEDULES.
        schedule_settings: The schedule's own by name, likewise.
        l1: λ of the penalty (λ/m)·Σ|W|.
        max_norm: Largest norm of a hidden unit's incoming weights.
        clip_norm: Largest norm of a network's gradient, penalties included.
        clip_value: Largest absolute value of each number of the gradient.
        label_smoothing: s of the targets (1 − s)·y + s/K that are trained on, in [0, 1).
        class_weights: A weight a class, "balanced" (each class counts the same), or None.
        loss: A name of LOSSES to train on, or None for the network's own.
        loss_settings: That loss's own.
        patience: Epochs without a smaller dev loss (train loss without dev) after which a network
            stops. Its best weights come back then, or at the end, unless it diverged. None: never.
        min_delta: By how much a loss has to be smaller to count, in the loss's unit.
        score_every: Epochs from one scoring to the next, 0 for the last alone. Records between have
            NaN for scores, and only what is not finite counts as diverged.

    `loss`, `label_smoothing` and `class_weights` change what is trained on, never what a record
    says: its scores are by the network's loss, of the data as they are. Nothing is checked before
    `fit` is called.

    Example:
        >>> import dnn
        >>> settings = dnn.Settings("momentum", learning_rate=[0.1, 0.2], epochs=5,
        ...                         optimizer_settings={"beta": 0.95}, schedule="cosine")
        >>> settings.batch_size, settings.optimizer_settings
        (32, {'beta': 0.95})

    References:
        Dropout and max-norm: Srivastava et al., "Dropout" (2014), sec. 4 and 5.1. Clipping by norm:
        Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks"
        (2013), algorithm 1. Label smoothing: Szegedy et al., "Rethinking the Inception
        architecture" (2016), sec. 7. Early stopping: Prechelt, "Early stopping - but when?" (1998).
    """

    optimizer: str = "adam"
    learning_rate: Numbers = 1e-3
    batch_size: int | Integers = 32
    epochs: int = 60
    l2: Numbers = 0.0
    keep_prob: Numbers = 1.0
    optimizer_settings: Mapping[str, Numbers] | None = None
    schedule: str = "constant"
    schedule_settings: Mapping[str, Numbers] = field(default_factory=dict)
    l1: Numbers = 0.0
    max_norm: Numbers = np.inf
    clip_norm: Numbers = np.inf
    clip_value: Numbers = np.inf
    label_smoothing: float = 0.0
    class_weights: Sequence[float] | str | None = None
    loss: str | None = None
    loss_settings: Mapping[str, float] | None = None
    patience: int | None = None
    min_delta: float = 0.0
    score_every: int = 1


@dataclass(frozen=True)
class PopulationSettings:
    """Settings that have been checked, one row per network: arrays of shape (P,)."""

    optimizer: Optimizer
    optimizer_settings: Sequence[Mapping[str, float]]
    schedule: Schedule
    schedule_settings: Sequence[Mapping[str, float]]
    epochs: int
    batch_size: Integers
    l2: Array
    l1: Array
    max_norm: Array
    clip_norm: Array
    clip_value: Array
    keep_prob: Array | None  # (P, H), or None where nothing is dropped


def for_population(settings: Settings, network: Network, population: int) -> PopulationSettings:
    """Settings for so many networks. Raises a ValueError that names the setting."""
    if not isinstance(settings, Settings):
        raise ValueError(f"fit: settings: expected dnn.Settings, got {type(settings).__name__}")
    optimizer = lookup(OPTIMIZERS, settings.optimizer, "fit: optimizer")
    schedule = lookup(SCHEDULES, settings.schedule, "fit: schedule")
    column, rows = partial(_column, population), partial(_rows, population)
    rates = column(settings.learning_rate, "learning_rate", POSITIVE)
    given = {} if settings.optimizer_settings is None else settings.optimizer_settings
    optimizer_settings = rows(settings.optimizer, optimizer.settings, optimizer.bounds, given)
    for own, rate in zip(optimizer_settings, rates, strict=True):
        own["learning_rate"] = float(rate)
    schedule_settings = rows(
        settings.schedule, schedule.settings, schedule.bounds, settings.schedule_settings
    )
    _check_scoring(settings)
    return PopulationSettings(
        optimizer,
        optimizer_settings,
        schedule,
        schedule_settings,
        whole(settings.epochs, "fit: epochs", 0),
        _whole_numbers(column(settings.batch_size, "batch_size", COUNT), settings.batch_size),
        column(settings.l2, "l2", NOT_NEGATIVE),
        column(settings.l1, "l1", NOT_NEGATIVE),
        column(settings.max_norm, "max_norm", LIMIT),
        column(settings.clip_norm, "clip_norm", LIMIT),
        column(settings.clip_value, "clip_value", LIMIT),
        _keep_prob(network, population, settings.keep_prob),
    )


def _column(population: int, value: object, name: str, bound: Bound) -> Array:
    """A number, or (P,), as float64 (P,). Raises ValueError."""
    values = numbers(value, f"fit: {name}", bound)
    if values.shape not in ((), (population,)):
        raise ValueError(
            f"fit: {name}: expected a number or one per network ({population},), got {value!r}"
        )
    return np.array(np.broadcast_to(values, (population,)))


def _rows(
    population: int,
    owner: str,
    defaults: Mapping[str, float],
    bounds: Mapping[str, Bound],
    given: object,
) -> list[dict[str, float]]:
    """An optimizer's or a schedule's settings, one mapping per network. Raises ValueError."""
    if not isinstance(given, Mapping):
        raise ValueError(f"fit: settings of {owner}: expected a mapping, got {given!r}")
    check_names(given, defaults, f"fit: {owner}")
    columns = {
        name: _column(population, value, f"{owner}.{name}", bounds[name])
        for name, value in {**defaults, **given}.items()
    }
    return [{n: float(c[row]) for n, c in columns.items()} for row in range(population)]


def _check_scoring(settings: Settings) -> None:
    """How often scores are taken, and what early stopping needs of them. Raises ValueError."""
    score_every = whole(settings.score_every, "fit: score_every", 0)
    if settings.patience is None:
        return
    if score_every != 1:
        raise ValueError(f"fit: score_every: expected 1 with patience, got {score_every}")
    whole(settings.patience, "fit: patience", 1)
    numbers(settings.min_delta, "fit: min_delta", NOT_NEGATIVE)


def _whole_numbers(sizes: Array, given: object) -> Integers:
    if (sizes % 1).any():
        raise ValueError(f"fit: batch_size: expected a whole number of 1 or more, got {given!r}")
    return sizes.astype(np.int64)


def _keep_prob(network: Network, population: int, value: Numbers) -> Array | None:
    """(P, H), or None where no network of the population drops anything.

    Raises ValueError outside (0, 1], or where the number of layers does not fit.
    """
    depth = len(network.hidden)
    keep = numbers(value, "fit: keep_prob", SHARE)
    if keep.ndim == 1:
        keep = keep[:, None]
    if keep.ndim == 2 and keep.shape[1] not in (1, depth):
        raise ValueError(f"fit: keep_prob: expected one per hidden layer ({depth}), got {value}")
    if keep.ndim > 2 or (keep.ndim == 2 and len(keep) not in (1, population)):
        raise ValueError(
            f"fit: keep_prob: expected a number, or shape ({population},) or "
            f"({population}, {depth}); got shape {np.shape(value)}"
        )
    keep = np.array(np.broadcast_to(keep, (population, depth)))
    return keep if depth and (keep < 1).any() else None
