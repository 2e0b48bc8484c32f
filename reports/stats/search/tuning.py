"""What the search says: descriptive, since search trials are selected, pruned and few of a kind."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports import units
from reports.frames import Run
from reports.naming import plain_name
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Interval
from reports.stats.sampling.permutation import above
from reports.stats.settings.rows import DIVERGED, all_diverged, new_rows

DWARFED = 0.05  # of the largest importance: below it a setting is not worth a word
TIE = 1e-3  # of what chance reaches: within it a setting is on the line, not beyond it
EDGE = 0.05
RANGE = "range"  # the choice of a range beside exact values


def score(run: Run) -> str:
    """The metric whose optimism is shown: the first objective's, where it can be lucky at all.

    What a network costs is known before it is trained, and was selected for nothing else than
    that; then it is the dev error.
    """
    name = {"log_loss": "dev_loss"}.get(run.metric, run.metric)
    can_be_lucky = f"{name}_sd" in run.trials.columns and name != "parameters"
    return name if can_be_lucky else "dev_error"


def optimism(run: Run) -> pd.DataFrame:
    """The score when selected, with fresh seeds on dev, and on test, per confirmed network.

    Columns: config, selected, dev (Interval), test (Interval; none but of losses and errors),
    optimism (Interval: by how much the value with fresh seeds is worse than that at selection, by
    t over replicates).
    """
    name = score(run)
    split, _, kind = name.partition("_")
    on_rows = split == "dev" and kind in ("error", "loss")
    goal = run.provenance["objective"]["direction"] if name == run.metric else "minimize"
    sign = 1 if goal == "minimize" else -1
    searched, unit = run.trials.set_index("trial")[name], units.unit(run, name)
    rows = []
    for config in run.configs:
        found = run.rows_of(config)
        selected = float(searched.get(int(found["trial"].iloc[0]), math.nan))
        fresh = found[name].to_numpy(float)
        lost = all_diverged(run, config)
        rows.append(
            {
                "config": config,
                "selected": selected,
                "dev": new_rows(run, config, "dev", kind)
                if on_rows
                else intervals.none(float(fresh.mean()), len(fresh), DIVERGED)
                if lost
                else intervals.over_seeds(fresh).within(*unit.ends),
                "test": new_rows(run, config, "test", kind)
                if on_rows
                else intervals.none(math.nan, 0, "not measured on test"),
                "optimism": intervals.none(math.nan, len(fresh), DIVERGED)
                if lost
                else intervals.t_mean(sign * (fresh - selected)).within(*unit.apart)
                if math.isfinite(selected)
                else Interval(math.nan, math.nan, math.nan, len(fresh), "not searched", "nothing"),
            }
        )
    return pd.DataFrame(rows, columns=["config", "selected", "dev", "test", "optimism"])


def space_of(run: Run, parameter: str) -> dict[str, Any]:
    """The entry of the search space for one parameter; an empty one where it is not named."""
    for entry in run.provenance["space"]:
        if entry["name"] == parameter:
            return dict(entry)
    return {}


def numeric(run: Run, parameter: str) -> bool:
    """Whether the values of a parameter are numbers."""
    column = run.trials[f"param.{parameter}"]
    return bool(pd.api.types.is_numeric_dtype(column)) and not pd.api.types.is_bool_dtype(column)


def is_log(run: Run, parameter: str) -> bool:
    """Whether a parameter was searched on a log scale."""
    return bool(space_of(run, parameter).get("log"))


def position(run: Run, parameter: str, value: float) -> float:
    """Where a value lies in its range: 0 at the low end, 1 at the high end, NaN without a range."""
    entry = space_of(run, parameter)
    low, high = entry.get("low"), entry.get("high")
    if entry.get("kind") != "range" or low is None or high is None or not low < high:
        return math.nan
    if is_log(run, parameter) and low > 0 and value > 0:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return float((value - low) / (high - low))


def best_trial(run: Run) -> int | None:
    """The confirmed winner's trial; without a confirmation the search's first; else None."""
    if run.winner is not None:
        trial = int(run.rows_of(run.winner)["trial"].iloc[0])
        if trial >= 0:
            return trial
    return first_of_search(run) if run.winner is None else None


def first_of_search(run: Run) -> int | None:
    """The trial that the search ranks first, whatever was confirmed; None without one."""
    first = run.trials.loc[run.trials["rank"] == 1, "trial"]
    return int(first.iloc[0]) if len(first) else None


def beyond_chance(run: Run) -> list[str] | None:
    """The parameters of more importance than shuffled values reach, most important first.

    None of a run by an earlier version, which did not shuffle.
    """
    if "chance" not in run.importance:
        return None
    value, chance = run.importance["value"], run.importance["chance"]
    found = run.importance[value > chance * (1 + TIE)]
    ordered = found.sort_values("value", ascending=False, kind="stable")
    return [str(name) for name in ordered["parameter"].unique()]


def telling(run: Run) -> list[str] | None:
    """Those of them that are not dwarfed by the first."""
    names = beyond_chance(run)
    if not names:
        return names
    size = run.importance.groupby("parameter")["value"].max()
    return [name for name in names if size[name] > DWARFED * size[names[0]]]


def settings_of(run: Run, trial: int) -> dict[str, Any]:
    """The searched settings that are active in a trial."""
    rows = run.trials[run.trials["trial"] == trial]
    if not len(rows):
        return {}
    found = {name: rows[f"param.{name}"].iloc[0] for name in run.parameters}
    return {name: _plain(value) for name, value in found.items() if not _missing(value)}


def with_ranges(found: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of which a range that stands beside exact values is told by its value."""
    inner = {name: found[f"{name}.{RANGE}"] for name in found if f"{name}.{RANGE}" in found}
    told = {name: inner[name] if found[name] == RANGE else found[name] for name in inner}
    own = {f"{name}.{RANGE}" for name in told}
    return {name: told.get(name, value) for name, value in found.items() if name not in own}


def divergence(run: Run) -> pd.DataFrame:
    """Where trials diverged: `separating_parameters` of those that did."""
    done = run.trials[run.trials["state"].isin(["complete", "pruned"])]
    return separating_parameters(run, done, done["diverged"].to_numpy(int) > 0, "where it diverged")


def separating_parameters(
    run: Run, done: pd.DataFrame, bad: NDArray[np.bool_], where: str
) -> pd.DataFrame:
    """What sets the bad trials (n,) of `done` apart, one row per parameter, strongest first.

    Columns: parameter, separation, words.
    `separation` is |AUC - 1/2| * 2 for numbers (0: no difference, 1: perfect), and the difference
    of the largest and the smallest share for choices.
    """
    rows = []
    for name in run.parameters if bad.any() and not bad.all() else ():
        column = done[f"param.{name}"]
        active = column.notna().to_numpy()
        if not (bad & active).any() or not (~bad & active).any():
            continue
        make = _separation if numeric(run, name) else _shares
        rows.append((name, *make(name, column[active], bad[active], where)))
    found = pd.DataFrame(rows, columns=["parameter", "separation", "words"])
    return found.sort_values("separation", ascending=False, kind="stable")


def _separation(name: str, column: pd.Series, bad: Any, where: str) -> tuple[float, str]:
    from reports.text import number

    values = column.to_numpy(float)
    hot, cold = values[bad], values[~bad]
    words = (
        f"median {plain_name(name)} {number(float(np.median(hot)))} {where}, "
        f"{number(float(np.median(cold)))} elsewhere"
    )
    return abs(above(hot, cold) - 0.5) * 2, words


def _shares(name: str, column: pd.Series, bad: Any, where: str) -> tuple[float, str]:
    share = pd.Series(bad, index=column.index).groupby(column.astype(str)).mean()
    worst = str(share.idxmax())
    return float(share.max() - share.min()), f"most often with {plain_name(name)} {worst}"


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
