"""JSON lines (.jsonl, .ndjson) as a frame: an object a line, its keys the columns."""

import json
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.base.errors import show
from sweeps.data.source import frames, unpacking
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.lines import Lines
from sweeps.data.source.read_options import ReadOptions

LARGEST = 2**63  # whole numbers beyond are read with a point
DIGITS = 400  # no number has more


@dataclass(frozen=True)
class JsonLines(Lines):
    """Lines of objects: each has its own, but for blank lines between them."""

    path: Path
    encoding: str

    def every(self) -> Generator[int]:
        """The line of one row after the other."""
        with unpacking.opened_as_text(self.path, self.encoding) as file:
            yield from (number for number, line in enumerate(file, start=1) if line.strip())


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """A whole file. Errors: ValueError, OSError, MemoryError."""
    return _frame(list(_objects(path, options)))


def _frame(objects: list[dict[str, Any]], names: list[str] | None = None) -> pd.DataFrame:
    """Large whole numbers stay as they are written, whatever gaps are beside them."""
    made = pd.DataFrame.from_records(objects, columns=names)
    for name in frames.may_be_rounded(made):
        found = [one.get(name) for one in objects]
        if all(type(cell) in (int, type(None)) for cell in found):
            made[name] = pd.array(found, dtype="Int64")
    return made


def chunks(
    path: Path, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """So many rows at a time, at least one frame, of the same columns. Errors: as of `read`."""
    # A key may be left out where it has no value, so that the first rows may lack it.
    names = list(dict.fromkeys(name for one in _objects(path, options) for name in one))
    objects = _objects(path, options)
    found = list(islice(objects, rows))
    yield _frame(found, names)
    while found := list(islice(objects, rows)):
        yield _frame(found, names)


def _objects(path: Path, options: ReadOptions) -> Iterator[dict[str, Any]]:
    with unpacking.opened_as_text(path, options.encoding) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                found = json.loads(line, parse_int=_whole, object_pairs_hook=_once)
            except RecursionError:
                raise ValueError(f"line {number}: lists within lists, too deep") from None
            except json.JSONDecodeError as fault:
                raise ValueError(
                    f"line {number}: {fault.msg} at character {fault.pos + 1}"
                ) from None
            except UnicodeDecodeError:
                raise
            except ValueError as fault:
                raise ValueError(f"line {number}: {fault}") from None
            if not isinstance(found, dict):
                raise ValueError(f'line {number}: {show(found)} (an object such as {{"x": 1}}?)')
            yield found


def _whole(digits: str) -> int | float:
    if len(digits) > DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits")
    number = int(digits)
    return number if -LARGEST <= number < LARGEST else float(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {show(twice)} twice")
    return found


def find_lines(path: Path, options: ReadOptions) -> Lines:
    """Where the objects of a file stand in it."""
    return JsonLines(path, options.encoding)


READER = Reader(read, chunks, find_lines)
