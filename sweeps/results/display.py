"""A result as text and as HTML: what to use, the table of winners, and the path of its report.

The numbers are the report's. A search that was not confirmed has no winner: its best are shown.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from textwrap import fill, indent
from typing import TYPE_CHECKING

import pandas as pd

from sweeps.base.errors import printable
from sweeps.results import inline

if TYPE_CHECKING:
    from reports.frames import Run

WIDTH, GAP = 100, "  "  # characters of a line of text; what separates two columns of the table
SHOWN = 10  # best trials of a search that was not confirmed


@dataclass(frozen=True)
class _Display:
    """What to use, as (label, sentence), steps as (what to do, lines), the verdict, the table.

    note: explains the table.
    """

    advice: Sequence[tuple[str, str]]
    steps: Sequence[tuple[str, str]]
    verdict: Sequence[tuple[str, str]]
    table: pd.DataFrame
    note: str


def text(run: "Run", report: Path) -> str:
    """What `print` shows; columns for which a line is too short are only in the report."""
    display = _display(run)
    fitting = _fitting(display.table)
    absent = [str(name) for name in display.table.columns[len(fitting.columns) :]]
    in_report = f" No room here, but in the report: {', '.join(absent)}." if absent else ""
    lines = [
        *(fill(f"{label}: {sentence}", WIDTH) for label, sentence in display.advice),
        *(f"{fill(f'Next: {do}', WIDTH)}\n{indent(lines, '    ')}" for do, lines in display.steps),
        *(fill(f"{label}: {sentence}", WIDTH) for label, sentence in display.verdict),
        "",
        *_aligned(fitting),
        "",
        fill(display.note + in_report, WIDTH),
        f"Report: {report}",
    ]
    return printable("\n".join(lines))


def verdict(run: "Run") -> list[tuple[str, str]]:
    """The study's answer, what to use, the numbers that say so, as (label, sentence)."""
    from reports.advice.recommendation import recommendation

    made = recommendation(run)
    advice = [("Answer", made.answer)] if made.answer else []
    is_said = made.answer != made.beside_headline
    advice.append(
        ("Why", made.why) if is_said else ("Recommendation", f"{made.headline} {made.why}")
    )
    return advice + [(one.label, f"{one.value}, {one.beside}") for one in made.facts]


def as_html(run: "Run", report: Path) -> str:
    """What a notebook shows, the page folded; everything in it is escaped."""
    display = _display(run)
    steps = "".join(
        f"<li>{html.escape(do)}<pre>{html.escape(lines)}</pre></li>" for do, lines in display.steps
    )
    with pd.option_context("display.max_colwidth", None):  # so that pandas does not cut settings
        table = display.table.to_html(index=False, justify="left", escape=True)
    behind = [*display.verdict, ("The table", display.note)]
    return "\n".join(
        [
            labelled(display.advice),
            f"<p><b>Next:</b></p><ol>{steps}</ol>" * bool(steps),
            table,
            f"<details><summary>What stands behind it</summary>{labelled(behind)}</details>",
            f"<p>Report: <code>{html.escape(str(report))}</code></p>",
            inline.page(report),
        ]
    )


def labelled(sentences: Sequence[tuple[str, str]]) -> str:
    """Sentences after their labels, as HTML; everything in it is escaped."""
    return "".join(
        f'<p style="margin:0.3em 0"><b>{html.escape(label)}:</b> {html.escape(words)}</p>'
        for label, words in sentences
    )


def _display(run: "Run") -> _Display:
    from reports.advice.recommendation import recommendation
    from reports.sections import answer_words

    made = recommendation(run)
    table, note = _of_search(run) if run.confirm is None else _of_winners(run)
    steps = [(step.do, step.lines) for step in made.steps]
    return _Display(verdict(run), steps, answer_words.lines(run), table, note)


def _of_winners(run: "Run") -> tuple[pd.DataFrame, str]:
    from reports.sections.confirmed import winners_table

    table = winners_table(run)
    rows = [[cell.in_words for cell in row.cells] for row in table.rows]
    return pd.DataFrame(rows, columns=[column.label for column in table.columns]), table.note


def _of_search(run: "Run") -> tuple[pd.DataFrame, str]:
    """The best trials of a search, by rank."""
    from reports import units

    trials = run.trials
    best = trials[trials["rank"] > 0].sort_values("rank").head(SHOWN)
    settings = best.filter(like="param.")
    settings = settings.rename(columns=lambda name: str(name).removeprefix("param."))
    values = units.unit(run, run.metric).own * best["value"]
    table = pd.concat([best[["rank", "trial"]].assign(value=values), settings], axis=1)
    label = str(run.provenance["objective"].get("label", run.metric))
    words = table.rename(columns={"value": label}).map(_word)
    return words, f"The best of {len(trials)} trials."


def _word(value: object) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.4g}"
    return str(value)


def _fitting(table: pd.DataFrame) -> pd.DataFrame:
    """The first columns, as many as fit into a line."""
    widths = [max(map(len, [str(name), *table[name]])) for name in table.columns]
    ends = accumulate(width + len(GAP) for width in widths)
    count = sum(end <= WIDTH + len(GAP) for end in ends)
    return table.iloc[:, : max(count, 1)]


def _aligned(table: pd.DataFrame) -> Iterator[str]:
    """The table's head and its rows, as lines with aligned columns."""
    columns = [[str(name), *table[name]] for name in table.columns]
    widths = [max(map(len, column)) for column in columns]
    for row in zip(*columns, strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield GAP.join(cells).rstrip()
