"""What one column is taken for: number, boolean, category, date or ordered category, and why.

The one place where cells are typed, for files and frames alike: as the study declares the column,
else as all of its cells look. What is left of doubt is said.
"""

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from heapq import nsmallest

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, show
from sweeps.data.cell import (
    cells,
    dates,
    detection_limits,
    dtypes,
    number_formats,
    number_spellings,
    wrong_texts,
)
from sweeps.data.cell.number_spellings import Spelled
from sweeps.data.column import word_columns
from sweeps.study.data_section import Declared


class WrongCell(Expected):
    """A cell is not what its column is declared to be; whoever knows the file says where it is."""

    def __init__(
        self, expected: str, column: pd.Series, row: int, hint: str = "", at: str = ""
    ) -> None:
        super().__init__(expected, column.iloc[row], hint, at)
        self.column, self.row = column, row


@dataclass(frozen=True)
class Taken:
    """A column as it is read. kind: of `data_section.KINDS`.

    spelling, form: how texts are read, as in `ColumnReadings`. said: how, for people. unclear: what
    it may be instead, with the remedy. unit, unsure: as of `number_spellings.Spelled`. has_commas:
    whether it has numbers with a decimal comma, which are not read as such.
    """

    column: pd.Series
    kind: str
    spelling: str | None = None
    form: str | None = None
    order: tuple[str, ...] = ()
    said: str = ""
    unclear: str = ""
    unit: str = ""
    unsure: str = ""
    has_commas: bool = False


def inferred(column: pd.Series, decimal: str) -> Taken | None:
    """A column that is not of a type of numbers; None where it is read as it stands: words."""
    if dates.are_moments(column):
        return Taken(column, "date", form="iso")
    if column.dtype == object and isinstance(first(column), Decimal):
        return Taken(_numbers(column, "."), "number")
    if dtypes.is_numeric(column.dtype, with_booleans=True) or cells.unsupported(column):
        return None
    texts = cells.texts(column)
    words = set(texts) - {cells.MISSING}
    if not words:
        return None
    if any(word.strip().lower() in cells.BOOLEANS for word in words):
        return _boolean(column, words)
    spelled = number_spellings.of(words, decimal)
    if spelled is not None and _are_few(spelled, column, words):
        return _spelled(_numbers(column, decimal), spelled, decimal, column)
    form = dates.form(words)
    if form:
        return Taken(_moments(column, form), "date", form=form)
    clauses = [] if form == "" else number_formats.why_not_numbers(column)
    comma = number_formats.remedy(clauses)
    gaps = wrong_texts.remedy(column) if clauses and not comma else ""
    unclear = dates.AMBIGUOUS if form == "" else _like_numbers(clauses, comma or gaps)
    unclear = _no_date(column, words) or unclear
    if _differ_by_blanks(words):
        bare, commas = _bare(column), bool(comma)
        return Taken(bare, "category", said=BARE, unclear=unclear, has_commas=commas)
    known = Taken(column, "category", unclear=unclear, has_commas=bool(comma))
    return known if unclear else None


def _are_few(spelled: Spelled, column: pd.Series, words: set[str]) -> bool:
    """Whether a column has no more limits than one of numbers may have."""
    numbers = len(words) - len(spelled.limits) - len(spelled.gaps)
    return not spelled.limits or detection_limits.are_few(cells.counts(column), numbers)


def _spelled(values: pd.Series, spelled: Spelled, decimal: str, column: pd.Series) -> Taken:
    limits = ""
    if spelled.limits:
        texts = Counter(text.strip() for text in cells.texts(column))
        limits = detection_limits.told(texts, spelled.limits)
    said = "; ".join(filter(None, (str(spelled), limits)))
    mark = decimal if said else None
    unit, unsure = spelled.unit, spelled.unsure
    return Taken(values, "number", spelling=mark, said=said, unit=unit, unsure=unsure)


BARE = "without blanks at the ends of words"


def _differ_by_blanks(words: set[str]) -> bool:
    """Whether two words are the same but for blanks at their ends."""
    return len({word.strip() for word in words}) < len(words)


def _bare(column: pd.Series) -> pd.Series:
    return _words(column).str.strip()


def _boolean(column: pd.Series, words: set[str]) -> Taken | None:
    """Booleans that are spelled in several ways become `True` and `False`."""
    meanings = {word: cells.meaning(word, is_flag=True) for word in words}
    if not cells.are_flags(tuple(words)) or len(set(meanings.values())) == len(words):
        return None
    names = {word: str(what == ("boolean", True)) for word, what in meanings.items()}
    texts = pd.Series(cells.texts(column), index=column.index, name=column.name)
    return Taken(texts.map(names), "category")


def _no_date(column: pd.Series, words: set[str]) -> str:
    """What to say of the few cells that keep a column from being one of dates; else nothing."""
    some = nsmallest(20, words)
    if 2 * sum(dates.form([word]) is not None for word in some) < len(some):
        return ""
    known = words - number_spellings.GAPS
    wrong = [word for word in known if dates.form([word]) is None]
    if not wrong or dates.form(words - set(wrong)) is None:
        return ""
    rows = column.isin(wrong)
    count = int(rows.sum())
    if count > 0.05 * len(column):
        return ""
    got = show(column[rows].iloc[0])
    what = f"{got} in 1 row is" if count == 1 else f"{got} and others in {count} rows are"
    return f"{what} no date, so that all are read as categories (mend or empty such cells)"


def _like_numbers(clauses: list[str], comma: str) -> str:
    """Why a column of words is mostly numbers, and what to do; else nothing."""
    what = comma or number_formats.conversion(clauses)
    remedy = f" ({what})" if what else ""
    return f"{'; '.join(clauses)}: read as categories{remedy}" if clauses else ""


def first(column: pd.Series) -> object:
    """The first cell that has a value; None where all are gaps."""
    at = column.first_valid_index()
    return None if at is None else column.loc[at]


def declared(name: str, column: pd.Series, kind: Declared, decimal: str) -> Taken | None:
    """A column as the study declares it; None where it is read as it stands. Errors: Expected."""
    at = f"columns.{name}"
    if isinstance(kind, tuple):
        word_columns.expect_in_order(column, kind, at)
        return Taken(_words(column), "ordered", order=kind)
    if kind == "date":
        return _declared_date(column, at)
    if kind == "boolean":
        return _declared_boolean(column, at)
    is_number = dtypes.is_numeric(column.dtype, with_booleans=True)
    if kind == "number":
        if is_number:
            return None
        return _declared_number(column, decimal, at)
    if is_number:
        return Taken(_words(column), "category")
    texts = set(cells.texts(column)) - {cells.MISSING}
    has_codes = any(map(number_spellings.is_code, texts))  # "01" is another word than "1"
    found = _boolean(column, texts) if texts and not has_codes else None
    if found is None and dates.are_moments(column):
        return Taken(_words(column), "category")
    if found is None and _differ_by_blanks(texts):
        return Taken(_bare(column), "category", said=BARE)
    return found


def _declared_number(column: pd.Series, decimal: str, at: str) -> Taken:
    values = _numbers(column, decimal, at)
    words = set(cells.texts(column)) - {cells.MISSING, *cells.NA_VALUES}
    try:
        spelled = number_spellings.declared(words, decimal)
    except Expected as fault:
        raise fault.below(at) from None
    return replace(_spelled(values, spelled, decimal, column), spelling=decimal)


def _declared_date(column: pd.Series, at: str) -> Taken:
    if dates.are_moments(column):
        return Taken(column, "date", form="iso")
    words = set(cells.texts(column)) - {cells.MISSING}
    form = dates.COMPACT if dates.are_compact(words) else dates.form(words)
    if form:
        return Taken(_moments(column, form), "date", form=form)
    if form == "":
        raise Expected(
            "dates whose day and month can be told apart (2024-03-18)", first(column), at=at
        )
    is_wrong = column.map(lambda one: dates.form([cells.text(one)]) is None, na_action="ignore")
    row = int((is_wrong == True).to_numpy().argmax())  # noqa: E712 - gaps are neither
    raise WrongCell("dates in all of its cells", column, row, at=at)


def _declared_boolean(column: pd.Series, at: str) -> Taken | None:
    values, wrong = cells.numbers(column, is_flag=True)
    wrong |= ~np.isnan(values) & (values != 0) & (values != 1)
    if wrong.any():
        expected = "true or false, or 1 or 0, in all of its cells"
        raise WrongCell(expected, column, int(wrong.argmax()), "category", at)
    if dtypes.is_numeric(column.dtype, with_booleans=True):
        return None
    return Taken(pd.Series(values, index=column.index, name=column.name), "boolean")


def _words(column: pd.Series) -> pd.Series:
    texts = pd.Series(cells.texts(column), index=column.index, name=column.name)
    return texts.where(column.notna(), None)


def _moments(column: pd.Series, form: str) -> pd.Series:
    seconds, _ = dates.seconds(column, form)
    micro = np.where(np.isnan(seconds), 0, np.round(seconds * 1e6)).astype(np.int64)
    moments = micro.astype("datetime64[us]")
    moments[np.isnan(seconds)] = np.datetime64("NaT")
    return pd.Series(moments, index=column.index, name=column.name)


def _numbers(column: pd.Series, decimal: str, at: str = "") -> pd.Series:
    values, wrong = cells.numbers(column, is_flag=True, spelling=decimal)
    if wrong.any():
        raise WrongCell("numbers in all of its cells", column, int(wrong.argmax()), at=at)
    return pd.Series(values, index=column.index, name=column.name)
