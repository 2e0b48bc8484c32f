"""The confirmed configurations in one frame, for the page and for the terminal. Draws nothing."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from reports.frames import Run, RunFolderError, once
from reports.stats.bias_variance import ledger
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Interval
from reports.stats.settings import differences, measures, objectives
from reports.stats.settings.measures import Measure
from reports.stats.settings.objectives import Objective
from reports.stats.settings.rows import new_rows
from reports.stats.speed import convergence

COLUMNS = (
    "config",
    "kind",
    "rank",
    "n",
    "diverged",
    "objective",
    "objective_low",
    "objective_high",
    "test_objective",
    "test_objective_low",
    "test_objective_high",
    "dev_error",
    "dev_error_low",
    "dev_error_high",
    "test_error",
    "test_error_low",
    "test_error_high",
    "gap",
    "gap_low",
    "gap_high",
    "epochs_to_target",
    "reach",
    "settings",
)

LOST = "diverged"  # for a number of a setting of which no network is left to measure
ENDS = ("", "_low", "_high")  # of a number's columns: the estimate and its bounds


@once
def table(run: Run) -> pd.DataFrame:
    """One row per confirmed configuration: winner, runners-up, defaults, baselines (best first).

    Errors are shares (or RMSE) with the interval on new rows; `objective` (and `objective.2`, …) is
    what the search was after, on dev rows with the interval for new seeds, and `test_objective` the
    mean of the first on test rows, with that for new rows; `gap` is dev - train error; `reach`
    the share of the networks that reached the target, `epochs_to_target` their mean time, misses
    counting with the horizon; `diverged` how many of the n networks did, each of which
    counts with the worst value. NaN where there is no such number; no rows without a confirmation.
    """
    further = [f"{name}{end}" for name, _ in named_objectives(run)[1:] for end in ENDS]
    columns = [*COLUMNS, *further]
    if run.confirm is None:
        return pd.DataFrame(columns=columns)
    aim = convergence.target(run)
    speed = convergence.speed(run, aim).set_index("config") if aim is not None else None
    rows = [_row(run, config, "network", speed) for config in run.configs]
    rows += [_row(run, name, "baseline", None) for name in differences.baselines(run)]
    return pd.DataFrame(rows, columns=columns)


def all_lost(row: "pd.Series[Any]") -> bool:
    """Whether every network of a row of the table diverged, so that its errors are none."""
    return bool(row["n"] > 0 and row["diverged"] == row["n"])


def named_objectives(run: Run) -> list[tuple[str, Objective]]:
    """The objectives by their columns in the table: `objective`, `objective.2` and so on."""
    goals = objectives.objectives(run)
    return [(f"objective.{n}" if n > 1 else "objective", goal) for n, goal in enumerate(goals, 1)]


def beyond_the_error(run: Run) -> list[tuple[str, Objective]]:
    """Those of them that are not the mean dev error, which the table has anyway.

    Behind the first one its mean on the test rows, by which settings are compared.
    """
    found = named_objectives(run)
    by = measures.measure(run)
    if by.of_rows and not by.is_error and _on_test(run, by):
        first, scale = found[0][1], by.unit(run, "test")
        on_test = replace(first, reduce="mean", name=scale.name, unit=scale)
        found.insert(1, ("test_objective", on_test))
    return [
        (name, goal) for name, goal in found if (goal.metric, goal.reduce) != ("dev_error", "mean")
    ]


def target_in_words(run: Run) -> str:
    """The target behind `reach` and `epochs_to_target`, in words, and where it comes from."""
    aim = convergence.target(run)
    if aim is not None:
        return aim.words(run)
    why = "no network trained to the end and held an error at two evaluations"
    why = why if run.configs else "nothing was confirmed"
    return f"no target: {why}"


def _row(run: Run, config: str, kind: str, speed: pd.DataFrame | None) -> dict[str, Any]:
    rows = run.rows_of(config)
    found: dict[str, Any] = {
        "config": config,
        "kind": kind,
        "rank": int(rows["rank"].iloc[0]),
        "n": len(rows),
        "diverged": int((rows["status"] == "diverged").sum()),
        "epochs_to_target": math.nan,
        "reach": math.nan,
        "settings": settings(run, config),
    }
    measured = {name: _objective(run, goal, rows) for name, goal in named_objectives(run)}
    by = measures.measure(run)
    nothing = intervals.none(math.nan, 0, "no test row speaks of it")
    on_test = measures.on_new_rows(run, config, by, "test") if _on_test(run, by) else nothing
    measured |= {"test_objective": on_test}
    measured |= {f"{split}_error": new_rows(run, config, split) for split in ("dev", "test")}
    measured["gap"] = ledger.variance_of(run, config)
    for name, interval in measured.items():
        bounds = (interval.estimate, interval.low, interval.high)
        found |= {f"{name}{end}": value for end, value in zip(ENDS, bounds, strict=True)}
    if speed is not None:
        found["epochs_to_target"] = speed.loc[config, "restricted"].estimate
        found["reach"] = float(speed.loc[config, "reach"])
    return found


def _on_test(run: Run, by: Measure) -> bool:
    """Whether the test rows have a value: where others decide, a trainer may give none."""
    if not by.of_rows or run.judged == "test":
        return bool(by.of_rows)
    if by.is_error or by.of_rows == "loss":
        return bool(run.networks[f"test_{by.of_rows}"].notna().all())
    names = [*run.configs, *map(str, run.baselines["config"].unique())]
    return all(run.predictions.has(name, "test") for name in names)


def _objective(run: Run, goal: Objective, rows: pd.DataFrame) -> Interval:
    """Of the fresh seeds; of a baseline, which is one model, what is known of it.

    Out of fold, of a mean of what rows say, for new rows, too.
    """
    by = measures.by_objective(goal)
    if run.folds is not None and by.of_rows and goal.reduce == "mean":
        return measures.on_new_rows(run, str(rows["config"].iloc[0]), by, "dev")
    if rows["kind"].iloc[0] == "network":
        found = objectives.fresh(run, goal, str(rows["config"].iloc[0]))
        return found or intervals.none(math.nan, 0, "the confirmation trains others at once")
    return intervals.none(_of_baseline(run, goal, rows), 1, "one model")


def _of_baseline(run: Run, goal: Objective, rows: pd.DataFrame) -> float:
    by, config = measures.by_objective(goal), str(rows["config"].iloc[0])
    if goal.metric == "gap":
        return float((rows["dev_error"] - rows["train_error"]).mean())
    if by.of_rows or goal.metric.startswith("train_"):
        return float(measures.values(run, config, by, "dev").mean())
    return math.nan


OF_HIDDEN_LAYERS = ("activation", "keep_prob", "batch_norm", "max_norm")


def idle(settings: Mapping[str, Any], trainer: object) -> tuple[str, ...]:
    """The words that say nothing of a network without hidden layers; of a user's trainer, none."""
    return OF_HIDDEN_LAYERS if settings.get("hidden") in ([], "[]") and not trainer else ()


def of_effect(run: Run, found: Mapping[str, Any]) -> dict[str, Any]:
    """Searched settings without those that are idle, by dotted name."""
    hidden = found.get("hidden", (run.provenance.get("fixed") or {}).get("hidden"))
    names = idle({"hidden": hidden}, run.provenance.get("trainer"))
    return {name: value for name, value in found.items() if name.partition(".")[0] not in names}


def settings(run: Run, config: str) -> dict[str, Any]:
    """Every setting of a confirmed configuration, searched or fixed. Errors: RunFolderError."""
    text = run.rows_of(config)["settings"].iloc[0]
    try:
        found = json.loads(text or "{}")
    except (TypeError, json.JSONDecodeError) as fault:
        raise RunFolderError(
            f"{run.folder / 'confirm.parquet'}: settings: expected JSON, got {text!r:.60}"
        ) from fault
    return dict(found)
