"""Learning-rate schedules: the factor on the learning rate, at a moment of the training.

`epoch` counts finished epochs and `update` finished updates, so the first ones have factor 1
where nothing warms up. A new schedule is one function and one row below.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dnn.numbers import COUNT, NOT_NEGATIVE, SHARE, UNIT, Bound


class Moment(NamedTuple):
    """Where the training is: epochs and updates that are done, and how many there will be."""

    epoch: int
    epochs: int
    update: int
    updates: int


@dataclass(frozen=True)
class Schedule:
    """A factor, its settings' defaults and bounds, and whether it changes within an epoch.

    edition: what was mended in its formula, if anything was: a training from before it has other
    numbers, and is not gone on with.
    """

    factor: Callable[[Mapping[str, float], Moment], float]
    settings: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    every_update: bool = False
    looks_ahead: bool = False  # at the end of the training
    edition: str = ""


def constant(settings: Mapping[str, float], now: Moment) -> float:
    """1."""
    return 1.0


def inverse_time(settings: Mapping[str, float], now: Moment) -> float:
    """1/(1 + decay·⌊i/interval⌋), i the number of the epoch before, from 0: the course's decay.

    The course computes the new rate after epoch i, with i, so its epochs 0 and 1 both have all of
    it; every epoch, or every `interval` of them.
    """
    before = max(now.epoch - 1, 0)
    return 1 / (1 + settings["decay"] * (before // settings["interval"]))


def step(settings: Mapping[str, float], now: Moment) -> float:
    """decay^⌊epoch/interval⌋."""
    return float(settings["decay"] ** (now.epoch // settings["interval"]))


def exponential(settings: Mapping[str, float], now: Moment) -> float:
    """decay^epoch."""
    return float(settings["decay"] ** now.epoch)


def cosine(settings: Mapping[str, float], now: Moment) -> float:
    """From 1 to `floor` along half a cosine: Loshchilov and Hutter (2017), eq. 5, one period."""
    floor = settings["floor"]
    return floor + (1 - floor) * (1 + math.cos(math.pi * now.epoch / now.epochs)) / 2


def one_cycle(settings: Mapping[str, float], now: Moment) -> float:
    """Up from `start` to 1 over the share `rise` of all updates, then down to start·end.

    By cosines: Smith and Topin (2018), as PyTorch's OneCycleLR draws it; the learning rate is the
    peak.
    """
    start, last = settings["start"], max(now.updates - 1, 1)
    peak = max(settings["rise"] * now.updates - 1, 1e-12)
    if now.update <= peak:
        return _cosine_between(start, 1, now.update / peak)
    return _cosine_between(
        1, start * settings["end"], (now.update - peak) / max(last - peak, 1e-12)
    )


def _cosine_between(a: float, b: float, share: float) -> float:
    return b + (a - b) * (1 + math.cos(math.pi * share)) / 2


def linear_warmup(settings: Mapping[str, float], now: Moment) -> float:
    """From `start` to 1 in a straight line over the updates of the first `length` epochs."""
    length = settings["length"] * now.updates / now.epochs
    done = min(1.0, now.update / length) if length else 1.0
    return settings["start"] + (1 - settings["start"]) * done


SCHEDULES: Mapping[str, Schedule] = {
    "constant": Schedule(constant),
    "inverse_time": Schedule(
        inverse_time,
        {"decay": 1.0, "interval": 1},
        {"decay": NOT_NEGATIVE, "interval": COUNT},
        edition="falls for the first time after two epochs",
    ),
    "step": Schedule(step, {"decay": 0.1, "interval": 20}, {"decay": SHARE, "interval": COUNT}),
    "exponential": Schedule(exponential, {"decay": 0.95}, {"decay": SHARE}),
    "cosine": Schedule(cosine, {"floor": 0.0}, {"floor": UNIT}, looks_ahead=True),
    "one_cycle": Schedule(
        one_cycle,
        {"rise": 0.3, "start": 0.04, "end": 1e-4},
        {"rise": Bound(0, 1, above=True, below=True), "start": SHARE, "end": SHARE},
        every_update=True,
        looks_ahead=True,
    ),
    "linear_warmup": Schedule(
        linear_warmup,
        {"length": 5, "start": 0.1},
        {"length": NOT_NEGATIVE, "start": UNIT},
        every_update=True,
    ),
}
