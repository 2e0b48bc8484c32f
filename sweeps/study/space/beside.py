"""A range with exact values beside it: λ = 0, or from 1e-4 to 1.

As in `dimensions`, configuring what was located gives the same configuration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sweeps.study.hyperparameters.vocabulary import stable
from sweeps.study.space.dimensions import Config, OneHyperparameter, Params
from sweeps.study.space.leaves import Choice, Leaf, Range, Trial

RANGE = "range"  # what is chosen beside the exact values


@dataclass(frozen=True)
class RangeBeside(OneHyperparameter):
    """One hyperparameter: a choice of exact values and the range, then a number of the range."""

    name: str
    leaf: Choice  # its options: the exact values, and RANGE in the range's place
    range: Range

    @property
    def values(self) -> list[Any]:
        """The exact values, and the range in its place among them."""
        return [self.range if option == RANGE else option for option in self.leaf.options]

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params[self.leaf.name] = self.leaf.ask(trial)
        if params[self.leaf.name] == RANGE:
            params[self.range.name] = self.range.ask(trial)
        return set()

    def configure(self, config: Config, params: Params) -> None:
        if self.leaf.name not in params:
            return
        value = self.leaf.decode(params[self.leaf.name])
        config[self.name] = self.range.decode(params[self.range.name]) if value == RANGE else value

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        value = config[self.name]
        if value in self.leaf.options:
            return {self.leaf.name: self.leaf.encode(value)}, set()
        inside = self.range.encode(value)
        return {self.leaf.name: RANGE, self.range.name: inside}, set()

    def parameters(self) -> Iterator[Leaf]:
        yield self.leaf
        yield self.range

    def structure(self) -> Iterator[str]:
        yield self.leaf.name

    def plain(self) -> Any:
        each = [one.plain() if isinstance(one, Range) else stable(one) for one in self.values]
        return {"choices": each}
