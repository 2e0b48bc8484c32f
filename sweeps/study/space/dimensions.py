"""The dimensions of a space: how one entry of `space` is asked for, and what it decides.

Asking, configuring (params to configuration) and locating (configuration to params) of a kind stand
together; configuring what was located gives the same configuration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sweeps.study.hyperparameters.named_options import NamedOptions
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, said, said_settings
from sweeps.study.space.leaves import Choice, JointValues, Leaf, Trial

Config = dict[str, Any]
Params = dict[str, Any]


class Dimension(Protocol):
    """One entry of `space`. Errors of `locate`: KeyError for a configuration outside."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the vocabulary that it always decides."""

    @property
    def others(self) -> frozenset[str]:
        """The words that one of its choices decides in their own entry's place."""

    def ask(self, trial: Trial, params: Params) -> set[str]:
        """Ask for its parameters; returns the words that what was chosen decides."""

    def configure(self, config: Config, params: Params) -> None:
        """Write what params say of it into the configuration."""

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        """The params that would configure this, and the words they decide."""

    def parameters(self) -> Iterator[Leaf]:
        """All its leaves, active or not."""

    def structure(self) -> Iterator[str]:
        """The names of the leaves on which it depends what else is asked."""

    def plain(self) -> Any:
        """As the study file says it."""


class _Alone:
    """What is true of every kind that decides its own word only."""

    word: str

    @property
    def words(self) -> tuple[str, ...]:
        return (self.word,)

    @property
    def others(self) -> frozenset[str]:
        return frozenset()

    def structure(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True)
class Single(_Alone):
    """One word, one leaf."""

    word: str
    leaf: Leaf

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params[self.leaf.name] = self.leaf.ask(trial)
        return set()

    def configure(self, config: Config, params: Params) -> None:
        if self.leaf.name in params:
            config[self.word] = self.leaf.decode(params[self.leaf.name])

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        return {self.leaf.name: self.leaf.encode(config[self.word])}, set()

    def parameters(self) -> Iterator[Leaf]:
        yield self.leaf

    def plain(self) -> Any:
        return self.leaf.plain()


@dataclass(frozen=True)
class Layers(_Alone):
    """One word with a number for each hidden layer: a leaf a layer."""

    word: str
    leaves: tuple[Leaf, ...]

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params |= {leaf.name: leaf.ask(trial) for leaf in self.leaves}
        return set()

    def configure(self, config: Config, params: Params) -> None:
        if self.leaves[0].name in params:
            config[self.word] = tuple(leaf.decode(params[leaf.name]) for leaf in self.leaves)

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        value = config[self.word]
        layers = value if isinstance(value, tuple) else (value,) * len(self.leaves)
        pairs = zip(self.leaves, layers, strict=True)
        return {leaf.name: leaf.encode(layer) for leaf, layer in pairs}, set()

    def parameters(self) -> Iterator[Leaf]:
        yield from self.leaves

    def plain(self) -> Any:
        return {"per_layer": self.leaves[0].plain()}


@dataclass(frozen=True)
class DepthWidth(_Alone):
    """Widths of hidden layers as depth × width: one width for all, or a leaf a layer."""

    word: str
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
        config[self.word] = widths if self.per_layer else widths * depth

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        widths = config[self.word]
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
    """Several words whose values are chosen as one."""

    words: tuple[str, ...]
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
            config.update(zip(self.words, values, strict=True))

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        values = JointValues(config[word] for word in self.words)
        return {self.leaf.name: self.leaf.encode(values)}, set()

    def parameters(self) -> Iterator[Leaf]:
        yield self.leaf

    def structure(self) -> Iterator[str]:
        return iter(())

    def plain(self) -> Any:
        return [[said(value) for value in option] for option in self.leaf.options]


@dataclass(frozen=True)
class Branch:
    """What one option sets and searches: its own settings, and words of the vocabulary."""

    settings: tuple[tuple[str, float], ...]
    searched: tuple[tuple[str, Leaf], ...]  # own settings by key
    replaces: tuple[tuple[str, Any], ...]  # words of the vocabulary, literal
    inner: "tuple[Dimension, ...]"  # words of the vocabulary, searched

    @property
    def others(self) -> set[str]:
        """The words of the vocabulary that this branch decides, whatever is chosen inside it."""
        inner = {word for d in self.inner for word in (*d.words, *d.others)}
        return {word for word, _ in self.replaces} | inner

    def ask(self, trial: Trial, params: Params) -> set[str]:
        """Ask for what it searches; returns the words that what was chosen decides."""
        for _, leaf in self.searched:
            params[leaf.name] = leaf.ask(trial)
        decided = {word for word, _ in self.replaces}
        for dimension in self.inner:
            decided |= dimension.ask(trial, params) | set(dimension.words)
        return decided

    def locate(self, config: Config, settings: dict[str, float]) -> tuple[Params, set[str]]:
        """As `Dimension.locate`; settings: the branch's own, in the configuration."""
        literal = [(config[word], value) for word, value in self.replaces]
        literal += [(settings[key], value) for key, value in self.settings]
        if any(is_set != wanted for is_set, wanted in literal):
            raise KeyError(settings)
        params = {leaf.name: leaf.encode(settings[key]) for key, leaf in self.searched}
        decided = {word for word, _ in self.replaces}
        for dimension in self.inner:
            found, words = dimension.locate(config)
            params |= found
            decided |= words | set(dimension.words)
        return params, decided

    def plain(self, name: str) -> dict[str, Any]:
        """As the study file says the branch of that name."""
        inside: dict[str, Any] = said_settings(name, dict(self.settings))
        inside |= {key: leaf.plain() for key, leaf in self.searched}
        inside |= {word: said(value) for word, value in self.replaces}
        return inside | {", ".join(inner.words): inner.plain() for inner in self.inner}


@dataclass(frozen=True)
class ConditionalChoice:
    """One word whose choices have settings of their own, and may decide other words."""

    word: str
    leaf: Choice
    branches: tuple[tuple[str, Branch], ...]

    @property
    def words(self) -> tuple[str, ...]:
        return (self.word,)

    @property
    def others(self) -> frozenset[str]:
        return frozenset(word for _, branch in self.branches for word in branch.others)

    def ask(self, trial: Trial, params: Params) -> set[str]:
        params[self.leaf.name] = self.leaf.ask(trial)
        return dict(self.branches)[params[self.leaf.name]].ask(trial, params)

    def configure(self, config: Config, params: Params) -> None:
        if self.leaf.name not in params:
            return
        name = self.leaf.decode(params[self.leaf.name])
        branch = dict(self.branches)[name]
        searched = {key: leaf.decode(params[leaf.name]) for key, leaf in branch.searched}
        kind = VOCABULARY[self.word].kind
        table = kind.table[name] if isinstance(kind, NamedOptions) else {}
        settings = {**dict(branch.settings), **searched}
        config[self.word] = name, tuple((key, float(settings[key])) for key in table)
        config.update(branch.replaces)
        for dimension in branch.inner:
            dimension.configure(config, params)

    def locate(self, config: Config) -> tuple[Params, set[str]]:
        name, settings = config[self.word]
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
        return ConditionalChoice(self.word, Choice(self.leaf.name, (name,)), branch)
