"""What the estimators' arguments may be, as one table; checked when `fit` is called."""

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real

import numpy as np

from dnn.activations import ACTIVATIONS
from dnn.initializers import INITIALIZERS
from dnn.names import check_names, lookup
from dnn.optimizers import OPTIMIZERS
from dnn.schedules import SCHEDULES

DTYPES: Mapping[str, type[np.floating]] = {"float32": np.float32, "float64": np.float64}


def check(owner: str, values: Mapping[str, object]) -> None:
    """Every argument that a table below knows, in the tables' order.

    `owner` is the estimator's name, which each message begins with. Raises ValueError for the
    first argument that is not what is expected, with the nearest known name where a name is wrong.
    """
    for argument, table in NAMES.items():
        lookup(table, values[argument], f"{owner}: {argument}")
    for argument, (expected, is_right) in RULES.items():
        if not is_right(values[argument]):
            raise ValueError(f"{owner}: {argument}: expected {expected}, got {values[argument]!r}")
    settings, optimizer = values["optimizer_settings"], str(values["optimizer"])
    if isinstance(settings, Mapping):
        where = f"{owner}: optimizer_settings"
        check_names(settings, OPTIMIZERS[optimizer].settings, f"{where}: {optimizer}")
        for name, value in settings.items():
            if not _is_number(value):
                raise ValueError(f"{where}: {name}: expected a number, got {value!r}")


def _is_number(value: object) -> bool:
    """Finite, and not True or False, which Python counts as 1 and 0."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: object) -> bool:
    """A whole number of 1 or more."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def _is_sizes(value: object) -> bool:
    return isinstance(value, tuple | list | np.ndarray) and all(_is_count(n) for n in value)


def _number(is_within: Callable[[float], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, Real) and _is_number(value) and is_within(float(value))


NAMES: Mapping[str, Mapping[str, object]] = {
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "dtype": DTYPES,
}

# Argument to what is expected of it, as the message says it and as a test.
RULES: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "hidden": ("a tuple of layer sizes of 1 or more", _is_sizes),
    "optimizer_settings": (
        "None or a mapping of names to numbers",
        lambda value: value is None or isinstance(value, Mapping),
    ),
    "learning_rate": ("a number > 0", _number(lambda value: value > 0)),
    "batch_size": (
        "a whole number of 1 or more, or 'full'",
        lambda value: _is_count(value) or (isinstance(value, str) and value == "full"),
    ),
    "epochs": ("a whole number of 1 or more", _is_count),
    "batch_norm": ("True or False", lambda value: isinstance(value, bool | np.bool_)),
    "l2": ("a number >= 0", _number(lambda value: value >= 0)),
    "keep_prob": ("a number > 0 and <= 1", _number(lambda value: 0 < value <= 1)),
    "n_networks": ("a whole number of 1 or more", _is_count),
    "patience": (
        "None or a whole number of epochs, 1 or more",
        lambda value: value is None or _is_count(value),
    ),
    "validation_fraction": ("a number > 0 and < 1", _number(lambda value: 0 < value < 1)),
}
