"""The recommendation in a terminal: what to use, why, what to do next, each with lines to copy."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from sweeps.base.terminal import NAME, say, verbatim

if TYPE_CHECKING:
    from reports.advice.recommendation import Recommendation


def recommend(made: "Recommendation", folder: Path, console: Console) -> None:
    """Print it; lines to copy stand as they are."""
    verbatim(console, made.headline, style="bold")
    if made.answer:
        say(console, "answer", made.answer)
    say(console, "why", made.why)
    if made.settings:
        say(console, "settings", made.settings)
    for n, fact in enumerate(made.facts):
        term = f" ({fact.term})" * bool(fact.term)
        text = f"{fact.label}{term}: {fact.value}; {fact.beside}"
        say(console, "" if n else "numbers", text)
    if made.sure:
        say(console, "", made.sure, style="dim")
    say(console, "next", made.where)
    for n, step in enumerate(made.steps, 1):
        say(console, "", f"{n}. {step.do}")
        _copied(console, "", step.lines, 3)
    _copied(console, "use", made.how_for(folder), 0)


def _copied(console: Console, name: str, lines: str, indent: int) -> None:
    for n, line in enumerate(lines.splitlines()):
        verbatim(console, f"{'' if n else name:{NAME + indent}}{line}")
