"""Texts that are not what they look like: numbers spelled in another way, dates, stray spaces."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sweeps.base.errors import show
from sweeps.data import cells

if TYPE_CHECKING:
    import pandas as pd

# '1,234' is the first or the second: its neighbours say which.
SPELLINGS: Mapping[str, re.Pattern[str]] = {
    "thousands separators": re.compile(r"[-+]?\d{1,3}([,' \u00a0\u202f]\d{3})+(\.\d+)?"),
    "a decimal comma": re.compile(r"[-+]?(\d+|\d{1,3}([.' \u00a0\u202f]\d{3})+)(,\d+)?"),
    "a percent sign": re.compile(r"[-+]?\d+([.,]\d+)?\s*%"),
    "an amount of money": re.compile(
        r"-?[€$£¥]\s?-?\d[\d.,']*|-?\d[\d.,']*\s?([€$£¥]|EUR|USD|GBP|CHF)"
    ),
    "a date": re.compile(r"(\d{4}([-/.]\d{1,2}){2}|(\d{1,2}[-/.]){2}(\d{4}|\d\d))([T ]\d.*)?"),
}
FEW = 3  # different words among numbers


def clauses(column: "pd.Series") -> list[str]:
    """Why a column of texts is none of numbers, if most of it would be (or is dates); else nothing.

    "'12,5' looks like a decimal comma", "'-' in 23 rows is no number".
    """
    rows = Counter(cells.text(cell).strip() for cell in column.dropna())
    others = [text for text in rows if not cells.NUMBER.fullmatch(text)]
    like = {
        what: [text for text in others if pattern.fullmatch(text)]
        for what, pattern in SPELLINGS.items()
    }
    what = max(like, key=lambda name: sum(rows[text] for text in like[name]))
    spelled = set(like[what])
    words = Counter({text: rows[text] for text in others if text not in spelled})
    if 2 * words.total() > rows.total() or len(words) > FEW:
        return []
    found = []
    if spelled:
        # The clearest is like one of them alone.
        clearest = min(like[what], key=lambda text: _likenesses(text))
        found.append(f"{show(clearest)} looks like {what}")
    for word, count in words.most_common():
        found.append(f"{show(word)} in {count} {'row' if count == 1 else 'rows'} is no number")
    return found


def _likenesses(text: str) -> int:
    return sum(pattern.fullmatch(text) is not None for pattern in SPELLINGS.values())


def remedy(found: list[str]) -> str:
    """What to do about these clauses of a column of a CSV file; nothing where that is not known."""
    has_comma = any(clause.endswith("a decimal comma") for clause in found)
    return "say data.decimal: ','" if has_comma else ""


def alike(texts: Iterable[str]) -> tuple[str, str] | None:
    """Two different texts that differ by spaces at their ends alone, if there are any."""
    met: dict[str, str] = {}
    for text in texts:
        other = met.setdefault(text.strip(), text)
        if other != text:
            return other, text
    return None
