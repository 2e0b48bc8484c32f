"""The grammar of `fixed` and `space`: from the study file's plain values to a `Space`.

`fixed` holds literals. In `space` a list is a choice, a mapping is a range or `choices`; types come
from the vocabulary. Every fault is found in one go.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from sweeps.base.errors import Expected, Unquoted, join
from sweeps.study.file import depths, entries
from sweeps.study.hyperparameters.vocabulary import canonical, defaults
from sweeps.study.space import Choice, Dimension, Space, rules
from sweeps.study.space.dimensions import Arms, Single
from sweeps.study.space.space import decides


def parse(
    fixed: Any, space: Any, constraints: Sequence[tuple[int, str]] = ()
) -> tuple[Space | None, list[tuple[str, Expected]]]:
    """The space, or None with every fault as (dotted path, what was expected).

    constraints: those between hyperparameters, with their places in the file's list.
    """
    faults: list[tuple[str, Expected]] = []
    for section, values in (("fixed", fixed), ("space", space)):
        if not isinstance(values, dict):
            faults.append((section, Expected("a mapping of hyperparameters", values)))
    if faults:
        return None, faults
    base, dimensions = defaults(), []
    for word, value in fixed.items():
        try:
            entries.check_word(word)
            base[word] = canonical(word, value)
        except Expected as fault:
            faults += [(join("fixed", str(word)), one) for one in fault.each]
    layers = depths.possible(base, space)
    depths.fit_default(base, space)
    for words, value in space.items():
        try:
            for word in entries.words_of(words):
                entries.check_word(word)
                if word in fixed:
                    raise Expected("each key in one of fixed and space", word, "it is in both")
            dimensions.append(entries.dimension(words, "", value, entries.Place(layers)))
        except Expected as fault:
            faults += [(join("space", str(words)), one) for one in fault.each]
    faults += depths.misfits(base, space, layers)
    faults += _quarrels(dimensions, "space") or _circle(dimensions)
    kept, wrong = _rules(constraints)
    parsed = Space(tuple(dimensions), tuple(base.items()), kept)
    return (None if faults + wrong else parsed), faults + wrong


def _rules(
    texts: Sequence[tuple[int, str]],
) -> tuple[tuple[rules.Rule, ...], list[tuple[str, Expected]]]:
    kept, faults = [], []
    for place, text in texts:
        try:
            kept.append(rules.parse(text))
        except Expected as fault:
            faults.append((f"constraints.{place}", fault))
    return tuple(kept), faults


def _quarrels(dimensions: Sequence[Dimension], path: str) -> list[tuple[str, Expected]]:
    """Two entries must not decide the same word, nor each other; within an arm, none another's."""
    faults: list[tuple[str, Expected]] = []
    for first, second in itertools.combinations(dimensions, 2):
        both = set(first.words) & set(second.words) | first.others & second.others
        mutual = first.others & set(second.words), second.others & set(first.words)
        both |= (mutual[0] | mutual[1]) if all(mutual) or path != "space" else set()
        for whole, decided in ((second, mutual[0]), (first, mutual[1])):
            both |= decided if len(whole.words) > 1 else set()
        if both:
            problem = Expected(
                f"one place that decides {min(both)}",
                Unquoted(f"two: {', '.join(first.words)} too"),
            )
            faults.append((f"{path}.{', '.join(second.words)}", problem))
    for dimension in dimensions:
        if isinstance(dimension, Arms):
            for name, arm in dimension.arms:
                below = f"{path}.{dimension.word}.choices.{name}"
                literal = [Single(word, Choice(word, (value,))) for word, value in arm.replaces]
                faults += _quarrels([*literal, *arm.inner], below)
    return faults


def _circle(dimensions: Sequence[Dimension]) -> list[tuple[str, Expected]]:
    """Three entries or more, each of which may be decided by another of them."""
    left = list(dimensions)
    while free := [d for d in left if not any(decides(other, d) for other in left)]:
        left = [d for d in left if d not in free]
    if not left:
        return []
    around = ", ".join(word for d in left for word in d.words)
    problem = Expected("an entry that no other decides", Unquoted(f"a circle: {around}"))
    return [(f"space.{', '.join(left[0].words)}", problem)]
