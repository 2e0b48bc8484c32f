"""The few texts of a column of numbers that are none: what they are, and how they become gaps."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sweeps.data import cells, number_spellings

if TYPE_CHECKING:
    import pandas as pd

FEW = 0.05  # of a column's cells: so few texts among numbers are typing mistakes, or gaps
SOME = 200  # cells, of which most have to be numbers
MOST = 10  # different ones that are proposed as gaps


def among_numbers(column: "pd.Series") -> Mapping[str, int]:
    """Texts that are no numbers, by how many cells have each; none where they are many.

    They are as they stand in the cells, with blanks at their ends.
    """
    if cells.unsupported(column):
        return {}
    some = column.dropna().iloc[:SOME].map(cells.text)
    if 2 * sum(map(is_number, some)) < len(some):  # so words are not looked at one by one
        return {}
    counts = cells.counts(column)
    if cells.are_flags(tuple(counts)):
        return {}
    found = {text: count for text, count in counts.most_common() if not is_number(text)}
    is_few = 0 < sum(found.values()) <= FEW * counts.total()
    return found if is_few and len(found) <= MOST else {}


def is_number(text: str) -> bool:
    """Whether it is one, or a gap, whatever its decimal mark."""
    if text.strip() in number_spellings.GAPS:
        return True
    return any(number_spellings.parse(text, mark) is not None for mark in (".", ","))


def as_gaps(texts: Iterable[str]) -> str:
    """`data.missing: ["n.d.", "haemolysed"]`."""
    return f"data.missing: [{', '.join(json.dumps(text, ensure_ascii=False) for text in texts)}]"
