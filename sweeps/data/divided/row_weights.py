"""Weights of rows: the column that says how much each counts in training and in scores."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, UserError
from sweeps.data.cell import dtypes
from sweeps.data.column import column_kinds
from sweeps.data.column.column_kinds import Taken
from sweeps.data.divided.split import Rows
from sweeps.data.source import cell_places
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec

Weights = NDArray[np.float64]


def taken(table: SourceTable, spec: DataSpec) -> Taken | None:
    """The column of weights as numbers; None where there is none.

    Errors: Expected (below `data`) for words and gaps.
    """
    if spec.weight is None:
        return None
    column = table.frame[spec.weight]
    _expect_none(column.isna(), "a weight in every row", table, column)
    if dtypes.is_numeric(column.dtype, with_booleans=True):
        return Taken(column, "number")
    try:
        found = column_kinds.declared(spec.weight, column, "number", spec.decimal)
    except Expected as fault:
        fault.at = "weight"
        raise
    return found


def read(table: SourceTable, spec: DataSpec, taken: Taken | None) -> Weights | None:
    """(n,) weights with mean 1; None where no column has them, or all are equal.

    Errors: Expected (below `data`) for numbers below 0, and where none is above it.
    """
    if spec.weight is None or taken is None:
        return None
    column = table.frame[spec.weight]
    numbers: Weights = taken.column.to_numpy(np.float64)
    wrong = ~np.isfinite(numbers) | (numbers < 0)
    _expect_none(pd.Series(wrong), "finite weights of 0 or more", table, column)
    if not numbers.any():
        raise Expected("a weight above 0", Unquoted("0 in every row"), at="weight")
    if (numbers == numbers[0]).all():
        return None
    numbers = numbers / numbers.max()  # so that no sum overflows
    weights: Weights = numbers / numbers.mean()
    return weights


def _expect_none(wrong: pd.Series, expected: str, table: SourceTable, column: pd.Series) -> None:
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        shown = "an empty cell" if pd.isna(column.iloc[at]) else str(column.iloc[at])
        place = cell_places.place(table.lines, at, column) or f" in row {at + 1}"
        more = f" and {int(wrong.sum()) - 1} more" if wrong.sum() > 1 else ""
        got = f"{shown}{place}{more}"
        raise Expected(expected, Unquoted(got), at="weight")


def expect_some(
    weights: Weights, parts: Mapping[str, Rows], names: pd.Series | None, where: str
) -> None:
    """A weight above 0 in each part, and for each class of the training rows. Errors: UserError."""
    for part, rows in parts.items():
        if not weights[rows].any():
            raise UserError(f"{where}: expected a weight above 0 among the {part} rows, got none")
    if names is not None:
        own = pd.Series(weights[parts["train"]]).groupby(names.iloc[parts["train"]].to_numpy())
        largest = own.max()
        if (largest == 0).any():
            lost = largest.index[int((largest == 0).to_numpy().argmax())]
            raise UserError(
                f"{where}: expected a weight above 0 among the train rows of class '{lost}', got "
                "none (leave the class out, or give it some weight)"
            )


def fact(weights: Weights | None, spec: DataSpec) -> dict[str, Any]:
    """What the provenance says: the column, whether all are equal, else their sizes.

    zero: how many rows weigh nothing. effective: as many rows of equal weight would tell as much,
    (sum of w) squared over the sum of w squared: Kish (1965).
    """
    if weights is None:
        return {"column": spec.weight, "equal": True}
    return {
        "column": spec.weight,
        "equal": False,
        "largest": float(weights.max()),
        "zero": int((weights == 0).sum()),
        "effective": float(weights.sum() ** 2 / (weights**2).sum()),
    }
