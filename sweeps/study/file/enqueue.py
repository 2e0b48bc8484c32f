"""`enqueue`: settings that are known to be good, tried first."""

from collections.abc import Iterable
from typing import Any

from sweeps.base.errors import Expected, Unquoted, join
from sweeps.study.file import entries
from sweeps.study.hyperparameters.named_options import Arm
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, canonical, plain
from sweeps.study.space import Config, Dimension, Params, Space
from sweeps.study.space.dimensions import Arms

MOST = 1000


def parse(
    space: Space | None, settings: Any
) -> tuple[tuple[Params, ...], list[tuple[str, Expected]]]:
    """Each mapping of words to literals as the params it stands for.

    What it does not say is as the chosen arm has it, and else the default. A word that an arm
    replaces may stand inside the arm, as in the space, or beside it. Faults are (dotted path, what
    was expected). Where the space itself is at fault (None) there is nothing to hold the settings
    against.
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
                params.append(_located(space, _beside(given)))
        except Expected as fault:
            faults += [(f"enqueue.{place}", one) for one in fault.each]
    return tuple(params), faults


def _located(space: Space, given: dict[str, Any]) -> Params:
    config: Config = space.default
    for word, value in _completed(space.deciders_first, given, config).items():
        try:
            entries.check_word(word)
            if word not in space.searched:
                raise Expected("a word that is searched", word, "it is fixed")
            config[word] = canonical(word, value)
        except Expected as fault:
            raise fault.below(str(word)) from None
    params = space.locate(config)
    if params is None:
        broken = next((rule.text for rule in space.rules if not rule.holds(config)), "")
        outside = ", ".join(space.outside(config)) or broken
        raise Expected("a setting within the space", Unquoted(f"one outside ({outside})"))
    return params


def _beside(given: dict[str, Any]) -> dict[str, Any]:
    """The words of the vocabulary that stand inside arms, beside them, to any depth."""
    found: dict[str, Any] = {}
    for word, value in given.items():
        arm, inside = _arm(word, value)
        own = _settings(word, arm)
        words = {k: v for k, v in inside.items() if k not in own and k in VOCABULARY}
        if words:
            value = {arm: {key: v for key, v in inside.items() if key not in words}}
        for key, one in ({word: value} | _beside(words)).items():
            if key in found or (key != word and key in given):
                raise Expected("one value of it", Unquoted("two"), at=join(str(word), str(key)))
            found[key] = one
    return found


def _arm(word: Any, value: Any) -> tuple[str, dict[str, Any]]:
    """An arm's name, and what is said inside it; of anything else, nothing."""
    if word not in VOCABULARY or not isinstance(VOCABULARY[word].kind, Arm):
        return "", {}
    if isinstance(value, dict) and len(value) == 1:
        ((name, inside),) = value.items()
        if inside is None or isinstance(inside, dict):
            return str(name), inside or {}
    return (value, {}) if isinstance(value, str) else ("", {})


def _settings(word: Any, name: str) -> Iterable[str]:
    """The arm's own settings."""
    kind = VOCABULARY[word].kind if word in VOCABULARY else None
    return kind.table.get(name, ()) if isinstance(kind, Arm) else ()


def _completed(
    dimensions: Iterable[Dimension], given: dict[str, Any], default: Config
) -> dict[str, Any]:
    """With the literals that the space's arms hold, where nothing else is said."""
    for dimension in dimensions:
        if not isinstance(dimension, Arms):
            continue
        word = dimension.word
        name, own = _arm(word, given.get(word, default[word][0]))
        arm = dict(dimension.arms).get(name)
        if arm is None:
            continue
        given = {word: {name: {**dict(arm.settings), **own}}} | {
            key: value for key, value in given.items() if key != word
        }
        given = {key: plain(value) for key, value in arm.replaces} | given
        given = _completed(arm.inner, given, default)
    return given
