"""What `sweeps new` has to say of a table's columns: left out, words or numbers, groups."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted, show
from sweeps.commands.work import kept_counts
from sweeps.commands.work.new_gaps import Gaps
from sweeps.data.cell import cells, dtypes, number_formats
from sweeps.data.column import code_columns, column_faults, columns, repeated
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec


@dataclass(frozen=True)
class ColumnRemarks:
    """Those of which something is to be said: column → reason.

    ignored: left out of the data; words: read as categories, though most of it looks like numbers;
    groups: those whose values come back, as a customer's do, whose rows may belong together; codes:
    those of whole numbers with zeros in front, which are categories. gaps: texts that are. numbers:
    those that look like an index of the rows, and are inputs. rare: those of so many words that
    most cells would have one input together.
    """

    ignored: dict[str, str]
    words: dict[str, str]
    groups: dict[str, str]
    codes: dict[str, str] = field(default_factory=dict)
    gaps: Gaps = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    rare: dict[str, str] = field(default_factory=dict)


def remarks(table: SourceTable, spec: DataSpec, gaps: Gaps) -> ColumnRemarks:
    """Ignored are those that say nothing (numbers of rows, constants) or cannot be read."""
    raw = table.frame.drop(columns=list(table.targets))
    chosen = columns.choose(raw, spec)
    others = [name for name in dtypes.other_columns(raw) if name in chosen.frame]
    features = dtypes.with_columns(raw, {name: chosen.frame[name] for name in others})
    faults = column_faults.each(chosen.frame, table.lines, rare=spec.rare)
    dates = chosen.readings.dates
    texts = set(dtypes.other_columns(features)) - set(dates)
    ignored = _useless(features, faults, texts)
    numbers = kept_counts.found(features, chosen.left_out, ignored)
    indices = {name: why for name, why in chosen.left_out.items() if name not in numbers}
    ignored |= {name: why for name, why in indices.items() if name not in ignored}
    words: dict[str, str] = {}
    groups: dict[str, str] = {}
    places: dict[str, str] = {}
    codes: dict[str, str] = {}
    for name in features.columns:
        if name in table.codes and name not in ignored:
            why = _cannot_be_learnt(table.codes[name], table, spec)
            of, said = (ignored, why) if why else (codes, _codes(table.codes[name]))
            of[name] = said
        elif name in texts and name not in ignored:
            found = number_formats.why_not_numbers(features[name])
            words |= {name: "; ".join(found)} if found else {}
        may_be = name in texts or repeated.WHOSE.fullmatch(name)
        if may_be and name not in dates and repeated.names_groups(name, features[name]):
            groups[name] = _values(features[name])
        elif name not in dates and repeated.names_places(name, features[name]):
            places[name] = _values(features[name])
    ignored = {name: ignored[name] for name in features.columns if name in ignored}
    if features.shape[1] == len(ignored):
        reasons = [f"{show(name)}: {reason}" for name, reason in ignored.items()]
        hint = "; ".join([*reasons, MORE])
        raise Expected("columns that can help to predict the target", Unquoted("none"), hint)
    each = columns.mostly_rare(chosen.frame, chosen.readings)
    rare = {name: why.partition(",")[0] for name, why in each.items() if name not in ignored}
    return ColumnRemarks(ignored, words, groups | places, codes, gaps, numbers, rare)


def _useless(
    features: pd.DataFrame, faults: Mapping[str, str], texts: Collection[str]
) -> dict[str, str]:
    """Columns that say nothing or cannot be read, and why."""
    found = {
        name: fault.replace(f" ({IGNORE})", "").replace(f", or {IGNORE})", ")")
        for name, fault in faults.items()
        if IGNORE in fault
    }
    found = dict.fromkeys(_constant(features), "the same value in every row") | found
    each = {name: _of_each_row(name, features[name], name in texts) for name in _may_be(features)}
    return found | {
        name: why
        for name, why in each.items()
        if why == UNNAMED or (why and name not in found)  # what is wrong with texts says more
    }


IGNORE = column_faults.IGNORE
MORE = "add columns, as of values of rows before, or name another target"
UNNAMED = "no name, and another value in every row, like an index that was saved"


def _may_be(frame: pd.DataFrame) -> list[str]:
    """Columns that may only say which row it is: of texts, or called so."""
    others = set(dtypes.other_columns(frame))
    return [name for name in frame.columns if name in others or columns.NAMES.fullmatch(name)]


def _of_each_row(name: str, column: pd.Series, is_text: bool) -> str:
    """Why nothing can be learnt of a column that only says which row it is; else ""."""
    if columns.UNNAMED.fullmatch(name) and column.notna().all() and column.is_unique:
        return UNNAMED
    may_be = is_text or columns.NAMES.fullmatch(name)
    if may_be and columns.is_identifier(column):
        return columns.DISTINCT
    if not is_text or cells.unsupported(column):
        return ""
    is_own = column.nunique() >= column_faults.OF_ITS_OWN * len(column)
    return "another value in nearly every row" if is_own else ""


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
