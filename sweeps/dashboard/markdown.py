"""Markdown for the Dashboard's notes. What comes from outside is text there, whatever it holds."""

import re
from collections.abc import Iterable, Sequence

from sweeps.base.errors import printable

# CommonMark's escapable signs, but those that mean nothing within a line.
SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:@/=^])")
LONGEST = 2000  # characters of one text


def text(value: object) -> str:
    """A text that shows as it stands: no markup, no link, no line break."""
    line = printable(" ".join(str(value).split()))
    short = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return SIGNS.sub(r"\\\1", short)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; numbers, so all but the first to the right."""
    aligned = [":--", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, aligned, *rows))
