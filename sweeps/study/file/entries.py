"""One entry of `space`, or of a branch inside it: from plain values to a dimension.

A list is a choice, a mapping is a range, `choices`, or depth and width. Types come from the
vocabulary. Throughout, `name` is a hyperparameter's, and `parameter` the whole name under which
Optuna knows what is searched (`optimizer.momentum.beta`). Errors, everywhere: Expected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sweeps.base.errors import Expected, Unquoted, did_you_mean, join, raise_all
from sweeps.study.file import depths
from sweeps.study.file.ranges import each_once, leaf_of, range_of
from sweeps.study.hyperparameters.kinds import Kind, Number
from sweeps.study.hyperparameters.vocabulary import Vocabulary
from sweeps.study.space import Choice, Dimension, Leaf, Range
from sweeps.study.space.beside import RANGE, RangeBeside
from sweeps.study.space.conditional import Branch, ConditionalChoice
from sweeps.study.space.dimensions import DepthWidth, JointChoice, Layers, Single
from sweeps.study.space.leaves import JointValues

MOST_CHOICES = 1000


@dataclass(frozen=True)
class Place:
    """Where an entry stands: the vocabulary, the depths that can occur, and what surrounds it."""

    vocabulary: Vocabulary
    layers: set[int]
    around: frozenset[str] = frozenset()  # the hyperparameters that choices around it decide

    def inside(self, name: str) -> "Place":
        """The place inside a choice of that hyperparameter."""
        return replace(self, around=self.around | {name})


def names_of(key: str) -> tuple[str, ...]:
    """The hyperparameters of an entry: "batch_size, learning_rate" are chosen together."""
    return tuple(name.strip() for name in str(key).split(","))


def dimension(key: str, prefix: str, value: Any, place: Place) -> Dimension:
    """One entry of `space`, or inside a branch; `prefix` begins its parameters' names."""
    names = names_of(key)
    if len(names) > 1:
        return _joint_choice(names, f"{prefix}{','.join(names)}", value, place)
    return _alone(names[0], f"{prefix}{names[0]}", value, place)


def _alone(name: str, parameter: str, value: Any, place: Place) -> Dimension:
    """An entry of one hyperparameter."""
    kind = place.vocabulary[name].kind
    _check_searchable(name, place.vocabulary)
    if isinstance(value, list):
        return Single(name, _choice(name, parameter, value, place))
    if not isinstance(value, dict):
        raise Expected("a list of choices or a range", value, "put it in fixed")
    if "choices" in value:
        return _choices(name, parameter, value, place)
    if not kind.ranges:
        raise Expected("a list of choices", value, f"{name} is not a number: it has no range")
    usual, *others = kind.ranges
    form = next((key for key in others if key in value), usual)
    return RANGES[form](name, parameter, kind.ranges[form], value, place)


def _check_searchable(name: str, vocabulary: Vocabulary) -> None:
    why = vocabulary[name].fixed_only
    if why:
        raise Expected("a hyperparameter that can be searched", name, why)


def _joint_choice(names: tuple[str, ...], parameter: str, values: Any, place: Place) -> JointChoice:
    """Several hyperparameters chosen as one: a list of lists, a value for each of them."""
    for name in names:
        place.vocabulary.find(name)
        _check_searchable(name, place.vocabulary)
    if len(set(names)) < len(names):
        raise Expected("each hyperparameter once", Unquoted(", ".join(names)))
    if not isinstance(values, list) or not values:
        raise Expected("a list of lists", values, f"each with a value for {', '.join(names)}")
    options = each_once(values, lambda row: _joint_values(names, row, place))
    return JointChoice(names, Choice(parameter, options))


def _joint_values(names: tuple[str, ...], row: Any, place: Place) -> JointValues:
    if not isinstance(row, list) or len(row) != len(names):
        raise Expected(f"a list of {len(names)} values ({', '.join(names)})", row)
    if "hidden" in names:
        widths = place.vocabulary.canonical("hidden", row[names.index("hidden")])
        place = replace(place, layers={len(widths)})
    return JointValues(
        _canonical(name, value, place) for name, value in zip(names, row, strict=True)
    )


def _choices(name: str, parameter: str, value: dict[str, Any], place: Place) -> Dimension:
    """`{choices: …}`: a list, or a mapping of options with what is searched inside each."""
    kind, choices = place.vocabulary[name].kind, value["choices"]
    for key in value:
        if key != "choices":
            raise Expected("choices alone", key, "a range is low and high")
    if isinstance(choices, dict) and kind.options:
        return _conditional(name, parameter, kind, choices, place.inside(name))
    if not isinstance(choices, list):
        raise Expected("a list of choices", choices, at="choices")
    if kind.ranges.get("low") and any(isinstance(one, dict) for one in choices):
        try:
            return _range_beside(name, parameter, kind.ranges["low"], choices, place)
        except Expected as fault:
            raise fault.below("choices") from None
    return Single(name, _choice(name, parameter, choices, place))


def _range_beside(
    name: str, parameter: str, number: Number, choices: list[Any], place: Place
) -> RangeBeside:
    """`[0, {low: …, high: …}]`: exact values, and one range."""
    ranges = [position for position, one in enumerate(choices) if isinstance(one, dict)]
    if len(ranges) > 1:
        raise Expected("one range beside exact values", choices[ranges[1]], at=str(ranges[1]))
    if len(choices) == 1:
        raise Expected("exact values beside the range", choices, "a range alone needs no choices")
    (at,) = ranges

    def read(value: Any) -> Any:
        if value is not choices[at]:
            return _canonical(name, value, place)
        range_of(f"{parameter}.{RANGE}", number, value)
        return RANGE

    options = each_once(choices, read)
    return RangeBeside(
        name,
        Choice(parameter, options),
        range_of(f"{parameter}.{RANGE}", number, choices[at]),
    )


def _choice(name: str, parameter: str, values: list[Any], place: Place) -> Choice:
    if not values:
        raise Expected("at least one choice", values)
    if len(values) > MOST_CHOICES:
        raise Expected(f"at most {MOST_CHOICES} choices", len(values), "a range has no limit")
    if name == "hidden" and not any(isinstance(v, list) for v in values):
        lists = ", ".join(f"[{v}]" for v in values)
        raise Expected(
            "a list of lists", values, f"write [{lists}] to choose, or fixed.hidden: {values}"
        )
    return Choice(parameter, each_once(values, lambda value: _canonical(name, value, place)))


def _canonical(name: str, value: Any, place: Place) -> Any:
    option = place.vocabulary.canonical(name, value)
    if name == "keep_prob" and isinstance(option, tuple) and not place.layers <= {len(option)}:
        raise depths.fault(option, place.layers)
    return option


def _number_range(
    name: str, parameter: str, number: Number, value: dict[str, Any], place: Place
) -> Single:
    """`{low: …, high: …}`."""
    return Single(name, range_of(parameter, number, value))


def _layers(
    name: str, parameter: str, number: Number, value: dict[str, Any], place: Place
) -> Layers:
    """`{per_layer: {low: …, high: …}}`."""
    layers = place.layers
    if len(value) != 1 or not isinstance(value["per_layer"], dict):
        raise Expected("per_layer with low and high alone", value)
    if len(layers) != 1 or layers == {0}:
        found = ", ".join(str(d) for d in sorted(layers))
        one = "hidden layers of one fixed depth"
        raise Expected(one, Unquoted(f"depths {found}"), at="per_layer")
    try:
        each = value["per_layer"]
        leaves = [range_of(f"{parameter}.{n}", number, each) for n in range(max(layers))]
    except Expected as fault:
        raise fault.below("per_layer") from None
    return Layers(name, tuple(leaves))


def _depth_width(
    name: str, parameter: str, number: Number, value: dict[str, Any], place: Place
) -> DepthWidth:
    """`{depth: …, width: …}`."""
    known = ("depth", "width")
    for key in value:
        if key not in known:
            hint = "layers have a list each, or depth and width" if key in ("low", "high") else ""
            raise Expected("depth and width", key, hint or did_you_mean(key, known))
    for key in known:
        if key not in value:
            raise Expected("depth and width", Unquoted(f"no {key}"))
    try:
        deep = Number(low=0, high=depths.DEEPEST, integer=True)
        depth = leaf_of(deep, f"{parameter}.depth", value["depth"])
    except Expected as fault:
        raise fault.below("depth") from None
    width = value["width"]
    per_layer = isinstance(width, dict) and "per_layer" in width
    try:
        if not per_layer:
            return DepthWidth(name, depth, (leaf_of(number, f"{parameter}.width", width),))
        if len(width) != 1:
            raise Expected("per_layer alone", width)
        deepest = int(depth.high if isinstance(depth, Range) else max(depth.options))
        each = width["per_layer"]
        widths = (leaf_of(number, f"{parameter}.width.{n}", each) for n in range(deepest))
        return DepthWidth(name, depth, tuple(widths), per_layer=True)
    except Expected as fault:
        raise fault.below("width") from None


# By the key that tells a kind's mapping from its others, as in `Kind.ranges`.
RANGES: Mapping[str, Callable[[str, str, Number, dict[str, Any], Place], Dimension]] = {
    "low": _number_range,
    "per_layer": _layers,
    "depth": _depth_width,
}


def _conditional(
    name: str, parameter: str, kind: Kind, choices: dict[str, Any], place: Place
) -> ConditionalChoice:
    if not choices:
        raise Expected("at least one choice", choices, at="choices")
    branches: dict[str, Branch] = {}
    faults: list[Expected] = []
    for option, inside in choices.items():
        try:
            if option not in kind.options:
                raise Expected(f"a known {name}", option, did_you_mean(option, kind.options))
            inside = {} if inside is None else inside
            if not isinstance(inside, dict):
                raise Expected("a mapping of settings", inside)
            branches[option] = _branch(kind, option, f"{parameter}.{option}", inside, place)
        except Expected as fault:
            faults.append(fault.below(join("choices", option)))
    raise_all(faults)
    return ConditionalChoice(name, Choice(parameter, tuple(branches)), tuple(branches.items()))


def _branch(
    kind: Kind, option: str, parameter: str, inside: dict[str, Any], place: Place
) -> Branch:
    vocabulary, own = place.vocabulary, kind.options[option]
    literal: dict[str, Any] = {}
    searched: list[tuple[str, Leaf]] = []
    replaces: list[tuple[str, Any]] = []
    inner: list[Dimension] = []
    faults: list[Expected] = []
    for key, value in inside.items():
        is_searched = isinstance(value, list | dict)
        try:
            if key in own:
                if is_searched:
                    searched.append((key, leaf_of(own[key].kind, f"{parameter}.{key}", value)))
                else:
                    literal[key] = own[key].kind.check(value)
            elif set(names_of(key)) <= vocabulary.keys() - place.around:
                if len(names_of(key)) > 1 or (is_searched and not _is_literal(key, value, place)):
                    inner.append(dimension(key, f"{parameter}.", value, place))
                else:
                    _check_searchable(key, vocabulary)
                    replaces.append((key, vocabulary.canonical(key, value)))
            else:
                if key in vocabulary:  # around this place it is chosen already
                    raise Expected("a hyperparameter that no choice around it decides", key)
                raise Expected("a known setting", key, did_you_mean(key, [*own, *vocabulary]))
        except Expected as fault:
            faults.append(fault.below(key))
    raise_all(faults)
    _, settings = kind.check({option: literal})
    fixed = tuple((key, value) for key, value in settings if key not in dict(searched))
    return Branch(tuple(own), fixed, tuple(searched), tuple(replaces), tuple(inner))


def _is_literal(name: str, value: Any, place: Place) -> bool:
    """An option with settings of its own ({normal: {scale: 0.1}}) is one value, not a search."""
    has_options = bool(place.vocabulary[name].kind.options)
    return has_options and isinstance(value, dict) and "choices" not in value
