"""Columns whose values come back, as a customer's do: their rows may belong together."""

import re

import pandas as pd

from sweeps.data import cells, dtypes, number_formats

# Of a column whose values come back: no fewer values, and on average no more rows each. More rows
# of fewer values are kinds, such as cities.
LEAST_VALUES, MOST_ROWS = 20, 10
WHOSE = re.compile(
    r"(?i:(.*[_ .-])?(id|uuid|"
    r"(account|client|customer|household|member|participant|patient|person|student|subject|user)"
    r"([_ .-]?(code|id|no|nr|num|number))?))"
)


def names_groups(name: str, column: pd.Series) -> bool:
    """Whether a column may name what several rows are of: a customer, a patient, a household.

    Numbers are asked only where their name is one of WHOSE.
    """
    if cells.unsupported(column):
        return False
    is_number = dtypes.is_numeric(column.dtype, with_booleans=True)
    if is_number and not WHOSE.fullmatch(name):
        return False
    each = column.notna().sum() / max(1, column.nunique())
    if is_number:
        return bool(each >= 2 and (column % 1 == 0).all())
    if number_formats.why_not_numbers(column):  # numbers or dates
        return False
    return bool(2 <= each <= MOST_ROWS and column.nunique() >= LEAST_VALUES)
