"""Columns whose values come back, as a customer's do: their rows may belong together."""

import re

import pandas as pd

from sweeps.data.cell import cells, dtypes, number_formats

# Of a column whose values come back: no fewer values, and on average no more rows each. More rows
# of fewer values are kinds, such as cities.
LEAST_VALUES, MOST_ROWS = 20, 10
OFTEN = 4  # rows of each on average, where a number's name says nothing
LEAST_AGAIN = 1.02  # rows of each on average, where the name says that it is of someone
WHOSE = re.compile(
    r"(?i:(.*[_ .-])?(id|uuid|"
    r"(account|client|customer|family|household|hh|member|participant|patient|person|pers|student|"
    r"subject|user)"
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
    is_named = WHOSE.fullmatch(name) is not None
    each = column.notna().sum() / max(1, column.nunique())
    if is_number:
        return bool(is_named and each >= LEAST_AGAIN and (column % 1 == 0).all())
    if column.nunique() < LEAST_VALUES:
        return False
    if is_named:
        return bool(each >= LEAST_AGAIN)
    # Others may be numbers or dates in a spelling.
    return bool(2 <= each <= MOST_ROWS) and not number_formats.why_not_numbers(column)


def tells_groups(name: str, column: pd.Series) -> bool:
    """Whether values come back as they do where several rows are of one, whatever the name."""
    if cells.unsupported(column):
        return False
    is_number = dtypes.is_numeric(column.dtype, with_booleans=True)
    if is_number and (column.dropna() % 1).any():
        return False
    least = OFTEN if is_number and not WHOSE.fullmatch(name) else LEAST_AGAIN
    different = column.nunique()
    return bool(different >= LEAST_VALUES and column.notna().sum() >= least * different)
