"""The few texts of a column of numbers that are none: what they are, and how they become gaps."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sweeps.data.cell import cells, number_spellings

if TYPE_CHECKING:
    import pandas as pd

FEW = 0.05  # of a column's cells: so few texts among numbers are typing mistakes, or gaps
REPEATED, NUMBERS = 3, 10  # so few words may have more cells, beside more different numbers
HALF = 0.5  # of a column's cells, at most, have such words
SOME = 200  # cells, of which a third or more have to be numbers
MOST = 10  # different ones that are proposed as gaps


def among_numbers(column: "pd.Series") -> Mapping[str, int]:
    """Texts that are no numbers, by how many cells have each; none where they are many.

    They are as they stand in the cells, with blanks at their ends.
    """
    if cells.unsupported(column):
        return {}
    known = column.dropna()
    some = known.iloc[:: max(1, len(known) // SOME)].iloc[:SOME].map(cells.text)
    if 3 * sum(map(is_number, some)) < len(some):  # so words are not looked at one by one
        return {}
    counts = cells.counts(column)
    if cells.are_flags(tuple(counts)):
        return {}
    found = {text: count for text, count in counts.most_common() if not is_number(text)}
    share = sum(found.values()) / max(1, counts.total())
    is_few = 0 < share <= FEW or (0 < share <= HALF and _are_repeated(found, counts))
    return found if is_few and len(found) <= MOST else {}


def _are_repeated(found: Mapping[str, int], counts: Mapping[str, int]) -> bool:
    """Whether texts are a few words, without digits, beside many different numbers: no codes."""
    words = {text.strip() for text in found}
    if len(words) > REPEATED or any(char.isdigit() for word in words for char in word):
        return False
    numbers = {text.strip() for text in counts} - words - number_spellings.GAPS
    return len(numbers) > NUMBERS and not any(map(number_spellings.is_code, numbers))


def is_number(text: str) -> bool:
    """Whether it is one, or a gap, whatever its decimal mark."""
    if text.strip() in number_spellings.GAPS:
        return True
    return any(number_spellings.parse(text, mark) is not None for mark in (".", ","))


def as_gaps(texts: Iterable[str]) -> str:
    """`data.missing: ["n.d.", "haemolysed"]`."""
    return f"data.missing: [{', '.join(json.dumps(text, ensure_ascii=False) for text in texts)}]"


def remedy(column: "pd.Series") -> str:
    """How to have the texts among a column's numbers read as gaps; "" where there are none."""
    found = among_numbers(column)
    if not found:
        return ""
    return f"{as_gaps(found)} reads {'them as gaps' if len(found) > 1 else 'it as a gap'}"
