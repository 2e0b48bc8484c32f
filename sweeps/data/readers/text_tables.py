"""Delimited text (.csv, .tsv, .txt) as a frame: its header, its gaps, its decimal mark."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.base.errors import show
from sweeps.data.cell import decimal_commas, dtypes
from sweeps.data.cell.cells import NA_VALUES
from sweeps.data.readers import separators
from sweeps.data.source import cell_places, frames, lines, unpacking
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.lines import Lines, TextForm, TextLines, TextRow
from sweeps.data.source.read_options import ReadOptions

MANY = 500  # columns, from which on it is worth its time to have them in one array
ROW_NAMES = " (row names of R? name their column, too, in the header)"
LONGEST_NAME = 10_000  # characters: a longer one is a quote that nobody closed


def form(path: Path, options: ReadOptions) -> TextForm:
    """How a file is written, as the study says or the file shows."""
    separator = separators.find(path, options.encoding, options.separator)
    return TextForm(path, separator, options.encoding, options.header)


def pandas_options(form: TextForm) -> dict[str, Any]:
    """How pandas reads such a file here. Errors: ValueError for a header that it would misread."""
    with closing(form.rows()) as found:
        first, second = [*islice(found, 2), TextRow(1, []), TextRow(1, [])][:2]
    names = form.names(first)
    longest = max(map(len, names), default=0)
    if longest > LONGEST_NAME:
        raise ValueError(
            f"a name of {longest:,} characters in the header (a quote that is not closed?)"
        )
    if any("\0" in name for name in first.fields):
        raise ValueError(
            "a NUL byte in the first row (save it as UTF-8, or set data.encoding: utf-16)"
        )
    repeated = sorted(name for name, times in Counter(names).items() if times > 1)
    if repeated:
        raise ValueError(f"the column {show(repeated[0])} twice{_hint(names)}")
    # pandas would take the first column for a name of the row, and shift all the others.
    if len(second.fields) > len(first.fields):
        of_r = len(second.fields) == len(first.fields) + 1 and form.header
        raise ValueError(_too_many(second, len(first.fields), form) + of_r * ROW_NAMES)
    named: dict[str, Any] = {} if form.header else {"header": None, "names": names}
    return {
        "sep": form.separator,
        "skipinitialspace": True,
        "keep_default_na": False,
        "low_memory": False,
        **named,
    }


def _hint(names: list[str]) -> str:
    """What to do where the first row looks like one of the rows."""
    numbers = sum(separators.NUMBER.fullmatch(name) is not None for name in names)
    looks_like_a_row = 2 * numbers > len(names)
    return looks_like_a_row * " (set data.header: false, if the first row is no header)"


def _expect_some_text(form: TextForm) -> None:
    """Errors: ValueError."""
    with closing(form.rows()) as found:
        if next(found, None) is None:
            raise ValueError("nothing in it")


def find_lines(path: Path, options: ReadOptions) -> Lines:
    """Where the rows of a file stand in it."""
    return TextLines(form(path, options))


def _too_many(row: TextRow, width: int, form: TextForm) -> str:
    above = "the header" if form.header else "the first row"
    return f"{len(row.fields)} fields in line {row.line} below {width} in {above}"


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """A whole file. Errors: ValueError, OSError, MemoryError."""
    decimal = options.decimal
    written = form(path, options)
    _expect_some_text(written)
    known = pandas_options(written)
    gaps = [*NA_VALUES, *options.missing]
    try:
        with unpacking.opened_as_text(path, options.encoding) as file:
            frame = pd.read_csv(file, **known, decimal=decimal, na_values=gaps)
    except pd.errors.ParserError as fault:
        raise ValueError(_reason(fault, written)) from None
    frame = _side_by_side(frame)
    texts = [name for name in dtypes.other_columns(frame) if _begins_whole(frame[name])]
    if texts:
        known_gaps = {name: frame[name].mask(frame[name].isin(gaps)) for name in texts}
        frame = _side_by_side(dtypes.with_columns(frame, known_gaps))
    for name in frames.may_be_rounded(frame):
        _read_exactly(frame, name, path, {**known, "na_values": gaps}, options.encoding)
    if decimal == ",":
        decimal_commas.read_numbers(frame)
    return _side_by_side(frame) if decimal == "," else frame


def _side_by_side(frame: pd.DataFrame) -> pd.DataFrame:
    """Of many columns, which pandas keeps each by itself, those of one type as one array."""
    return frame.copy() if frame.shape[1] > MANY else frame


def _begins_whole(column: pd.Series) -> bool:
    """Whether texts may be whole numbers of 64 bits without a sign, whose gaps pandas forgets."""
    first = column.iloc[0] if len(column) else None
    return isinstance(first, str) and (first == "" or first.isdecimal())


def _read_exactly(
    frame: pd.DataFrame, name: str, path: Path, known: dict[str, Any], encoding: str
) -> None:
    """Large whole numbers beside gaps as they are written, if they are such: in place."""
    with unpacking.opened_as_text(path, encoding) as file, suppress(ValueError):
        frame[name] = pd.read_csv(file, **known, usecols=[name], dtype={name: "Int64"})[name]


def chunks(
    path: Path, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """So many rows at a time; columns that are not `numbers` are texts, as they stand in the file.

    Errors: as of `read`; UserError for a number without the decimal comma that the options ask for.
    """
    written = form(path, options)
    _expect_some_text(written)
    known = pandas_options(written)
    with unpacking.opened_as_text(path, options.encoding) as file:
        names = [str(name) for name in pd.read_csv(file, **known, nrows=0).columns]
    known["dtype"] = {name: str for name in names if name not in numbers}
    # In a column of texts "NA" may have been a category in training; the study's words never were.
    gaps = [*NA_VALUES, *options.missing]
    known["na_values"] = {name: gaps if name in numbers else [*options.missing] for name in names}
    try:
        with (
            unpacking.opened_as_text(path, options.encoding) as file,
            pd.read_csv(file, **known, decimal=options.decimal, chunksize=rows) as found,
        ):
            for chunk in found:
                if options.decimal == ",":
                    _read_commas(chunk, numbers, written)
                yield chunk
    except pd.errors.ParserError as fault:
        raise ValueError(_reason(fault, written)) from None


def _read_commas(chunk: pd.DataFrame, numbers: Collection[str], form: TextForm) -> None:
    """Read what pandas left as texts among numbers with a decimal comma, in place.

    Errors: UserError for a text that is no such number.
    """
    for name in [name for name in chunk.columns if name in numbers]:
        values, is_number = decimal_commas.without_grouping(chunk[name])
        wrong = values.map(lambda value: isinstance(value, str)) & ~is_number
        if wrong.any():
            cell = chunk.loc[wrong, name].iloc[[0]]  # its label is its row in the file
            row, hint = int(cell.index[0]), " (the study's data.decimal is ',')"
            raise cell_places.not_a_number(str(form.path), TextLines(form), row, cell, hint)
        chunk[name] = values


def _reason(fault: pd.errors.ParserError, form: TextForm) -> str:
    """Why a file is no table, with the lines of the file: pandas counts rows."""
    if "EOF inside string" in str(fault):
        return f"quotes in line {lines.line_of_open_quotes(form)} that are not closed"
    width, longer = lines.first_longer_row(form)
    return str(fault) if longer is None else _too_many(longer, width, form)


READER = Reader(read, chunks, find_lines)
