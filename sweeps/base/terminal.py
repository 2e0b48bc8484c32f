"""Printing for people: a name and its text, wrapped in a terminal and in one line elsewhere."""

import re
import textwrap

from rich.console import Console
from rich.text import Text

from sweeps.base.errors import printable
from sweeps.base.redaction import redact

NAME = 10  # columns that the names take
NAMES = "cyan"  # how they look, where nothing else is said
BLANKS = re.compile(r"[ \t\n\r\f\v]+")  # not the spaces that do not break


def say(console: Console, name: str, text: str, style: str = "", strong: str = "") -> None:
    """One line "name      text"; in a terminal, wrapped under the text.

    strong: words that the text begins with, set off.
    """
    text = BLANKS.sub(" ", f"{strong}{text}").strip()
    shown = Text(_wrapped(console, f"{name:{NAME}}{text}", NAME), style)
    if not style:
        shown.stylize(NAMES, 0, len(name))
    if strong:
        shown.stylize("bold", NAME, NAME + len(strong))
    console.print(shown, soft_wrap=True, highlight=False)


def heading(console: Console, text: str, style: str) -> None:
    """A line without a name, wrapped in a terminal."""
    console.print(Text(_wrapped(console, text, 0), style), soft_wrap=True, highlight=False)


def verbatim(console: Console, line: str, style: str = "", name: str = "") -> None:
    """One line as it stands, but for secrets; for commands that are to be copied.

    name: what the line begins with, where that is a name.
    """
    shown = Text(printable(redact(line)), style)
    shown.stylize(NAMES, 0, len(name))
    console.print(shown, soft_wrap=True, highlight=False)


def _wrapped(console: Console, line: str, indent: int) -> str:
    """Without secrets, in lines as wide as the terminal."""
    line = printable(redact(line))
    if not console.is_terminal:
        return line
    return textwrap.fill(
        line,
        console.width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
