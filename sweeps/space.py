"""The space: the study file's `space` as parameters that Optuna can be asked for.

A parameter has static names only (`optimizer.momentum.beta`), so that a study's space never
changes. A configuration is the whole vocabulary with one canonical value each.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sweeps.vocabulary import VOCABULARY, Arm, plain

Config = dict[str, Any]
Params = dict[str, Any]


class Trial(Protocol):
    """What is asked for values: an Optuna trial."""

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None, log: bool
    ) -> float: ...

    def suggest_int(self, name: str, low: int, high: int, *, step: int, log: bool) -> int: ...

    def suggest_categorical(self, name: str, choices: Any) -> Any: ...


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included."""

    name: str
    low: float
    high: float
    log: bool = False
    step: float | None = None
    integer: bool = False

    def ask(self, trial: Trial) -> Any:
        """One value, from Optuna."""
        low, high, step, log = self.low, self.high, self.step, self.log
        if self.integer:
            return trial.suggest_int(self.name, int(low), int(high), step=int(step or 1), log=log)
        return trial.suggest_float(self.name, low, high, step=step, log=log)

    def decode(self, external: Any) -> Any:
        """Optuna's value as the vocabulary's."""
        return int(external) if self.integer else float(external)

    def encode(self, value: Any) -> Any:
        """The vocabulary's value as Optuna's. Errors: KeyError for one outside."""
        if not isinstance(value, int | float) or not self.low <= value <= self.high:
            raise KeyError(value)
        if self.step and abs((value - self.low) / self.step % 1 - 0.5) < 0.5 - 1e-9:
            raise KeyError(value)
        return value


@dataclass(frozen=True)
class Choice:
    """One of some canonical values. Lists and arms with settings reach Optuna as JSON text."""

    name: str
    options: tuple[Any, ...]

    def codes(self) -> dict[Any, Any]:
        """Option by code, in the file's order."""
        return {_code(option): option for option in self.options}

    def ask(self, trial: Trial) -> Any:
        """One code, from Optuna."""
        return trial.suggest_categorical(self.name, tuple(self.codes()))

    def decode(self, external: Any) -> Any:
        """Optuna's value as the vocabulary's."""
        return self.codes()[external]

    def encode(self, value: Any) -> Any:
        """The vocabulary's value as Optuna's. Errors: KeyError for one outside."""
        if value in self.options:
            return _code(value)
        raise KeyError(value)


Leaf = Range | Choice


def _code(option: Any) -> Any:
    value = plain(option)
    if isinstance(value, dict) and option == _arm_with_defaults(option[0]):
        return option[0]
    return json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else value


def _arm_with_defaults(name: str) -> Any:
    for word in VOCABULARY.values():
        if isinstance(word.kind, Arm) and name in word.kind.table:
            return word.kind.check(name)
    return None


@dataclass(frozen=True)
class ArmSpace:
    """What one arm sets and searches: its own settings, and words of the vocabulary it replaces."""

    settings: tuple[tuple[str, float], ...]
    searched: tuple[tuple[str, Leaf], ...]  # own settings by key
    replaces: tuple[tuple[str, Any], ...]  # words of the vocabulary, literal
    inner: "tuple[Dimension, ...]"  # words of the vocabulary, searched

    @property
    def words(self) -> set[str]:
        """The words of the vocabulary that this arm decides."""
        return {word for word, _ in self.replaces} | {d.word for d in self.inner}


@dataclass(frozen=True)
class Dimension:
    """One word of the vocabulary in the space: a leaf, a leaf per layer, or arms."""

    word: str
    leaves: tuple[Leaf, ...]
    arms: tuple[tuple[str, ArmSpace], ...] = ()
    per_layer: bool = False

    def ask(self, trial: Trial, params: Params) -> set[str]:
        """Ask for this word's parameters; returns the words that an arm replaced."""
        for leaf in self.leaves:
            params[leaf.name] = leaf.ask(trial)
        if not self.arms:
            return set()
        arm = dict(self.arms)[params[self.leaves[0].name]]
        replaced = arm.words
        for _, leaf in arm.searched:
            params[leaf.name] = leaf.ask(trial)
        for dimension in arm.inner:
            replaced |= dimension.ask(trial, params)
        return replaced

    def configure(self, config: Config, params: Params) -> None:
        """Write what params say of this word into the configuration."""
        if self.leaves[0].name not in params:
            return
        values = [leaf.decode(params[leaf.name]) for leaf in self.leaves]
        config[self.word] = tuple(values) if self.per_layer else values[0]
        if self.arms:
            arm = dict(self.arms)[values[0]]
            searched = {key: leaf.decode(params[leaf.name]) for key, leaf in arm.searched}
            table = VOCABULARY[self.word].kind.table[values[0]]  # type: ignore[attr-defined]
            settings = {**dict(arm.settings), **searched}
            config[self.word] = values[0], tuple((key, float(settings[key])) for key in table)
            config.update(arm.replaces)
            for dimension in arm.inner:
                dimension.configure(config, params)

    def locate(self, config: Config) -> Params:
        """The params that would configure this. Errors: KeyError where it lies outside."""
        value = config[self.word]
        if self.per_layer:
            layers = value if isinstance(value, tuple) else (value,) * len(self.leaves)
            pairs = zip(self.leaves, layers, strict=True)
            return {leaf.name: leaf.encode(v) for leaf, v in pairs}
        if not self.arms:
            return {self.leaves[0].name: self.leaves[0].encode(value)}
        name, settings = value
        params = {self.leaves[0].name: self.leaves[0].encode(name)}
        arm = dict(self.arms)[name]
        given = dict(settings)
        for key, leaf in arm.searched:
            params[leaf.name] = leaf.encode(given[key])
        literal = [(config[word], v) for word, v in arm.replaces]
        literal += [(given[key], v) for key, v in arm.settings]
        if any(is_set != wanted for is_set, wanted in literal):
            raise KeyError(name)
        for dimension in arm.inner:
            params |= dimension.locate(config)
        return params

    def parameters(self) -> Iterator[Leaf]:
        """All leaves, those of the arms included."""
        yield from self.leaves
        for _, arm in self.arms:
            yield from (leaf for _, leaf in arm.searched)
            for dimension in arm.inner:
                yield from dimension.parameters()


@dataclass(frozen=True)
class Space:
    """The searched words, and the configuration of all the others."""

    dimensions: tuple[Dimension, ...]
    base: tuple[tuple[str, Any], ...]  # the vocabulary's defaults, overridden by fixed

    @property
    def default(self) -> Config:
        """The defaults: the vocabulary's, overridden by `fixed`."""
        return dict(self.base)

    def ask(self, trial: Trial) -> Params:
        """Every active parameter, asked for in an order that depends on nothing but the file."""
        params: Params = {}
        replaced: set[str] = set()
        for dimension in self._arms_first():
            if dimension.word not in replaced:
                replaced |= dimension.ask(trial, params)
        return params

    def configure(self, params: Params) -> Config:
        """The configuration that params stand for."""
        config = self.default
        # Arms last: what they replace must not be overwritten by the outer word.
        for dimension in reversed(self._arms_first()):
            dimension.configure(config, params)
        return config

    def locate(self, config: Config) -> Params | None:
        """The params that stand for a configuration, or None where it lies outside the space."""
        params: Params = {}
        replaced: set[str] = set()
        try:
            for dimension in self._arms_first():
                if dimension.word not in replaced:
                    params |= dimension.locate(config)
                    if dimension.arms:
                        replaced |= dict(dimension.arms)[config[dimension.word][0]].words
        except KeyError:
            return None
        return params

    def parameters(self) -> list[Leaf]:
        """All parameters, active or not."""
        return [leaf for dimension in self.dimensions for leaf in dimension.parameters()]

    def _arms_first(self) -> list[Dimension]:
        return sorted(self.dimensions, key=lambda d: not d.arms)
