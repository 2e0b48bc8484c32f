"""The grammar of `fixed` and `space`: from the study file's plain values to a `Space`.

`fixed` holds literals. In `space` a list is a choice, a mapping is a range or `choices`; types come
from the vocabulary. Every fault is found in one go.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from sweeps.base.errors import Expected, Unquoted, join
from sweeps.study.file import depths, entries
from sweeps.study.hyperparameters.vocabulary import Vocabulary
from sweeps.study.space import Choice, Dimension, Space
from sweeps.study.space.conditional import ConditionalChoice
from sweeps.study.space.dimensions import Single
from sweeps.study.space.hyperparameter_constraints import (
    HyperparameterConstraint,
    hyperparameter_constraint,
)
from sweeps.study.space.space import may_override


def parse(
    fixed: Any, space: Any, texts: Sequence[tuple[int, str]], vocabulary: Vocabulary
) -> tuple[Space | None, list[tuple[str, Expected]]]:
    """The space, or None with every fault as (dotted path, what was expected).

    texts: the constraints between hyperparameters, with their places in the file's list.
    """
    faults: list[tuple[str, Expected]] = []
    for section, values in (("fixed", fixed), ("space", space)):
        if not isinstance(values, dict):
            faults.append((section, Expected("a mapping of hyperparameters", values)))
    if faults:
        return None, faults
    base, dimensions = vocabulary.defaults(), []
    for name, value in fixed.items():
        try:
            vocabulary.find(name)
            base[name] = vocabulary.canonical(name, value)
        except Expected as fault:
            faults += [(join("fixed", str(name)), one) for one in fault.each]
    layers = depths.possible(base, space)
    depths.fit_default(base, space)
    place = entries.Place(vocabulary, layers)
    for key, value in space.items():
        try:
            for name in entries.names_of(key):
                vocabulary.find(name)
                if name in fixed:
                    raise Expected("each key in one of fixed and space", name, "it is in both")
            dimensions.append(entries.dimension(key, "", value, place))
        except Expected as fault:
            faults += [(join("space", str(key)), one) for one in fault.each]
    faults += depths.misfits(base, space, layers)
    faults += _quarrels(dimensions, "space") or _circle(dimensions)
    kept, wrong = _constraints(texts, vocabulary)
    parsed = Space(tuple(dimensions), tuple(base.items()), kept)
    return (None if faults + wrong else parsed), faults + wrong


def _constraints(
    texts: Sequence[tuple[int, str]], vocabulary: Vocabulary
) -> tuple[tuple[HyperparameterConstraint, ...], list[tuple[str, Expected]]]:
    kept, faults = [], []
    for place, text in texts:
        try:
            kept.append(hyperparameter_constraint(text, vocabulary))
        except Expected as fault:
            faults.append((f"constraints.{place}", fault))
    return tuple(kept), faults


def _quarrels(dimensions: Sequence[Dimension], path: str) -> list[tuple[str, Expected]]:
    """Two entries must not decide the same thing, nor each other; in a branch, none another's."""
    faults: list[tuple[str, Expected]] = []
    for first, second in itertools.combinations(dimensions, 2):
        both = set(first.names) & set(second.names) | first.others & second.others
        mutual = first.others & set(second.names), second.others & set(first.names)
        both |= (mutual[0] | mutual[1]) if all(mutual) or path != "space" else set()
        for whole, decided in ((second, mutual[0]), (first, mutual[1])):
            both |= decided if len(whole.names) > 1 else set()
        if both:
            problem = Expected(
                f"one place that decides {min(both)}",
                Unquoted(f"two: {', '.join(first.names)} too"),
            )
            faults.append((f"{path}.{', '.join(second.names)}", problem))
    for dimension in dimensions:
        if isinstance(dimension, ConditionalChoice):
            for name, branch in dimension.branches:
                below = f"{path}.{dimension.name}.choices.{name}"
                literal = [Single(key, Choice(key, (value,))) for key, value in branch.replaces]
                faults += _quarrels([*literal, *branch.inner], below)
    return faults


def _circle(dimensions: Sequence[Dimension]) -> list[tuple[str, Expected]]:
    """Three entries or more, each of which may be decided by another of them."""
    left = list(dimensions)
    while free := [d for d in left if not any(may_override(other, d) for other in left)]:
        left = [d for d in left if d not in free]
    if not left:
        return []
    around = ", ".join(name for d in left for name in d.names)
    problem = Expected("an entry that no other decides", Unquoted(f"a circle: {around}"))
    return [(f"space.{', '.join(left[0].names)}", problem)]
