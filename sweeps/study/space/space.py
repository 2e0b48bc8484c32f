"""The space: the study file's `space` as parameters that Optuna can be asked for.

A parameter has static names only (`optimizer.momentum.beta`), so that a study's space never
changes. A configuration is the whole vocabulary with one canonical value each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sweeps.study.space.constraints import HyperparameterConstraint
from sweeps.study.space.dimensions import (
    ConditionalChoice,
    Config,
    Dimension,
    JointChoice,
    Params,
    Single,
)
from sweeps.study.space.leaves import Choice, Leaf, Trial


@dataclass(frozen=True)
class Space:
    """The searched words, the configuration of all the others, and what must hold between them."""

    dimensions: tuple[Dimension, ...]
    base: tuple[tuple[str, Any], ...]  # the vocabulary's defaults, overridden by fixed
    constraints: tuple[HyperparameterConstraint, ...] = ()

    @property
    def default(self) -> Config:
        """The defaults: the vocabulary's, overridden by `fixed`."""
        return dict(self.base)

    @property
    def searched(self) -> set[str]:
        """The words that are searched, or decided by what is."""
        return {word for d in self.dimensions for word in (*d.words, *d.others)}

    @cached_property
    def deciders_first(self) -> list[Dimension]:
        """Each after all that may decide its words, else in the file's order."""
        placed: list[Dimension] = []
        waiting = sorted(self.dimensions, key=lambda d: not d.others)
        while waiting:
            free = next(d for d in waiting if not any(decides(other, d) for other in waiting))
            placed.append(free)
            waiting.remove(free)
        return placed

    def ask(self, trial: Trial) -> Params:
        """Every active parameter, asked for in an order that depends on nothing but the file."""
        params: Params = {}
        decided: set[str] = set()
        for dimension in self.deciders_first:
            if not decided & set(dimension.words):
                decided |= dimension.ask(trial, params)
        return params

    def configure(self, params: Params) -> Config:
        """The configuration that params stand for."""
        config = self.default
        # Deciders last: what they decide must not be overwritten by the outer word.
        for dimension in reversed(self.deciders_first):
            dimension.configure(config, params)
        return config

    def locate(self, config: Config) -> Params | None:
        """The params that stand for a configuration, or None where it lies outside the space."""
        params: Params = {}
        decided: set[str] = set()
        if not self.allows(config):
            return None
        try:
            for dimension in self.deciders_first:
                if not decided & set(dimension.words):
                    found, words = dimension.locate(config)
                    params |= found
                    decided |= words
        except (KeyError, ValueError):
            return None
        return params

    def outside(self, config: Config) -> list[str]:
        """The words whose value lies outside, but for those that are decided elsewhere."""
        found: set[str] = set()
        decided: set[str] = set()
        for dimension in self.deciders_first:
            if not decided & set(dimension.words):
                try:
                    decided |= dimension.locate(config)[1]
                except (KeyError, ValueError):
                    found |= set(dimension.words)
                    decided |= dimension.others
        return [word for d in self.dimensions for word in d.words if word in found]

    def allows(self, config: Config) -> bool:
        """Whether all constraints hold."""
        return all(constraint.holds(config) for constraint in self.constraints)

    def parameters(self) -> list[Leaf]:
        """All parameters, active or not."""
        return [leaf for dimension in self.dimensions for leaf in dimension.parameters()]

    def structure(self) -> set[str]:
        """The parameters on which it depends what else is asked."""
        return {name for dimension in self.dimensions for name in dimension.structure()}

    def dimension(self, word: str) -> Dimension | None:
        """The entry of a word, if it is searched."""
        return next((d for d in self.dimensions if word in d.words), None)

    def choices(self, word: str) -> tuple[Any, ...]:
        """What a word is chosen from, as Optuna's values; nothing where it is not a choice."""
        match self.dimension(word):
            case ConditionalChoice(leaf=leaf) | Single(leaf=Choice() as leaf):
                return tuple(leaf.codes)
        return ()

    def values(self, word: str) -> Iterator[Any]:
        """What a word can be, wherever it is decided: literals, ranges, names of options."""
        for _, values in self.entries(word):
            yield from values

    def entries(self, word: str) -> Iterator[tuple[str, list[Any]]]:
        """The entries of the file that decide a word, by dotted path, with what it can be there."""
        for dimension in self.dimensions:
            if values := list(_values(dimension, word)):
                yield f"space.{', '.join(dimension.words)}", values

    def only(self, word: str, code: Any) -> "Space":
        """The same space with one choice of a word left."""
        return replace(
            self,
            dimensions=tuple(_only(d, code) if word in d.words else d for d in self.dimensions),
        )


def decides(one: Dimension, other: Dimension) -> bool:
    """Whether a choice of the one may stand in the place of the other."""
    return one is not other and not one.others.isdisjoint(other.words)


def _values(dimension: Dimension, word: str) -> Iterator[Any]:
    match dimension:
        case Single(word=own, leaf=leaf) if own == word:
            yield from leaf.options if isinstance(leaf, Choice) else (leaf,)
        case JointChoice(words=words, leaf=leaf) if word in words:
            yield from (option[words.index(word)] for option in leaf.options)
        case ConditionalChoice(word=own, leaf=leaf) if own == word:
            yield from leaf.options
        case ConditionalChoice(branches=branches):
            for _, branch in branches:
                yield from (value for replaced, value in branch.replaces if replaced == word)
                for inner in branch.inner:
                    yield from _values(inner, word)


def _only(dimension: Dimension, code: Any) -> Dimension:
    match dimension:
        case ConditionalChoice():
            return dimension.only(code)
        case Single(word=word, leaf=Choice() as leaf):
            return Single(word, Choice(leaf.name, (leaf.codes[code],)))
    raise TypeError(f"{dimension.words} is not a choice")
