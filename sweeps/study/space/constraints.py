"""Constraints between hyperparameters: `l2 < 1e-2 when optimizer is adam`.

A constraint is a comparison, and the conditions under which it has to hold. The sampler is asked
again until a setting keeps all of them.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.base.errors import Expected, did_you_mean
from sweeps.study.hyperparameters.kinds import Flag, Name, Weights, Widths
from sweeps.study.hyperparameters.named_options import NamedOptions
from sweeps.study.hyperparameters.vocabulary import VOCABULARY

FORM = "like 'l2 < 1e-2 when optimizer is adam'"
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_COMPARISON = re.compile(r"\s*([\w.]+)\s*(<=|>=|<|>)\s*([\w.+-]+)\s*")
_IDENTITY = re.compile(r"\s*(\w+)\s+is\s+(not\s+)?(\w+(?:\s+or\s+\w+)*)\s*")


@dataclass(frozen=True)
class Comparison:
    """Numbers of the configuration against a number, or against each other."""

    left: str
    sign: str
    right: str | float

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Where a word has several numbers (one a layer), for all of them."""
        right = [self.right] if isinstance(self.right, float) else _numbers(config, self.right)
        compare = COMPARISONS[self.sign]
        return all(compare(a, b) for a in _numbers(config, self.left) for b in right)


@dataclass(frozen=True)
class Identity:
    """A named choice is one of some, or none of them."""

    word: str
    names: tuple[str, ...]
    negated: bool = False

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Whether it is so."""
        return (_name(config[self.word]) in self.names) != self.negated


@dataclass(frozen=True)
class HyperparameterConstraint:
    """What has to hold where all of `when` hold."""

    text: str
    must: "Comparison | Identity"
    when: "tuple[Comparison | Identity, ...]" = ()

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Whether a configuration keeps the constraint."""
        return not all(w.holds(config) for w in self.when) or self.must.holds(config)


def parse(text: str) -> HyperparameterConstraint:
    """A constraint of the study file. Errors: Expected."""
    must, when, conditions = text.partition(" when ")
    parts = conditions.split(" and ") if when else []
    return HyperparameterConstraint(text, _clause(must), tuple(_clause(part) for part in parts))


def _clause(text: str) -> Comparison | Identity:
    if found := _COMPARISON.fullmatch(text):
        left, sign, right = found.groups()
        _check_numeric(left)
        return Comparison(left, sign, _number_or_word(right))
    if found := _IDENTITY.fullmatch(text):
        word, negated, names = found.groups()
        return _identity(word, bool(negated), tuple(re.split(r"\s+or\s+", names)))
    raise Expected("a constraint", text.strip(), FORM)


def _number_or_word(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        _check_numeric(text)
        return text
    if not math.isfinite(number):
        raise Expected("a finite number", text)
    return number


def _check_numeric(name: str) -> None:
    word, _, part = name.partition(".")
    if word not in VOCABULARY:
        raise Expected("a hyperparameter", name, did_you_mean(word, VOCABULARY))
    kind = VOCABULARY[word].kind
    if isinstance(kind, Widths):
        if part not in ("depth", "width"):
            raise Expected(f"{word}.depth or {word}.width", name)
    elif part or isinstance(kind, NamedOptions | Name | Flag | Weights):
        raise Expected("a hyperparameter that is a number", name, FORM)


def _identity(word: str, negated: bool, names: tuple[str, ...]) -> Identity:
    if word not in VOCABULARY:
        raise Expected("a hyperparameter", word, did_you_mean(word, VOCABULARY))
    known = _names(word)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) if known else "compare it with < or >"
            raise Expected(f"a name of {word}", name, hint)
    return Identity(word, names, negated)


def _names(word: str) -> tuple[str, ...]:
    kind = VOCABULARY[word].kind
    if isinstance(kind, Flag):
        return ("true", "false")
    if isinstance(kind, NamedOptions):
        return tuple(kind.table)
    return tuple(getattr(kind, "names", getattr(kind, "words", ())))


def _name(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value[0]) if isinstance(value, tuple) and value else str(value)


def _numbers(config: Mapping[str, Any], name: str) -> list[float]:
    """The numbers behind a name; 'full' and 'none' are without limit."""
    word, _, part = name.partition(".")
    value = config[word]
    if part == "depth":
        return [len(value)]
    values = value if isinstance(value, tuple) else (value,)
    return [math.inf if isinstance(v, str) else float(v) for v in values]
