"""A run's recommendation and confirmed settings as Markdown: for a README, an issue, a message."""

from collections.abc import Iterator
from pathlib import Path

from reports.advice import using
from reports.advice.recommendation import Recommendation, recommendation
from reports.advice.step import written_by
from reports.frames import Run
from reports.sections.blocks import Table
from reports.sections.confirmed import confirmed


def of(run: Run) -> str:
    """The text, with a line at its end."""
    made = recommendation(run)
    parts = [*_head(run, made), *_steps(made), *_tables(run), made.sure]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(run: Run, made: Recommendation) -> Iterator[str]:
    yield f"# {escaped(run.provenance['name'])}: {escaped(made.headline)}"
    yield escaped(str(run.provenance.get("description") or ""))
    yield f"**{escaped(made.beside_headline)}**" if made.beside_headline else ""
    yield escaped(made.why)
    told = ((one.label, one.value, one.beside) for one in made.facts)
    facts = ["| " + " | ".join(map(escaped, one)) + " |" for one in told]
    yield "\n".join(["| | | |", "|---|---|---|", *facts]) if facts else ""


def _steps(made: Recommendation) -> Iterator[str]:
    command = written_by(made.steps, Path(using.RUN))
    yield f"## What to do next\n\nWritten into a study by `{command}`:" if command else ""
    for number, step in enumerate(made.steps, 1):
        lines = "\n".join(f"   {line}" for line in ["```yaml", *step.lines.splitlines(), "```"])
        yield f"{number}. {escaped(step.do)}\n\n{lines}"


def _tables(run: Run) -> Iterator[str]:
    section = confirmed(run)
    for block in section.blocks if section else ():
        if isinstance(block, Table):
            names = " | ".join(escaped(column.label) for column in block.columns)
            rows = [
                "| " + " | ".join(escaped(cell.in_words) for cell in row.cells) + " |"
                for row in block.rows
            ]
            yield f"## {escaped(block.caption)}"
            yield "\n".join([f"| {names} |", "|---" * len(block.columns) + "|", *rows])


def escaped(text: str) -> str:
    """What Markdown would take for its own signs, as they are."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return text
