"""The target: what is predicted, classes or a number, and whether a column can be it."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import UserError
from sweeps.data import cells, column_faults, columns, dtypes, number_formats
from sweeps.data.dataset import Target
from sweeps.data.source_table import SourceTable
from sweeps.data.split import Rows

# A target of whole numbers with no more distinct values than this is taken for classes.
MOST_CODES = 20


def read(table: SourceTable, where: str) -> tuple[pd.Series, bool]:
    """The target's column, and whether versions before took it for something else.

    Errors: UserError for gaps, infinities, a few texts among numbers, and what is no target.
    """
    column = table.frame[table.target]
    missing = column.isna()
    if missing.any():
        at = column_faults.place(table.lines, int(missing.argmax()), column)
        raise UserError(
            f"{where}: target '{table.target}': expected a value in every row, got none in "
            f"{missing.sum()} of {len(column)}{', first' if at else ''}{at} (leave such rows out)"
        )
    taken = columns.inferred(column)
    changed = taken is not None
    column = column if taken is None else taken
    fault = column_faults.of(column, table.lines, is_target=True)
    if fault is not None:
        raise UserError(f"{where}: target '{table.target}': {fault}")
    return column, changed


def task(column: pd.Series, asked: str, where: str) -> str:
    """Classification or regression. Errors: UserError."""
    number = _is_number(column)
    if asked == "regression" and not number:
        raise UserError(
            f"{where}: target '{column.name}': expected a number for regression, "
            f"got '{column.iloc[0]}'"
        )
    if asked == "auto":
        whole = number and bool((column == column.round()).all())
        codes = whole and column.nunique() <= MOST_CODES
        asked = "classification" if codes or not number else "regression"
    if column.nunique() < 2:
        raise UserError(
            f"{where}: target '{column.name}': expected at least two different values, "
            f"got '{column.iloc[0]}' in every row"
        )
    if asked == "classification" and column.nunique() > min(1000, len(column) // 3):
        reasons = [] if number else number_formats.why_not_numbers(column)
        other = "data.task: regression, or another target" if number else "another target"
        advice = number_formats.remedy(reasons) if reasons else other
        hint = "; ".join([*reasons, advice] if advice else reasons)
        raise UserError(
            f"{where}: target '{column.name}': expected classes with several rows each, got "
            f"{column.nunique()} in {len(column)} rows ({hint})"
        )
    return asked


def _is_number(column: pd.Series) -> bool:
    return dtypes.is_numeric(column.dtype, with_booleans=False)


def names(column: pd.Series, table: SourceTable) -> pd.Series:
    """The class of each row by name."""
    if table.classes:
        return column.map(lambda code: table.classes[int(code)])
    if _is_number(column):
        whole = (column == column.round()).all()
        return column.map(lambda v: str(int(v)) if whole else repr(float(v)))
    return column.map(cells.text)


def standardized(name: str, column: pd.Series, train: Rows) -> tuple[Target, NDArray[Any]]:
    """A number as a target, and its values (n,) in SDs of the training rows. Errors: UserError."""
    values = column.to_numpy(np.float64)
    with np.errstate(over="ignore"):
        mean, scale = values[train].mean(), values[train].std()
    if not 0 < scale < np.inf or scale <= 1e-12 * abs(mean):
        raise UserError(
            f"target '{name}': expected numbers that differ among the training rows, "
            f"got a standard deviation of {scale:g} around {mean:g}"
        )
    target = Target(name, "regression", (), float(mean), float(scale))
    return target, (values - target.mean) / target.scale


def coded(table: SourceTable, names: pd.Series) -> tuple[Target, NDArray[Any]]:
    """Classes as a target, and the code (n,) of each row's."""
    classes = table.classes or tuple(sorted(names.unique(), key=_natural))
    codes = names.map({name: code for code, name in enumerate(classes)}).to_numpy()
    task = "binary" if len(classes) == 2 else "multiclass"
    return Target(table.target, task, classes), codes


def _natural(name: str) -> tuple[int, float, str]:
    """Numbers by size, then texts by letter."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name
