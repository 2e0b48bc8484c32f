"""Two axes on a sheet (`reports.figures.sheet`): where numbers lie on it, ticks, a key to lines."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.figures.sheet import Letters, Line, Lines, Point, Shape
from reports.figures.style import INK, MUTED, RULE, log_steps
from reports.text import exact

WIDTH, LEFT, RIGHT, BELOW = 360.0, 56.0, 350.0, 44.0
LETTER, KEY = 7.0, 18.0  # width of a letter, height of a line of the key
TICKS = 4


@dataclass(frozen=True)
class Span:
    """An axis from low to high, what it is called, and how its numbers are written."""

    low: float
    high: float
    name: str
    log: bool = False
    write: Callable[[float], str] = exact

    def share(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return (value - low) / (high - low) if high > low else 0.5

    def ticks(self) -> list[float]:
        """Round numbers between the ends."""
        from matplotlib.ticker import LogLocator, MaxNLocator

        if self.log:
            subs = log_steps(self.low, self.high)
            found = LogLocator(subs=subs, numticks=TICKS + 2).tick_values(self.low, self.high)
        else:
            found = MaxNLocator(TICKS, steps=[1, 2, 5, 10]).tick_values(self.low, self.high)
        inside = [float(x) for x in found if -1e-9 <= self.share(float(x)) <= 1 + 1e-9]
        return inside if len(inside) > 1 else [self.low, self.high]


@dataclass(frozen=True)
class Key:
    """What a line of a colour is."""

    words: str
    colour: str


@dataclass(frozen=True)
class Chart:
    """A plot of so much height between its axes, with a key of lines above it."""

    x: Span
    y: Span
    height: float = 190.0
    keys: Sequence[Key] = ()

    @property
    def size(self) -> Point:
        """Of the whole sheet."""
        return WIDTH, self._bottom + BELOW

    def at(self, x: float, y: float) -> Point:
        """Where a point lies; what is beyond an axis lies at its end."""
        across, up = (min(max(s.share(v), 0), 1) for s, v in ((self.x, x), (self.y, y)))
        return LEFT + (RIGHT - LEFT) * across, self._bottom - self.height * up

    @property
    def _bottom(self) -> float:
        return 24 + KEY * len(self._key()) + self.height

    def axes(self) -> list[Shape]:
        """Rules, ticks, names and the key, to be drawn first."""
        rows = [(y, self.at(self.x.low, y)[1]) for y in self.y.ticks()]
        columns = [(x, self.at(x, self.y.low)[0]) for x in self.x.ticks()]
        rules = Lines([Line([(LEFT, at), (RIGHT, at)]) for _, at in rows], RULE)
        bottom = self._bottom
        marks = [Line([(at, bottom), (at, bottom + 4)]) for _, at in columns]
        shapes: list[Shape] = [
            rules,
            Lines([Line([(LEFT, bottom), (RIGHT, bottom)]), *marks], INK, 0.8),
            Letters((0, bottom - self.height - 10), self.y.name, colour=MUTED),
            Letters((RIGHT, bottom + 36), self.x.name, "end", MUTED),
        ]
        shapes += [Letters((LEFT - 6, at + 4), self.y.write(y), "end") for y, at in rows]
        edge = -math.inf
        for x, at in columns:
            words = self.x.write(x)
            half = LETTER * len(words) / 2
            middle = min(at, WIDTH - half)
            if middle - half > edge + 4:
                shapes.append(Letters((middle, bottom + 18), words, "middle"))
                edge = middle + half
        for number, line in enumerate(self._key()):
            shapes += [
                Letters((at, 12 + KEY * number), f"\N{EM DASH} {key.words}", colour=key.colour)
                for at, key in line
            ]
        return shapes

    def _key(self) -> list[list[tuple[float, Key]]]:
        """Its lines, of (place, entry), as many side by side as fit."""
        lines: list[list[tuple[float, Key]]] = []
        edge = math.inf
        for key in self.keys:
            width = LETTER * (len(key.words) + 3) + 10
            if edge + width > WIDTH:
                lines.append([])
                edge = 0.0
            lines[-1].append((edge, key))
            edge += width
        return lines
