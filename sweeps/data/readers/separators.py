"""What separates the fields of a text: what divides its first rows alike, quotes heeded."""

import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sweeps.data.source import unpacking
from sweeps.data.source.lines import BLANKS, TextRow, divided

# The first of these wins where nothing else decides.
MARKS = ("\t", ";", ",", "|")
WORDS = {"tab": "\t", "blanks": BLANKS, " ": BLANKS}  # in `data.separator`
ROWS = 100  # that are looked at
LONGEST = 300_000  # characters of them
# The least share of rows with as many fields as the first has; a row with more is a mistake.
ALIKE = 0.9
NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d+)?|[.,]\d+)([eE][-+]?\d+)?\s*", re.ASCII)


def find(path: Path, encoding: str, asked: str) -> str:
    """The separator that pandas is to be given, as the study asks or the file shows it."""
    if asked != "auto":
        return WORDS.get(asked, asked)
    with unpacking.opened_as_text(path, encoding) as file:
        text = file.read(LONGEST)
    return of(text, is_whole=len(text) < LONGEST)


def of(text: str, is_whole: bool = True) -> str:
    """The separator of a text, or of the beginning of one."""
    found = {mark: _rows(text, mark, is_whole) for mark in MARKS}
    # Of several that divide all rows alike, the one that leaves the most numbers.
    fit = {
        mark: (_share_of_numbers(rows), len(rows[0]))
        for mark, rows in found.items()
        if _is_alike(rows)
    }
    if fit:
        return max(fit, key=lambda mark: fit[mark])
    first = next((line for line in text.splitlines() if line.strip()), "")
    words = _rows(text, BLANKS, is_whole)
    has_none = not any(mark in first for mark in MARKS) and all(len(row) > 1 for row in words)
    if len(words) > 1 and (_is_alike(words) or has_none):
        return BLANKS
    return max((",", ";", "\t", "|"), key=first.count)


def _rows(text: str, mark: str, is_whole: bool) -> list[list[str]]:
    """The fields of the first rows; of a text that goes on, the last may be half a row."""
    rows: Iterator[TextRow] = divided(io.StringIO(text, newline=""), mark)
    found = [row.fields for row in islice(rows, ROWS)]
    return found if is_whole or len(found) < 2 or len(found) == ROWS else found[:-1]


def _is_alike(rows: list[list[str]]) -> bool:
    if not rows or len(rows[0]) < 2:
        return False
    alike = sum(len(row) == len(rows[0]) for row in rows[1:])
    return alike >= ALIKE * (len(rows) - 1)


def _share_of_numbers(rows: list[list[str]]) -> float:
    cells = [cell for row in rows[1:] or rows for cell in row]
    return sum(NUMBER.fullmatch(cell) is not None for cell in cells) / len(cells)
