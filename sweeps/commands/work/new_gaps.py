"""Texts among numbers that `sweeps new` proposes as gaps, so that their columns are kept."""

import re
from collections.abc import Iterable, Mapping

from sweeps.base.errors import show
from sweeps.data.cell import cells, dtypes, wrong_texts
from sweeps.data.source.source_table import SourceTable

Gaps = Mapping[str, Mapping[str, int]]  # by column, each text and how many cells have it

# Words that mean a gap in any column. "none" and "nil" may mean that there is nothing of it.
UNKNOWN = frozenset(
    {".", "n/d", "n.d.", "tbd", "missing", "no data", "not available", "not known", "unknown"}
)


def found(table: SourceTable) -> Gaps:
    """Those of columns that are numbers but for a few cells of few texts.

    A text that is a word of another column, too, is none, as it would be a gap there as well;
    unless it says that a value is not known: then its cells there are among those found.
    """
    columns = [name for name in dtypes.other_columns(table.frame) if name not in table.targets]
    each = {name: wrong_texts.among_numbers(table.frame[name]) for name in columns}
    may_be = {name: texts for name, texts in each.items() if texts and not _are_codes(texts)}
    if not may_be:
        return {}
    others = {name: cells.counts(table.frame[name]) for name in columns if name not in may_be}
    known = {word for counts in others.values() for word in counts if not _is_unknown(word)}
    known |= {word for name in table.targets for word in cells.counts(table.frame[name])}
    gaps = {name: texts for name, texts in may_be.items() if not known & texts.keys()}
    named = words(gaps)
    for name in [one for one in columns if one not in gaps]:
        counts = others.get(name, each[name])
        if too := {word: counts[word] for word in named if word in counts}:
            gaps[name] = too
    return gaps


CODE = re.compile(r"[A-Za-z]{1,3}[-.]?\d+|\d+[A-Za-z]")  # c168 or 207a, which names something


def _are_codes(texts: Iterable[str]) -> bool:
    """Whether some are, so that the numbers beside them may be codes, too."""
    return any(CODE.fullmatch(text.strip()) for text in texts)


def _is_unknown(word: str) -> bool:
    return word.strip().casefold() in UNKNOWN


def words(gaps: Gaps) -> tuple[str, ...]:
    """All of them, each once."""
    return tuple(dict.fromkeys(text for texts in gaps.values() for text in texts))


def in_words(texts: Mapping[str, int]) -> str:
    """`'n.d.' in 5 cells, 'haemolysed' in 2`."""
    first, *others = texts.items()
    unit = "cell" if first[1] == 1 else "cells"
    told = [f"{show(first[0])} in {first[1]} {unit}"]
    return ", ".join([*told, *(f"{show(text)} in {count}" for text, count in others)])
