"""Columns of numbers that a text writes with zeros in front: codes, where the study says category.

Undeclared they are numbers, as ever, and what they may be is said.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from sweeps.base.errors import show
from sweeps.data.cell import cells, dtypes
from sweeps.data.readers import leading_zeros
from sweeps.data.source.lines import TextLines
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec


def found(table: SourceTable, spec: DataSpec) -> SourceTable:
    """A table with its codes as texts beside it. Errors: ValueError, OSError."""
    if not isinstance(table.lines, TextLines):
        return table
    exact = {name for name, kind in spec.columns.items() if _are_words(kind)}
    exact |= {spec.group} if spec.group is not None else set()
    return replace(table, codes=leading_zeros.texts(table.lines, table.frame, frozenset(exact)))


def _are_words(kind: object) -> bool:
    return kind == "category" or isinstance(kind, tuple)


def together(tables: Sequence[SourceTable]) -> dict[str, pd.Series]:
    """The codes of several tables, one below the other."""
    names = dict.fromkeys(name for table in tables for name in table.codes)
    return {
        name: pd.concat([_as_texts(table, name) for table in tables], ignore_index=True)
        for name in names
    }


def _as_texts(table: SourceTable, name: str) -> pd.Series:
    if name in table.codes:
        return table.codes[name]
    column = table.frame[name]
    return pd.Series(cells.texts(column), column.index, dtype=object).where(column.notna(), None)


def declared(table: SourceTable, spec: DataSpec) -> SourceTable:
    """A table in which codes are texts where the study says that they are words, or groups."""
    known = spec.columns
    words = {
        name: column
        for name, column in table.codes.items()
        if _are_words(known.get(name)) or name == spec.group
    }
    return replace(table, frame=dtypes.with_columns(table.frame, words)) if words else table


def without_blanks(column: pd.Series) -> pd.Series:
    """Words without blanks at their ends, which make no other group."""
    if dtypes.is_numeric(column.dtype, with_booleans=True) or cells.unsupported(column):
        return column
    return column.map(lambda cell: cell.strip() if isinstance(cell, str) else cell)


def changed(table: SourceTable, spec: DataSpec) -> dict[str, Any]:
    """What such columns are read as, where earlier versions lost the zeros."""
    known: dict[str, Any] = {name: spec.columns.get(name) for name in table.codes}
    known |= {name: "group" for name in known if name == spec.group}
    kept = ("category", "group")
    return {name: [kind, "zeros kept"] for name, kind in known.items() if kind in kept}


def remarks(table: SourceTable, spec: DataSpec, frame: pd.DataFrame) -> dict[str, str]:
    """What is to be said of the inputs that are read as numbers, though they may be codes."""
    numbers = set(dtypes.numeric_columns(frame))
    return {
        name: f"{show(first(column))} has zeros in front, and is read as a number: codes? "
        f"(data.columns: {{{name}: category}}, or number)"
        for name, column in table.codes.items()
        if name in numbers and name not in spec.columns
    }


def first(column: pd.Series) -> str:
    """The first code of a column that has zeros in front."""
    is_code = column.str.fullmatch(leading_zeros.CODE).fillna(False).astype(bool)
    return str(column[is_code].iloc[0])
