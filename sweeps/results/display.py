"""A result to look at: its verdict, its table of winners and its report's place, in text and HTML.

The numbers are the report's. A search that was not confirmed has no winner, and shows its best.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from textwrap import fill
from typing import TYPE_CHECKING

import pandas as pd

from sweeps.base.errors import printable

if TYPE_CHECKING:
    from sweeps.results.result import Result

WIDTH, GAP = 100, "  "  # columns of the text; what stands between two of the table's
SHOWN = 10  # trials of a search that was not confirmed
# What stands in the verdict's place where there is no winner.
DIVERGED = ("Verdict", "There is no winner: every network of the setting of rank 1 diverged.")
UNCONFIRMED = (
    "Verdict",
    "Nothing was confirmed: the best value of a search is selected, and so too good.",
)


@dataclass(frozen=True)
class _Display:
    """sentences: the verdict, a label and a sentence each; table: of words, read by its note."""

    sentences: Sequence[tuple[str, str]]
    table: pd.DataFrame
    note: str


def text(result: "Result") -> str:
    """As `print` shows it: columns that are too many for the width are left to the report."""
    display = _display(result)
    fitting = _fitting(display.table)
    absent = [str(name) for name in display.table.columns[len(fitting.columns) :]]
    in_report = f" No room here, but in the report: {', '.join(absent)}." if absent else ""
    lines = [
        *(fill(f"{label}: {sentence}", WIDTH) for label, sentence in display.sentences),
        "",
        *_aligned(fitting),
        "",
        fill(display.note + in_report, WIDTH),
        f"Report: {result.report}",
    ]
    return printable("\n".join(lines))


def as_html(result: "Result") -> str:
    """As a notebook shows it; everything in it is escaped."""
    display = _display(result)
    sentences = [
        f"<p><b>{html.escape(label)}:</b> {html.escape(sentence)}</p>"
        for label, sentence in display.sentences
    ]
    with pd.option_context("display.max_colwidth", None):  # else it cuts long settings off
        table = display.table.to_html(index=False, justify="left", escape=True)
    note = f"<p>{html.escape(display.note)}</p>"
    report = f"<p>Report: <code>{html.escape(str(result.report))}</code></p>"
    return "\n".join([*sentences, table, note, report])


def _display(result: "Result") -> _Display:
    if result.confirm is None:
        return _of_search(result)
    from reports.sections import answers
    from reports.sections.confirmed import winners_table

    table = winners_table(result.run)
    rows = [[cell.in_words for cell in row.cells] for row in table.rows]
    frame = pd.DataFrame(rows, columns=[column.label for column in table.columns])
    return _Display(answers.lines(result.run) or (DIVERGED,), frame, table.note)


def _of_search(result: "Result") -> _Display:
    """The best trials of a search, by rank."""
    trials = result.trials
    best = trials[trials["rank"] > 0].sort_values("rank").head(SHOWN)
    settings = best.filter(like="param.")
    settings = settings.rename(columns=lambda name: str(name).removeprefix("param."))
    table = pd.concat([best[["rank", "trial", "value"]], settings], axis=1)
    label = str(result.run.provenance["objective"].get("label", result.run.metric))
    words = table.rename(columns={"value": label}).map(_word)
    return _Display((UNCONFIRMED,), words, f"The best of {len(trials)} trials.")


def _word(value: object) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.4g}"
    return str(value)


def _fitting(table: pd.DataFrame) -> pd.DataFrame:
    """As many of the first columns as there is room for."""
    widths = [max(map(len, [str(name), *table[name]])) for name in table.columns]
    ends = accumulate(width + len(GAP) for width in widths)
    count = sum(end <= WIDTH + len(GAP) for end in ends)
    return table.iloc[:, : max(count, 1)]


def _aligned(table: pd.DataFrame) -> Iterator[str]:
    """Head and rows, a line each."""
    columns = [[str(name), *table[name]] for name in table.columns]
    widths = [max(map(len, column)) for column in columns]
    for row in zip(*columns, strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield GAP.join(cells).rstrip()
