"""What the settings of a run are compared by: the first objective, on test rows if it is of rows.

The verdict, the best baseline, the tables, `compare` and its gate all go by it. An objective that
no test row speaks of (a cost, the train loss, the gap) is compared over networks, and a baseline by
plain error; so is a run whose networks leave no outputs to score.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from reports import text
from reports.frames import Run
from reports.stats import bootstrap, choosing, intervals, objectives, rows, scores
from reports.stats.bootstrap import RowWeights
from reports.stats.intervals import Array, Interval
from reports.stats.objectives import Objective
from reports.stats.rows import Confirmed

ERROR = "error"
# An objective, and what the rows of a split say of it; the others are known of whole networks.
OF_ROWS: Mapping[str, str] = {
    "dev_error": ERROR,
    "dev_loss": "loss",
    "log_loss": "loss",
    **{name: name for name in scores.SCORES},
}


@dataclass(frozen=True)
class Measure:
    """A metric to compare settings by.

    of_rows: "error", "loss" or a name in `scores.SCORES`; "" where each network has one value, and
    its rows none. sign: 1 where less is better, else -1. why: a sentence, where it is not what the
    study asks for.
    """

    metric: str
    of_rows: str
    sign: int = 1
    why: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it is the plain error, beside which nothing else need be shown."""
        return self.of_rows == ERROR

    def unit(self, run: Run, split: str = "test") -> text.Unit:
        """How its values are written: `test balanced error`, `parameters`."""
        if self.of_rows in (ERROR, "loss"):
            return text.unit(run, f"{split}_{self.of_rows}")
        found = text.unit(run, self.metric)
        return replace(found, name=f"{split} {found.name}") if self.of_rows else found

    def margin(self, value: float, regression: bool) -> float:
        """Below what size a difference is none: as the ledger has it, from the perfect value on."""
        if self.sign < 0:
            return max(0.005, 0.1 * (1 - value))
        is_share = not regression and self.of_rows in (ERROR, "balanced_error")
        return max(0.005, 0.1 * value) if is_share else 0.1 * abs(value)


def plain(why: str = "") -> Measure:
    """The error."""
    return Measure("dev_error", ERROR, 1, why)


def by_objective(goal: Objective) -> Measure:
    """The mean of an objective's metric over networks."""
    return Measure(goal.metric, OF_ROWS.get(goal.metric, ""), goal.sign)


def measure(run: Run) -> Measure:
    """By what the networks of a run are compared."""
    goal = objectives.objectives(run)[0]
    asked = by_objective(goal)
    name = goal.unit.name
    if goal.metric == "seconds":
        return plain("Seconds are one reading of a clock; so settings are compared by plain error.")
    if asked.is_error or (asked.of_rows and _has_rows(run, asked)):
        return asked
    if asked.of_rows or goal.metric not in run.networks:
        said = "test_loss" if asked.of_rows == "loss" else "test_outputs"
        return plain(
            f"The training function gives no {said}, so {name} on the test rows is not known, and "
            "settings are compared by plain error."
        )
    return asked


def of_baselines(run: Run) -> Measure:
    """By what a network is compared with a baseline."""
    found = measure(run)
    if found.of_rows:
        return found
    name = found.unit(run).name
    return plain(f"A baseline cannot be compared by {name}; so by plain error.")


def in_words(run: Run) -> str:
    """What is compared, where the objective's own number is another; "" where that is the mean."""
    goal, found = objectives.objectives(run)[0], measure(run)
    if found.why or goal.reduce == "mean":
        return found.why
    return f"The search went by {goal.name}; settings are compared by the mean over networks."


def _has_rows(run: Run, asked: Measure) -> bool:
    if asked.of_rows == "loss":
        return bool(run.networks["test_loss"].notna().all())
    return all(run.predictions.has(config, "test") for config in run.configs)


def values(run: Run, config: str, by: Measure, split: str = "test") -> Array:
    """(networks,) values of a configuration, the worst where diverged."""
    confirmed = run.rows_of(config)
    if by.of_rows in ("", ERROR, "loss"):
        known: Array = confirmed[_column(by, split)].to_numpy(float)
        return known
    score, target, outputs = _scored(run, config, by, split)
    return _bounded(run, config, by, split, scores.plain(score, target, outputs))


def draws(
    run: Run, config: str, by: Measure, split: str = "test", drawn: RowWeights | None = None
) -> Array:
    """(draws,) resampled means on the shared draws, as `rows.draws`, of a measure of rows."""
    luck = gain(run, by, split) if config == run.winner else 0.0
    return uncorrected_draws(run, config, by, split, drawn) + luck


def gain(run: Run, by: Measure, split: str, other: str | None = None) -> float:
    """As `choosing.gain`; 0 where a run of an earlier version has no value of each network."""
    column = _column(by, split)
    return choosing.gain(run, column, other) if column in run.networks else 0.0


def _column(by: Measure, split: str) -> str:
    """Where each network's value stands."""
    if by.of_rows in (ERROR, "loss"):
        return f"{split}_{by.of_rows}"
    return f"test_{by.metric}" if by.of_rows and split == "test" else by.metric


def uncorrected_draws(
    run: Run, config: str, by: Measure, split: str = "test", drawn: RowWeights | None = None
) -> Array:
    """(draws,) as `rows.uncorrected_draws`."""
    if by.of_rows in (ERROR, "loss"):
        return rows.uncorrected_draws(run, config, split, by.of_rows, drawn)
    if drawn is not None:
        return _draws(run, config, by, split, drawn)
    key = f"draws/{config}/{split}/{by.of_rows}"
    if key not in run.memo:
        run.memo[key] = _draws(run, config, by, split, rows.rows_of_split(run, split))
    found: Array = run.memo[key]
    return found


def difference_draws(
    first: Confirmed, second: Confirmed, by: Measure, split: str, other: RowWeights | None = None
) -> Array:
    """(draws,) first - second as measured, on the same rows.

    other: as in `rows.difference_draws`.
    """
    if by.of_rows in (ERROR, "loss"):
        return rows.difference_draws(first, second, split, by.of_rows, other)
    run = first[0]
    drawn = rows.rows_of_split(run, split)
    ours, theirs = (_losses(*one, by, split) for one in (first, second))
    if ours is None or theirs is None:
        found: Array = uncorrected_draws(*first, by, split)
        return found - uncorrected_draws(*second, by, split, other or drawn.other)
    seeds = (rows.seeds_of(run, len(ours)), rows.seeds_of(run, len(theirs)))
    return bootstrap.number_difference(ours, theirs, seeds, drawn)


def of_winners(
    first: Confirmed, second: Confirmed, by: Measure, split: str, other: RowWeights
) -> Array:
    """(draws,) first - second, two runs' winners on the same rows, each moved by its luck."""
    lucks = [gain(run, by, split) for run, _ in (first, second)]
    moved: Array = difference_draws(first, second, by, split, other) + lucks[0] - lucks[1]
    return moved


def _draws(run: Run, config: str, by: Measure, split: str, drawn: RowWeights) -> Array:
    losses = _losses(run, config, by, split)
    if losses is not None:
        return bootstrap.crossed_draws(losses, rows.seeds_of(run, len(losses)), drawn)
    score, target, outputs = _scored(run, config, by, split)
    each = _bounded(run, config, by, split, scores.drawn(score, target, outputs, drawn))
    own, seeds = values(run, config, by, split), rows.seeds_of(run, len(outputs))
    found: Array = each.mean(axis=1) + bootstrap.seed_draws(own, seeds, interaction=0.0)
    return found


def _losses(run: Run, config: str, by: Measure, split: str) -> Array | None:
    """(networks, n) of each row; None where the score is not their mean."""
    losses = scores.SCORES[by.of_rows].losses
    if losses is None:
        return None
    _, target, outputs = _scored(run, config, by, split)
    return _bounded(run, config, by, split, losses(target, outputs).T).T


def _scored(run: Run, config: str, by: Measure, split: str) -> tuple[scores.RowScore, Array, Array]:
    outputs = run.predictions.of(config, split).astype(float)
    return scores.SCORES[by.of_rows], run.predictions.target(split), outputs


def _bounded(run: Run, config: str, by: Measure, split: str, found: Array) -> Array:
    """(..., networks): where one diverged the worst value, as the run has it if it has it."""
    score, confirmed = scores.SCORES[by.of_rows], run.rows_of(config)
    column = _column(by, split)
    if column not in confirmed and math.isnan(score.worst):
        column = f"{split}_error"
    worst = confirmed[column].to_numpy(float) if column in confirmed else score.worst
    bounded: Array = np.where(confirmed["status"].to_numpy() == "diverged", worst, found)
    return bounded


def on_new_rows(run: Run, config: str, by: Measure, split: str = "test") -> Interval:
    """A configuration's value with its interval for new rows (over networks, of what has none)."""
    key = f"measure/{config}/{split}/{by.of_rows or by.metric}"
    if key not in run.memo:
        run.memo[key] = _on_new_rows(run, config, by, split)
    found: Interval = run.memo[key]
    return found


def _on_new_rows(run: Run, config: str, by: Measure, split: str) -> Interval:
    unit = by.unit(run, split)
    if rows.all_diverged(run, config) and not unit.is_count:
        each = values(run, config, by, split)
        return intervals.none(float(each.mean()), len(each), rows.DIVERGED)
    if by.of_rows in (ERROR, "loss"):
        return rows.new_rows(run, config, split, by.of_rows)
    each = values(run, config, by, split)
    if not by.of_rows:
        return intervals.over_seeds(each).within(*unit.ends)
    low, high = bootstrap.percentiles(draws(run, config, by, split))
    what = rows.rows_of_split(run, split).unit
    kind, covers = bootstrap.CROSSED + what, f"new {what} and new seeds, for this training set"
    if len(each) == 1:
        kind, covers = f"bootstrap over {what}", f"new {what}, for this one trained network"
    n = len(run.predictions.target(split))
    return Interval(float(each.mean()), low, high, n, kind, covers).within(*unit.ends)
