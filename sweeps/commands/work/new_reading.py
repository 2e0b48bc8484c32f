"""How `sweeps new` reads a file: what its first rows show, so that all of it is read once."""

import re
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pandas as pd

from sweeps.data.cell import cells, detection_limits, dtypes, number_formats, number_spellings
from sweeps.data.readers import text_tables
from sweeps.data.source import data_files, encodings, file_kinds, sources
from sweeps.data.source.lines import TextForm, TextRow
from sweeps.data.source.read_options import DEFAULTS, ReadOptions
from sweeps.data.source.source_table import SourceTable

Target = str | tuple[str, ...] | None
ROWS = 1_000  # that are looked at
NUMBERED = re.compile(r"x[1-9]\d*")  # a column of a file without a header
COMMA = re.compile(r"\d*,\d+")


def options(source: str, target: Target) -> ReadOptions:
    """The encoding, header and decimal mark of a file of text; the defaults for all else.

    And where the file cannot be read, which is told once it is.
    """
    path, kind = Path(source), file_kinds.find(Path(source))
    heeded = () if kind is None or ":" in source else kind.options
    if "encoding" not in heeded or not path.is_file():
        return DEFAULTS
    try:
        found = ReadOptions(encoding=encodings.likely(path))
        return _of_rows(path, found, target) if "header" in heeded else found
    except data_files.UNREADABLE:
        return DEFAULTS


def table(source: str, target: Target) -> tuple[SourceTable, ReadOptions]:
    """The rows, and how they are read. Errors: Expected, UserError."""
    read, found = again(source, target, options(source, target))
    kind = file_kinds.find(Path(source))
    if kind is None or ":" in source or "decimal" not in kind.options or found.decimal == ",":
        return read, found
    texts = (read.frame[name] for name in dtypes.other_columns(read.frame))
    has_semicolons = read.lines is not None and read.lines.has_semicolons
    if any(_may_have_commas(column, has_semicolons) for column in texts):
        found = replace(found, decimal=",")  # as rows further down show
        return again(source, target, found)
    return read, found


def again(source: str, target: Target, how: ReadOptions) -> tuple[SourceTable, ReadOptions]:
    """The rows, read so. Errors: Expected, UserError."""
    return sources.read(source, target, {}, Path(), how), how


def _of_rows(path: Path, known: ReadOptions, target: Target) -> ReadOptions:
    form = text_tables.form(path, known)
    with closing(form.rows()) as found:
        rows = list(islice(found, ROWS))
    if not rows:
        return known
    named = form.names(rows[0])
    has_header = not _are_numbered(target) or all(name in named for name in _each(target))
    decimal = "," if _has_commas(rows[1:], form) else known.decimal
    return replace(known, header=has_header, decimal=decimal)


def _may_have_commas(column: pd.Series, has_semicolons: bool) -> bool:
    """Whether a column of texts has numbers with a decimal comma, or may in such a file."""
    words = map(cells.text, column.dropna().unique())
    limits = [word for word in words if detection_limits.bare(word) is not None]
    column = column[~column.isin(limits)] if limits else column
    if number_formats.remedy(number_formats.why_not_numbers(column)):
        return True
    spelled = number_spellings.of(set(column.dropna()), ".") if has_semicolons else None
    return spelled is not None and bool(spelled.unsure)


def _are_numbered(target: Target) -> bool:
    return all(NUMBERED.fullmatch(name) for name in _each(target))


def _each(target: Target) -> tuple[str, ...]:
    return target if isinstance(target, tuple) else (str(target),)


def _has_commas(rows: list[TextRow], form: TextForm) -> bool:
    """Whether a column of these rows is one of numbers with a decimal comma."""
    may_be = {
        at
        for row in rows
        for at, cell in enumerate(row.fields)
        if "," in cell and COMMA.search(cell)
    }
    for at in sorted(may_be):
        column = pd.Series([row.fields[at] for row in rows if at < len(row.fields)], dtype=object)
        column = column.mask(column.isin(cells.NA_VALUES))
        if _may_have_commas(column, form.separator == ";"):
            return True
    return False
