"""Numbers that a caller gives: refused by name where they are none, or outside sense."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.arrays import Array


@dataclass(frozen=True)
class Bound:
    """low <= value <= high; `above` and `below` leave the end itself out. NaN is never within.

    whole: of whole numbers; `holds` does not look at that.
    """

    low: float = -np.inf
    high: float = np.inf
    above: bool = False
    below: bool = False
    whole: bool = False

    def __str__(self) -> str:
        parts = []
        if self.low > -FAR:
            parts.append(f"{'>' if self.above else '>='} {self.low:g}")
        if self.high < FAR:
            parts.append(f"{'<' if self.below else '<='} {self.high:g}")
        return f"{'a whole number' if self.whole else 'a number'} {' and '.join(parts)}".rstrip()

    def holds(self, values: Array) -> bool:
        """Whether all are within."""
        low = values > self.low if self.above else values >= self.low
        high = values < self.high if self.below else values <= self.high
        return bool((low & high).all())


# A bound farther out than this is not put into words.
FAR = 1e9
LARGEST = float(np.finfo(np.float64).max)
FINITE = Bound(-LARGEST, LARGEST)
POSITIVE = Bound(0, LARGEST, above=True)
NOT_NEGATIVE = Bound(0, LARGEST)
FRACTION = Bound(0, 1, below=True)  # of a moving average: 1 would never forget
SHARE = Bound(0, 1, above=True)
UNIT = Bound(0, 1)
COUNT = Bound(1, 2.0**53, whole=True)
LIMIT = Bound(0, above=True)  # inf is no limit


def numbers(value: Any, where: str, bound: Bound) -> Array:
    """A number or an array of numbers as float64. Raises a ValueError that begins with `where`."""
    try:
        given = np.asarray(value)
    except ValueError:  # lists of different lengths
        given = np.array(None)
    is_plain = given.dtype.kind in "iuf" and not isinstance(value, np.ma.MaskedArray)
    if not is_plain or not bound.holds(given.astype(np.float64)):
        raise ValueError(f"{where}: expected {bound}, got {value!r}")
    return given.astype(np.float64)


def whole(value: Any, where: str, least: int) -> int:
    """A whole number of at least so much. Raises a ValueError that begins with `where`."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= least:
        return int(value)
    raise ValueError(f"{where}: expected a whole number of {least} or more, got {value!r}")
