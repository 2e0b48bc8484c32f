"""Printing for people: a name and its text, wrapped in a terminal and in one line elsewhere."""

import textwrap

from rich.console import Console

from sweeps.base.errors import printable
from sweeps.base.redaction import redact

NAME = 10  # columns that the names take


def say(console: Console, name: str, text: str, style: str = "") -> None:
    """One line "name      text"; in a terminal, wrapped under the text."""
    line = f"{name:{NAME}}{' '.join(text.split())}"
    if console.is_terminal:
        line = textwrap.fill(
            line,
            console.width,
            subsequent_indent=" " * NAME,
            break_long_words=False,
            break_on_hyphens=False,
        )
    verbatim(console, line, style)


def verbatim(console: Console, line: str, style: str = "") -> None:
    """One line as it stands, but for secrets; for commands that are to be copied."""
    line = printable(redact(line))
    console.print(
        line, style=style or None, markup=False, emoji=False, highlight=False, soft_wrap=True
    )
