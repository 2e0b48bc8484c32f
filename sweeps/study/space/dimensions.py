"""The dimensions of a space: how one entry of `space` is asked for, and what it decides.

Asking, configuring (params to configuration) and locating (configuration to params) of a kind stand
together; configuring what was located gives the same configuration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sweeps.study.hyperparameters.vocabulary import stable
from sweeps.study.space.leaves import Choice, JointValues, Leaf, Trial

Config = dict[str, Any]
Params = dict[str, Any]


class Dimension(Protocol):
    """One entry of `space`. Errors of `locate`: KeyError for a configuration outside."""

    @property
    def names(self) -> tuple[str, ...]:
        """The hyperparameters that it always decides."""

    @property
    def others(self) -> frozenset[str]:
        """The hyperparameters that one of its choices decides in their own entry's place."""

    def ask(self, trial: Trial, params: Params) -> set[str]:
        """Ask for its parameters; returns the hyperparameters that what was chosen decides."""

    def configure(self, config: Config, params: Params) -> None:
        """Write what params say of it into the configuration."""

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        """The params that would configure this, and the hyperparameters they decide."""

    def parameters(self) -> Iterator[Leaf]:
        """All its leaves, active or not."""

    def structure(self) -> Iterator[str]:
        """The names of the leaves on which it depends what else is asked."""

    def plain(self) -> Any:
        """As the study file says it."""


class OneHyperparameter:
    """What is true of every kind that decides its own hyperparameter only."""

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def others(self) -> frozenset[str]:
        return frozenset()

    def structure(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True)
class Single(OneHyperparameter):
    """One hyperparameter, one leaf."""

    name: str
    leaf: Leaf

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params[self.leaf.name] = self.leaf.ask(trial)
        return set()

    def configure(self, config: Config, params: Params) -> None:
        if self.leaf.name in params:
            config[self.name] = self.leaf.decode(params[self.leaf.name])

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        return {self.leaf.name: self.leaf.encode(config[self.name])}, set()

    def parameters(self) -> Iterator[Leaf]:
        yield self.leaf

    def plain(self) -> Any:
        return self.leaf.plain()


@dataclass(frozen=True)
class Layers(OneHyperparameter):
    """One hyperparameter with a number for each hidden layer: a leaf a layer."""

    name: str
    leaves: tuple[Leaf, ...]

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params |= {leaf.name: leaf.ask(trial) for leaf in self.leaves}
        return set()

    def configure(self, config: Config, params: Params) -> None:
        if self.leaves[0].name in params:
            config[self.name] = tuple(leaf.decode(params[leaf.name]) for leaf in self.leaves)

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        value = config[self.name]
        layers = value if isinstance(value, tuple) else (value,) * len(self.leaves)
        pairs = zip(self.leaves, layers, strict=True)
        return {leaf.name: leaf.encode(layer) for leaf, layer in pairs}, set()

    def parameters(self) -> Iterator[Leaf]:
        yield from self.leaves

    def plain(self) -> Any:
        return {"per_layer": self.leaves[0].plain()}


@dataclass(frozen=True)
class DepthWidth(OneHyperparameter):
    """Widths of hidden layers as depth × width: one width for all, or a leaf a layer."""

    name: str
    depth: Leaf
    widths: tuple[Leaf, ...]
    per_layer: bool = False

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params[self.depth.name] = self.depth.ask(trial)
        params |= {leaf.name: leaf.ask(trial) for leaf in self._active(params)}
        return set()

    def _active(self, params: Params) -> tuple[Leaf, ...]:
        depth = self.depth.decode(params[self.depth.name])
        return self.widths[:depth]  # a single width: active unless the depth is 0

    def configure(self, config: Config, params: Params) -> None:
        if self.depth.name not in params:
            return
        depth = self.depth.decode(params[self.depth.name])
        widths = tuple(leaf.decode(params[leaf.name]) for leaf in self._active(params))
        config[self.name] = widths if self.per_layer else widths * depth

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        widths = config[self.name]
        params = {self.depth.name: self.depth.encode(len(widths))}
        if not self.per_layer and len(set(widths)) > 1:
            raise KeyError(widths)
        layers = widths if self.per_layer else widths[:1]
        pairs = zip(self._active(params), layers, strict=True)
        return params | {leaf.name: leaf.encode(width) for leaf, width in pairs}, set()

    def parameters(self) -> Iterator[Leaf]:
        yield self.depth
        yield from self.widths

    def structure(self) -> Iterator[str]:
        yield self.depth.name

    def plain(self) -> Any:
        width = self.widths[0].plain()
        return {
            "depth": self.depth.plain(),
            "width": {"per_layer": width} if self.per_layer else width,
        }


@dataclass(frozen=True)
class JointChoice:
    """Several hyperparameters whose values are chosen as one."""

    names: tuple[str, ...]
    leaf: Choice  # its options are `JointValues`

    @property
    def others(self) -> frozenset[str]:
        return frozenset()

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params[self.leaf.name] = self.leaf.ask(trial)
        return set()

    def configure(self, config: Config, params: Params) -> None:
        if self.leaf.name in params:
            values = self.leaf.decode(params[self.leaf.name])
            config.update(zip(self.names, values, strict=True))

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        values = JointValues(config[name] for name in self.names)
        return {self.leaf.name: self.leaf.encode(values)}, set()

    def parameters(self) -> Iterator[Leaf]:
        yield self.leaf

    def structure(self) -> Iterator[str]:
        return iter(())

    def plain(self) -> Any:
        return [[stable(value) for value in option] for option in self.leaf.options]
