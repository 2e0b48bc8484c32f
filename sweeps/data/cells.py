"""What a cell says, however a file or a frame spells and types it: a number, or one of known words.

`True`, `TRUE` and `true` say the same, as do `1`, `1.0` and `01`, bytes and their text, a moment
and its ISO form. Where words were told apart by their spelling in training, they still are.
"""

import re
from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

MISSING = "(missing)"
# What a cell without a value may hold. "None" is not among them: it is a word like others.
GAPS = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?")
TRUTHS: Mapping[str, bool] = {"true": True, "false": False}
NESTED: Mapping[str, tuple[type, ...]] = {
    "bytes that are no text": (bytes,),
    "lists": (list, tuple, set, np.ndarray),
    "mappings": (dict,),
    "durations": (timedelta,),
}
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,6})?", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?", re.ASCII)


def numbers(column: "pd.Series", is_flag: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values (n,), NaN where there is none, and where (n,) a cell says something else.

    is_flag: whether truths are numbers, 1 and 0.
    """
    import pandas as pd

    if is_plain(column.dtype, is_flag):
        values = column.to_numpy(np.float64, na_value=np.nan)
        return values, np.zeros(len(values), bool)
    cells = column.astype(object).map(lambda cell: _number(cell, is_flag), na_action="ignore")
    values = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return values, np.isnan(values) & cells.notna().to_numpy()


def is_plain(dtype: Any, is_flag: bool) -> bool:
    """Whether a column of that type holds numbers and gaps alone."""
    import pandas as pd

    is_number = pd.api.types.is_numeric_dtype(dtype)
    return bool(is_number and (is_flag or not pd.api.types.is_bool_dtype(dtype)))


def _number(cell: Any, is_flag: bool) -> Any:
    """A cell as `pandas.to_numeric` takes it: what is none, as a text."""
    if isinstance(cell, bool | np.bool_):
        return float(cell) if is_flag else str(cell)
    if isinstance(cell, Real | Decimal):
        return float(cell)
    said = text(cell).strip()
    if said in GAPS:
        return np.nan
    return float(TRUTHS[said.lower()]) if is_flag and said.lower() in TRUTHS else said


def text(cell: Any) -> str:
    """The canonical text of a cell that has a value: whole numbers without a point."""
    if isinstance(cell, bytes):
        return cell.decode(errors="replace")
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    return str(cell)


def unfit(column: "pd.Series") -> str:
    """What the cells are, if they are neither numbers nor words; "" if they may be."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return "dates"
    if pd.api.types.is_timedelta64_dtype(column):
        return "durations"
    at = column.first_valid_index() if column.dtype == object else None
    if at is None:
        return ""
    cell = column.loc[at]
    return next((what for what, kinds in NESTED.items() if isinstance(cell, kinds)), "")


def texts(column: "pd.Series") -> NDArray[np.object_]:
    """The text (n,) of each cell, `MISSING` where it has none."""
    said = [text(cell) for cell in column.to_numpy(object)]
    return np.where(column.isna(), MISSING, np.array(said, dtype=object))


class Categories:
    """Known words by what they say: as they are spelled, else the only one that says the same."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._spelled = {word: place for place, word in enumerate(words)}
        self._are_flags = are_flags(words)
        said: dict[Hashable, list[int]] = {}
        for word, place in self._spelled.items():
            said.setdefault(meaning(word, self._are_flags), []).append(place)
        self._said = {what: places[0] for what, places in said.items() if len(places) == 1}

    def place(self, word: str) -> int:
        """The place of the word that is meant; -1 where there is none."""
        if word in self._spelled:
            return self._spelled[word]
        if word in GAPS:
            return self._spelled.get(MISSING, -1)
        return self._said.get(meaning(word, self._are_flags), -1)

    def places(self, texts: NDArray[np.object_]) -> NDArray[np.intp]:
        """The place (n,) of each text's word, as of `place`."""
        import pandas as pd

        codes, unique = pd.factorize(texts)
        known: NDArray[np.intp] = np.array([self.place(word) for word in unique], dtype=np.intp)
        return np.asarray(known[codes])

    def respells(self, texts: NDArray[np.object_]) -> bool:
        """Whether any text is taken for a word that is spelled otherwise."""
        others = set(texts) - self._spelled.keys()
        return any(self.place(word) >= 0 for word in others)


def are_flags(words: tuple[str, ...]) -> bool:
    """Whether words, gaps aside, are truths: `True` and `False`, or 1 and 0, or both."""
    said = [word.strip().lower() for word in words if word != MISSING]
    return bool(said) and all(word in TRUTHS or _is_bit(word) for word in said)


def _is_bit(word: str) -> bool:
    return bool(NUMBER.fullmatch(word)) and Decimal(word) in (0, 1)


def meaning(word: str, is_flag: bool) -> Hashable:
    """What a word says: the same for all its spellings. is_flag: whether 1 and 0 are truths."""
    bare = word.strip()
    if bare.lower() in TRUTHS:
        return "truth", TRUTHS[bare.lower()]
    if NUMBER.fullmatch(bare):
        number = Decimal(bare)
        return ("truth", bool(number)) if is_flag and number in (0, 1) else ("number", number)
    if MOMENT.fullmatch(bare):
        try:
            return "moment", datetime.fromisoformat(bare)
        except ValueError:
            return bare
    return bare
