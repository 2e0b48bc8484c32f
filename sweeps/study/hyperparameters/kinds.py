"""What values a hyperparameter takes: numbers, names, flags, and lists of them.

A kind knows which literals it takes; `space` knows how they are searched, and names with settings
of their own are in `named_options`.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

from dnn.numbers import LARGEST, Bound
from sweeps.base.errors import Expected, did_you_mean, raise_all


class Kind(Protocol):
    """What values a hyperparameter takes."""

    def check(self, value: Any) -> Any:
        """The value in its one canonical form. Errors: Expected."""

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""


@dataclass(frozen=True)
class Number:
    """A number between two bounds; `words` are literals that may stand in its place."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False  # low itself is excluded
    below: bool = False  # high itself is excluded
    integer: bool = False
    words: tuple[str, ...] = ()

    @classmethod
    def within(cls, bound: Bound) -> "Number":
        """The numbers that dnn takes; an end that only keeps infinity out is none here."""
        high = bound.high if bound.high < LARGEST else math.inf
        return cls(bound.low, high, bound.above, bound.below, bound.whole)

    @property
    def expected(self) -> str:
        """In words: "a number > 0 and <= 1"."""
        words = "".join(f" or '{word}'" for word in self.words)
        return str(Bound(self.low, self.high, self.above, self.below, self.integer)) + words

    def check(self, value: Any) -> float | int | str:
        """An int or float within the bounds, or one of the words."""
        if isinstance(value, str) and value in self.words:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Expected(self.expected, value)
        try:
            fits = math.isfinite(value) and not (self.integer and value != int(value))
        except OverflowError:  # a whole number of hundreds of digits
            fits = False
        if not fits:
            raise Expected(self.expected, value)
        too_low = value < self.low or (self.above and value == self.low)
        too_high = value > self.high or (self.below and value == self.high)
        if too_low or too_high:
            raise Expected(self.expected, value)
        return int(value) if self.integer else float(value)

    def number(self, value: Any) -> float | int:
        """As `check`, without the words."""
        checked = self.check(value)
        if isinstance(checked, str):
            raise Expected(self.expected, value, "a range has numbers")
        return checked

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        number: dict[str, Any] = {"type": "integer" if self.integer else "number"}
        if self.low > -math.inf:
            number["exclusiveMinimum" if self.above else "minimum"] = self.low
        if self.high < math.inf:
            number["exclusiveMaximum" if self.below else "maximum"] = self.high
        return {"anyOf": [number, {"enum": list(self.words)}]} if self.words else number


@dataclass(frozen=True)
class Name:
    """One of some names."""

    names: tuple[str, ...]

    def check(self, value: Any) -> str:
        """The name."""
        if not isinstance(value, str):
            raise Expected("a name", value, f"known: {', '.join(self.names)}")
        if value not in self.names:
            raise Expected("a known name", value, did_you_mean(value, self.names))
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"enum": list(self.names)}


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def check(self, value: Any) -> bool:
        """The bool."""
        if not isinstance(value, bool):
            raise Expected("true or false", value)
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Widths:
    """A list of whole numbers of 1 or more, one a layer; an empty one means no hidden layer."""

    item: Number = Number(low=1, high=100_000, integer=True)
    longest: int = 100

    def check(self, value: Any) -> tuple[int, ...]:
        """A tuple of ints."""
        if not isinstance(value, list | tuple) or len(value) > self.longest:
            raise Expected("a list of layer widths, like [32, 16]", value)
        return tuple(int(w) for w in _each(self.item, value))

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True)
class PerLayer:
    """A number for all hidden layers, or a list with one for each."""

    item: Number

    def check(self, value: Any) -> float | tuple[float, ...]:
        """A float, or a tuple of them."""
        if isinstance(value, list | tuple):
            return tuple(float(v) for v in _each(self.item, value))
        return float(self.item.check(value))

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"anyOf": [self.item.schema(), {"type": "array", "items": self.item.schema()}]}


@dataclass(frozen=True)
class Weights:
    """A weight for each class, in the classes' order, or one of the words.

    Only the weights' ratios count: they are scaled so that their mean over the training rows is 1.
    """

    words: tuple[str, ...]
    item: Number = Number(low=0, high=1e9)

    def check(self, value: Any) -> str | tuple[float, ...]:
        """A word, or a tuple of floats of which at least one is above 0."""
        if isinstance(value, str) and value in self.words:
            return value
        if not isinstance(value, list | tuple):
            words = ", ".join(f"'{word}'" for word in self.words)
            near = did_you_mean(value, self.words) if isinstance(value, str) else ""
            hint = near if "mean" in near else "one for each class: [1, 5]"
            raise Expected(f"{words} or a list of weights", value, hint)
        weights = tuple(float(weight) for weight in _each(self.item, value))
        if not any(weights):
            raise Expected("a weight above 0", value)
        return weights

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        weights = {"type": "array", "items": self.item.schema(), "minItems": 2}
        return {"anyOf": [{"enum": list(self.words)}, weights]}


def _each(kind: Kind, values: list[Any] | tuple[Any, ...]) -> list[Any]:
    checked, faults = [], []
    for position, value in enumerate(values):
        try:
            checked.append(kind.check(value))
        except Expected as fault:
            faults.append(fault.below(str(position)))
    raise_all(faults)
    return checked


POSITIVE = Number(low=0, above=True)
FRACTION = Number(low=0, high=1, below=True)
LIMIT = Number(low=0, above=True, words=("none",))
