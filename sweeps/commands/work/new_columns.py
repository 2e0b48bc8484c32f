"""What `sweeps new` has to say of a table's columns: left out, words or numbers, groups."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted, show
from sweeps.commands.work.new_gaps import Gaps
from sweeps.data import (
    cells,
    code_columns,
    column_faults,
    columns,
    dtypes,
    number_formats,
    repeated,
)
from sweeps.data.source_table import SourceTable
from sweeps.study.data_section import DataSpec


@dataclass(frozen=True)
class ColumnRemarks:
    """Those of which something is to be said: column → reason.

    ignored: left out of the data; words: read as categories, though most of it looks like numbers;
    groups: those whose values come back, as a customer's do, whose rows may belong together; codes:
    those of whole numbers with zeros in front, which are categories. gaps: texts that are.
    """

    ignored: dict[str, str]
    words: dict[str, str]
    groups: dict[str, str]
    codes: dict[str, str] = field(default_factory=dict)
    gaps: Gaps = field(default_factory=dict)


def remarks(table: SourceTable, spec: DataSpec, gaps: Gaps) -> ColumnRemarks:
    """Ignored are those that say nothing (numbers of rows, constants) or cannot be read."""
    raw = table.frame.drop(columns=list(table.targets))
    chosen = columns.choose(raw, spec)
    others = [name for name in dtypes.other_columns(raw) if name in chosen.frame]
    features = raw.assign(**{name: chosen.frame[name] for name in others})
    faults = column_faults.each(chosen.frame, table.lines, rare=spec.rare)
    constant, indices = set(_constant(features)), chosen.left_out
    dates = chosen.readings.dates
    texts = set(dtypes.other_columns(features)) - set(dates)
    ignored: dict[str, str] = {}
    words: dict[str, str] = {}
    groups: dict[str, str] = {}
    places: dict[str, str] = {}
    codes: dict[str, str] = {}
    for name in features.columns:
        if "add it to data.ignore" in faults.get(name, ""):
            ignored[name] = faults[name].rpartition(" (")[0]
        elif name in constant:
            ignored[name] = "the same value in every row"
        elif columns.NAMES.fullmatch(name) and columns.is_identifier(features[name]):
            ignored[name] = columns.DISTINCT
        elif name in indices:
            ignored[name] = indices[name]
        elif name in table.codes:
            why = _cannot_be_learnt(table.codes[name], table, spec)
            of, said = (ignored, why) if why else (codes, _codes(table.codes[name]))
            of[name] = said
        elif name in texts and (found := number_formats.why_not_numbers(features[name])):
            words[name] = "; ".join(found)
        may_be = name in texts or repeated.WHOSE.fullmatch(name)
        if may_be and name not in dates and repeated.names_groups(name, features[name]):
            groups[name] = _values(features[name])
        elif name not in dates and repeated.names_places(name, features[name]):
            places[name] = _values(features[name])
    if features.shape[1] == len(ignored):
        reasons = "; ".join(f"{show(name)}: {reason}" for name, reason in ignored.items())
        raise Expected("columns that can help to predict the target", Unquoted("none"), reasons)
    return ColumnRemarks(ignored, words, groups | places, codes, gaps)


def _values(column: pd.Series) -> str:
    return f"{column.nunique()} values in {len(column)} rows"


def _codes(column: pd.Series) -> str:
    return f"codes, with zeros in front, as {show(code_columns.first(column))}"


FEWEST = 5  # rows of each code on average, of which something can be learnt


def _cannot_be_learnt(column: pd.Series, table: SourceTable, spec: DataSpec) -> str:
    """Why codes are no categories, if they are not."""
    fault = column_faults.of(column, table.lines, is_category=True, rare=spec.rare)
    if fault is None and column.notna().sum() >= FEWEST * column.nunique():
        return ""
    return f"{_codes(column)}: {_values(column)}, too few rows of each to learn from"


def _constant(frame: pd.DataFrame) -> list[str]:
    """The columns with the same value in every row."""
    others = dtypes.other_columns(frame)
    found = [name for name in others if len(set(cells.texts(frame[name]))) == 1]
    for names, values in dtypes.numeric_arrays(frame, dtypes.numeric_columns(frame)):
        same = (values == values[:, :1]).all(axis=1)
        found += [names[at] for at in np.flatnonzero(same)]
    return found
