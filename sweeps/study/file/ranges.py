"""One parameter of an entry of `space`: from plain values to a range or a choice of numbers.

Errors, everywhere: Expected.
"""

from collections.abc import Callable
from typing import Any

from sweeps.base.errors import Expected, Unquoted, did_you_mean, raise_all
from sweeps.study.hyperparameters.kinds import Number
from sweeps.study.space import Choice, Leaf, Range

MOST_STEPS = 1_000_000


def leaf_of(kind: Number, name: str, value: Any) -> Leaf:
    """A number that is searched: a list is a choice, a mapping is a range."""
    if isinstance(value, dict):
        return range_of(name, kind, value)
    if not isinstance(value, list):
        raise Expected("a list of choices or a range", value)
    if not value:
        raise Expected("at least one choice", value)
    return Choice(name, each_once(value, kind.check))


def each_once(values: list[Any], read: Callable[[Any], Any]) -> tuple[Any, ...]:
    """All choices of a list as `read` has them; what is wrong with each is told with its place."""
    options: list[Any] = []
    faults: list[Expected] = []
    for position, value in enumerate(values):
        try:
            option = read(value)
            if option in options:
                raise Expected("each choice once", value, "it is there twice")
            options.append(option)
        except Expected as fault:
            faults.append(fault.below(str(position)))
    raise_all(faults)
    return tuple(options)


def range_of(name: str, kind: Number, value: dict[str, Any]) -> Range:
    """`{low: …, high: …}`, and log or step."""
    known = ("low", "high", "log", "step")
    faults = [
        Expected("low, high, and log or step", key, did_you_mean(key, known), at=key)
        for key in value
        if key not in known
    ]
    bounds: dict[str, float] = {}
    for key in ("low", "high"):
        try:
            if key not in value:
                faults.append(Expected("low and high", Unquoted(f"no {key}")))
            else:
                bounds[key] = kind.number(value[key])
        except Expected as fault:
            faults.append(fault.below(key))
    raise_all(faults)
    low, high = bounds["low"], bounds["high"]
    log, step = value.get("log", False), value.get("step")
    if not isinstance(log, bool):
        raise Expected("true or false", log, at="log")
    if not low < high:
        raise Expected(f"a number < high ({high:g})", low, "or [x] to choose one", at="low")
    if log and step is not None:
        raise Expected("log or step, not both", Unquoted("both"))
    if log and low <= 0:
        raise Expected("a number > 0 on a log scale", low, at="low")
    if step is not None:
        low, high, step = _stepped(kind, low, high, step)
    return Range(name, low, high, log, step, kind.integer)


def _stepped(kind: Number, low: float, high: float, step: Any) -> tuple[float, float, float]:
    try:
        step = Number(low=0, above=True, high=high - low, integer=kind.integer).number(step)
    except Expected as fault:
        raise fault.below("step") from None
    count = (high - low) / step
    if count > MOST_STEPS:
        raise Expected(f"at most {MOST_STEPS:,} steps", f"{count:.3g}", at="step")
    # The last step that fits is the real upper bound. Twelve digits: what binary fractions add to
    # it (0.1 + 3·0.3) would cost Optuna its last step; the small addend absorbs the same.
    return low, float(f"{low + int(count + 1e-9) * step:.12g}"), step
