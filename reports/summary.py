"""The confirmed configurations in one frame, for the page and for the terminal. Draws nothing."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd

from reports.frames import Run, RunFolderError, once
from reports.stats import convergence, ledger
from reports.stats.rows import new_rows

COLUMNS = (
    "config", "kind", "rank", "n",
    "dev_error", "dev_error_low", "dev_error_high",
    "test_error", "test_error_low", "test_error_high",
    "gap", "gap_low", "gap_high", "epochs_to_target", "reach", "settings",
)  # fmt: skip


@once
def table(run: Run) -> pd.DataFrame:
    """One row per confirmed configuration: winner, runners-up, defaults, baselines (by dev error).

    Errors are shares (or RMSE) with the interval on new rows; `gap` is dev - train error; `reach`
    the share of the networks that reached the target, `epochs_to_target` their restricted mean
    time (misses count with the horizon). NaN where there is no such number; no rows without a
    confirmation.
    """
    if run.confirm is None:
        return pd.DataFrame(columns=list(COLUMNS))
    aim = convergence.target(run)
    speed = convergence.speed(run, aim).set_index("config") if aim is not None else None
    order = run.baselines.sort_values("dev_error", kind="stable")["config"].unique()
    rows = [_row(run, config, "network", speed) for config in run.configs]
    rows += [_row(run, str(config), "baseline", None) for config in order]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def target_in_words(run: Run) -> str:
    """The target behind `reach` and `epochs_to_target`, in words, and where it comes from."""
    aim = convergence.target(run)
    return aim.words(run) if aim is not None else "no target: nothing was confirmed"


def _row(run: Run, config: str, kind: str, speed: pd.DataFrame | None) -> dict[str, Any]:
    rows = run.rows_of(config)
    found: dict[str, Any] = {
        "config": config, "kind": kind, "rank": int(rows["rank"].iloc[0]), "n": len(rows),
        "epochs_to_target": math.nan, "reach": math.nan, "settings": _settings(run, config),
    }  # fmt: skip
    for split in ("dev", "test"):
        interval = new_rows(run, config, split)
        found[f"{split}_error"] = interval.estimate
        found[f"{split}_error_low"], found[f"{split}_error_high"] = interval.low, interval.high
    gap = ledger.variance_of(run, config)
    found.update(gap=gap.estimate, gap_low=gap.low, gap_high=gap.high)
    if speed is not None:
        found["epochs_to_target"] = speed.loc[config, "restricted"].estimate
        found["reach"] = float(speed.loc[config, "reach"])
    return found


def _settings(run: Run, config: str) -> dict[str, Any]:
    text = run.rows_of(config)["settings"].iloc[0]
    try:
        settings = json.loads(text or "{}")
    except (TypeError, json.JSONDecodeError) as fault:
        raise RunFolderError(
            f"{run.folder / 'confirm.parquet'}: settings: expected JSON, got {text!r:.60}"
        ) from fault
    return dict(settings)
