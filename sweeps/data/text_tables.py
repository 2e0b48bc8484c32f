"""Delimited text (.csv, .tsv) as a frame: its header, its gaps, its decimal mark."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.base.errors import show
from sweeps.data import column_faults, dtypes, lines, number_spellings
from sweeps.data.cells import NA_VALUES
from sweeps.data.file_kinds import Reader, ReadOptions
from sweeps.data.lines import Lines, TextRow

LONGEST_NAME = 10_000  # characters: a longer one is a quote that nobody closed


def _pandas_options(path: Path) -> dict[str, Any]:
    """How pandas reads such a file here. Errors: ValueError for a header that it would misread."""
    separator = _separator(path)
    with closing(lines.rows(path, separator)) as found:
        header, second = [*islice(found, 2), TextRow(1, []), TextRow(1, [])][:2]
    longest = max(map(len, header.fields), default=0)
    if longest > LONGEST_NAME:
        raise ValueError(
            f"a name of {longest:,} characters in the header (a quote that is not closed?)"
        )
    if any("\0" in name for name in header.fields):
        raise ValueError("a NUL byte in the header (save it as UTF-8)")
    repeated = sorted(name for name, times in Counter(header.fields).items() if times > 1)
    if repeated:
        raise ValueError(f"the column {show(repeated[0])} twice")
    # pandas would take the first column for a name of the row, and shift all the others.
    if len(second.fields) > len(header.fields):
        raise ValueError(_too_many(second, len(header.fields)))
    return {
        "sep": separator,
        "encoding": "utf-8-sig",
        "skipinitialspace": True,
        "keep_default_na": False,
        "na_values": list(NA_VALUES),
        "low_memory": False,
    }


def find_lines(path: Path) -> Lines:
    """Where the rows of a file stand in it."""
    return Lines(path, _separator(path))


def _separator(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = next((line for line in file if line.strip()), "")
    return max(",;\t", key=first.count)


def _too_many(row: TextRow, width: int) -> str:
    return f"{len(row.fields)} fields in line {row.line} below {width} in the header"


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """A whole file. Errors: ValueError, OSError, MemoryError."""
    decimal = options.decimal
    known = _pandas_options(path)
    try:
        frame = pd.read_csv(path, **known, decimal=decimal)
    except pd.errors.ParserError as fault:
        raise ValueError(_reason(fault, path, known["sep"])) from None
    for name in dtypes.other_columns(frame) if decimal == "," else ():
        values, is_number = without_grouping(frame[name])
        words = (~is_number & values.notna()).sum()
        if words == 0 and is_number.any():
            frame[name] = pd.to_numeric(values)
        elif set(values[~is_number].dropna().str.strip()) <= number_spellings.GAPS:
            continue  # a spelling of numbers: `column_kinds` reads it
        elif words <= column_faults.FEW * is_number.sum():  # mistakes: reported with their lines
            frame[name] = values
    # pandas keeps each column by itself; a copy has those of one type side by side, as one array.
    return frame.copy()


def chunks(
    path: Path, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """So many rows at a time; columns that are not `numbers` are texts, as they stand in the file.

    Errors: as of `read`; UserError for a number without the decimal comma that the options ask for.
    """
    known = _pandas_options(path)
    names = [str(name) for name in pd.read_csv(path, **known, nrows=0).columns]
    known["dtype"] = {name: str for name in names if name not in numbers}
    # In a column of texts "NA" may have been a category in training.
    known["na_values"] = {name: list(NA_VALUES) for name in numbers}
    try:
        with pd.read_csv(path, **known, decimal=options.decimal, chunksize=rows) as found:
            for chunk in found:
                if options.decimal == ",":
                    _read_commas(chunk, numbers, path)
                yield chunk
    except pd.errors.ParserError as fault:
        raise ValueError(_reason(fault, path, known["sep"])) from None


def _read_commas(chunk: pd.DataFrame, numbers: Collection[str], path: Path) -> None:
    """Read what pandas left as texts among numbers with a decimal comma, in place.

    Errors: UserError for a text that is no such number.
    """
    for name in [name for name in chunk.columns if name in numbers]:
        values, is_number = without_grouping(chunk[name])
        wrong = values.map(lambda value: isinstance(value, str)) & ~is_number
        if wrong.any():
            cell = chunk.loc[wrong, name].iloc[[0]]  # its label is its row in the file
            row, hint = int(cell.index[0]), " (the study's data.decimal is ',')"
            raise column_faults.not_a_number(str(path), find_lines(path), row, cell, hint)
        chunk[name] = values


def _reason(fault: pd.errors.ParserError, path: Path, separator: str) -> str:
    """Why a file is no table, with the lines of the file: pandas counts rows."""
    if "EOF inside string" in str(fault):
        return f"quotes in line {lines.line_of_open_quotes(path, separator)} that are not closed"
    width, longer = lines.first_longer_row(path, separator)
    return str(fault) if longer is None else _too_many(longer, width)


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


READER = Reader(read, chunks, find_lines)
