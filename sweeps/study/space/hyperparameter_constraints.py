"""`constraints:` of the study file between hyperparameters: `l2 < 1e-2 when optimizer is adam`.

A constraint is a comparison, and the conditions under which it has to hold. The sampler is asked
again until a setting keeps all of them. Constraints on metrics: `sweeps.study.metric_constraints`.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sweeps.base.errors import Expected, did_you_mean
from sweeps.study.hyperparameters.vocabulary import Vocabulary

FORM = "like 'l2 < 1e-2 when optimizer is adam'"
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_COMPARISON = re.compile(r"\s*([\w.]+)\s*(<=|>=|<|>)\s*([\w.+-]+)\s*")
_IDENTITY = re.compile(r"\s*(\w+)\s+is\s+(not\s+)?([\w-]+(?:\s+or\s+[\w-]+)*)\s*")


@dataclass(frozen=True)
class Inequality:
    """Numbers of the configuration against a number, or against each other."""

    left: str
    sign: str
    right: str | float

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Where a hyperparameter has several numbers (one a layer), for all of them."""
        right = [self.right] if isinstance(self.right, float) else _numbers(config, self.right)
        compare = COMPARISONS[self.sign]
        return all(compare(a, b) for a in _numbers(config, self.left) for b in right)


@dataclass(frozen=True)
class Identity:
    """A named choice is one of some, or none of them."""

    name: str
    values: tuple[str, ...]
    negated: bool = False

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Whether it is so."""
        return (_name(config[self.name]) in self.values) != self.negated


@dataclass(frozen=True)
class HyperparameterConstraint:
    """What has to hold where all of `when` hold."""

    text: str
    must: "Inequality | Identity"
    when: "tuple[Inequality | Identity, ...]" = ()

    def holds(self, config: Mapping[str, Any]) -> bool:
        """Whether a configuration keeps the constraint."""
        return not all(w.holds(config) for w in self.when) or self.must.holds(config)


def hyperparameter_constraint(text: str, vocabulary: Vocabulary) -> HyperparameterConstraint:
    """A constraint of the study file. Errors: Expected."""
    must, when, conditions = text.partition(" when ")
    parts = conditions.split(" and ") if when else []
    first, *conditional = (_clause(part, vocabulary) for part in (must, *parts))
    return HyperparameterConstraint(text, first, tuple(conditional))


def _clause(text: str, vocabulary: Vocabulary) -> Inequality | Identity:
    if found := _COMPARISON.fullmatch(text):
        left, sign, right = found.groups()
        _check_measure(left, vocabulary)
        return Inequality(left, sign, _number_or_measure(right, vocabulary))
    if found := _IDENTITY.fullmatch(text):
        name, negated, values = found.groups()
        return _identity(name, bool(negated), tuple(re.split(r"\s+or\s+", values)), vocabulary)
    raise Expected("a constraint", text.strip(), FORM)


def _number_or_measure(text: str, vocabulary: Vocabulary) -> float | str:
    try:
        number = float(text)
    except ValueError:
        _check_measure(text, vocabulary)
        return text
    if not math.isfinite(number):
        raise Expected("a finite number", text)
    return number


def _check_measure(text: str, vocabulary: Vocabulary) -> None:
    """Errors: Expected for what is no number, such as `optimizer`, `hidden` or `l2.depth`."""
    name, _, part = text.partition(".")
    if name not in vocabulary:
        raise Expected("a hyperparameter", text, did_you_mean(name, vocabulary))
    measures = vocabulary[name].kind.measures
    if part in measures:
        return
    if "" in measures or not measures:
        raise Expected("a hyperparameter that is a number", text, FORM)
    raise Expected(" or ".join(f"{name}.{measure}" for measure in measures), text)


def _identity(
    name: str, negated: bool, values: tuple[str, ...], vocabulary: Vocabulary
) -> Identity:
    known = vocabulary.find(name).kind.names
    for value in values:
        if value not in known:
            hint = did_you_mean(value, known) if known else "compare it with < or >"
            raise Expected(f"a name of {name}", value, hint)
    return Identity(name, values, negated)


def _name(value: Any) -> str:
    """A value as a constraint says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value[0]) if isinstance(value, tuple) and value else str(value)


def _numbers(config: Mapping[str, Any], measure: str) -> list[float]:
    """The numbers that are compared; 'full' and 'none' are without limit."""
    name, _, part = measure.partition(".")
    value = config[name]
    if part == "depth":
        return [len(value)]
    values = value if isinstance(value, tuple) else (value,)
    return [math.inf if isinstance(v, str) else float(v) for v in values]
