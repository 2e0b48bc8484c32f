"""`enqueue`: settings that are known to be good, tried first."""

from typing import Any

from sweeps.faults import Expected, Words
from sweeps.study import entries
from sweeps.study.space import Config, Params, Space
from sweeps.study.vocabulary import canonical

MOST = 1000


def parse(
    space: Space | None, settings: Any
) -> tuple[tuple[Params, ...], list[tuple[str, Expected]]]:
    """Each mapping of words to literals as the params it stands for; the rest are the defaults.

    Faults are (dotted path, what was expected). Where the space itself is at fault (None) there
    is nothing to hold the settings against.
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
                params.append(_located(space, given))
        except Expected as fault:
            faults += [(f"enqueue.{place}", one) for one in fault.each]
    return tuple(params), faults


def _located(space: Space, given: dict[str, Any]) -> Params:
    config: Config = space.default
    for word, value in given.items():
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
        raise Expected("a setting within the space", Words(f"one outside ({outside})"))
    return params
