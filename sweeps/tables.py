"""What a run says when it is done: the table of winners, and where everything is."""

import math
import shlex
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from sweeps.result import Result
from sweeps.spec import Study

MOST_SETTINGS = 10


def closing(result: Result, study: Study, storage: str | None, console: Console) -> list[Any]:
    """Things to print: a table with its reading, then the exact commands to go on with."""
    from reports import frames, summary

    told: list[Any] = []
    if result.confirm is not None:
        run = frames.load(result.folder)
        table = summary.table(run)
        regression = run.provenance["task"] == "regression"
        told += [
            _table(table, regression),
            *_reading(table, regression, summary.target_in_words(run)),
        ]
    else:
        told += _of_search(result, study)
    return [*told, *_where(result, storage)]


def _table(rows: pd.DataFrame, regression: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in ("dev error", "test error", "gap dev − train", "epochs to target"):
        table.add_column(name, justify="right")
    table.add_column("settings", overflow="fold")
    winner = rows.iloc[0]["settings"]
    for position, (_, row) in enumerate(rows.iterrows()):
        label = str(row["config"])
        if row["kind"] == "network" and row["rank"] == 1:
            label = f"winner ({label})"
        table.add_row(
            label,
            *(_interval(row, name, regression) for name in ("dev_error", "test_error", "gap")),
            _reach(row),
            _settings(row["settings"], winner if position else {}),
            style="bold" if position == 0 else "",
        )
    return table


def _interval(row: "pd.Series[Any]", name: str, regression: bool) -> str:
    value, low, high = (float(row[key]) for key in (name, f"{name}_low", f"{name}_high"))
    scale, unit, digits = (1.0, "", 3) if regression else (100.0, " %", 1)
    if math.isnan(value):
        return "–"
    text = f"{scale * value:.{digits}f}{unit}"
    if math.isnan(low) or math.isnan(high):
        return text
    return f"{text} [{scale * low:.{digits}f}, {scale * high:.{digits}f}]"


def _reach(row: "pd.Series[Any]") -> str:
    if math.isnan(row["reach"]):
        return "–"
    return f"{row['epochs_to_target']:.1f} ({row['reach']:.0%})"


def _settings(settings: dict[str, Any], winner: dict[str, Any]) -> str:
    """All of the winner's settings; of the others what differs from it."""
    shown = {k: v for k, v in settings.items() if not winner or winner.get(k) != v}
    return ", ".join(f"{name} {_value(value)}" for name, value in shown.items()) or "–"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        ((name, inner),) = value.items()
        inside = ", ".join(f"{key} {_value(v)}" for key, v in inner.items())
        return f"{name} ({inside})" if inside else str(name)
    if isinstance(value, list):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _reading(rows: pd.DataFrame, regression: bool, target: str) -> list[str]:
    n = int(rows.iloc[0]["n"])
    unit = "RMSE in standard deviations of the target" if regression else "share of rows"
    return [
        f"error: {unit}; mean of {n} fresh seeds [95 % interval for new rows and seeds, for this "
        "training set]; others show what differs from the winner",
        f"epochs to target: restricted mean (share of networks that reached it); {target}",
    ]


def _of_search(result: Result, study: Study) -> list[str]:
    complete = result.trials[result.trials["state"] == "complete"]
    if complete.empty:
        return ["no trial was completed; nothing was confirmed"]
    best = complete.loc[complete["value"].idxmin()]
    settings = ", ".join(f"{k} {_value(v)}" for k, v in result.best.items())
    return [
        f"best of the search: trial {best['trial']}, {study.objective.metric} {best['value']:.4f} "
        f"({settings})",
        "nothing was confirmed: this number is selected, and so too good",
    ]


def _where(result: Result, storage: str | None) -> list[str]:
    folder = result.folder
    address = shlex.quote(storage) if storage else shlex.quote(str(folder / "journal.log"))
    if storage and "@" in storage:
        address = '"$STORAGE"  # the address given to --storage'
    artifacts = shlex.quote(str(folder / "artifacts"))
    return [
        "",
        f"report     {result.report}",
        f"run folder {folder}",
        f"dashboard  optuna-dashboard {address} --artifact-dir {artifacts}",
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
