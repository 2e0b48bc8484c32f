"""How often a run updates the Dashboard: in a small share of its time, and ever more rarely."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SHARE = 0.005  # of the time since the start; for notes, and the same for plots
EVERY = 5.0  # seconds at least between the end of an update and the next one
PRICE = 0.05  # seconds that the first update is expected to take


class Pace:
    """Decides when an update is due, from the time that earlier updates took.

    From one update to the next the number of trials has to grow by a factor, so n trials take
    O(log n) updates, and their total size is at most a few times the last one's.
    """

    def __init__(self, factor: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._factor, self._clock = factor, clock
        self._started = self._ended = clock()
        self._spent, self._price, self._count = 0.0, PRICE, 0

    def due(self, count: int) -> bool:
        """Whether an update is due, with `count` trials known."""
        if count <= self._count * self._factor:
            return False
        now = self._clock()
        affordable = self._spent + self._price <= SHARE * (now - self._started)
        return affordable and now - self._ended >= EVERY

    @contextmanager
    def working(self, count: int) -> Iterator[None]:
        """Wrap an update in this, to measure it, however it ends."""
        began = self._clock()
        try:
            yield
        finally:
            self._ended = self._clock()
            self._price = self._ended - began
            self._spent += self._price
            self._count = count
