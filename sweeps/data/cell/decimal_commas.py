"""Texts that are numbers with a decimal comma, where a study says that a table has such."""

import pandas as pd

from sweeps.data.cell import detection_limits, dtypes, number_spellings, wrong_texts

# A number with a decimal comma, its thousands apart or not. Neither "0.500" nor "18.03.2024".
GROUPED = r"[-+]?([1-9]\d{0,2}([.' \u00a0\u202f]\d{3})+|\d+)(,\d+)?"


def without_grouping(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """A column with its numbers such as "1.234,5" as "1234.5", and where they are.

    pandas leaves a column with one of them as texts; its own `thousands` makes numbers of dates.
    """
    if not pd.api.types.is_string_dtype(column):
        return column, pd.Series(False, index=column.index)
    texts = column.astype(str).str.strip()
    is_number = texts.str.fullmatch(GROUPED) & column.notna()
    plain = texts.str.replace(r"[.' \u00a0\u202f]", "", regex=True).str.replace(",", ".")
    return column.astype(object).where(~is_number, plain), is_number


def read_numbers(frame: pd.DataFrame) -> None:
    """Columns of texts that are all numbers become such, in place; few others are left to tell.

    Of a spelling of numbers nothing is changed: `column_kinds` reads it.
    """
    for name in dtypes.other_columns(frame):
        values, is_number = without_grouping(frame[name])
        if is_number.any() and not (~is_number & values.notna()).any():
            frame[name] = pd.to_numeric(values)
        else:
            _keep_few(frame, name, values, is_number)


def keep_few(frame: pd.DataFrame) -> None:
    """As `read_numbers`, but numbers alone are left to `column_kinds`, too: no file reads them."""
    for name in dtypes.other_columns(frame):
        values, is_number = without_grouping(frame[name])
        if (~is_number & values.notna()).any():
            _keep_few(frame, name, values, is_number)


def _keep_few(frame: pd.DataFrame, name: str, values: pd.Series, is_number: pd.Series) -> None:
    """Numbers with a point beside few texts, which are mistakes: reported with their places."""
    words = values[~is_number].dropna()
    if not _are_read(words) and len(words) <= wrong_texts.FEW * is_number.sum():
        frame[name] = values


def _are_read(texts: pd.Series) -> bool:
    """Whether all texts among numbers are gaps, or limits."""
    words = set(texts.dropna().str.strip()) - number_spellings.GAPS
    return not words or detection_limits.are_limits(words)
