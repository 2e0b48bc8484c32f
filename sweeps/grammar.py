"""The grammar of `fixed` and `space`: from the study file's plain values to a `Space`.

`fixed` holds literals. In `space` a list is a choice, a mapping is a range or `choices`; types come
from the vocabulary. Every fault is found in one go.
"""

import itertools
from collections.abc import Mapping
from typing import Any

from sweeps.faults import Expected, Words, did_you_mean, join, raise_all
from sweeps.space import ArmSpace, Choice, Config, Dimension, Leaf, Range, Space
from sweeps.vocabulary import VOCABULARY, Arm, Number, PerLayer, canonical, defaults

MOST_CHOICES = 1000
MOST_STEPS = 1_000_000


def parse(fixed: Any, space: Any) -> tuple[Space | None, list[tuple[str, Expected]]]:
    """The space, or None with every fault as (dotted path, what was expected)."""
    faults: list[tuple[str, Expected]] = []
    for section, values in (("fixed", fixed), ("space", space)):
        if not isinstance(values, dict):
            faults.append((section, Expected("a mapping of hyperparameters", values)))
    if faults:
        return None, faults
    base, dimensions = defaults(), []
    for word, value in fixed.items():
        try:
            _check_word(word)
            base[word] = canonical(word, value)
        except Expected as fault:
            faults += [(join("fixed", str(word)), one) for one in fault.each]
    depths = _depths(base, space)
    _fit_default(base, space)
    for word, value in space.items():
        try:
            _check_word(word)
            if word in fixed:
                raise Expected("each key in one of fixed and space", word, "it is in both")
            dimensions.append(_dimension(word, word, value, depths))
        except Expected as fault:
            faults += [(join("space", str(word)), one) for one in fault.each]
    faults += _misfits(base, space, depths) + _quarrels(dimensions)
    parsed = Space(tuple(dimensions), tuple(base.items()))
    return (None if faults else parsed), faults


def _fit_default(base: Config, space: Mapping[str, Any]) -> None:
    """The default depth, where `hidden` is searched and keep_prob is fixed for another one."""
    keep_prob = base["keep_prob"]
    if not isinstance(keep_prob, tuple) or len(keep_prob) == len(base["hidden"]):
        return
    choices = space.get("hidden")
    choices = choices.get("choices") if isinstance(choices, dict) else choices
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, list) and len(choice) == len(keep_prob):
            base["hidden"] = tuple(choice)
            return


def _check_word(word: str) -> None:
    if word not in VOCABULARY:
        raise Expected("a hyperparameter", word, did_you_mean(word, VOCABULARY))


def _depths(base: Config, space: Mapping[str, Any]) -> set[int]:
    """The numbers of hidden layers that can occur; what is at fault counts for nothing."""
    outer = _depths_of(space["hidden"]) if "hidden" in space else {len(base["hidden"])}
    return outer | _depths_in_arms(space)


def _depths_of(value: Any) -> set[int]:
    """Of one `hidden` of the space, or inside an arm: a choice of lists, or one list."""
    choices = value.get("choices") if isinstance(value, dict) else value
    if not isinstance(choices, list):
        return set()
    lists = [choice for choice in choices if isinstance(choice, list)]
    return {len(choice) for choice in lists} if lists or not choices else {len(choices)}


def _depths_in_arms(space: Mapping[str, Any]) -> set[int]:
    depths: set[int] = set()
    for value in space.values():
        arms = value.get("choices") if isinstance(value, dict) else None
        for inside in arms.values() if isinstance(arms, dict) else ():
            if isinstance(inside, dict):
                depths |= _depths_of(inside["hidden"]) if "hidden" in inside else set()
                depths |= _depths_in_arms(inside)
    return depths


def _misfits(
    base: Config, space: Mapping[str, Any], depths: set[int]
) -> list[tuple[str, Expected]]:
    """A fixed keep_prob per layer must fit every depth that can occur."""
    keep_prob = base["keep_prob"]
    if "keep_prob" in space or not isinstance(keep_prob, tuple) or depths <= {len(keep_prob)}:
        return []
    return [("fixed.keep_prob", _depth_fault(keep_prob, depths))]


def _quarrels(dimensions: list[Dimension]) -> list[tuple[str, Expected]]:
    """Arms of two words must not decide the same word, nor each other."""
    decided = {d.word: {w for _, arm in d.arms for w in arm.words} for d in dimensions if d.arms}
    faults = []
    for first, second in itertools.combinations(decided, 2):
        both = decided[first] & decided[second]
        both |= {second} if second in decided[first] and first in decided[second] else set()
        if both:
            problem = Expected(f"one place that decides {min(both)}", Words(f"two: {first} too"))
            faults.append((f"space.{second}", problem))
    return faults


def _depth_fault(keep_prob: tuple[float, ...], depths: set[int]) -> Expected:
    layers = " or ".join(str(depth) for depth in sorted(depths))
    return Expected(f"one number per hidden layer ({layers})", list(keep_prob))


def _dimension(word: str, name: str, value: Any, depths: set[int]) -> Dimension:
    """One word under its full name. Errors: Expected."""
    hyperparameter = VOCABULARY[word]
    _check_searchable(word)
    if isinstance(value, list):
        return Dimension(word, (_choice(word, name, value, depths),))
    if not isinstance(value, dict):
        raise Expected("a list of choices or a range", value, "put it in fixed")
    if "choices" in value:
        for key in value:
            if key != "choices":
                raise Expected("choices alone", key, "a range is low and high")
        choices = value["choices"]
        if isinstance(choices, dict) and isinstance(hyperparameter.kind, Arm):
            return _arms(word, name, hyperparameter.kind, choices, depths)
        if not isinstance(choices, list):
            raise Expected("a list of choices", choices, at="choices")
        return Dimension(word, (_choice(word, name, choices, depths),))
    kind = hyperparameter.kind
    if isinstance(kind, PerLayer):
        if "per_layer" in value:
            return _per_layer(word, name, value, kind.item, depths)
        kind = kind.item
    if not isinstance(kind, Number):
        raise Expected("a list of choices", value, f"{word} is not a number: it has no range")
    return Dimension(word, (_range(name, kind, value),))


def _check_searchable(word: str) -> None:
    why = VOCABULARY[word].fixed_only
    if why:
        raise Expected("a word that can be searched", word, why)


def _choice(word: str, name: str, values: list[Any], depths: set[int]) -> Choice:
    if not values:
        raise Expected("at least one choice", values)
    if len(values) > MOST_CHOICES:
        raise Expected(f"at most {MOST_CHOICES} choices", len(values), "a range has no limit")
    if word == "hidden" and not any(isinstance(v, list) for v in values):
        lists = ", ".join(f"[{v}]" for v in values)
        raise Expected(
            "a list of lists", values, f"write [{lists}] to choose, or fixed.hidden: {values}"
        )
    options: list[Any] = []
    faults: list[Expected] = []
    for position, value in enumerate(values):
        try:
            option = canonical(word, value)
            if option in options:
                raise Expected("each choice once", value, "it is there twice")
            if word == "keep_prob" and isinstance(option, tuple) and not depths <= {len(option)}:
                raise _depth_fault(option, depths)
            options.append(option)
        except Expected as fault:
            faults.append(fault.below(str(position)))
    raise_all(faults)
    return Choice(name, tuple(options))


def _range(name: str, kind: Number, value: dict[str, Any]) -> Range:
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
                faults.append(Expected("low and high", Words(f"no {key}")))
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
        raise Expected("log or step, not both", Words("both"))
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


def _per_layer(
    word: str, name: str, value: dict[str, Any], kind: Number, depths: set[int]
) -> Dimension:
    if len(value) != 1 or not isinstance(value["per_layer"], dict):
        raise Expected("per_layer with low and high alone", value)
    if len(depths) != 1 or depths == {0}:
        found = ", ".join(str(d) for d in sorted(depths))
        raise Expected("hidden layers of one fixed depth", Words(f"depths {found}"), at="per_layer")
    try:
        leaves = [_range(f"{name}.{n}", kind, value["per_layer"]) for n in range(max(depths))]
    except Expected as fault:
        raise fault.below("per_layer") from None
    return Dimension(word, tuple(leaves), per_layer=True)


def _arms(word: str, name: str, kind: Arm, choices: dict[str, Any], depths: set[int]) -> Dimension:
    if not choices:
        raise Expected("at least one choice", choices, at="choices")
    arms = []
    faults: list[Expected] = []
    for arm, inside in choices.items():
        try:
            if arm not in kind.table:
                raise Expected(f"a known {word}", arm, did_you_mean(arm, kind.table))
            inside = {} if inside is None else inside
            if not isinstance(inside, dict):
                raise Expected("a mapping of settings", inside)
            arms.append((arm, _arm(word, kind, arm, f"{name}.{arm}", inside, depths)))
        except Expected as fault:
            faults.append(fault.below(join("choices", arm)))
    raise_all(faults)
    return Dimension(word, (Choice(name, tuple(arm for arm, _ in arms)),), tuple(arms))


def _arm(
    word: str, kind: Arm, arm: str, name: str, inside: dict[str, Any], depths: set[int]
) -> ArmSpace:
    table = kind.table[arm]
    literal: dict[str, Any] = {}
    searched: list[tuple[str, Leaf]] = []
    replaces: list[tuple[str, Any]] = []
    inner: list[Dimension] = []
    faults: list[Expected] = []
    for key, value in inside.items():
        is_searched = isinstance(value, list | dict)
        try:
            if key in table:
                if is_searched:
                    searched.append((key, _setting(table[key].kind, f"{name}.{key}", value)))
                else:
                    literal[key] = table[key].kind.check(value)
            elif key in VOCABULARY and key != word:
                _check_searchable(key)
                if is_searched and not _is_literal(key, value):
                    inner.append(_dimension(key, f"{name}.{key}", value, depths))
                else:
                    replaces.append((key, canonical(key, value)))
            else:
                raise Expected("a known setting", key, did_you_mean(key, [*table, *VOCABULARY]))
        except Expected as fault:
            faults.append(fault.below(key))
    raise_all(faults)
    settings = kind.settings(arm, literal)
    fixed = tuple((k, v) for k, v in settings.items() if k not in dict(searched))
    return ArmSpace(fixed, tuple(searched), tuple(replaces), tuple(inner))


def _is_literal(word: str, value: Any) -> bool:
    """An arm with settings of its own ({normal: {scale: 0.1}}) is one value, not a search."""
    is_arm = isinstance(VOCABULARY[word].kind, Arm)
    return is_arm and isinstance(value, dict) and "choices" not in value


def _setting(kind: Number, name: str, value: Any) -> Leaf:
    """An arm's own setting: a list is a choice, a mapping is a range."""
    if isinstance(value, dict):
        return _range(name, kind, value)
    if not value:
        raise Expected("at least one choice", value)
    options = tuple(kind.check(v) for v in value)
    if len(set(options)) < len(options):
        raise Expected("each choice once", value)
    return Choice(name, options)
