"""Rows without a target: left out where the study says so, each other row with its line kept."""

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import show
from sweeps.data.source.lines import Lines, LinesOfFiles, TextLines
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class ChosenLines(Lines):
    """As `Lines`, of some rows of a file. rows: their numbers there; lines: None of no text."""

    rows: Rows
    lines: Lines | LinesOfFiles | None

    @property
    def has_semicolons(self) -> bool:
        """Whether they stand between fields."""
        return self.lines is not None and self.lines.has_semicolons

    def place(self, row: int, column: str) -> str:
        """Where a cell stands: `line 7`; in a file without lines the row, from 1 on."""
        own = int(self.rows[row])
        return f"row {own + 1}" if self.lines is None else self.lines.place(own, column)

    def own_row(self, row: int) -> int:
        """A row's number in its file, from 0 on."""
        return int(self.rows[row])

    def every(self) -> Generator[int]:
        """The line of one row after the other; none in a file without lines."""
        yield from self.each(len(self.rows))

    def each(self, count: int) -> list[int]:
        """The line of each of so many rows. Errors: OSError."""
        if self.lines is None or not len(self.rows):
            return []
        own = self.lines.each(int(self.rows[-1]) + 1)
        return [own[row] for row in self.rows[:count]]


def left_out(table: SourceTable, spec: DataSpec) -> SourceTable:
    """The rows that have all targets, where the study leaves the others out."""
    if spec.target_gaps != "leave_out":
        return table
    is_there = table.frame[[*table.targets]].notna().all(axis=1).to_numpy()
    if is_there.all() or not is_there.any():
        return table
    rows = np.flatnonzero(is_there)
    return replace(
        table,
        frame=table.frame.iloc[rows].reset_index(drop=True),
        lines=ChosenLines(rows, table.lines),
        parts=None if table.parts is None else _chosen(table.parts, rows),
        codes={name: _chosen(column, rows) for name, column in table.codes.items()},
        notes=(*table.notes, _said(table, len(is_there) - len(rows))),
    )


def _chosen(column: pd.Series, rows: Rows) -> pd.Series:
    return column.iloc[rows].reset_index(drop=True)


def _said(table: SourceTable, count: int) -> str:
    named = ", ".join(map(show, table.targets))
    return f"{count} of {len(table.frame)} rows without {named} left out (data.target_gaps)"


def advice(table: SourceTable, name: str, row: int) -> str:
    """What to do where a row has no target, of which this is the first."""
    if table.frame[name].isna().all():
        return "another target"
    written = table.lines.cell(row, name) if isinstance(table.lines, TextLines) else ""
    gap = f"; {show(written)} is a gap: spell it otherwise if it is a class" if written else ""
    return f"data.target_gaps: leave_out leaves such rows out{gap}"
