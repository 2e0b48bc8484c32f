"""A configuration as it makes as many updates on fewer rows as on more: with epochs in proportion.

What is told in epochs (a schedule, the patience) is longer by the same factor.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sweeps.study.space import Config

Settings = Mapping[str, Any]
# By schedule, its settings for so many times the epochs; those not named say nothing in epochs.
LONGER: Mapping[str, Callable[[Settings, float], Settings]] = {
    "inverse_time": lambda said, times: {"interval": _times(said["interval"], times)},
    "step": lambda said, times: {"interval": _times(said["interval"], times)},
    "exponential": lambda said, times: {"decay": said["decay"] ** (1 / times)},
    "linear_warmup": lambda said, times: {"length": said["length"] * times},
}


def updates_an_epoch(config: Config, rows: int) -> int:
    """How many updates an epoch makes of so many rows."""
    size = config["batch_size"]
    return 1 if size == "full" else -(-rows // size)


def lengthened(config: Config, rows: int, full: int) -> Config:
    """For `rows` training rows: about the updates that the configuration makes of `full`."""
    times = updates_an_epoch(config, full) / updates_an_epoch(config, rows)
    name, said = config["schedule"]
    settings = dict(said)
    if name in LONGER:
        settings |= LONGER[name](settings, times)
    patience = config["patience"]
    return config | {
        "epochs": _times(config["epochs"], times),
        "schedule": (name, tuple(settings.items())),
        "patience": patience if patience == "none" else _times(patience, times),
    }


def _times(count: int, times: float) -> int:
    return max(1, round(count * times))
