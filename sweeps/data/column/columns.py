"""What each column of a table is read as, decided once: `column_kinds` says it of one of them.

An index that was saved beside the data says nothing about a row, in whatever order its rows are: it
is left out, unless the study asks for it. Columns that earlier versions read differently are part
of a study's identity.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.data.cell import cells, dtypes, odd_numbers
from sweeps.data.column import column_kinds
from sweeps.data.column.column_kinds import Taken
from sweeps.data.column.column_readings import MANY_WORDS, ColumnReadings
from sweeps.data.source.frames import LARGE
from sweeps.study.data_section import DataSpec, Declared

# Names of columns that may only identify a row.
NAMES = re.compile(
    r"(?i:(.*[_ .-])?(id|uuid)|index|unnamed.*|#|n[or]\.?|seq|sequence|level_\d|"
    r"(row|record|line|serial|case|obs)[_ .-]?(id|no|nr|num|number|names?)?\.?)|.*[a-z]I[dD]|X"
)
INDEX = "consecutive whole numbers, like an index of the rows"
HOLES = "whole numbers that go one way from row to row, like an index of rows that were chosen"
SAVED = "whole numbers without a name, another in every row, like an index that was saved"
UNNAMED = re.compile(r"Unnamed: \d+(\.\d+)?")
FEWEST = 10  # rows, of which it is no chance that they go one way
DISTINCT = "another value in every row"


@dataclass(frozen=True)
class Features:
    """The columns that are inputs, as they are read.

    left_out: those that are none, and why; doubtful: those that may say nothing, and why; unclear:
    those that may be read wrongly, and what to do; said: how texts are read as numbers. changed:
    what columns are read as, where earlier versions read them as something else. unsure: texts of
    which `decimal_marks` has to be told; has_commas: whether there are numbers with a decimal one.
    """

    frame: pd.DataFrame
    readings: ColumnReadings
    left_out: dict[str, str]
    doubtful: dict[str, str]
    unclear: dict[str, str]
    said: dict[str, str]
    changed: dict[str, Any]
    unsure: dict[str, str] = field(default_factory=dict)
    has_commas: bool = False


def choose(frame: pd.DataFrame, spec: DataSpec, starts: Sequence[int] = (0,)) -> Features:
    """Read each column as what the study declares it to be, else as what it looks like.

    starts: the first row of each file that the rows are from.
    Errors: Expected (below `columns`) for cells that are not what their column is declared to be.
    """
    declared = {name: kind for name, kind in spec.columns.items() if name in frame}
    changed: dict[str, Any] = {name: kind for name, kind in declared.items() if kind == "ignore"}
    frame = frame.drop(columns=list(changed)) if changed else frame
    taken = _taken(frame, declared, spec.decimal)
    for name, found in taken.items():
        said = declared.get(name, found.kind)
        if found.column is not frame[name] or name in declared or found.kind == "date":
            changed[name] = list(said) if isinstance(said, tuple) else said
    if taken:
        frame = dtypes.with_columns(frame, {name: found.column for name, found in taken.items()})
    found_out = indices(frame, starts)
    left_out = {name: why for name, why in found_out.items() if name not in declared}
    if len(left_out) == frame.shape[1]:  # the one input may well go up
        left_out = {name: why for name, why in left_out.items() if why == INDEX}
    changed |= dict.fromkeys(left_out, "ignore")
    frame = frame.drop(columns=list(left_out)) if left_out else frame
    taken = {name: found for name, found in taken.items() if name in frame}
    readings = _readings(frame, taken, spec)
    unclear = {name: found.unclear for name, found in taken.items() if found.unclear}
    return Features(
        frame,
        readings,
        left_out,
        {name: DISTINCT for name in _distinct(frame) if name not in declared}
        | {name: why for name, why in found_out.items() if name in frame and name not in declared},
        mostly_rare(frame, readings) | unclear,
        {name: found.said for name, found in taken.items() if found.said},
        changed,
        {name: found.unsure for name, found in taken.items() if found.unsure},
        any(found.has_commas for found in taken.values()),
    )


def mostly_rare(frame: pd.DataFrame, readings: ColumnReadings) -> dict[str, str]:
    """Columns of words of which most cells are merged, so that little is left of them."""
    others = {*readings.dates, *readings.orders, *readings.by_target}
    found = {}
    for name in dtypes.other_columns(frame) if readings.rare else ():
        counts = None if name in others or cells.unsupported(frame[name]) else _counts(frame[name])
        if counts is None or len(counts) <= MANY_WORDS:
            continue
        rare = counts[counts < readings.rare * len(frame)]
        if 2 * rare.sum() > len(frame):
            found[name] = (
                f"{len(rare)} of {len(counts)} words are rare, and share one input "
                "(data.words: target reads each by the mean of the target; data.rare: 0 gives "
                "each an input)"
            )
    return found


def _counts(column: pd.Series) -> pd.Series:
    return column.value_counts(dropna=True)


def _taken(frame: pd.DataFrame, declared: Mapping[str, Declared], decimal: str) -> dict[str, Taken]:
    """What columns are taken for, where they are not read as they stand."""
    others = dtypes.other_columns(frame)
    numeric = set(declared) & set(dtypes.numeric_columns(frame))
    found = {
        name: column_kinds.declared(name, frame[name], declared[name], decimal)
        if name in declared
        else column_kinds.inferred(frame[name], decimal)
        for name in (*others, *numeric)
    }
    return {name: taken for name, taken in found.items() if taken is not None}


def _readings(frame: pd.DataFrame, taken: Mapping[str, Taken], spec: DataSpec) -> ColumnReadings:
    dates = {name: found.form for name, found in taken.items() if found.form is not None}
    orders = {name: found.order for name, found in taken.items() if found.order}
    words = [name for name in dtypes.other_columns(frame) if name not in {*dates, *orders}]
    many = [] if spec.words == "one_hot" else words
    return ColumnReadings(
        {name: found.spelling for name, found in taken.items() if found.spelling is not None},
        dates,
        orders,
        spec.rare,
        frozenset(name for name in many if frame[name].nunique() > MANY_WORDS),
        {name: found.unit for name, found in taken.items() if found.spelling is not None},
    )


def indices(frame: pd.DataFrame, starts: Sequence[int] = (0,)) -> dict[str, str]:
    """The columns that hold an index of the rows, and why it seems one.

    Consecutive whole numbers, one a row, in whatever order; or such as only go up, or down, of
    which some are gone. starts: the first row of each file, which may count its own rows.
    """
    found: dict[str, str] = {}
    numeric = dtypes.numeric_columns(frame, with_booleans=False)
    for names, values in dtypes.numeric_arrays(frame, numeric):
        with np.errstate(invalid="ignore", over="ignore"):  # gaps and infinities are no numbers
            may_be = _may_count(values, starts)
        for at in np.flatnonzero(may_be):
            found[names[at]] = _index(values[at], starts)
    for name in dtypes.other_columns(frame):
        found[name] = _spelled_index(frame[name], starts)
    for name in filter(UNNAMED.fullmatch, numeric):
        found[name] = found.get(name) or SAVED * is_identifier(frame[name])
    return {name: found[name] for name in frame.columns if found.get(name)}


def _may_count(values: NDArray[np.float64], starts: Sequence[int]) -> NDArray[np.bool_]:
    """Whether columns (k, n) may be an index, by a look that is quick."""
    parts = np.split(values, starts[1:], axis=1)
    consecutive = np.all([np.ptp(part, axis=1) == part.shape[1] - 1 for part in parts], axis=0)
    steps = np.diff(parts[0][:, :FEWEST])
    return np.asarray(consecutive | (steps > 0).all(axis=1) | (steps < 0).all(axis=1))


def _index(values: NDArray[np.float64], starts: Sequence[int]) -> str:
    """Why (n,) seems an index; "" where it does not."""
    if not (np.abs(values) < LARGE).all() or not (values % 1 == 0).all():
        return ""
    parts = np.split(values, starts[1:])
    if all(map(_are_consecutive, parts)):
        return INDEX
    steps = [np.diff(part) for part in parts]
    goes_one_way = _are_all(steps, 1) or _are_all(steps, -1)
    if len(values) < FEWEST or not goes_one_way or odd_numbers.are_days(values):
        return ""
    return HOLES


def _are_all(steps: list[NDArray[np.float64]], sign: int) -> bool:
    return all(bool((sign * some > 0).all()) for some in steps)


def _are_consecutive(values: NDArray[np.float64]) -> bool:
    return len(values) > 2 and bool((np.diff(np.sort(values)) == 1).all())


def _spelled_index(column: pd.Series, starts: Sequence[int]) -> str:
    if cells.unsupported(column) or not cells.NUMBER.fullmatch(
        cells.text(column_kinds.first(column)).strip()
    ):
        return ""
    values, wrong = cells.numbers(column, is_flag=False)
    return "" if wrong.any() else _index(values, starts)


def _distinct(frame: pd.DataFrame) -> list[str]:
    """The columns in which no value comes twice, of texts or with the name of an identifier."""
    named = [name for name in dtypes.numeric_columns(frame) if NAMES.fullmatch(name)]
    found = {name for name in named if is_identifier(frame[name])}
    found |= {name for name in dtypes.other_columns(frame) if is_identifier(frame[name])}
    return [name for name in frame.columns if name in found]


def is_identifier(column: pd.Series) -> bool:
    """Whether a column has another value in every row, and if numbers, whole ones."""
    if dtypes.is_numeric(column.dtype, with_booleans=True):
        return bool(column.is_unique and (column % 1 == 0).all())
    return not cells.unsupported(column) and bool(column.is_unique)
