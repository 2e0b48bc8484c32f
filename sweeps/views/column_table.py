"""The table of columns in a terminal: what each was read as, and how it enters the network."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from sweeps.base.terminal import NAME, say, verbatim
from sweeps.views import wording

IN_NEW, IN_CHECK = 12, 40  # columns that are shown
WIDEST = 28  # characters of a column of the table, but of the last
HEADER = ("column", "kind", "missing", "distinct", "example", "inputs", "")


def show(console: Console, facts: Mapping[str, Any], most: int, more: str) -> None:
    """A line of kinds, then a row a column: of many the first, those with a remark before others.

    more: where the others are shown.
    """
    kinds: dict[str, int] = facts["column_kinds"]
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    rows: Sequence[Mapping[str, Any]] = facts["column_table"]
    total, inputs = sum(kinds.values()), wording.count(facts["features"], "network input")
    say(console, "columns", f"{told}; {inputs}")
    if len(rows) > most:
        odd = [row for row in rows if row["remark"]]
        rows = [*odd, *(row for row in rows if not row["remark"])][:most]
    for line in _aligned(rows):
        for part in _wrapped(line, console):
            verbatim(console, f"{'':{NAME}}{part}")
    if total > len(rows):
        others = f"and {wording.count(total - len(rows), 'more column')}"
        say(console, "", f"{others}: {more}")


def _wrapped(line: str, console: Console) -> list[str]:
    """In a terminal no wider than it is, further lines set in."""
    if not console.is_terminal:
        return [line]
    return textwrap.wrap(line, console.width - NAME, subsequent_indent="    ")


def _aligned(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lines whose fields stand below each other."""
    texts = [HEADER, *(_fields(row) for row in rows)]
    widths = [min(WIDEST, max(map(len, field))) for field in zip(*texts, strict=True)]
    found = []
    for fields in texts:
        *first, last = (_short(text, width) for text, width in zip(fields, widths, strict=True))
        found.append(f"{'  '.join(first)}  {fields[-1] or last}".rstrip())
    return found


def _fields(row: Mapping[str, Any]) -> tuple[str, ...]:
    inputs = f"{row['inputs']} ({row['enters']})" if row["inputs"] > 1 else str(row["inputs"])
    cells = (row["name"], row["kind"], str(row["missing"]), str(row["distinct"]), row["example"])
    return (*(" ".join(cell.split()) for cell in cells), inputs, row["remark"])


def _short(text: str, width: int) -> str:
    return f"{text if len(text) <= width else text[: width - 1] + '…':{width}}"
