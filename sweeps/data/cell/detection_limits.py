"""Cells below or above a limit of what is measured, as "<0.1", "> 200" or "90+", read as it.

That is where they are few, in a column of numbers; where they are many they are words.
"""

import re
from collections.abc import Collection, Mapping

from sweeps.base.errors import show

_SIGN = re.compile(r"\s*(<=|>=|=<|=>|[<>≤≥⩽⩾])\s*(?=\S)")
_PLUS = re.compile(r"\s*([-−]?\d[\d.,'’ ]*%?)\+\s*")  # behind a number: "90+"
FEW = 0.05  # of the cells
MOST, MANY_VALUES = 0.5, 20  # of the cells of a column whose numbers have more different values


def bare(text: str) -> str | None:
    """What stands behind the sign of such a cell, or before its plus; None of one without."""
    if found := _SIGN.match(text):
        return text[found.end() :].strip()
    found = _PLUS.fullmatch(text)
    return None if found is None else found[1].strip()


def are_few(counts: Mapping[str, int], numbers: int) -> bool:
    """Whether so few of a column's cells, counted by their text, are limits that the rest tells.

    numbers: how many different ones it has beside them.
    """
    limits = sum(count for text, count in counts.items() if bare(text) is not None)
    most = MOST if numbers > MANY_VALUES else FEW
    return limits <= most * sum(counts.values())


def told(counts: Mapping[str, int], values: Mapping[str, float]) -> str:
    """What to say of them; nothing where there are none. values: of each text that is one."""
    cells = sum(counts[text] for text in values)
    if not cells:
        return ""
    example = max(sorted(values), key=lambda text: counts[text])
    one = f"{cells} cell{'s' * (cells > 1)} below or above a limit, as {show(example)}, "
    return f"{one}{'are' if cells > 1 else 'is'} read as the limit {values[example]:.12g}"


def are_limits(texts: Collection[str]) -> bool:
    """Whether all of some texts have the sign of one."""
    return all(bare(text) is not None for text in texts)
