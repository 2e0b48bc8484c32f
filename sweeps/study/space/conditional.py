"""Conditional parameters: a choice whose options have settings of their own, and decide others.

As in `dimensions`, configuring what was located gives the same configuration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sweeps.study.hyperparameters.vocabulary import stable, stable_settings
from sweeps.study.space.dimensions import Config, Dimension, Params
from sweeps.study.space.leaves import Choice, Leaf, Trial


@dataclass(frozen=True)
class Branch:
    """What one option sets and searches: its own settings, and other hyperparameters."""

    keys: tuple[str, ...]  # of all its own settings, in their one order
    settings: tuple[tuple[str, float], ...]  # own settings, literal
    searched: tuple[tuple[str, Leaf], ...]  # own settings, searched
    replaces: tuple[tuple[str, Any], ...]  # other hyperparameters, literal
    inner: "tuple[Dimension, ...]"  # other hyperparameters, searched

    @property
    def others(self) -> set[str]:
        """The hyperparameters that this branch decides, whatever is chosen inside it."""
        inner = {name for d in self.inner for name in (*d.names, *d.others)}
        return {name for name, _ in self.replaces} | inner

    def ask(self, trial: Trial, params: Params) -> set[str]:
        """Ask for what it searches; returns the hyperparameters that what was chosen decides."""
        for _, leaf in self.searched:
            params[leaf.name] = leaf.ask(trial)
        decided = {name for name, _ in self.replaces}
        for dimension in self.inner:
            decided |= dimension.ask(trial, params) | set(dimension.names)
        return decided

    def own_settings(self, params: Params) -> tuple[tuple[str, float], ...]:
        """The option's own settings, as params say them, in their canonical order."""
        searched = {key: leaf.decode(params[leaf.name]) for key, leaf in self.searched}
        settings = {**dict(self.settings), **searched}
        return tuple((key, float(settings[key])) for key in self.keys)

    def configure(self, config: Config, params: Params) -> None:
        """Write what it says of other hyperparameters into the configuration."""
        config.update(self.replaces)
        for dimension in self.inner:
            dimension.configure(config, params)

    def locate(self, config: Config, settings: dict[str, float]) -> tuple[Params, set[str]]:
        """As `Dimension.locate`; settings: the option's own, in the configuration."""
        literal = [(config[name], value) for name, value in self.replaces]
        literal += [(settings[key], value) for key, value in self.settings]
        if any(is_set != wanted for is_set, wanted in literal):
            raise KeyError(settings)
        params = {leaf.name: leaf.encode(settings[key]) for key, leaf in self.searched}
        decided = {name for name, _ in self.replaces}
        for dimension in self.inner:
            found, inside = dimension.locate(config)
            params |= found
            decided |= inside | set(dimension.names)
        return params, decided

    def plain(self, name: str) -> dict[str, Any]:
        """As the study file says the option of that name."""
        inside: dict[str, Any] = stable_settings(name, dict(self.settings))
        inside |= {key: leaf.plain() for key, leaf in self.searched}
        inside |= {other: stable(value) for other, value in self.replaces}
        return inside | {", ".join(inner.names): inner.plain() for inner in self.inner}


@dataclass(frozen=True)
class ConditionalChoice:
    """One hyperparameter whose options have settings of their own, and may decide others."""

    name: str
    leaf: Choice
    branches: tuple[tuple[str, Branch], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def others(self) -> frozenset[str]:
        return frozenset(other for _, branch in self.branches for other in branch.others)

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params[self.leaf.name] = self.leaf.ask(trial)
        return dict(self.branches)[params[self.leaf.name]].ask(trial, params)

    def configure(self, config: Config, params: Params) -> None:
        if self.leaf.name not in params:
            return
        option = self.leaf.decode(params[self.leaf.name])
        branch = dict(self.branches)[option]
        config[self.name] = option, branch.own_settings(params)
        branch.configure(config, params)

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        name, settings = config[self.name]
        params = {self.leaf.name: self.leaf.encode(name)}
        inside, decided = dict(self.branches)[name].locate(config, dict(settings))
        return params | inside, decided

    def parameters(self) -> Iterator[Leaf]:
        yield self.leaf
        for _, branch in self.branches:
            yield from (leaf for _, leaf in branch.searched)
            for dimension in branch.inner:
                yield from dimension.parameters()

    def structure(self) -> Iterator[str]:
        yield self.leaf.name
        for _, branch in self.branches:
            for dimension in branch.inner:
                yield from dimension.structure()

    def plain(self) -> Any:
        return {"choices": {name: branch.plain(name) for name, branch in self.branches}}

    def only(self, name: str) -> "ConditionalChoice":
        """The same with one branch left."""
        branch = tuple((known, branch) for known, branch in self.branches if known == name)
        return ConditionalChoice(self.name, Choice(self.leaf.name, (name,)), branch)
