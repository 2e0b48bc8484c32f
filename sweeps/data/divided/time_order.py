"""Rows in the order of time: the column they are ordered by, the future cut off, rolling origins.

Rows of the same time stay on one side, so a part may have a few more or fewer rows than asked.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, show
from sweeps.data.cell import cells, dates, dtypes
from sweeps.data.source.cell_places import place
from sweeps.data.source.lines import Lines, LinesOfFiles

Rows = NDArray[np.intp]
# Of the rows, how many train at the first of the rolling origins (Tashman, 2000).
FIRST = 0.5
LOOKED_AT = 20  # cells of a column that may hold dates
ISO = r"\s*\d{4}-\d{1,2}(-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?\s*"


def ranks(column: pd.Series, lines: Lines | LinesOfFiles | None) -> Rows:
    """(n,) of each row the place of its time among all times, from 0 on; alike where times are.

    Errors: Expected for what is no number, date or timestamp.
    """
    if column.isna().any():
        row = int(column.isna().to_numpy().argmax())
        raise Expected("a time in every row", Unquoted(f"none{place(lines, row, column)}"))
    return np.asarray(np.unique(_sortable(column, lines), return_inverse=True)[1], np.intp)


def _sortable(column: pd.Series, lines: Lines | LinesOfFiles | None) -> NDArray[Any]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return np.asarray(pd.to_datetime(column, utc=True).astype("int64"))
    if pd.api.types.is_numeric_dtype(column.dtype) and column.dtype != bool:
        return _in_order(np.asarray(column, np.float64), column, lines)
    texts = column.map(cells.text)
    numbers = np.asarray(pd.to_numeric(texts, errors="coerce"), np.float64)
    if np.isfinite(numbers).all():
        return _in_order(numbers, column, lines)
    is_date = texts.str.fullmatch(ISO).to_numpy(bool)
    form = None if is_date.all() else dates.form(set(texts))
    if form:
        return dates.seconds(column, form)[0]
    moments = pd.to_datetime(texts.where(is_date), format="ISO8601", utc=True, errors="coerce")
    wrong = moments.isna().to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        got = Unquoted(f"{show(column.iloc[row])}{place(lines, row, column)}")
        raise Expected(EXPECTED, got, dates.AMBIGUOUS if form == "" else "")
    return np.asarray(moments.astype("int64"))


EXPECTED = "numbers, or dates such as 2024-05-31 or 2024-05-31T14:30"


def _in_order(
    numbers: NDArray[np.float64], column: pd.Series, lines: Lines | LinesOfFiles | None
) -> NDArray[np.float64]:
    """Numbers (n,) that go up with time. Errors: Expected for days such as 31052024."""
    day, month, year = numbers // 1_000_000, numbers // 10_000 % 100, numbers % 10_000
    is_year = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (numbers % 1 == 0)
    either = np.minimum(day, month), np.maximum(day, month)
    is_day = (either[0] >= 1) & (either[0] <= 12) & (either[1] <= 31)
    if len(numbers) and bool((is_year & is_day).all()):
        got = Unquoted(f"{column.iloc[0]}{place(lines, 0, column)}")
        raise Expected(EXPECTED, got, "days whose year is last do not go up with time")
    return numbers


FIRST_YEAR, LAST_YEAR = 1900, 2100


def dated(frame: pd.DataFrame) -> list[str]:
    """The columns of timestamps, of texts that are dates, or of numbers called times or years."""
    numbers = dtypes.numeric_columns(frame, with_booleans=False)
    found = [name for name in filter(TIMES.search, numbers) if _since_1970(frame[name])]
    found += [name for name in filter(YEARS.fullmatch, numbers) if _are_years_in_order(frame[name])]
    for name in dtypes.other_columns(frame):
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            found.append(str(name))
            continue
        cells_of_it = column.iloc[:LOOKED_AT].dropna()
        if len(cells_of_it) == 0 or cells.unsupported(column):
            continue
        texts = cells_of_it.map(cells.text)
        is_iso = texts.str.fullmatch(ISO).all()
        may_be = is_iso or dates.form(set(texts)) is not None
        if is_iso or (may_be and dates.form(set(cells.counts(column)))):
            found.append(str(name))
    return found


# What numbers that count the time are called, and between which they are since 1970: from 1990 to
# 2100, of seconds or thousandths.
TIMES = re.compile(r"(?i)time|date|stamp|epoch|when|(^|[_ .-])(ts|at)$")
SPAN = (6.3e8, 4.1e9)


YEARS = re.compile(r"(?i)(.*[_ .-])?(years?|time|dates?)")
DAYS = re.compile(r"(?i)(.*[_ .-])?dates?")  # 791012, say, if they go up
FIRST_OF_SERIES, LEAST_TIMES = 1500, 10


def _are_years_in_order(column: pd.Series) -> bool:
    """Whether each row is of a later time than the one before: 1949, 1949.083, 1949.167."""
    values = column.to_numpy(np.float64, na_value=np.nan)
    if len(values) < LEAST_TIMES or not (np.diff(values) > 0).all():
        return False
    are_years = values[0] >= FIRST_OF_SERIES and values[-1] <= LAST_YEAR
    return bool(are_years or DAYS.fullmatch(str(column.name)))


def _since_1970(column: pd.Series) -> bool:
    values = column.to_numpy(np.float64, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        least, most = np.fmin.reduce(values), np.fmax.reduce(values)
    return any(SPAN[0] * unit <= least <= most <= SPAN[1] * unit for unit in (1, 1000))


@dataclass(frozen=True)
class _Ordered:
    """Rows (n,) from past to future, and after how many of them a time ends."""

    rows: Rows
    ends: Rows

    def near(self, count: float) -> int:
        """The nearest number of rows after which a time ends."""
        return int(self.ends[np.abs(self.ends - count).argmin()])


def _ordered(rows: Rows, times: Rows) -> _Ordered:
    own = times[rows]
    order = np.argsort(own, kind="stable")
    return _Ordered(rows[order], np.cumsum(np.unique(own, return_counts=True)[1]))


def cut(rows: Rows, share: float, times: Rows, part: str) -> tuple[Rows, Rows]:
    """(those before, about `share` of them that are the future), ascending. Errors: Expected."""
    if share == 0:
        return rows, rows[:0]
    ordered = _ordered(rows, times)
    if len(ordered.ends) < 2:
        problem = "two different times or more to divide by"
        raise Expected(problem, len(ordered.ends), at=part)
    last = ordered.ends[-2]  # so that some are left on either side
    at = min(ordered.near((1 - share) * len(rows)), int(last))
    return np.sort(ordered.rows[:at]), np.sort(ordered.rows[at:])


def origins(rows: Rows, times: Rows, count: int) -> list[tuple[Rows, Rows]]:
    """(training, dev) rows at each of so many origins: all that is earlier, and the next block.

    The blocks are about as large as each other, one after the other, and the last ends with the
    last row. Errors: Expected (at `count`) where there are too few times for them.
    """
    ordered, size = _ordered(rows, times), len(rows)
    ends = [ordered.near(at) for at in np.linspace(FIRST * size, size, count + 1)]
    if len(set(ends)) <= count:
        expected = f"enough different times for {count} origins"
        raise Expected(expected, len(ordered.ends), "fewer origins, or fewer ties", "count")
    found = []
    for start, end in pairwise(ends):
        found.append((np.sort(ordered.rows[:start]), np.sort(ordered.rows[start:end])))
    return found
