"""What a cell means, whatever its type and spelling: a number, or one of a column's categories.

`True`, `TRUE` and `true` mean the same, as do `1`, `1.0` and `01`, bytes and their text, a
timestamp and its ISO form. Categories that training kept apart by their spelling stay apart.
"""

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data.cell import dtypes, number_spellings

if TYPE_CHECKING:
    import pandas as pd

MISSING = "(missing)"
# Texts of a cell without a value. "None" is not among them: it may be a category.
NA_VALUES = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?")
BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}
UNSUPPORTED: Mapping[str, tuple[type, ...]] = {
    "bytes that are no text": (bytes,),
    "lists": (list, tuple, set, np.ndarray),
    "mappings": (dict,),
    "durations": (timedelta,),
}
SUPPORTED = (str, Real, Decimal, np.bool_, date)  # in a column of no type of its own
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,6})?", re.ASCII)
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?", re.ASCII)


def numbers(
    column: "pd.Series", is_flag: bool, spelling: str = "", unit: str | None = None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values (n,), NaN where there is none, and where (n,) a cell holds something else.

    is_flag: whether booleans are numbers, 1 and 0. spelling: the decimal mark of numbers in a
    spelling (`number_spellings`), if they may be in one. unit: all that they may have there; None
    for any.
    """
    import pandas as pd

    if dtypes.is_numeric(column.dtype, is_flag):
        values = column.to_numpy(np.float64, na_value=np.nan)
        return values, np.zeros(len(values), bool)
    if spelling:
        column = column.astype(object).map(lambda cell: _spelled(cell, spelling, unit))
    cells = column.astype(object).map(lambda cell: _number(cell, is_flag), na_action="ignore")
    values = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return values, np.isnan(values) & cells.notna().to_numpy()


def _number(cell: Any, is_flag: bool) -> Any:
    """A cell for `pandas.to_numeric`: a number, or a text that it refuses."""
    if isinstance(cell, bool | np.bool_):
        return float(cell) if is_flag else str(cell)
    if isinstance(cell, Real | Decimal):
        return float(cell)
    said = text(cell).strip()
    if said in NA_VALUES:
        return np.nan
    return float(BOOLEANS[said.lower()]) if is_flag and said.lower() in BOOLEANS else said


def _spelled(cell: Any, decimal: str, unit: str | None) -> Any:
    """A text that is a number in a spelling, or a gap, as such; all else as it is."""
    value = number_spellings.value(cell, decimal, unit) if isinstance(cell, str) else None
    return cell if value is None else value


def text(cell: Any) -> str:
    """The canonical text of a cell that has a value: whole numbers without a point."""
    if isinstance(cell, bytes):
        return cell.decode(errors="replace")
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)


def unsupported(column: "pd.Series") -> str:
    """What the cells are, if neither numbers nor categories ("dates", "lists"); else ""."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return "dates"
    if pd.api.types.is_timedelta64_dtype(column):
        return "durations"
    if column.dtype != object:
        return ""
    kinds = set(map(type, column.dropna()))
    for what, refused in UNSUPPORTED.items():
        if any(issubclass(kind, refused) for kind in kinds):
            return what
    odd = sorted(kind.__name__ for kind in kinds if not issubclass(kind, SUPPORTED))
    return f"values of the type {odd[0]}" if odd else ""


def texts(column: "pd.Series") -> NDArray[np.object_]:
    """The text (n,) of each cell, `MISSING` where it has none."""
    codes, said = _coded(column)
    return np.asarray(np.array([*said, MISSING], dtype=object)[codes])


def counts(column: "pd.Series") -> Counter[str]:
    """The texts of a column's cells that have a value, in the order met, and how many have each."""
    codes, said = _coded(column.dropna())
    found: Counter[str] = Counter()
    for word, count in zip(said, np.bincount(codes, minlength=len(said)).tolist(), strict=True):
        found[word] += count
    return found


def _coded(column: "pd.Series") -> tuple[NDArray[np.intp], list[str]]:
    """Each cell (n,) as a place among texts, -1 where it has none: each value is looked at once."""
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        codes, values = pd.factorize(column)
        return np.asarray(codes, np.intp), [text(value) for value in values]
    # Of other types equal values may be of different texts: True is 1.
    said = [text(cell) for cell in column.to_numpy(object)]
    codes, values = pd.factorize(np.array(said, dtype=object))
    return np.where(column.isna(), -1, codes), values.tolist()


class Categories:
    """A column's categories: a text is the one spelled so, else the only one of that meaning."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._by_spelling = {name: index for index, name in enumerate(names)}
        self._are_flags = are_flags(names)
        by_meaning: dict[Hashable, list[int]] = {}
        for name, index in self._by_spelling.items():
            by_meaning.setdefault(meaning(name, self._are_flags), []).append(index)
        self._by_meaning = {what: found[0] for what, found in by_meaning.items() if len(found) == 1}

    def index(self, text: str) -> int:
        """The index of a text's category; -1 where there is none."""
        if text in self._by_spelling:
            return self._by_spelling[text]
        if text in NA_VALUES:
            return self._by_spelling.get(MISSING, -1)
        found = self._by_meaning.get(meaning(text, self._are_flags), -1)
        return found if found >= 0 else self._by_spelling.get(text.strip(), -1)

    def indices(self, texts: NDArray[np.object_]) -> NDArray[np.intp]:
        """The index (n,) of each text's category, as of `index`."""
        import pandas as pd

        codes, unique = pd.factorize(texts)
        known: NDArray[np.intp] = np.array([self.index(text) for text in unique], dtype=np.intp)
        return np.asarray(known[codes])

    def has_other_spellings(self, texts: NDArray[np.object_]) -> bool:
        """Whether any text is taken for a category that is spelled otherwise."""
        import pandas as pd

        others = set(pd.unique(texts)) - self._by_spelling.keys()
        return any(self.index(text) >= 0 for text in others)


def are_flags(words: tuple[str, ...]) -> bool:
    """Whether words, gaps aside, are booleans: `True` and `False`, or 1 and 0, or both."""
    said = [word.strip().lower() for word in words if word != MISSING]
    return bool(said) and all(word in BOOLEANS or _is_bit(word) for word in said)


def _is_bit(word: str) -> bool:
    return bool(NUMBER.fullmatch(word)) and Decimal(word) in (0, 1)


def meaning(word: str, is_flag: bool) -> Hashable:
    """What a word means: equal for all its spellings. is_flag: whether 1 and 0 are booleans."""
    bare = word.strip()
    if bare.lower() in BOOLEANS:
        return "boolean", BOOLEANS[bare.lower()]
    if NUMBER.fullmatch(bare):
        number = Decimal(bare)
        return ("boolean", bool(number)) if is_flag and number in (0, 1) else ("number", number)
    if TIMESTAMP.fullmatch(bare):
        try:
            return "timestamp", datetime.fromisoformat(bare)
        except ValueError:
            return bare
    return bare
