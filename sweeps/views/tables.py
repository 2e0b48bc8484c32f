"""What a run says when it is done: what to use, the table of winners, where everything is."""

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sweeps.base.errors import printable
from sweeps.base.redaction import redact_address
from sweeps.base.terminal import NAME, say, verbatim
from sweeps.results.result import Result
from sweeps.study.spec import Study
from sweeps.views import wording
from sweeps.views.recommending import recommend

if TYPE_CHECKING:
    from reports.frames import Run
    from reports.winners import ScoreColumn, Winners


def closing(result: Result, study: Study, storage: str | None, console: Console) -> None:
    """Print what to use and do, then the table of winners with its reading, and where all is."""
    from reports.advice.recommendation import recommendation

    verbatim(console, "")
    recommend(recommendation(result.run), result.folder, console)
    failed = result.trials[result.trials["state"] == "failed"]
    for cause, count in failed["cause"].value_counts().items():
        say(console, "failed", f"{wording.count(count, 'trial')}: {cause}", style="red")
    verbatim(console, "")
    if result.confirm is not None:
        _confirmed(result, result.confirm, study, console)
    else:
        for text in _of_search(result, study):
            say(console, "", text)
    verbatim(console, "")
    for name, text in _where(result, storage):
        verbatim(console, f"{name:{NAME}}{text}", name=name)


def _confirmed(result: Result, confirm: pd.DataFrame, study: Study, console: Console) -> None:
    """The table of winners, their settings, and how to read it."""
    from reports import winners
    from reports.stats.lints import constants

    made = winners.table(result.run)
    shown = _fitting(made, console)
    console.print(_table(made, shown))
    winner = confirm[confirm["rank"] == 1]
    if (winner["status"] == "diverged").all():
        say(console, "diverged", "every confirmed network of the winner", style="red")
    elif said := constants.constant(result.run):
        text = f"the winner says {said} of every row, and so tells none of them apart"
        say(console, "constant", text, style="yellow")
    for label, text in _settings_of(result.table, study):
        say(console, label, text)
    for text in _epoch(result.run):
        say(console, "epoch", text)
    for name, text in _besides(result.run):
        say(console, name, text)
    for text in _reading(made, shown):
        say(console, "", text, style="dim")


# What a narrow terminal goes without, the first one first, then the last of the others; the report
# has all of it.
LEFT_OUT_FIRST = ("epochs_to_target", "gap", "dev_error")


def _fitting(made: "Winners", console: Console) -> "list[ScoreColumn]":
    """As many of the columns as the console is wide enough for, one at least."""
    shown = list(made.columns)
    others = [c.name for c in reversed(shown) if c.name not in LEFT_OUT_FIRST]
    whole = console.options.update(width=1000)
    for name in (*LEFT_OUT_FIRST, *others[:-1]):
        if Measurement.get(console, whole, _table(made, shown)).maximum <= console.width:
            break
        shown = [column for column in shown if column.name != name]
    return shown


def _table(made: "Winners", shown: "Sequence[ScoreColumn]") -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold")
    for column in shown:
        table.add_column(Text(printable(column.short_head)), justify="right", no_wrap=True)
    for n, entry in enumerate(made.entries):
        cells = [entry.label, *(column.scores[n].short for column in shown)]
        table.add_row(*(Text(printable(c)) for c in cells), style="bold" if entry.wins else "")
    return table


def _settings_of(rows: pd.DataFrame, study: Study) -> Iterator[tuple[str, str]]:
    """What was found for the winner; of the other networks what differs from it."""
    from reports import summary

    networks = rows[rows["kind"] == "network"]
    winner: dict[str, Any] = networks.iloc[0]["settings"]
    searched = study.space.searched
    for _, row in networks.iterrows():
        settings: dict[str, Any] = row["settings"]
        is_winner, idle = row["rank"] == 1, summary.idle(settings, study.trainer)
        shown = {
            name: value
            for name, value in settings.items()
            if (name in searched if is_winner else winner.get(name) != value) and name not in idle
        }
        yield ("winner" if is_winner else str(row["config"])), wording.settings(shown)


def _epoch(run: "Run") -> Iterator[str]:
    """Which epoch of the winner counts, where that is not the last."""
    from reports.stats.settings import counted

    horizon = run.provenance["search"]["epochs"]
    if run.winner is not None and counted.keeps_best(run):
        epoch = counted.epoch(run, run.winner)
        if epoch is not None:
            yield f"{epoch} of {horizon} counts for the winner: the best on dev in the search"


def _besides(run: "Run") -> Iterator[tuple[str, str]]:
    """What the whole procedure gives, where outer folds tell; which networks are saved."""
    from reports.sections import procedure
    from reports.stats.settings import all_rows

    for _, words in procedure.lines(run):
        yield "procedure", words
    if found := all_rows.all_rows(run):
        yield "saved", found.in_words.removeprefix("Saved are ")


def _reading(made: "Winners", shown: "Sequence[ScoreColumn]") -> Iterator[str]:
    from reports import winners

    if sum(entry.role != "baseline" for entry in made.entries) > 1:
        yield "settings: of the winner what was searched, of the others what differs from it"
    yield from winners.notes(shown)
    absent = [column.short_head for column in made.columns if column not in shown]
    if absent:
        yield f"no room here, but in the report: {', '.join(absent)}"


def _of_search(result: Result, study: Study) -> list[str]:
    complete = result.trials[result.trials["state"] == "complete"]
    if complete.empty:
        return ["no trial was completed; nothing was confirmed"]
    best = complete[complete["rank"] == 1].iloc[0]
    value = wording.score(study.objective.metric, best["value"], result.run.target_sd)
    return [
        f"best of the search: trial {best['trial']}, {study.objective.label} {value} "
        f"({wording.settings(result.best)})",
        "nothing was confirmed: this number is selected, and so too good",
    ]


def _where(result: Result, storage: str | None) -> list[tuple[str, str]]:
    folder = result.folder
    address = f" --storage {shlex.quote(redact_address(storage))}" if storage else ""
    return [
        ("report", str(result.report)),
        ("folder", str(folder)),
        ("dashboard", f"python -m sweeps dashboard {shlex.quote(str(folder))}{address}"),
    ]
