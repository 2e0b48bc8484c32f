"""Going through a space without a sampler: its size, its cells, the setting at a point of a cube.

Each is done by a stand-in for Optuna's trial, which the space asks for values as usual; so
conditional parameters need no code of their own.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sweeps.study.space.dimensions import Params
from sweeps.study.space.leaves import Leaf, Range
from sweeps.study.space.space import Space


def values(leaf: Leaf, points: int | None) -> Sequence[Any]:
    """All values of a leaf, as Optuna has them; a range without a step has `points` of them.

    A range of whole numbers has at most `points` too. Errors: ValueError for a range without a
    step where `points` is None.
    """
    if not isinstance(leaf, Range):
        return list(leaf.codes)
    if leaf.integer:
        whole = range(int(leaf.low), int(leaf.high) + 1, int(leaf.step or 1))
        if points is None or len(whole) <= points or leaf.step:
            return whole
        return sorted({round(v) for v in _spread(leaf, points)})
    if leaf.step:
        count = round((leaf.high - leaf.low) / leaf.step) + 1
        return [min(leaf.low + n * leaf.step, leaf.high) for n in range(count)]
    if points is None:
        raise ValueError(leaf.name)
    return _spread(leaf, points)


def _spread(leaf: Range, points: int) -> list[float]:
    spaced = np.geomspace if leaf.log else np.linspace
    inside = [float(v) for v in spaced(leaf.low, leaf.high, points)]
    return [leaf.low, *inside[1:-1], leaf.high]


class _Walk:
    """A trial that follows a path of choices, and remembers how many there were at each turn."""

    def __init__(self, options: Mapping[str, Sequence[Any]]) -> None:
        self._options = options
        self.path: list[list[int]] = []  # [chosen, of how many] at each turn
        self._turn = 0

    def _next(self, name: str) -> Any:
        options = self._options[name]
        if self._turn == len(self.path):
            self.path.append([0, len(options)])
        chosen = self.path[self._turn][0]
        self._turn += 1
        return options[chosen]

    def suggest_float(self, name: str, low: float, high: float, **rest: Any) -> Any:
        return self._next(name)

    def suggest_int(self, name: str, low: int, high: int, **rest: Any) -> Any:
        return self._next(name)

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return self._next(name)

    def advance(self) -> bool:
        """Move on to the next path; False after the last one."""
        self._turn = 0
        while self.path:
            self.path[-1][0] += 1
            if self.path[-1][0] < self.path[-1][1]:
                return True
            self.path.pop()
        return False


def cells(space: Space, leaves: Sequence[Leaf], points: int | None = None) -> Iterator[Params]:
    """Every setting once, in the file's order. Errors: ValueError, as in `values`."""
    walk = _Walk({leaf.name: values(leaf, points) for leaf in leaves})
    while True:
        yield space.ask(walk)
        if not walk.advance():
            return


def size(
    space: Space, leaves: Sequence[Leaf], structure: set[str], points: int | None = None
) -> float:
    """How many settings there are, constraints aside; inf where a range has no step.

    Only the leaves of `structure` are walked through; the others multiply.
    """
    counts: dict[str, float] = {}
    options: dict[str, Sequence[Any]] = {}
    for leaf in leaves:
        try:
            known = values(leaf, points)
        except ValueError:
            known, counts[leaf.name] = [leaf.decode(leaf.low)], math.inf  # type: ignore[union-attr]
        counts.setdefault(leaf.name, len(known))
        options[leaf.name] = known if leaf.name in structure else known[:1]
    walk = _Walk(options)
    total = 0.0
    while True:
        params = space.ask(walk)
        total += math.prod(counts[name] for name in params if name not in structure)
        if total == math.inf or not walk.advance():
            return total


class _Point:
    """A trial that reads each value off its own coordinate of the unit cube."""

    def __init__(self, coordinates: Mapping[str, float]) -> None:
        self._coordinates = coordinates

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        u = self._coordinates[name]
        if step:
            steps = round((high - low) / step)
            return min(low + min(int(u * (steps + 1)), steps) * step, high)  # 0.8 + 3 × 0.05 > 0.95
        value = low * (high / low) ** u if log else low + u * (high - low)
        return min(max(value, low), high)

    def suggest_int(
        self, name: str, low: int, high: int, *, step: int = 1, log: bool = False
    ) -> int:
        u = self._coordinates[name]
        if log:
            value = math.exp(math.log(low - 0.5) + u * math.log((high + 0.5) / (low - 0.5)))
            return min(max(round(value), low), high)
        steps = (high - low) // step
        return low + min(int(u * (steps + 1)), steps) * step

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return choices[min(int(self._coordinates[name] * len(choices)), len(choices) - 1)]


def at(space: Space, names: Sequence[str], coordinates: Sequence[float]) -> Params:
    """The setting at a point of the unit cube, a coordinate a leaf; inactive ones are not read."""
    return space.ask(_Point(dict(zip(names, map(float, coordinates), strict=True))))
