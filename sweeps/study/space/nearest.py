"""The setting of a space that is nearest to a configuration which may lie outside of it.

As in `walks`, a stand-in for Optuna's trial is asked for each parameter; here it answers with what
the configuration says of it.
"""

import math
from typing import Any

from sweeps.study.space.beside import RANGE
from sweeps.study.space.dimensions import Config, Params
from sweeps.study.space.leaves import Choice, JointValues
from sweeps.study.space.space import Space


def nearest(space: Space, config: Config) -> Params | None:
    """The params nearest to a configuration; None where there are none that are alike.

    A number outside a range is moved to its end, one between two choices to the nearer of them; a
    name that is not in the space gives way to the default, if that is.
    """
    try:
        params = space.ask(_Nearest(space, config))
    except LookupError:
        return None
    return params if space.allows(space.configure(params)) else None


class _Nearest:
    """A trial that answers with what is nearest to a configuration. Errors: LookupError."""

    def __init__(self, space: Space, config: Config) -> None:
        self._leaves = {leaf.name: leaf for leaf in space.parameters()}
        self._config, self._default = config, space.default

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        value = min(max(self._number(name, high), low), high)
        return min(low + round((value - low) / step) * step, high) if step else value

    def suggest_int(
        self, name: str, low: int, high: int, *, step: int = 1, log: bool = False
    ) -> int:
        value = min(max(round(self._number(name, high)), low), high)
        return min(low + round((value - low) / step) * step, high - (high - low) % step)

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        leaf = self._leaves[name]
        assert isinstance(leaf, Choice)
        if RANGE in leaf.codes and f"{name}.{RANGE}" in self._leaves:
            return self._beside(name, leaf)
        for config in (self._config, self._default):
            apart = {code: self._distance(config, name, one) for code, one in leaf.codes.items()}
            best = min(apart, key=apart.__getitem__)
            if math.isfinite(apart[best]) or len(apart) == 1:
                return best
        raise LookupError(name)

    def _beside(self, name: str, leaf: Choice) -> Any:
        """An exact value where it is the wanted one, or no number is wanted; else the range."""
        wanted = self._wanted(name)
        if wanted in leaf.options:
            return leaf.encode(wanted)
        return RANGE

    def _distance(self, config: Config, name: str, option: Any) -> float:
        if isinstance(option, JointValues):
            words = name.rpartition(".")[2].split(",")
            pairs = zip(words, option, strict=True)
            return sum((distance(config[word], value) for word, value in pairs), 0.0)
        return distance(self._of(config, name), option)

    def _number(self, name: str, high: float) -> float:
        """A keyword, such as 'full' or 'none', stands for the highest number there can be."""
        value = self._wanted(name)
        return float(value) if _is_number(value) else high

    def _wanted(self, name: str) -> Any:
        """What the configuration says of a parameter, or else the default."""
        try:
            return self._of(self._config, name)
        except LookupError:
            return self._of(self._default, name)

    def _of(self, config: Config, name: str) -> Any:
        """What one says of a parameter. Errors: LookupError where it says nothing."""
        path = name.split(".")
        word = next((part for part in reversed(path) if part in config), "")
        inner, value = path[len(path) - path[::-1].index(word) :], config[word]
        if not inner:
            return value[0] if _is_named(value) and self._is_conditional(name) else value
        if word == "hidden":
            return _of_widths(value, inner)
        if _is_named(value):  # optimizer.momentum.beta
            option, settings = value
            return {option: dict(settings)}[inner[0]][inner[-1]]
        return value[int(inner[-1])] if isinstance(value, tuple) else value

    def _is_conditional(self, name: str) -> bool:
        leaf = self._leaves[name]
        return isinstance(leaf, Choice) and all(isinstance(option, str) for option in leaf.options)


def _of_widths(widths: tuple[int, ...], inner: list[str]) -> float:
    """Depth, the one width, or the width of a layer, of a tuple of widths."""
    if inner == ["depth"]:
        return len(widths)
    layer = int(inner[-1]) if inner[-1].isdigit() else 0
    return widths[min(layer, len(widths) - 1)] if widths else 1


def distance(wanted: Any, option: Any) -> float:
    """0 for equal values; inf for those that nothing makes alike, such as two names."""
    if wanted == option:
        return 0.0
    if _is_number(wanted) and _is_number(option):
        if min(wanted, option) > 0:
            return abs(math.log(float(wanted) / float(option)))
        return 1.0 + abs(float(wanted) - float(option))
    if _is_named(wanted) and _is_named(option):
        return 1.0 if wanted[0] == option[0] else math.inf
    if _are_widths(wanted) and _are_widths(option):
        apart = abs(_log_size(wanted) - _log_size(option))
        return apart + abs(len(wanted) - len(option))
    return math.inf


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_named(value: Any) -> bool:
    """A named option with its settings."""
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str)


def _are_widths(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_number, value))


def _log_size(widths: tuple[float, ...]) -> float:
    return math.log1p(sum(widths))
