"""How often to write for eyes: a small share of the time, and ever less of the same."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SHARE = 0.005  # of the time since the start, each for notes and for plots
EVERY = 5.0  # seconds from the end of a piece of work to the next at least
PRICE = 0.05  # seconds that the first piece of work may take


class Pace:
    """Says when to work again, from what the work has cost; and measures it.

    With each piece the count has to have grown by a factor, so n trials are written of O(log n)
    times, and what is written is bounded by a few times the last piece.
    """

    def __init__(self, factor: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._factor, self._clock = factor, clock
        self._started = self._ended = clock()
        self._spent, self._price, self._count = 0.0, PRICE, 0

    def due(self, count: int) -> bool:
        """Whether it is time, with so many trials known."""
        if count <= self._count * self._factor:
            return False
        now = self._clock()
        affordable = self._spent + self._price <= SHARE * (now - self._started)
        return affordable and now - self._ended >= EVERY

    @contextmanager
    def working(self, count: int) -> Iterator[None]:
        """Around the work, however it ends."""
        began = self._clock()
        try:
            yield
        finally:
            self._ended = self._clock()
            self._price = self._ended - began
            self._spent += self._price
            self._count = count
