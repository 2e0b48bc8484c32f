"""Where a cell stands in its file, for a message; and the message of one that is no number."""

from typing import TYPE_CHECKING

from sweeps.base.errors import UserError, printable, show
from sweeps.data.source.lines import Lines, LinesOfFiles

if TYPE_CHECKING:
    import pandas as pd


def not_a_number(
    file: str,
    lines: Lines | None,
    row: int,
    cell: "pd.Series",
    hint: str,
    expected: str = "a finite number",
) -> UserError:
    """The error for a cell (1,) of a file to predict; `row` counts from 0, the message from 1."""
    name, got = printable(str(cell.name)), show(cell.iloc[0])
    where = f"row {row + 1}" if lines is None else f"line {lines.of(row, str(cell.name))}"
    return UserError(f"{file}: {where}: {name}: expected {expected}, got {got}{hint}")


def place(lines: Lines | LinesOfFiles | None, row: int, column: "pd.Series") -> str:
    """Where a cell stands in its file, if that is one of text; rows are counted from 0."""
    return "" if lines is None else f" in {lines.place(row, str(column.name))}"
