"""Texts among numbers that `sweeps new` proposes as gaps, so that their columns are kept."""

from collections.abc import Mapping

from sweeps.base.errors import show
from sweeps.data import cells, dtypes, wrong_texts
from sweeps.data.source_table import SourceTable

Gaps = Mapping[str, Mapping[str, int]]  # by column, each text and how many cells have it


def found(table: SourceTable) -> Gaps:
    """Those of columns that are numbers but for a few cells of few texts.

    A text that is a word of another column, too, is none: it would be a gap there as well.
    """
    columns = [name for name in dtypes.other_columns(table.frame) if name not in table.targets]
    each = {name: wrong_texts.among_numbers(table.frame[name]) for name in columns}
    may_be = {name: texts for name, texts in each.items() if texts}
    if not may_be:
        return {}
    others = [table.frame[name] for name in (*columns, *table.targets) if name not in may_be]
    known = {word for column in others for word in cells.counts(column)}
    return {name: texts for name, texts in may_be.items() if not known & texts.keys()}


def words(gaps: Gaps) -> tuple[str, ...]:
    """All of them, each once."""
    return tuple(dict.fromkeys(text for texts in gaps.values() for text in texts))


def in_words(texts: Mapping[str, int]) -> str:
    """`'n.d.' in 5 cells, 'haemolysed' in 2`."""
    first, *others = texts.items()
    unit = "cell" if first[1] == 1 else "cells"
    told = [f"{show(first[0])} in {first[1]} {unit}"]
    return ", ".join([*told, *(f"{show(text)} in {count}" for text, count in others)])
