"""Kinds of hyperparameters with a list of numbers: one a layer, or one a class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.base.errors import Expected, did_you_mean, raise_all
from sweeps.study.hyperparameters.kinds import Kind, Number

WIDTH = Number(low=1, high=100_000, integer=True)
WEIGHT = Number(low=0, high=1e9)


@dataclass(frozen=True)
class Widths(Kind):
    """A list of whole numbers of 1 or more, one a layer; an empty one means no hidden layer."""

    item: Number = WIDTH
    longest: int = 100

    @property
    def measures(self) -> tuple[str, ...]:
        """How many layers there are, and the width of each."""
        return ("depth", "width")

    @property
    def ranges(self) -> Mapping[str, Number]:
        """`{depth: …, width: …}`."""
        return {"depth": self.item}

    def check(self, value: Any) -> tuple[int, ...]:
        """A tuple of ints."""
        if not isinstance(value, list | tuple) or len(value) > self.longest:
            raise Expected("a list of layer widths, like [32, 16]", value)
        return tuple(int(w) for w in _each(self.item, value))

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True)
class PerLayer(Kind):
    """A number for all hidden layers, or a list with one for each."""

    item: Number

    @property
    def measures(self) -> tuple[str, ...]:
        """The number of every layer."""
        return ("",)

    @property
    def ranges(self) -> Mapping[str, Number]:
        """`{low: …, high: …}` for all layers, or `{per_layer: {low: …, high: …}}`."""
        return {"low": self.item, "per_layer": self.item}

    def check(self, value: Any) -> float | tuple[float, ...]:
        """A float, or a tuple of them."""
        if isinstance(value, list | tuple):
            return tuple(float(v) for v in _each(self.item, value))
        return float(self.item.check(value))

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        return {"anyOf": [self.item.schema(), {"type": "array", "items": self.item.schema()}]}


@dataclass(frozen=True)
class Weights(Kind):
    """A weight for each class, in the classes' order, or one of the keywords.

    Only the weights' ratios count: they are scaled so that their mean over the training rows is 1.
    """

    keywords: tuple[str, ...]
    item: Number = WEIGHT

    @property
    def names(self) -> tuple[str, ...]:
        """The keywords."""
        return self.keywords

    def check(self, value: Any) -> str | tuple[float, ...]:
        """A keyword, or a tuple of floats of which at least one is above 0."""
        if isinstance(value, str) and value in self.keywords:
            return value
        if not isinstance(value, list | tuple):
            keywords = ", ".join(f"'{keyword}'" for keyword in self.keywords)
            near = did_you_mean(value, self.keywords) if isinstance(value, str) else ""
            hint = near if "mean" in near else "one for each class: [1, 5]"
            raise Expected(f"{keywords} or a list of weights", value, hint)
        weights = tuple(float(weight) for weight in _each(self.item, value))
        if not any(weights):
            raise Expected("a weight above 0", value)
        return weights

    def schema(self) -> dict[str, Any]:
        """JSON Schema of a literal."""
        weights = {"type": "array", "items": self.item.schema(), "minItems": 2}
        return {"anyOf": [{"enum": list(self.keywords)}, weights]}


def _each(kind: Kind, values: list[Any] | tuple[Any, ...]) -> list[Any]:
    checked, faults = [], []
    for position, value in enumerate(values):
        try:
            checked.append(kind.check(value))
        except Expected as fault:
            faults.append(fault.below(str(position)))
    raise_all(faults)
    return checked
