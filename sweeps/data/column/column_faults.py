"""What is wrong with a column that is to be an input, or the target: one line each."""

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from sweeps.base.errors import show
from sweeps.data.cell import cells, dtypes, number_formats, wrong_texts
from sweeps.data.source import cell_places
from sweeps.data.source.lines import Lines, LinesOfFiles

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 50
IGNORE = "add it to data.ignore"
MANY = "set data.words: target to read it by the mean of the target, or add it to data.ignore"
ID = "it looks like an id, or free text: "
OF_ITS_OWN = 0.9  # share of the rows that have a text of their own, from which on it is an id


def each(
    frame: "pd.DataFrame",
    lines: Lines | LinesOfFiles | None,
    categories: Collection[str] = (),
    by_target: Collection[str] = (),
    rare: float = 0.0,
) -> dict[str, str]:
    """What is wrong with columns that can be none of the kinds of inputs.

    categories: columns that are said to be such. by_target: those whose words may be many. rare:
    share of the rows below which words are merged.
    """
    doubtful = set(dtypes.other_columns(frame))
    for names, values in dtypes.numeric_arrays(frame, dtypes.numeric_columns(frame)):
        none = np.isnan(values).all(axis=1) | np.isinf(values).any(axis=1)
        doubtful |= {names[at] for at in np.flatnonzero(none)}
    found = {
        name: of(
            frame[name],
            lines,
            is_category=name in categories,
            rare=1.0 if name in by_target else rare,
        )
        for name in frame.columns
        if name in doubtful
    }
    return {name: fault for name, fault in found.items() if fault is not None}


def of(
    column: "pd.Series",
    lines: Lines | LinesOfFiles | None,
    is_target: bool = False,
    is_category: bool = False,
    rare: float = 0.0,
) -> str | None:
    """What is wrong with a column, if anything. A target may have any number of texts: classes."""
    advice = "" if is_target else " (add it to data.ignore)"
    if column.notna().sum() == 0:
        return f"expected values, got none{advice}"
    if dtypes.is_numeric(column.dtype, with_booleans=True):
        return _infinity(column, lines)
    what = cells.unsupported(column)
    if what == "dates" and not is_target:
        return None
    if what:
        return f"expected numbers or categories, got {what}{advice}"
    return _text_fault(column, lines, is_target, is_category, rare)


def _infinity(column: "pd.Series", lines: Lines | LinesOfFiles | None) -> str | None:
    infinite = np.isinf(column.to_numpy(np.float64, na_value=np.nan))
    if infinite.any():
        at = cell_places.place(lines, int(infinite.argmax()), column)
        return f"expected finite numbers, got infinity{at}"
    return None


def _text_fault(
    column: "pd.Series",
    lines: Lines | LinesOfFiles | None,
    is_target: bool,
    is_category: bool,
    rare: float,
) -> str | None:
    counts = cells.counts(column)
    words = {word for word in counts if not cells.NUMBER.fullmatch(word.strip())}
    is_flag = cells.are_flags(tuple(counts))
    texts = sum(counts[word] for word in words)
    # A few texts among numbers are typing mistakes; many are categories.
    if not (is_category or is_flag) and 0 < texts <= wrong_texts.FEW * counts.total():
        return _among_numbers(column, lines, is_target, words)
    distinct = 0 if is_target else _separate(counts, rare)
    if distinct > MOST_CATEGORIES and distinct > 0.2 * len(column):
        clauses = number_formats.why_not_numbers(column)
        is_read = not (is_category or number_formats.remedy(clauses))
        if is_read and (repeated := wrong_texts.among_numbers(column)):
            return _among_numbers(column, lines, is_target, repeated)
        got = [f"{distinct} different texts in {len(column)} rows", *clauses]
        is_id = not clauses and distinct >= OF_ITS_OWN * len(column)
        advice = _advice(clauses, IGNORE if clauses or is_id else MANY)
        expected = f"expected numbers or at most {MOST_CATEGORIES} categories, got "
        return f"{ID if is_id else expected}{'; '.join(got)}{advice}"
    return None


def _among_numbers(
    column: "pd.Series",
    lines: Lines | LinesOfFiles | None,
    is_target: bool,
    words: Collection[str],
) -> str:
    """What to say of texts that stand among a column's numbers."""
    is_text = column.map(cells.text, na_action="ignore").isin(list(words))
    first = int(is_text.to_numpy().argmax())
    advice = "" if is_target else _of_texts(column, cells.counts(column))
    advice = _advice(number_formats.why_not_numbers(column[is_text]), advice)
    return (
        f"expected a number in every row, got text in {is_text.sum()} of {len(column)}, "
        f"first {show(column.iloc[first])}{cell_places.place(lines, first, column)}{advice}"
    )


def _of_texts(column: "pd.Series", counts: Counter[str]) -> str:
    """What to do about the few texts of a column of numbers."""
    found = wrong_texts.among_numbers(column)
    each = [f"{wrong_texts.as_gaps(found)} reads them as gaps" if found else "empty such cells"]
    if len(counts) <= MOST_CATEGORIES:
        each.append(f"data.columns: {{{column.name}: category}} reads all as words")
    return ", or ".join([", ".join(each), IGNORE])


def _separate(counts: Counter[str], rare: float) -> int:
    """Words that are told apart: those that are not rare, unless half of the cells are rare ones.

    rare: 1 where words are read by the target, which takes any number.
    """
    if rare == 1:
        return 0
    common = [count for count in counts.values() if count >= rare * counts.total()]
    return len(common) if 2 * sum(common) >= counts.total() else len(counts)


def _advice(clauses: list[str], otherwise: str) -> str:
    """In brackets."""
    both = (number_formats.remedy(clauses), number_formats.conversion(clauses), otherwise)
    advice = ", or ".join(part for part in both if part)
    return f" ({advice})" if advice else ""
