"""A cell of the table: a kind of study with known truth, and what is printed of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from reports.stats.sampling.intervals import Interval

FEW_ERRORS = "Methods, few errors: holds more often than it says"


def few(expected: float) -> str:
    """The exception of so many rows that are expected to be wrong."""
    return FEW_ERRORS if expected < 7 else ""


@dataclass(frozen=True)
class Result:
    """What became of one study.

    miss: of an interval -1 where it lies wholly below the truth, 1 wholly above, 0 where it holds
    it; of a verdict 1 where it is false, 0 where it is right or undecided. answered: whether an
    interval was printed; whether the verdict is not undecided.
    """

    miss: int = 0
    answered: bool = True


NOTHING = Result(answered=False)


@dataclass(frozen=True)
class Cell:
    """A simulated situation. `study` makes one study of it from a generator, and judges it.

    of: what is printed, "balanced error", "verdict: high variance". exception: the words with which
    the page itself says that this one falls short; "" where it must not.
    """

    name: str
    of: str
    study: Callable[[np.random.Generator], Result]
    kind: Literal["interval", "verdict"] = "interval"
    exception: str = ""


def held(found: Interval | None, truth: float) -> Result:
    """Whether an interval holds the truth."""
    if found is None or not found.known:
        return NOTHING
    return Result(int(found.low > truth) - int(found.high < truth))


def said(false: bool, answered: bool = True) -> Result:
    """A verdict: whether it is false, and whether it is one at all."""
    return Result(int(false), answered)
