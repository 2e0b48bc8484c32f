"""What each column of a table is read as, decided once: `column_kinds` says it of one of them.

An index that was saved beside the data says nothing about a row, in whatever order its rows are: it
is left out, unless the study asks for it. Columns that earlier versions read differently are part
of a study's identity.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.data import cells, column_kinds, dtypes
from sweeps.data.column_kinds import Taken
from sweeps.data.column_readings import MANY_WORDS, ColumnReadings
from sweeps.study.data_section import DataSpec, Declared

# Names of columns that may only identify a row.
NAMES = re.compile(r"(?i:(.*[_ .-])?(id|uuid)|index|unnamed.*)")
INDEX = "consecutive whole numbers, like an index of the rows"
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


def choose(frame: pd.DataFrame, spec: DataSpec) -> Features:
    """Read each column as what the study declares it to be, else as what it looks like.

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
        frame = frame.assign(**{name: found.column for name, found in taken.items()})
    left_out = {name: INDEX for name in indices(frame) if name not in declared}
    changed |= dict.fromkeys(left_out, "ignore")
    frame = frame.drop(columns=list(left_out)) if left_out else frame
    taken = {name: found for name, found in taken.items() if name in frame}
    readings = _readings(frame, taken, spec)
    unclear = {name: found.unclear for name, found in taken.items() if found.unclear}
    return Features(
        frame,
        readings,
        left_out,
        {name: DISTINCT for name in _distinct(frame) if name not in declared},
        _mostly_rare(frame, readings) | unclear,
        {name: found.said for name, found in taken.items() if found.said},
        changed,
        {name: found.unsure for name, found in taken.items() if found.unsure},
        any(found.has_commas for found in taken.values()),
    )


def _mostly_rare(frame: pd.DataFrame, readings: ColumnReadings) -> dict[str, str]:
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


def indices(frame: pd.DataFrame) -> list[str]:
    """The columns that hold consecutive whole numbers, one a row, in whatever order."""
    found = set()
    numeric = dtypes.numeric_columns(frame, with_booleans=False)
    for names, values in dtypes.numeric_arrays(frame, numeric):
        with np.errstate(invalid="ignore", over="ignore"):  # gaps and infinities are no numbers
            may_be = np.ptp(values, axis=1) == len(frame) - 1
        found |= {names[at] for at in np.flatnonzero(may_be) if _are_consecutive(values[at])}
    found |= {name for name in dtypes.other_columns(frame) if _spell_consecutive(frame[name])}
    return [name for name in frame.columns if name in found]


def _are_consecutive(values: NDArray[np.float64]) -> bool:
    return len(values) > 2 and bool((np.diff(np.sort(values)) == 1).all() and values[0] % 1 == 0)


def _spell_consecutive(column: pd.Series) -> bool:
    if cells.unsupported(column) or not cells.NUMBER.fullmatch(
        cells.text(column_kinds.first(column)).strip()
    ):
        return False
    values, wrong = cells.numbers(column, is_flag=False)
    return not wrong.any() and _are_consecutive(values)


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
