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

# Places and lots, whose rows are alike: a study that is to hold for others keeps each together.
PLACES = re.compile(
    r"(?i:(.*[_ .-])?(batch|cage|center|centre|class_?room|clinic|clinician|company|device|doctor|"
    r"family|farm|field|firm|hospital|lab|laboratory|litter|lot|machine|operator|physician|plant|"
    r"plate|plot|practice|rater|school|sensor|site|station|surgeon|teacher|village|ward)"
    r"([_ .-]?(code|id|name|no|nr|num|number))?)"
)
LEAST_PLACES, LEAST_ROWS = 3, 5  # different ones, and rows of each on average


def names_places(name: str, column: pd.Series) -> bool:
    """Whether a column of few words or codes may name where rows are from, by its name."""
    if not PLACES.fullmatch(name) or cells.unsupported(column):
        return False
    if dtypes.is_numeric(column.dtype, with_booleans=True) and (column.dropna() % 1).any():
        return False
    different = column.nunique()
    return bool(different >= LEAST_PLACES and column.notna().sum() >= LEAST_ROWS * different)


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
