"""What a run says when it is done: the table of winners, and where everything is."""

import math
import shlex
from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweeps.addresses import redact
from sweeps.faults import printable
from sweeps.result import Result
from sweeps.spec import Study
from sweeps.terminal import tell, verbatim


def closing(result: Result, study: Study, storage: str | None, console: Console) -> None:
    """Print the table of winners with its reading, then the exact commands to go on with."""
    from reports import frames, summary

    failed = result.trials[result.trials["state"] == "failed"]
    for cause, count in failed["cause"].value_counts().items():
        tell(console, "failed", f"{count} trials: {cause}", style="red")
    if result.confirm is not None:
        winner = result.confirm[result.confirm["rank"] == 1]
        if (winner["status"] == "diverged").all():
            tell(console, "diverged", "every confirmed network of the winner", style="red")
        run = frames.load(result.folder)
        rows = summary.table(run)
        regression = run.provenance["task"] == "regression"
        console.print(_table(rows, regression))
        for label, text in _settings_of(rows, study):
            tell(console, label, text)
        for text in _reading(rows, regression, summary.target_in_words(run)):
            tell(console, "", text, style="dim")
    else:
        for text in _of_search(result, study):
            tell(console, "", text)
    verbatim(console, "")
    for line in _where(result, storage):
        verbatim(console, line)


def _table(rows: pd.DataFrame, regression: bool) -> Table:
    unit = "" if regression else " %"
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in (f"dev error{unit}", f"test error{unit}", f"dev − train{unit}", "epochs"):
        table.add_column(name, justify="right", no_wrap=True)
    for _, row in rows.iterrows():
        is_winner = row["kind"] == "network" and row["rank"] == 1
        numbers = (interval(row, name, regression) for name in ("dev_error", "test_error", "gap"))
        style = "bold" if is_winner else ""
        cells = [Text(printable(cell)) for cell in (_label(row), *numbers, _reach(row))]
        table.add_row(*cells, style=style)
    return table


def _label(row: "pd.Series[Any]") -> str:
    is_winner = row["kind"] == "network" and row["rank"] == 1
    return f"winner: {row['config']}" if is_winner else str(row["config"])


def interval(row: "pd.Series[Any]", name: str, regression: bool) -> str:
    """A number of the table of winners with its bounds: in percent, or an RMSE."""
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    scale, digits = (1.0, 3) if regression else (100.0, 1)
    if math.isnan(value):
        return "–"
    text = f"{scale * value:.{digits}f}"
    if math.isnan(low) or math.isnan(high):
        return text
    return f"{text} [{scale * low:.{digits}f},{scale * high:.{digits}f}]"


def _reach(row: "pd.Series[Any]") -> str:
    if math.isnan(row["reach"]):
        return "–"
    return f"{row['epochs_to_target']:.0f} ({row['reach']:.0%})"


def _settings_of(rows: pd.DataFrame, study: Study) -> Iterator[tuple[str, str]]:
    """What was found for the winner; of the other networks what differs from it."""
    networks = rows[rows["kind"] == "network"]
    winner: dict[str, Any] = networks.iloc[0]["settings"]
    searched = study.space.searched
    for _, row in networks.iterrows():
        settings: dict[str, Any] = row["settings"]
        is_winner = row["rank"] == 1
        shown = {
            name: value
            for name, value in settings.items()
            if (name in searched if is_winner else winner.get(name) != value)
        }
        text = ", ".join(f"{name} {value_in_words(value)}" for name, value in shown.items())
        yield ("winner" if is_winner else str(row["config"])), text or "–"


def value_in_words(value: Any) -> str:
    """A setting as a person would say it, numbers shortened."""
    if isinstance(value, dict):
        ((name, inner),) = value.items()
        inside = ", ".join(f"{key} {value_in_words(v)}" for key, v in inner.items())
        return f"{name} ({inside})" if inside else str(name)
    if isinstance(value, list):
        return "[" + ", ".join(value_in_words(v) for v in value) + "]"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _reading(rows: pd.DataFrame, regression: bool, target: str) -> list[str]:
    n = int(rows.iloc[0]["n"])
    unit = "RMSE in SDs of the target" if regression else "share of rows"
    return [
        f"error: {unit}, mean of {n} fresh seeds [95 % interval for new rows and seeds, for this "
        "training set]; of the others, what differs from the winner",
        f"epochs to reach the target, restricted mean (share that reached it): {target}",
    ]


def _of_search(result: Result, study: Study) -> list[str]:
    complete = result.trials[result.trials["state"] == "complete"]
    if complete.empty:
        return ["no trial was completed; nothing was confirmed"]
    best = complete[complete["rank"] == 1].iloc[0]
    settings = ", ".join(f"{k} {value_in_words(v)}" for k, v in result.best.items())
    return [
        f"best of the search: trial {best['trial']}, {study.objective.label} {best['value']:.4f} "
        f"({settings})",
        "nothing was confirmed: this number is selected, and so too good",
    ]


def _where(result: Result, storage: str | None) -> list[str]:
    folder = result.folder
    address = f" --storage {shlex.quote(redact(storage))}" if storage else ""
    return [
        f"report    {result.report}",
        f"folder    {folder}",
        f"dashboard python -m sweeps dashboard {shlex.quote(str(folder))}{address}",
    ]


def summary(result: Result) -> dict[str, Any]:
    """The run in one JSON object: NaN becomes null."""
    counts = result.trials["state"].value_counts()
    rows = result.table.to_dict("records") if result.confirm is not None else []
    return {
        "study": result.folder.name,
        "folder": str(result.folder),
        "report": str(result.report),
        "trials": {str(state): int(n) for state, n in counts.items()},
        "best": result.best,
        "confirmed": [{k: _finite(v) for k, v in row.items()} for row in rows],
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
