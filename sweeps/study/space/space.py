"""The space: the study file's `space` as parameters that Optuna can be asked for.

A parameter has static names only (`optimizer.momentum.beta`), so that a study's space never
changes. A configuration is the whole vocabulary with one canonical value each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sweeps.study.space.beside import RangeBeside
from sweeps.study.space.conditional import ConditionalChoice
from sweeps.study.space.dimensions import Config, Dimension, JointChoice, Params, Single
from sweeps.study.space.hyperparameter_constraints import HyperparameterConstraint
from sweeps.study.space.leaves import Choice, Leaf, Trial


@dataclass(frozen=True)
class Space:
    """What is searched, the configuration of all else, and what must hold between them."""

    dimensions: tuple[Dimension, ...]
    base: tuple[tuple[str, Any], ...]  # the vocabulary's defaults, overridden by fixed
    constraints: tuple[HyperparameterConstraint, ...] = ()

    @property
    def default(self) -> Config:
        """The defaults: the vocabulary's, overridden by `fixed`."""
        return dict(self.base)

    @property
    def searched(self) -> set[str]:
        """The hyperparameters that are searched, or that a searched one decides."""
        return {name for d in self.dimensions for name in (*d.names, *d.others)}

    @cached_property
    def deciders_first(self) -> list[Dimension]:
        """The dimensions in the file's order, but each after those that may override it."""
        placed: list[Dimension] = []
        waiting = sorted(self.dimensions, key=lambda d: not d.others)
        while waiting:
            free = next(d for d in waiting if not any(may_override(other, d) for other in waiting))
            placed.append(free)
            waiting.remove(free)
        return placed

    def ask(self, trial: Trial) -> Params:
        """Every active parameter, asked for in an order that depends on nothing but the file."""
        params: Params = {}
        decided: set[str] = set()
        for dimension in self.deciders_first:
            if not decided & set(dimension.names):
                decided |= dimension.ask(trial, params)
        return params

    def configure(self, params: Params) -> Config:
        """The configuration that these params give."""
        config = self.default
        # Deciders last: what they decide must not be overwritten by the outer entry.
        for dimension in reversed(self.deciders_first):
            dimension.configure(config, params)
        return config

    def locate(self, config: Config) -> Params | None:
        """The params that give this configuration; None if it lies outside the space."""
        params: Params = {}
        decided: set[str] = set()
        if not self.allows(config):
            return None
        try:
            for dimension in self.deciders_first:
                if not decided & set(dimension.names):
                    found, inside = dimension.locate(config)
                    params |= found
                    decided |= inside
        except (KeyError, ValueError):
            return None
        return params

    def outside(self, config: Config) -> list[str]:
        """The hyperparameters whose value lies outside, without those that others decide."""
        found: set[str] = set()
        decided: set[str] = set()
        for dimension in self.deciders_first:
            if not decided & set(dimension.names):
                try:
                    decided |= dimension.locate(config)[1]
                except (KeyError, ValueError):
                    found |= set(dimension.names)
                    decided |= dimension.others
        return [name for d in self.dimensions for name in d.names if name in found]

    def allows(self, config: Config) -> bool:
        """Whether all constraints hold."""
        return all(constraint.holds(config) for constraint in self.constraints)

    def parameters(self) -> list[Leaf]:
        """All parameters, active or not."""
        return [leaf for dimension in self.dimensions for leaf in dimension.parameters()]

    def structure(self) -> set[str]:
        """The parameters that decide which other parameters are asked for."""
        return {name for dimension in self.dimensions for name in dimension.structure()}

    def dimension(self, name: str) -> Dimension | None:
        """The entry of a hyperparameter, if it is searched."""
        return next((d for d in self.dimensions if name in d.names), None)

    def choices(self, name: str) -> tuple[Any, ...]:
        """A hyperparameter's choices, as Optuna's values; empty if it is not a choice."""
        match self.dimension(name):
            case ConditionalChoice(leaf=leaf) | Single(leaf=Choice() as leaf):
                return tuple(leaf.codes)
        return ()

    def values(self, name: str) -> Iterator[Any]:
        """All values a hyperparameter can have: literals, ranges, options' names."""
        for _, values in self.entries(name):
            yield from values

    def entries(self, name: str) -> Iterator[tuple[str, list[Any]]]:
        """The file's entries that decide a hyperparameter: (dotted path, its values there)."""
        for dimension in self.dimensions:
            if values := list(_values(dimension, name)):
                yield f"space.{', '.join(dimension.names)}", values

    def only(self, name: str, code: Any) -> "Space":
        """The same space with one choice of a hyperparameter left."""
        return replace(
            self,
            dimensions=tuple(_only(d, code) if name in d.names else d for d in self.dimensions),
        )


def may_override(one: Dimension, other: Dimension) -> bool:
    """Whether a choice of `one` may set hyperparameters that `other` decides otherwise."""
    return one is not other and not one.others.isdisjoint(other.names)


def _values(dimension: Dimension, name: str) -> Iterator[Any]:
    match dimension:
        case Single(name=own, leaf=leaf) if own == name:
            yield from leaf.options if isinstance(leaf, Choice) else (leaf,)
        case RangeBeside(name=own) if own == name:
            yield from dimension.values
        case JointChoice(names=names, leaf=leaf) if name in names:
            yield from (option[names.index(name)] for option in leaf.options)
        case ConditionalChoice(name=own, leaf=leaf) if own == name:
            yield from leaf.options
        case ConditionalChoice(branches=branches):
            for _, branch in branches:
                yield from (value for replaced, value in branch.replaces if replaced == name)
                for inner in branch.inner:
                    yield from _values(inner, name)


def _only(dimension: Dimension, code: Any) -> Dimension:
    match dimension:
        case ConditionalChoice():
            return dimension.only(code)
        case Single(name=name, leaf=Choice() as leaf):
            return Single(name, Choice(leaf.name, (leaf.codes[code],)))
    raise TypeError(f"{dimension.names} is not a choice")
