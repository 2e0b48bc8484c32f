"""Where the rows of a delimited text stand in its file: lines as an editor shows them.

Rows and lines are not one to one: a blank line is no row, and quotes may hold a line break.
"""

import csv
import itertools
import re
from bisect import bisect_right
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Protocol

from sweeps.data.source import unpacking

BREAK = re.compile(r"\r\n|\r|\n")
BLANKS = r"\s+"  # the separator of columns that stand apart by blanks, as pandas writes it
# The most that the csv module takes; pandas has no limit of its own.
LONGEST_FIELD = 2**31 - 1


@dataclass(frozen=True)
class TextRow:
    """A row's fields, or the header's, and the line (from 1) in which it begins."""

    line: int
    fields: list[str]


class Lines(Protocol):
    """Lines of a table's rows; they are looked up in the file when they are asked for."""

    @property
    def has_semicolons(self) -> bool:
        """Whether they stand between fields, as where a comma is the decimal mark."""
        return False

    def of(self, row: int, column: str) -> int:
        """The line of a cell, that of its row; rows are counted from 0."""
        with closing(self.every()) as found:
            return next(islice(found, row, None))

    def every(self) -> Generator[int]:
        """The line of one row after the other."""

    def place(self, row: int, column: str) -> str:
        """Where a cell stands: `line 7`."""
        return f"line {self.of(row, column)}"

    def own_row(self, row: int) -> int:
        """A row's number in its file, from 0 on."""
        return row

    def each(self, count: int) -> list[int]:
        """The line of each of so many rows. Errors: OSError."""
        with closing(self.every()) as found:
            return list(islice(found, count))


@dataclass(frozen=True)
class TextForm:
    """How a delimited text is written."""

    path: Path
    separator: str
    encoding: str = "utf-8"
    header: bool = True

    def rows(self) -> Generator[TextRow]:
        """The header, if it has one, and the rows, as pandas divides a file into them."""
        with unpacking.opened_as_text(self.path, self.encoding) as file:
            yield from divided(file, self.separator)

    def names(self, first: TextRow) -> list[str]:
        """The columns by name, as pandas calls them; `first` is the header or the first row."""
        if self.header:
            named = enumerate(first.fields)
            return [name or _unnamed(at, first.fields) for at, name in named]
        return [f"x{number}" for number in range(1, len(first.fields) + 1)]


def _unnamed(at: int, names: Collection[str]) -> str:
    """What pandas calls a column without a name: "Unnamed: 0", or "Unnamed: 0.1" beside it."""
    called = f"Unnamed: {at}"
    others = (f"{called}.{number}" for number in itertools.count(1))
    return called if called not in names else next(one for one in others if one not in names)


@dataclass(frozen=True)
class TextLines(Lines):
    """Lines of a delimited text."""

    form: TextForm

    @property
    def has_semicolons(self) -> bool:
        """Whether they stand between fields."""
        return self.form.separator == ";"

    def of(self, row: int, column: str) -> int:
        """The line of a cell."""
        record, place = self._record(row, column)
        return record.line + _breaks(record.fields[:place])

    def cell(self, row: int, column: str) -> str:
        """A cell as it is written."""
        record, place = self._record(row, column)
        return record.fields[place].strip() if place < len(record.fields) else ""

    def _record(self, row: int, column: str) -> tuple[TextRow, int]:
        """A row, and the place of a column in it."""
        with closing(self.form.rows()) as found:
            first = next(found)
            names = self.form.names(first)
            at = row if self.form.header else row - 1
            record = first if at < 0 else next(islice(found, at, None))
        return record, names.index(column)

    def every(self) -> Generator[int]:
        """The line of one row after the other."""
        with closing(self.form.rows()) as found:
            if self.form.header:
                next(found)
            for record in found:
                yield record.line


@dataclass(frozen=True)
class LinesOfFiles:
    """As `Lines`, of rows from several files one below the other.

    starts: the first row of each. names: of the files. lines: of each, None where it has none.
    """

    starts: tuple[int, ...]
    names: tuple[str, ...]
    lines: tuple[Lines | None, ...]

    @property
    def has_semicolons(self) -> bool:
        """Whether they stand between the fields of a file."""
        return any(one is not None and one.has_semicolons for one in self.lines)

    def own_row(self, row: int) -> int:
        """A row's number in its file, from 0 on."""
        which = bisect_right(self.starts, row) - 1
        own, lines = row - self.starts[which], self.lines[which]
        return own if lines is None else lines.own_row(own)

    def each(self, count: int) -> list[int]:
        """The line of each of so many rows, 0 in a file without lines. Errors: OSError."""
        found: list[int] = []
        for lines, span in zip(self.lines, pairwise([*self.starts, count]), strict=True):
            size = span[1] - span[0]
            found += (None if lines is None else lines.each(size)) or [0] * size
        return found

    def place(self, row: int, column: str) -> str:
        """Where a cell stands: `line 7 of test.csv`; in a file without lines the row, from 1 on."""
        which = bisect_right(self.starts, row) - 1
        own, lines = row - self.starts[which], self.lines[which]
        there = f"row {own + 1}" if lines is None else lines.place(own, column)
        return f"{there} of {self.names[which]}"


def divided(text: Iterable[str], separator: str) -> Generator[TextRow]:
    """Rows of a text, given line by line; lines of nothing but blanks are none."""
    blank = " \t\r\n".replace(separator, "")
    last = ""

    def lines() -> Iterator[str]:
        nonlocal last
        for line in text:
            last = line
            yield " ".join(line.split()) + "\n" if separator == BLANKS else line

    with _fields_of_any_length():
        before = 0
        mark = " " if separator == BLANKS else separator
        reader = csv.reader(lines(), delimiter=mark, skipinitialspace=True)
        for fields in reader:
            if reader.line_num > before + 1 or last.strip(blank):
                yield TextRow(before + 1, fields)
            before = reader.line_num


@contextmanager
def _fields_of_any_length() -> Iterator[None]:
    """The csv module's limit is one for all of the process, so it is set back."""
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def line_of_open_quotes(form: TextForm) -> int:
    """The line of the opening quotes that nothing closes before the end of the file."""
    with closing(form.rows()) as found:
        *_, last = found
    return last.line + _breaks(last.fields[:-1])


def first_longer_row(form: TextForm) -> tuple[int, TextRow | None]:
    """The number of fields in the first row, and the first row with more."""
    with closing(form.rows()) as found:
        width = len(next(found, TextRow(1, [])).fields)
        return width, next((row for row in found if len(row.fields) > width), None)


def _breaks(fields: list[str]) -> int:
    return sum(len(BREAK.findall(field)) for field in fields)
