"""Numbers that are read as texts: spelled in another way, or with words among them."""

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
}
FEW = 3  # different words among numbers


def clauses(column: "pd.Series") -> list[str]:
    """Why a column of texts is none of numbers, if most of it would be; else nothing.

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
