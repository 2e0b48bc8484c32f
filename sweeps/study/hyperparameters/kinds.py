"""What values a hyperparameter takes: numbers, names and flags.

A kind says all that is asked of it: which literals it takes, in what ranges it is searched, what a
constraint can say of it. Lists are in `list_kinds`, names with settings in `named_options`.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dnn.numbers import LARGEST, Bound
from sweeps.base.errors import Expected, did_you_mean


class Kind(ABC):
    """What values a hyperparameter takes."""

    @abstractmethod
    def check(self, value: Any) -> Any:
        """The value in its one canonical form. Errors: Expected."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""

    @property
    def names(self) -> tuple[str, ...]:
        """The values with a name, of which a constraint can say `is`."""
        return ()

    @property
    def measures(self) -> tuple[str, ...]:
        """What a constraint compares with numbers: "" for the value itself, else parts of it."""
        return ()

    @property
    def ranges(self) -> "Mapping[str, Number]":
        """The numbers in each mapping that searches it, by a key of it; the first is the usual."""
        return {}

    @property
    def options(self) -> "Mapping[str, Mapping[str, Setting]]":
        """The names that may have settings of their own, with these."""
        return {}


@dataclass(frozen=True)
class Number(Kind):
    """A number between two bounds; `keywords` may stand in its place."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False  # low itself is excluded
    below: bool = False  # high itself is excluded
    integer: bool = False
    keywords: tuple[str, ...] = ()

    @classmethod
    def within(cls, bound: Bound) -> "Number":
        """The numbers that dnn takes; an end that only keeps infinity out is none here."""
        high = bound.high if bound.high < LARGEST else math.inf
        return cls(bound.low, high, bound.above, bound.below, bound.whole)

    @property
    def expected(self) -> str:
        """In words: "a number > 0 and <= 1"."""
        keywords = "".join(f" or '{keyword}'" for keyword in self.keywords)
        return str(Bound(self.low, self.high, self.above, self.below, self.integer)) + keywords

    @property
    def names(self) -> tuple[str, ...]:
        """The keywords."""
        return self.keywords

    @property
    def measures(self) -> tuple[str, ...]:
        """The number itself; a keyword is without limit."""
        return ("",)

    @property
    def ranges(self) -> "Mapping[str, Number]":
        """`{low: …, high: …}`."""
        return {"low": self}

    def check(self, value: Any) -> float | int | str:
        """An int or float within the bounds, or one of the keywords."""
        if isinstance(value, str) and value in self.keywords:
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
        """As `check`, without the keywords."""
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
        return {"anyOf": [number, {"enum": list(self.keywords)}]} if self.keywords else number


@dataclass(frozen=True)
class Setting:
    """One setting of a named option: its kind and default."""

    kind: Number
    default: float


@dataclass(frozen=True)
class Name(Kind):
    """One of some names."""

    known: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.known

    def check(self, value: Any) -> str:
        """The name."""
        if not isinstance(value, str):
            raise Expected("a name", value, f"known: {', '.join(self.known)}")
        if value not in self.known:
            raise Expected("a known name", value, did_you_mean(value, self.known))
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"enum": list(self.known)}


@dataclass(frozen=True)
class Flag(Kind):
    """true or false."""

    @property
    def names(self) -> tuple[str, ...]:
        """As the file says them."""
        return ("true", "false")

    def check(self, value: Any) -> bool:
        """The bool."""
        if not isinstance(value, bool):
            raise Expected("true or false", value)
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"type": "boolean"}


POSITIVE = Number(low=0, above=True)
FRACTION = Number(low=0, high=1, below=True)
LIMIT = Number(low=0, above=True, keywords=("none",))
