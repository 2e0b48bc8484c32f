"""The recommendation in a terminal: what to use, why, what to do next, each with lines to copy."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from sweeps.base.terminal import NAME, heading, say, verbatim

if TYPE_CHECKING:
    from reports.advice.facts import Fact
    from reports.advice.recommendation import Recommendation

FOUND, NOTHING = "bold green", "bold yellow"  # headlines


def recommend(made: "Recommendation", folder: Path, console: Console) -> None:
    """Print it; lines to copy stand as they are."""
    heading(console, made.headline, FOUND if made.use or made.answer else NOTHING)
    if made.beside_headline:
        say(console, "answer", "", strong=made.beside_headline)
    error, *others = made.facts or (None,)
    if error is not None:
        _fact(console, "error", error)
    say(console, "why", made.why)
    for name, fact in zip(("against", "limit"), others, strict=False):
        _fact(console, name, fact)
    if made.settings:
        say(console, "settings", made.settings)
    if made.steps:
        command, where = made.next_for(folder)
        say(console, "next", f" {where}" if command else where, strong=command)
    for n, step in enumerate(made.steps, 1):
        say(console, "", f"{n}. {step.do}")
        _copied(console, "", step.lines, 3)
    _copied(console, "use", made.how_for(folder), 0)
    if made.sure:
        say(console, "sure", made.sure, style="dim")


def _fact(console: Console, name: str, fact: "Fact") -> None:
    """`2.9 %, 1.4 to 5.0 (error on new data: the share of rows that are answered wrongly)`."""
    label = f"{fact.label[:1].lower()}{fact.label[1:]}"
    about = f"{label}: {fact.term}" if fact.term else label
    beside = f", {fact.beside}" if fact.beside else ""
    say(console, name, f"{beside} ({about})", strong=fact.value)


def _copied(console: Console, name: str, lines: str, indent: int) -> None:
    for n, line in enumerate(lines.splitlines()):
        own = "" if n else name
        verbatim(console, f"{own:{NAME + indent}}{line}", name=own)
