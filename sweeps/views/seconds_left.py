"""How long something still takes, told so that it counts down: smooth, and rarely rising."""

import math
import time
from collections.abc import Callable

from sweeps.base import durations

SMOOTH = 3.0  # seconds in which a new pace is mostly believed
TRUST = 0.05  # share of the work that has to be seen before it counts as much as what was expected
# What is told rises only where the pace says more than so many times as much, and seconds beyond.
FAR, BEYOND = 1.5, 3.0


class SecondsLeft:
    """From the shares of the work that are done; the time before the first is the workers' start.

    expected: seconds that all of it may take, 0 where that is not known.
    """

    def __init__(self, expected: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._expected, self._clock = expected, clock
        self._first: tuple[float, float] | None = None
        self._end: float | None = None
        self._updated, self._told = 0.0, math.inf

    def update(self, share: float) -> None:
        """The share of the work that is done, 0 to 1."""
        now = self._clock()
        if self._first is None:
            self._first = now, share
        trust = TRUST if self._expected else 0.0
        done = share - self._first[1] + trust
        spent = now - self._first[0] + trust * self._expected
        if done <= 0 or spent <= 0:
            return
        end = now + (1 - share) * spent / done
        if self._end is None:
            self._end = end
        else:
            believed = 1 - math.exp(-(now - self._updated) / SMOOTH)
            self._end += believed * (end - self._end)
        self._updated = now

    def seconds(self) -> float | None:
        """What is told now; None where nothing is known yet."""
        if self._end is None:
            return None
        left = max(self._end - self._clock(), 0.0)
        if left < self._told or left > FAR * self._told + BEYOND:
            self._told = left
        return self._told

    def words(self) -> str:
        """`8 s left`, `2 min 10 s left`; "" where nothing is known yet."""
        left = self.seconds()
        if left is None:
            return ""
        step = 1 if left < 60 else 10 if left < 600 else 60
        return f"{durations.words(max(math.ceil(left / step), 1) * step)} left"
