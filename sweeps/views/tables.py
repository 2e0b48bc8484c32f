"""What a run says when it is done: the table of winners, and where everything is."""

import math
import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sweeps.base.errors import printable
from sweeps.base.redaction import redact_address
from sweeps.base.terminal import say, verbatim
from sweeps.results.result import Result
from sweeps.study.spec import Study
from sweeps.views import wording

if TYPE_CHECKING:
    from reports.stats.objectives import Objective


def closing(result: Result, study: Study, storage: str | None, console: Console) -> None:
    """Print the table of winners with its reading, then the exact commands to go on with."""
    failed = result.trials[result.trials["state"] == "failed"]
    for cause, count in failed["cause"].value_counts().items():
        say(console, "failed", f"{wording.count(count, 'trial')}: {cause}", style="red")
    if result.confirm is not None:
        from reports.sections import answers

        winner = result.confirm[result.confirm["rank"] == 1]
        if (winner["status"] == "diverged").all():
            say(console, "diverged", "every confirmed network of the winner", style="red")
        shown = _fitting(result, console)
        console.print(_table(result, shown))
        for n, (_, text) in enumerate(answers.lines(result.run)):
            say(console, "" if n else "verdict", text)
        for label, text in _settings_of(result.table, study):
            say(console, label, text)
        for text in _reading(result, shown):
            say(console, "", text, style="dim")
    else:
        for text in _of_search(result, study):
            say(console, "", text)
    verbatim(console, "")
    for line in _where(result, storage):
        verbatim(console, line)


Cell = Callable[["pd.Series[Any]"], str]
# What a narrow terminal goes without, the first one first; the report has all of it.
LEFT_OUT_FIRST = ("epochs", "gap", "dev_error")


def _columns(result: Result) -> dict[str, tuple[str, Cell]]:
    """The columns of the table of winners, each with its head and what it says of a row."""
    from reports import summary

    regression = result.run.regression
    unit = "" if regression else " %"
    heads = {
        "dev_error": f"dev error{unit}",
        "test_error": f"test error{unit}",
        "gap": f"dev − train{unit}",
    }
    return {
        **{
            n: (goal.name, partial(objective, name=n, goal=goal))
            for n, goal in summary.beyond_the_error(result.run)
        },
        **{
            n: (head, partial(interval, name=n, regression=regression)) for n, head in heads.items()
        },
        "epochs": ("epochs", _reach),
    }


def _fitting(result: Result, console: Console) -> dict[str, tuple[str, Cell]]:
    """As many of the columns as the console is wide enough for."""
    columns = _columns(result)
    for name in LEFT_OUT_FIRST:
        whole = Measurement.get(
            console, console.options.update(width=1000), _table(result, columns)
        )
        if whole.maximum <= console.width:
            break
        del columns[name]
    return columns


def _table(result: Result, columns: Mapping[str, tuple[str, Cell]]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for head, _ in columns.values():
        table.add_column(Text(printable(head)), justify="right", no_wrap=True)
    for _, row in result.table.iterrows():
        is_winner = row["kind"] == "network" and row["rank"] == 1
        cells = [_label(row, result.run.default), *(cell(row) for _, cell in columns.values())]
        table.add_row(*(Text(printable(c)) for c in cells), style="bold" if is_winner else "")
    return table


def _label(row: "pd.Series[Any]", default: str | None) -> str:
    is_winner = row["kind"] == "network" and row["rank"] == 1
    name = str(row["config"])
    if name == default and name != "defaults":
        name = f"{name}, the defaults"
    return f"winner: {name}" if is_winner else name


def interval(row: "pd.Series[Any]", name: str, regression: bool) -> str:
    """A number of the table of winners with its bounds: in percent, or an RMSE."""
    from reports import summary

    if summary.all_lost(row):
        return summary.LOST
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    scale, digits = (1.0, 3) if regression else (100.0, 1)
    if math.isnan(value):
        return "–"
    text = f"{scale * value:.{digits}f}"
    if math.isnan(low) or math.isnan(high):
        return text
    return f"{text} [{scale * low:.{digits}f},{scale * high:.{digits}f}]"


def objective(row: "pd.Series[Any]", name: str, goal: "Objective") -> str:
    """An objective of the table of winners, by its column, with its bounds."""
    from reports import summary

    return summary.objective_in_words(row, name, goal).replace(", ", ",")


def _reach(row: "pd.Series[Any]") -> str:
    if math.isnan(row["reach"]):
        return "–"
    beyond = "" if row["reach"] else "> "
    return f"{beyond}{row['epochs_to_target']:.0f} ({row['reach']:.0%})"


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
        text = ", ".join(f"{name} {wording.value_of(value)}" for name, value in shown.items())
        yield ("winner" if is_winner else str(row["config"])), text or "–"


def _reading(result: Result, shown: Mapping[str, tuple[str, Cell]]) -> Iterator[str]:
    from reports import summary
    from reports.stats import rows

    run, n = result.run, int(result.table.iloc[0]["n"])
    if (result.table["kind"] == "network").sum() > 1:
        yield "settings: of the winner what was searched, of the others what differs from it"
    goals = [head for name, (head, _) in shown.items() if name.startswith("objective")]
    if goals:
        names = ", ".join(goals)
        yield f"{names}: over {n} fresh seeds [95 % interval for new seeds, on these dev rows]"
    on_test = [head for name, (head, _) in shown.items() if name == "test_objective"]
    unit = _sds(run.target_sd) if run.regression else "share of rows"
    yield (
        f"error: {unit}, mean of {n} fresh seeds [95 % interval for new "
        f"{rows.rows_of_split(run, 'test').unit} and seeds, for this training set]"
    )
    if on_test:
        yield f"{on_test[0]}: likewise; by it settings are compared"
    if "epochs" in shown:
        target = summary.target_in_words(run)
        means = "epochs to reach the target, mean with misses at the horizon"
        yield f"{means} (share that reached it): {target}"
    absent = [head for name, (head, _) in _columns(result).items() if name not in shown]
    if absent:
        yield f"no room here, but in the report: {', '.join(absent)}"


def _sds(size: float | None) -> str:
    from reports import text

    one = "" if size is None else f" (one SD is {text.amount(size)})"
    return f"RMSE in SDs of the training target{one}"


def _of_search(result: Result, study: Study) -> list[str]:
    complete = result.trials[result.trials["state"] == "complete"]
    if complete.empty:
        return ["no trial was completed; nothing was confirmed"]
    best = complete[complete["rank"] == 1].iloc[0]
    settings = ", ".join(f"{k} {wording.value_of(v)}" for k, v in result.best.items())
    return [
        f"best of the search: trial {best['trial']}, {study.objective.label} {best['value']:.4f} "
        f"({settings})",
        "nothing was confirmed: this number is selected, and so too good",
    ]


def _where(result: Result, storage: str | None) -> list[str]:
    folder = result.folder
    address = f" --storage {shlex.quote(redact_address(storage))}" if storage else ""
    return [
        f"report    {result.report}",
        f"folder    {folder}",
        f"dashboard python -m sweeps dashboard {shlex.quote(str(folder))}{address}",
    ]
