"""Cells that are dates, as seconds: timestamps, Python's dates, and texts of one form a column.

A text says its day by its form: `iso` has the year first, `day first` is 18.03.2024 or 18/03/2024,
`month first` 03/18/2024, `compact` 20240318, where the study says that it is a date. Where slashes
leave it open, no date is read. Without a zone a time is UTC.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweeps.data.cell import cells
from sweeps.data.cell.number_spellings import GAPS

if TYPE_CHECKING:
    import pandas as pd

_TIME = r"([T ]+(?P<time>\d{1,2}:\d\d.*))?"
_ISO = re.compile(rf"(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_TIME}")
_OTHER = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<second>\d{{1,2}})\2(?P<year>\d{{4}}){_TIME}"
)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<time>)", re.ASCII)
COMPACT = "compact"  # 20240318: a number, unless the study says that it is a date
FORMS: Mapping[str, tuple[str, str]] = {
    "day first": ("second", "first"),
    "month first": ("first", "second"),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AMBIGUOUS = "dates of which day and month cannot be told apart (write them as 2024-03-18)"


def form(words: Iterable[str]) -> str | None:
    """The form of a column's texts; "" where day and month cannot be told, None for no dates."""
    bare = [word.strip() for word in words if word.strip() not in GAPS]
    if bare and all(_seconds(word, "iso") is not None for word in bare):
        return "iso"
    found = [match for word in bare if (match := _OTHER.fullmatch(word))]
    if not bare or len(found) < len(bare):
        return None
    fits = [name for name in FORMS if all(_seconds(word, name) is not None for word in bare)]
    if all(match["mark"] == "." for match in found):
        fits = [name for name in fits if name == "day first"]
    return fits[0] if len(fits) == 1 else ("" if fits else None)


def are_compact(words: Iterable[str]) -> bool:
    """Whether all texts, gaps aside, are such as 20240318."""
    bare = [word.strip() for word in words if word.strip() not in GAPS]
    return bool(bare) and all(_seconds(word, COMPACT) is not None for word in bare)


def look_compact(values: NDArray[np.float64]) -> bool:
    """Whether numbers (n,) may be such: each a day of the calendar from 1900 on, of many days."""
    days = values % 100
    months = values // 100 % 100
    is_day = (days >= 1) & (days <= 31) & (months >= 1) & (months <= 12) & (values % 1 == 0)
    return bool(is_day.all()) and len(values) > 0


def _seconds(text: str, how: str) -> float | None:
    """Since 1970; None for a text of another form, or a day that is not in the calendar."""
    found = {"iso": _ISO, COMPACT: _COMPACT}.get(how, _OTHER).fullmatch(text)
    if found is None:
        return None
    month, day = FORMS.get(how, ("month", "day"))
    moment = f"{found['year']}-{int(found[month]):02}-{int(found[day]):02}"
    if time := found["time"]:
        moment += f"T{time.strip().zfill(5) if time[1] == ':' else time.strip()}"
    try:
        made = datetime.fromisoformat(moment)
    except ValueError:
        return None
    made = made if made.tzinfo else made.replace(tzinfo=UTC)
    return ((made - EPOCH) // timedelta(microseconds=1)) / 1e6


def as_in_training(form: str) -> str:
    """What to say of a text that is no date of a study's form."""
    how = {"iso": "", COMPACT: " (the study's are such as 20240318)"}
    return how.get(form, f" (the study's have the {form})")


def are_moments(column: "pd.Series") -> bool:
    """Whether a column is of a type that has nothing but dates."""
    import pandas as pd

    return bool(pd.api.types.is_datetime64_any_dtype(column))


def seconds(column: "pd.Series", how: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Seconds since 1970 (n,), NaN in gaps, and where (n,) a cell is no date of that form.

    Timestamps, and texts as ISO has them, are read whatever the form.
    """
    import pandas as pd

    if are_moments(column):
        zone = getattr(column.dt, "tz", None)
        moments = column.dt.tz_convert(None) if zone is not None else column
        micro = moments.astype("datetime64[us]").to_numpy()
        values = micro.astype(np.int64) / 1e6
        return np.where(np.isnat(micro), np.nan, values), np.zeros(len(values), bool)
    codes, words = pd.factorize(cells.texts(column))
    read = [_of_word(str(word).strip(), how) for word in words]
    values = np.array([np.nan if value is None else value for value in read], np.float64)
    wrong = np.array([value is None for value in read], bool)
    return values[codes], wrong[codes]


def _of_word(word: str, how: str) -> float | None:
    if word == cells.MISSING or word in cells.NA_VALUES or word in GAPS or word == "NaT":
        return np.nan
    found = _seconds(word, how)
    return _seconds(word, "iso") if found is None else found
