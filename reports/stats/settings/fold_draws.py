"""Out of fold: draws of what the settings' numbers owe to these rows and networks.

A winner owes to them what choosing by them made of it, in the confirmation and in the search.
"""

import math

import numpy as np
import pandas as pd

from reports.frames import Run, once
from reports.stats.sampling import losses, scored
from reports.stats.sampling.intervals import Array
from reports.stats.sampling.out_of_fold import WIDENING
from reports.stats.sampling.scores import OF_ROWS
from reports.stats.settings import objectives

LEAST = 8  # trials from which on the scatter of their values is told


def off(run: Run, metric: str) -> Array:
    """(settings, draws) by how much a mean is off in a draw of rows and networks, not widened.

    Of a metric of test rows or of none, in a draw of networks alone.
    """
    return run.kept(
        f"off/{metric}", lambda: np.array([_off(run, config, metric) for config in run.configs])
    )


def _off(run: Run, config: str, metric: str) -> Array:
    name = _of_dev(run, config, metric)
    if name is None:
        each = run.rows_of(config)[metric].to_numpy(float)
        drawn: Array = (losses.seeds_of(run, len(each)) - 1 / len(each)) @ each
    else:
        rows = _passes(run, config, name).mean(axis=1)
        is_loss = name in ("error", "loss")
        others = losses.others(run, config, name) if is_loss else scored.others(run, config, name)
        drawn = rows - rows.mean() + others.draws(run)
    return drawn / WIDENING


def _of_dev(run: Run, config: str, metric: str) -> str | None:
    """What rows left out say of a metric; None where it is of others, or they are not known."""
    name = OF_ROWS.get(metric)
    return name if name and run.predictions.has(config, "dev") else None


def _passes(run: Run, config: str, name: str) -> Array:
    """(draws, passes) of the rows of each draw."""
    rows = losses.rows_of_split(run, "dev")
    if name not in ("error", "loss"):
        return scored.drawn(run, config, "dev", name, name, rows)
    found = rows.means(losses.row_losses(run, config, "dev", name))
    return np.sqrt(found) if losses.rooted(run, name) else found


def search_luck(run: Run, metric: str, other: str | None = None) -> float:
    """By how much the winner's mean is expected to be too low because the search chose it.

    The search went by the same rows, so what a setting owes to them it owes in both. Of normal
    values with the noise of these rows, it is expected to owe their covariance times its distance
    from the middle over the variance of the values (Tweedie's formula: Efron, 2011). other: a
    setting that was chosen, too, or not at all.
    """
    goal = objectives.objectives(run)[0]
    if run.folds is None or "resample" not in run.provenance["search"] or goal.reduce != "mean":
        return 0.0
    names = _shared_names(run, goal.metric, metric)
    if names is None:
        return 0.0
    shared, noise = (goal.sign * _shared(run, *names), _shared(run, names[0], names[0]))
    steps = [_step(run, config, noise) for config in (str(run.winner), other)]
    luck = shared * (steps[0] - steps[1])
    return luck if math.isfinite(luck) else 0.0


def _shared_names(run: Run, goal: str, metric: str) -> tuple[str, str] | None:
    """What rows say of both; None where there are no two settings of which they say it."""
    names = {(_of_dev(run, one, goal), _of_dev(run, one, metric)) for one in run.configs}
    ((first, second), *others) = names
    if others or first is None or second is None or len(run.configs) < 2:
        return None
    return first, second


def _shared(run: Run, first: str, second: str) -> float:
    """The covariance, between settings, of what they owe to these rows whatever the networks.

    Of two halves of the passes, by other networks each; of a single pass it has theirs, too.
    """
    return run.kept(f"shared/{first}/{second}", lambda: _covariance(run, first, second))


def _covariance(run: Run, first: str, second: str) -> float:
    halves = [_halves(run, name) for name in (first, second)]
    pairs = ((0, 1), (1, 0)) if len(halves[0]) > 1 else ((0, 0),)
    each = [(halves[0][a] * halves[1][b]).sum(axis=0).mean() for a, b in pairs]
    return float(np.mean(each)) / (len(run.configs) - 1) / WIDENING**2


def _halves(run: Run, name: str) -> list[Array]:
    """(settings, draws) around the mean of both, of each half of the passes."""
    drawn = np.array([_passes(run, config, name) for config in run.configs])
    count = drawn.shape[2]
    parts = [drawn[..., : count // 2], drawn[..., count // 2 :]] if count > 1 else [drawn]
    means = [part.mean(axis=2) for part in parts]
    apart = [each - each.mean(axis=1, keepdims=True) for each in means]
    return [each - each.mean(axis=0) for each in apart]


def _step(run: Run, config: str | None, noise: float) -> float:
    """How far a trial's value is below the middle of all, over their variance; 0 from there on.

    Of the better half of the trials, for bad ones may be anywhere.
    """
    if config is None or config not in run.configs:
        return 0.0
    values = _values(run)
    trial = int(run.rows_of(config)["trial"].iloc[0])
    if trial not in values.index or len(values) < LEAST:
        return 0.0
    middle = float(values.median())
    below = values[values <= middle] - middle
    variance = max(float((below**2).mean()), noise)
    return max(middle - float(values[trial]), 0.0) / variance if variance > 0 else 0.0


@once
def _values(run: Run) -> "pd.Series[float]":
    """The complete trials' values by trial, below is better."""
    done = objectives.complete(run).set_index("trial")["value"].astype(float)
    return objectives.objectives(run)[0].sign * done
