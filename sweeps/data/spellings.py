"""Texts that are not what they look like: numbers spelled in another way, dates, stray spaces."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sweeps.faults import show

if TYPE_CHECKING:
    import pandas as pd

# '1,234' is the first or the second: its neighbours say which.
SPELLINGS: Mapping[str, str] = {
    "thousands separators": r"[-+]?\d{1,3}([,' \u00a0\u202f]\d{3})+(\.\d+)?",
    "a decimal comma": r"[-+]?(\d+|\d{1,3}([.' \u00a0\u202f]\d{3})+)(,\d+)?",
    "a percent sign": r"[-+]?\d+([.,]\d+)?\s*%",
    "an amount of money": r"-?[€$£¥]\s?-?\d[\d.,']*|-?\d[\d.,']*\s?([€$£¥]|EUR|USD|GBP|CHF)",
    "a date": r"(\d{4}([-/.]\d{1,2}){2}|(\d{1,2}[-/.]){2}(\d{4}|\d\d))([T ]\d.*)?",
}
FEW = 3  # different words among numbers


def clauses(column: "pd.Series") -> list[str]:
    """Why a column of texts is none of numbers, if most of it would be (or is dates); else nothing.

    "'12,5' looks like a decimal comma", "'-' in 23 rows is no number".
    """
    import pandas as pd

    texts = column.dropna().astype(str).str.strip()
    others = texts[pd.to_numeric(texts, errors="coerce").isna()]
    matches = {what: others.str.fullmatch(pattern) for what, pattern in SPELLINGS.items()}
    what = max(matches, key=lambda name: int(matches[name].sum()))
    spelled, words = others[matches[what]], others[~matches[what]]
    if 2 * len(words) > len(texts) or words.nunique() > FEW:
        return []
    found = []
    if len(spelled):
        alike = pd.DataFrame(matches)[matches[what]].sum(axis=1)
        # The clearest is like one of them alone.
        found.append(f"{show(spelled.iloc[alike.argmin()])} looks like {what}")
    for word, rows in words.value_counts().items():
        found.append(f"{show(word)} in {rows} {'row' if rows == 1 else 'rows'} is no number")
    return found


def remedy(found: list[str]) -> str:
    """What to do about these clauses of a column of a CSV file; nothing where that is not known."""
    has_comma = any(clause.endswith("a decimal comma") for clause in found)
    return "say data.decimal: ','" if has_comma else ""


def alike(column: "pd.Series") -> tuple[str, str] | None:
    """Two texts of a column that differ by spaces at their ends alone, if there are any."""
    texts = column.dropna().astype(str).drop_duplicates()
    bare = texts.str.strip()
    twice = bare[bare.duplicated()]
    if twice.empty:
        return None
    first, second = texts[bare == twice.iloc[0]].iloc[:2]
    return str(first), str(second)
