"""One entry of `space`, or of an arm inside it: from plain values to a dimension.

A list is a choice, a mapping is a range, `choices`, or depth and width. Types come from the
vocabulary. Errors, everywhere: Expected.
"""

from dataclasses import dataclass
from typing import Any

from sweeps.base.errors import Expected, Unquoted, did_you_mean, join, raise_all
from sweeps.study.file import depths
from sweeps.study.file.ranges import each_once, leaf_of, range_of
from sweeps.study.hyperparameters.kinds import Number, PerLayer, Widths
from sweeps.study.hyperparameters.named_options import Arm
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, canonical
from sweeps.study.space import Choice, Dimension, Leaf, Range
from sweeps.study.space.dimensions import Arms, ArmSpace, Layers, Paired, Single, Stack
from sweeps.study.space.leaves import Together

MOST_CHOICES = 1000


@dataclass(frozen=True)
class Place:
    """Where an entry stands: the depths that can occur, and the words decided around it."""

    layers: set[int]
    around: frozenset[str] = frozenset()

    def inside(self, word: str) -> "Place":
        return Place(self.layers, self.around | {word})


def check_word(word: str) -> None:
    """It has to be one of the vocabulary."""
    if word not in VOCABULARY:
        raise Expected("a hyperparameter", word, did_you_mean(word, VOCABULARY))


def words_of(key: str) -> tuple[str, ...]:
    """The words of an entry: "batch_size, learning_rate" are chosen together."""
    return tuple(word.strip() for word in str(key).split(","))


def dimension(key: str, prefix: str, value: Any, place: Place) -> Dimension:
    """One entry of `space`, or inside an arm; `prefix` begins its parameters' names."""
    words = words_of(key)
    if len(words) > 1:
        return _paired(words, f"{prefix}{','.join(words)}", value, place)
    return _one_word(words[0], f"{prefix}{words[0]}", value, place)


def _one_word(word: str, name: str, value: Any, place: Place) -> Dimension:
    """One word under its full name. Errors: Expected."""
    layers, kind = place.layers, VOCABULARY[word].kind
    _check_searchable(word)
    if isinstance(value, list):
        return Single(word, _choice(word, name, value, layers))
    if not isinstance(value, dict):
        raise Expected("a list of choices or a range", value, "put it in fixed")
    if "choices" in value:
        for key in value:
            if key != "choices":
                raise Expected("choices alone", key, "a range is low and high")
        choices = value["choices"]
        if isinstance(choices, dict) and isinstance(kind, Arm):
            return _arms(word, name, kind, choices, place.inside(word))
        if not isinstance(choices, list):
            raise Expected("a list of choices", choices, at="choices")
        return Single(word, _choice(word, name, choices, layers))
    if isinstance(kind, PerLayer):
        if "per_layer" in value:
            return _per_layer(word, name, value, kind.item, layers)
        kind = kind.item
    if isinstance(kind, Widths):
        return _stack(word, name, value, kind)
    if not isinstance(kind, Number):
        raise Expected("a list of choices", value, f"{word} is not a number: it has no range")
    return Single(word, range_of(name, kind, value))


def _check_searchable(word: str) -> None:
    why = VOCABULARY[word].fixed_only
    if why:
        raise Expected("a word that can be searched", word, why)


def _paired(words: tuple[str, ...], name: str, values: Any, place: Place) -> Paired:
    """Several words chosen as one: a list of lists, a value for each word. Errors: Expected."""
    for word in words:
        check_word(word)
        _check_searchable(word)
    if len(set(words)) < len(words):
        raise Expected("each word once", Unquoted(", ".join(words)))
    if not isinstance(values, list) or not values:
        raise Expected("a list of lists", values, f"each with a value for {', '.join(words)}")
    options = each_once(values, lambda row: _together(words, row, place))
    return Paired(words, Choice(name, options))


def _together(words: tuple[str, ...], row: Any, place: Place) -> Together:
    if not isinstance(row, list) or len(row) != len(words):
        raise Expected(f"a list of {len(words)} values ({', '.join(words)})", row)
    layers = place.layers
    if "hidden" in words:
        layers = {len(canonical("hidden", row[words.index("hidden")]))}
    return Together(_canonical(word, value, layers) for word, value in zip(words, row, strict=True))


def _stack(word: str, name: str, value: dict[str, Any], kind: Widths) -> Stack:
    """`{depth: …, width: …}`. Errors: Expected."""
    known = ("depth", "width")
    for key in value:
        if key not in known:
            hint = "layers have a list each, or depth and width" if key in ("low", "high") else ""
            raise Expected("depth and width", key, hint or did_you_mean(key, known))
    for key in known:
        if key not in value:
            raise Expected("depth and width", Unquoted(f"no {key}"))
    try:
        depth = leaf_of(
            Number(low=0, high=depths.DEEPEST, integer=True), f"{name}.depth", value["depth"]
        )
    except Expected as fault:
        raise fault.below("depth") from None
    width = value["width"]
    per_layer = isinstance(width, dict) and "per_layer" in width
    try:
        if not per_layer:
            return Stack(word, depth, (leaf_of(kind.item, f"{name}.width", width),))
        if len(width) != 1:
            raise Expected("per_layer alone", width)
        deepest = int(depth.high if isinstance(depth, Range) else max(depth.options))
        each = width["per_layer"]
        widths = (leaf_of(kind.item, f"{name}.width.{n}", each) for n in range(deepest))
        return Stack(word, depth, tuple(widths), per_layer=True)
    except Expected as fault:
        raise fault.below("width") from None


def _choice(word: str, name: str, values: list[Any], layers: set[int]) -> Choice:
    if not values:
        raise Expected("at least one choice", values)
    if len(values) > MOST_CHOICES:
        raise Expected(f"at most {MOST_CHOICES} choices", len(values), "a range has no limit")
    if word == "hidden" and not any(isinstance(v, list) for v in values):
        lists = ", ".join(f"[{v}]" for v in values)
        raise Expected(
            "a list of lists", values, f"write [{lists}] to choose, or fixed.hidden: {values}"
        )
    return Choice(name, each_once(values, lambda value: _canonical(word, value, layers)))


def _canonical(word: str, value: Any, layers: set[int]) -> Any:
    option = canonical(word, value)
    if word == "keep_prob" and isinstance(option, tuple) and not layers <= {len(option)}:
        raise depths.fault(option, layers)
    return option


def _per_layer(
    word: str, name: str, value: dict[str, Any], kind: Number, layers: set[int]
) -> Layers:
    if len(value) != 1 or not isinstance(value["per_layer"], dict):
        raise Expected("per_layer with low and high alone", value)
    if len(layers) != 1 or layers == {0}:
        found = ", ".join(str(d) for d in sorted(layers))
        raise Expected(
            "hidden layers of one fixed depth", Unquoted(f"depths {found}"), at="per_layer"
        )
    try:
        leaves = [range_of(f"{name}.{n}", kind, value["per_layer"]) for n in range(max(layers))]
    except Expected as fault:
        raise fault.below("per_layer") from None
    return Layers(word, tuple(leaves))


def _arms(word: str, name: str, kind: Arm, choices: dict[str, Any], place: Place) -> Arms:
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
            arms.append((arm, _arm(kind, arm, f"{name}.{arm}", inside, place)))
        except Expected as fault:
            faults.append(fault.below(join("choices", arm)))
    raise_all(faults)
    return Arms(word, Choice(name, tuple(arm for arm, _ in arms)), tuple(arms))


def _arm(kind: Arm, arm: str, name: str, inside: dict[str, Any], place: Place) -> ArmSpace:
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
                    searched.append((key, leaf_of(table[key].kind, f"{name}.{key}", value)))
                else:
                    literal[key] = table[key].kind.check(value)
            elif set(words_of(key)) <= VOCABULARY.keys() - place.around:
                if len(words_of(key)) > 1 or (is_searched and not _is_literal(key, value)):
                    inner.append(dimension(key, f"{name}.", value, place))
                else:
                    _check_searchable(key)
                    replaces.append((key, canonical(key, value)))
            else:
                if key in VOCABULARY:  # around this place it is chosen already
                    raise Expected("a word that no choice around it decides", key)
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
