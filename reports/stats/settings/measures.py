"""What the settings of a run are compared by: the first objective, on new rows if it is of rows.

The verdict, the best baseline, the tables, `compare` and its gate all go by it. An objective that
no test row speaks of (a cost, the train loss, the gap) is compared over networks, and a baseline by
plain error; so is a run whose networks leave no outputs to score.
"""

import math
from dataclasses import dataclass, replace

from reports import units
from reports.frames import Run, once
from reports.stats.sampling import bootstrap, intervals, looks, out_of_fold, scored
from reports.stats.sampling.bootstrap import RowWeights
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.sampling.scores import ERROR as ERROR
from reports.stats.sampling.scores import OF_ROWS as OF_ROWS
from reports.stats.settings import choosing, objectives, rows
from reports.stats.settings.objectives import Objective


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

    def unit(self, run: Run, split: str | None = None) -> units.Unit:
        """How its values are written: `test balanced error`, `parameters`.

        split: of the rows, here and below `run.judged` if nothing else is said.
        """
        split = split or run.judged
        if self.of_rows in (ERROR, "loss"):
            return units.unit(run, f"{split}_{self.of_rows}")
        found = units.unit(run, self.metric)
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


@once
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
        split, said = run.judged, "loss" if asked.of_rows == "loss" else "outputs"
        return plain(
            f"The training function gives no {split}_{said}, so {name} on the {split} rows is not "
            "known, and settings are compared by plain error."
        )
    return asked


def of_baselines(run: Run) -> Measure:
    """By what a network is compared with a baseline."""
    found = measure(run)
    if found.of_rows:
        return found
    name = found.unit(run).name
    return plain(f"A baseline cannot be compared by {name}; so by plain error.")


def margin(run: Run, other: str, by: Measure) -> float:
    """Less than this apart from a setting or a baseline is the same: the study's own, or the rule.

    The study's is of what settings are compared by; where a baseline is not, the rule holds.
    """
    said = (run.provenance["confirm"] or {}).get("margin")
    if said is not None and by.metric == measure(run).metric:
        return float(said)
    if by.of_rows == "loss" and not run.regression:
        return margin_of_cross_entropy(float(values(run, other, plain()).mean()))
    return by.margin(float(values(run, other, by).mean()), run.regression)


LEAST_NATS = 0.5


def margin_of_cross_entropy(error: float) -> float:
    """What the margin of an error is worth in cross-entropy.

    A row that is answered wrongly instead of rightly costs, with probabilities that are right on
    the whole (1 - error for what is answered), their log odds; near chance, where these vanish,
    half a nat.
    """
    near = min(max(error, 1e-4), 0.5)
    nats = max(math.log((1 - near) / near), LEAST_NATS)
    return plain().margin(error, regression=False) * nats


def in_words(run: Run) -> str:
    """What is compared, where the objective's own number is another; "" where that is the mean."""
    goal, found = objectives.objectives(run)[0], measure(run)
    if found.why or goal.reduce == "mean":
        return found.why
    return f"The search went by {goal.name}; settings are compared by the mean over networks."


def _has_rows(run: Run, asked: Measure) -> bool:
    if asked.of_rows == "loss":
        return bool(run.networks[f"{run.judged}_loss"].notna().all())
    return all(run.predictions.has(config, run.judged) for config in run.configs)


def values(run: Run, config: str, by: Measure, split: str | None = None) -> Array:
    """(networks,) values of a configuration, the worst where diverged.

    Of rows out of fold (passes,), each of all the rows.
    """
    split = split or run.judged
    if by.of_rows in (ERROR, "loss"):
        return rows.values(run, config, split, by.of_rows)
    if not by.of_rows or not run.predictions.has(config, split):
        known: Array = run.rows_of(config)[_column(by, split)].to_numpy(float)
        return known
    return scored.values(run, config, split, by.of_rows, _column(by, split))


def draws(
    run: Run, config: str, by: Measure, split: str | None = None, drawn: RowWeights | None = None
) -> Array:
    """(draws,) resampled means on the shared draws, as `rows.draws`, of a measure of rows."""
    split = split or run.judged
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
    run: Run, config: str, by: Measure, split: str, drawn: RowWeights | None = None
) -> Array:
    """(draws,) as `rows.uncorrected_draws`."""
    if by.of_rows in (ERROR, "loss"):
        return rows.uncorrected_draws(run, config, split, by.of_rows, drawn)
    if drawn is not None:
        return _draws(run, config, by, split, drawn)
    return run.kept(
        f"draws/{config}/{split}/{by.of_rows}",
        lambda: _draws(run, config, by, split, rows.rows_of_split(run, split)),
    )


def _draws(run: Run, config: str, by: Measure, split: str, drawn: RowWeights) -> Array:
    losses = losses_of(run, config, by, split)
    if losses is not None and out_of_fold.applies(run, split):
        side = losses, out_of_fold.networks(run, config)
        return out_of_fold.parts(*side, drawn, run, "mean").added()
    if losses is not None:
        return bootstrap.crossed_draws(losses, rows.seeds_of(run, len(losses)), drawn)
    each = scored.drawn(run, config, split, by.of_rows, _column(by, split), drawn)
    if out_of_fold.applies(run, split):
        added = scored.others(run, config, by.of_rows).draws(run)
    else:
        own, seeds = values(run, config, by, split), rows.seeds_of(run, each.shape[1])
        added = bootstrap.seed_draws(own, seeds, interaction=0.0)
    found: Array = each.mean(axis=1) + added
    return found


def losses_of(run: Run, config: str, by: Measure, split: str) -> Array | None:
    """(networks, n), out of fold (passes, n); None where the score is not a mean of rows."""
    return scored.losses(run, config, split, by.of_rows, _column(by, split))


def on_new_rows(run: Run, config: str, by: Measure, split: str | None = None) -> Interval:
    """A configuration's value with its interval for new rows (over networks, of what has none)."""
    split = split or run.judged
    return run.kept(
        f"measure/{config}/{split}/{by.of_rows or by.metric}",
        lambda: _on_new_rows(run, config, by, split),
    )


def _on_new_rows(run: Run, config: str, by: Measure, split: str) -> Interval:
    if split not in run.splits:
        return intervals.none(math.nan, 0, rows.NO_TEST)
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
    kind, covers = rows.crossed(run, split) + what, rows.covers(run, what)
    if len(run.rows_of(config)) == 1:
        kind, covers = f"bootstrap over {what}", f"new {what}, for this one trained network"
    n = len(run.predictions.target(split))
    found = Interval(float(each.mean()), low, high, n, kind, covers)
    return found.stretched(looks.stretch(run)).within(*unit.ends)
