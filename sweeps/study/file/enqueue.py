"""`enqueue`: settings that are known to be good, tried first."""

from collections.abc import Iterable
from typing import Any

from sweeps.base.errors import Expected, Unquoted, join
from sweeps.study.hyperparameters.vocabulary import Vocabulary, plain
from sweeps.study.space import Config, Dimension, Params, Space
from sweeps.study.space.conditional import ConditionalChoice

MOST = 1000


def parse(
    space: Space | None, settings: Any, vocabulary: Vocabulary
) -> tuple[tuple[Params, ...], list[tuple[str, Expected]]]:
    """Each mapping of hyperparameters to literals as the params it stands for.

    What it does not say is as the chosen branch has it, and else the default. A hyperparameter that
    a branch replaces may stand inside the branch, as in the space, or beside it. Faults are (dotted
    path, what was expected). Where the space itself is at fault (None) there is nothing to hold the
    settings against.
    """
    if not isinstance(settings, list | tuple) or len(settings) > MOST:
        return (), [("enqueue", Expected(f"a list of at most {MOST} settings", settings))]
    params: list[Params] = []
    faults: list[tuple[str, Expected]] = []
    for place, given in enumerate(settings):
        try:
            if not isinstance(given, dict):
                raise Expected("a mapping of hyperparameters", given)
            if space is not None:
                params.append(_located(space, _beside(given, vocabulary), vocabulary))
        except Expected as fault:
            faults += [(f"enqueue.{place}", one) for one in fault.each]
    return tuple(params), faults


def _located(space: Space, given: dict[str, Any], vocabulary: Vocabulary) -> Params:
    config: Config = space.default
    for name, value in _completed(space.deciders_first, given, config).items():
        try:
            vocabulary.find(name)
            if name not in space.searched:
                raise Expected("a hyperparameter that is searched", name, "it is fixed")
            config[name] = vocabulary.canonical(name, value)
        except Expected as fault:
            raise fault.below(str(name)) from None
    params = space.locate(config)
    if params is None:
        broken = next((one.text for one in space.constraints if not one.holds(config)), "")
        outside = ", ".join(space.outside(config)) or broken
        raise Expected("a setting within the space", Unquoted(f"one outside ({outside})"))
    return params


def _beside(given: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """The hyperparameters that stand inside options, beside them, to any depth."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        options = vocabulary[name].kind.options if name in vocabulary else {}
        option, inside = _option(value) if options else ("", {})
        own = options.get(option, ())
        others = {key: v for key, v in inside.items() if key not in own and key in vocabulary}
        if others:
            value = {option: {key: v for key, v in inside.items() if key not in others}}
        for key, one in ({name: value} | _beside(others, vocabulary)).items():
            if key in found or (key != name and key in given):
                at = join(str(name), str(key))
                raise Expected(f"one value of {key}", Unquoted("two"), at=at)
            found[key] = one
    return found


def _option(value: Any) -> tuple[str, dict[str, Any]]:
    """An option's name, and what is said inside it; of anything else, nothing."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, inside),) = value.items()
        if inside is None or isinstance(inside, dict):
            return str(name), inside or {}
    return (value, {}) if isinstance(value, str) else ("", {})


def _completed(
    dimensions: Iterable[Dimension], given: dict[str, Any], default: Config
) -> dict[str, Any]:
    """With the literals that the space's branches hold, where nothing else is said."""
    for dimension in dimensions:
        if not isinstance(dimension, ConditionalChoice):
            continue
        name = dimension.name
        option, own = _option(given.get(name, default[name][0]))
        branch = dict(dimension.branches).get(option)
        if branch is None:
            continue
        given = {name: {option: {**dict(branch.settings), **own}}} | {
            key: value for key, value in given.items() if key != name
        }
        given = {key: plain(value) for key, value in branch.replaces} | given
        given = _completed(branch.inner, given, default)
    return given
