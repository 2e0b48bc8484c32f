"""ARFF, WEKA's text, as a frame: attributes are the columns, nominal ones categories, ? a gap.

Ours, for SciPy's reader takes neither texts nor sparse rows, and gives bytes.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sweeps.base.errors import show
from sweeps.data.cell.cells import BOOLEANS
from sweeps.data.source import unpacking
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.lines import Lines
from sweeps.data.source.read_options import ReadOptions

GAP = "?"
_NAME = r"""(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s{]+))"""
ATTRIBUTE = re.compile(rf"@attribute\s+{_NAME}\s*(\{{.*\}}|\S+.*)", re.IGNORECASE)
_VALUE = r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"][^,]*?|))\s*(?=,|$)"""
DENSE, SPARSE = re.compile("()" + _VALUE), re.compile(r"\s*(\d{1,9})\s" + _VALUE)
ESCAPED = re.compile(r"\\(.)")
NUMERIC = ("numeric", "real", "integer")


@dataclass
class _Attributes:
    """Names and types, in order: "numeric", or the words of a nominal one, or None for a text."""

    names: list[str] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    def add(self, line: str) -> None:
        """Another line @attribute. Errors: ValueError."""
        found = ATTRIBUTE.fullmatch(line)
        if found is None:
            raise ValueError(f"{show(line)}, no name and type of an attribute")
        name = next(part for part in found.groups()[:3] if part is not None)
        kind = found.group(4).strip()
        if name in self.names:
            raise ValueError(f"the attribute {show(name)} twice")
        self.names.append(name)
        if kind.startswith("{"):
            self.words[name] = _fields(kind[1:-1])
            if not kind[1:-1].strip():
                raise ValueError(f"the attribute {show(name)} without a value")
        elif kind.lower() in NUMERIC:
            self.numbers.add(name)
        elif kind.lower().split()[0] not in ("string", "date"):
            raise ValueError(
                f"the type {show(kind)} of {show(name)} (numeric, string, date, {{…}})"
            )


@dataclass(frozen=True)
class ArffLines(Lines):
    """Lines of the rows below @data."""

    path: Path
    encoding: str

    def every(self) -> Generator[int]:
        """The line of one row after the other."""
        with unpacking.opened_as_text(self.path, self.encoding) as file:
            lines = _told(file)
            next(number for number, line in lines if line.lower().startswith("@data"))
            yield from (number for number, _ in lines)


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """A whole file. Errors: ValueError, OSError, MemoryError."""
    known = _Attributes()
    with unpacking.opened_as_text(path, options.encoding) as file:
        lines = _told(file)
        for number, line in lines:
            if line.lower().startswith("@data"):
                break
            if line.lower().startswith("@attribute"):
                try:
                    known.add(line)
                except ValueError as fault:
                    raise ValueError(f"line {number}: {fault}") from None
            elif not line.lower().startswith("@relation"):
                raise ValueError(f"line {number}: {show(line)} (an @attribute, or @data?)")
        else:
            raise ValueError("no line @data")
        rows = [_row(line, known, number) for number, line in lines]
    frame = pd.DataFrame(rows, columns=known.names)
    for name in known.numbers:
        with suppress(ValueError):  # texts among numbers: told as in other tables
            frame[name] = pd.to_numeric(frame[name])
    for place, name in enumerate(known.names):
        if {word.lower() for word in known.words.get(name, ())} == set(BOOLEANS):  # as elsewhere
            frame[name] = pd.Series([_flag(row[place]) for row in rows]).infer_objects()
    return frame


def _flag(word: str | None) -> bool | None:
    return None if word is None else BOOLEANS[word.lower()]


def _told(file: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Lines that are neither blank nor comments, with their numbers."""
    for number, line in enumerate(file, start=1):
        bare = line.strip()
        if bare and not bare.startswith("%"):
            yield number, bare


def _row(line: str, known: _Attributes, number: int) -> list[str | None]:
    cells = _sparse(line, known, number) if line.startswith("{") else _fields(line)
    if len(cells) != len(known.names):
        raise ValueError(f"{len(cells)} values in line {number} for {len(known.names)} attributes")
    for name, cell in zip(known.names, cells, strict=True):
        if name in known.words and cell != GAP and cell not in known.words[name]:
            raise ValueError(f"line {number}: {show(cell)}, no value of the attribute {show(name)}")
    return [None if cell == GAP else cell for cell in cells]


def _sparse(line: str, known: _Attributes, number: int) -> list[str]:
    """What is not said is 0, of a nominal attribute its first word."""
    cells = [known.words[name][0] if name in known.words else "0" for name in known.names]
    inside = line.strip("{}").strip()
    for place, cell in _values(SPARSE, inside) if inside else ():
        if not place or int(place) >= len(cells):
            raise ValueError(f"line {number}: {show(cell)}, not of an attribute that is there")
        cells[int(place)] = cell
    return cells


def _fields(line: str) -> list[str]:
    return [cell for _, cell in _values(DENSE, line)]


def _values(pattern: re.Pattern[str], line: str) -> Iterator[tuple[str, str]]:
    """(number of the attribute, if it is said, and value) of what commas part, quotes heeded."""
    end = 0
    while end <= len(line):
        found = pattern.match(line, end)
        if found is None:
            raise ValueError(f"{show(line[end:])}, no value (a quote that is not closed?)")
        place, *quoted, plain = found.groups()
        inner = next((part for part in quoted if part is not None), None)
        yield place, plain if inner is None else ESCAPED.sub(r"\1", inner)
        end = found.end() + 1


def find_lines(path: Path, options: ReadOptions) -> Lines:
    """Where the rows of a file stand in it."""
    return ArffLines(path, options.encoding)


READER = Reader(read, lines=find_lines)
