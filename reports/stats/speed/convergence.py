"""How soon a network reaches a target on dev, and how many never do.

The same target for all configurations. A hit holds at two evaluations running and counts at the
first; epoch 0 is before training and is no hit. Coding: reached (T, 1), horizon (tau, 0), diverged
(tau, 0), not censored where it diverged. Pruned trials do not come in: only the confirmation does.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.frames import Run, once
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.sampling.permutation import sooner, speedup
from reports.stats.settings.rows import all_diverged
from reports.stats.speed import confirmed_curves
from reports.units import unit

AXES = {
    "epoch": "epochs",
    "updates": "updates",
    "gradient_evaluations": "gradient evaluations",
    "flops": "floating-point operations",
}


def axes(run: Run) -> dict[str, str]:
    """The axes that this run knows: a trainer of the user's counts epochs alone."""
    curves = run.curves
    return {name: words for name, words in AXES.items() if curves[name].notna().any()}


@dataclass(frozen=True)
class SpeedTarget:
    """A threshold on a metric of the curves, and where it comes from, in words."""

    metric: str
    value: float
    source: str

    def words(self, run: Run) -> str:
        """`dev error <= 5.0 % (the study's own target)`."""
        scale = unit(run, self.metric)
        at_most = "\N{LESS-THAN OR EQUAL TO}"
        return f"{scale.name} {at_most} {scale.value(self.value)} ({self.source})"

    def least(self, run: Run) -> str:
        """`dev error of 5.0 %`."""
        scale = unit(run, self.metric)
        return f"{scale.name} of {scale.value(self.value)}"


@once
def target(run: Run) -> SpeedTarget | None:
    """The user's first target; else the median of `held`, which half of the defaults reach.

    Of the winner where the defaults were not confirmed, or all diverged; networks that diverged
    set no target. None where nothing was confirmed, or no other network held an error at all.
    """
    if not run.configs:
        return None
    given = run.provenance["targets"] or {}
    for metric, value in given.items():
        return SpeedTarget(metric, float(value), "the study's own target")
    config = run.default or run.configs[0]
    config = run.configs[0] if all_diverged(run, config) else config
    alive = run.rows_of(config)["status"].to_numpy() == "ok"
    least = held(confirmed_curves.matrix(run, config, "dev_error"))[alive]
    if not np.isfinite(least).any():
        return None
    whose = "the defaults' networks" if config == run.default else "the winner's networks"
    source = f"the median of what {whose} held at two evaluations running"
    return SpeedTarget("dev_error", float(np.nanmedian(least)), source)


def held(values: Array) -> Array:
    """(replicates,) the least threshold that has a first hit; NaN where none has."""
    pairs = np.maximum(values[:, 1:-1], values[:, 2:])
    return np.array([_finite_min(row) for row in pairs])


def first_hits(values: Array, threshold: float) -> NDArray[np.int_]:
    """(replicates,) index of the first of two evaluations running at or below; -1 for never.

    `values` is (replicates, evaluations), the first of them before training. NaN is no hit.
    """
    below = values <= threshold
    if below.shape[1] < 2:
        return np.full(len(values), -1)
    held = below[:, :-1] & below[:, 1:]
    held[:, 0] = False
    return np.where(held.any(axis=1), held.argmax(axis=1), -1)


def _horizon(run: Run, cost: Array) -> float:
    """What the whole training costs one network; one that ended early is taken at its pace.

    Training ends early when all networks of a configuration have diverged: that must not be the
    horizon of the others.
    """
    trained = cost.shape[1] - 1
    spent = float(np.nanmax(cost)) if cost.size else 0.0
    return spent * int(run.provenance["search"]["epochs"]) / trained if trained else math.inf


def met_untrained(run: Run, aim: SpeedTarget) -> int:
    """How many confirmed networks are at or below the target before any training."""
    return sum(
        int((confirmed_curves.matrix(run, one, aim.metric)[:, 0] <= aim.value).sum())
        for one in run.configs
    )


def times(run: Run, aim: SpeedTarget, axis: str = "epoch") -> pd.DataFrame:
    """One row per confirmed network: config, replicate, time, reached, outcome.

    `time` is in the units of the axis and at most the common horizon tau, the least that any
    configuration was trained for; a hit after tau is not one. attrs: tau, spacing.
    """
    there, tau = arrivals(run, aim, axis)
    rows, spacing = [], {}
    for config, (time, reached) in there.items():
        lost = run.rows_of(config)["status"].to_numpy() == "diverged"
        steps = np.diff(_cost(run, config, axis), axis=1)
        spacing[config] = float(np.nanmedian(steps)) if np.isfinite(steps).any() else 0.0
        missed = np.where(lost, "diverged", "horizon")
        outcome = np.where(reached, "reached", missed).tolist()
        each = zip(time.tolist(), reached.tolist(), outcome, strict=True)
        rows += [(config, replicate, *what) for replicate, what in enumerate(each)]
    found = pd.DataFrame(rows, columns=["config", "replicate", "time", "reached", "outcome"])
    found.attrs.update(tau=tau, spacing=spacing)
    return found


def arrivals(
    run: Run, aim: SpeedTarget, axis: str
) -> tuple[dict[str, tuple[Array, NDArray[np.bool_]]], float]:
    """By configuration each network's time (n,), tau at most, and whether it was there; tau."""
    costs, tau = run.kept(f"costs/{axis}", lambda: _costs(run, axis))
    found = {}
    for config, cost in costs.items():
        hits = first_hits(confirmed_curves.matrix(run, config, aim.metric), aim.value)
        time = np.where(hits >= 0, cost[np.arange(len(hits)), hits], math.inf)
        found[config] = np.minimum(time, tau), time <= tau
    return found, tau


def _costs(run: Run, axis: str) -> tuple[dict[str, Array], float]:
    """What each configuration's evaluations had cost, and the common horizon tau."""
    costs = {config: _cost(run, config, axis) for config in run.configs}
    horizon = min(_horizon(run, cost) for cost in costs.values())
    return costs, horizon if math.isfinite(horizon) else 0.0


def survival(found: pd.DataFrame) -> pd.DataFrame:
    """Kaplan and Meier (1958): config, time, reached (share by then), at_risk (just before it)."""
    from scipy import stats

    parts = []
    for config, rows in found.groupby("config", sort=False):
        time, missed = rows["time"].to_numpy(float), ~rows["reached"].to_numpy(bool)
        curve = stats.ecdf(stats.CensoredData.right_censored(time, missed)).cdf
        at_risk = [(time >= each).sum() for each in curve.quantiles]
        parts.append(
            pd.DataFrame(
                {
                    "config": config,
                    "time": curve.quantiles,
                    "reached": curve.probabilities,
                    "at_risk": at_risk,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def reaching(run: Run, aim: SpeedTarget, axis: str = "epoch") -> pd.DataFrame:
    """One row per configuration: config, n, reached, diverged, reach, share, restricted.

    `share` (Interval) is the reach with Wilson's bounds; `restricted` (Interval) the mean of
    min(T, tau), see there.
    """
    found, rows = times(run, aim, axis), []
    for config, part in found.groupby("config", sort=False):
        time, reached = part["time"].to_numpy(float), int(part["reached"].sum())
        share = replace(intervals.wilson(reached, len(time)), covers="new seeds, on this data")
        rows.append(
            {
                "config": str(config),
                "n": len(time),
                "reached": reached,
                "diverged": int((part["outcome"] == "diverged").sum()),
                "reach": share.estimate,
                "share": share,
                "restricted": restricted(time, reached, found.attrs["tau"]),
            }
        )
    return pd.DataFrame(rows)


def speed(run: Run, aim: SpeedTarget) -> pd.DataFrame:
    """`reaching` in epochs, and against the defaults: speedup, faster.

    `speedup` (Interval) is the ratio of the mean times, the defaults' over ours, those that missed
    the target counted with the horizon, with a permutation interval; `faster` (Interval) =
    (U + ties / 2) / nm, the chance that a network of ours is sooner than one of theirs. No ratio
    where a side never arrived: its mean is the horizon, which says nothing of its speed.
    """
    return run.kept(f"speed/{aim.metric}/{aim.value}", lambda: _speed(run, aim))


def _speed(run: Run, aim: SpeedTarget) -> pd.DataFrame:
    found, table, base = times(run, aim), reaching(run, aim), run.default
    if base is None:
        alone = [intervals.none(math.nan, n, "no confirmed defaults") for n in table["n"]]
        return table.assign(speedup=alone, faster=alone)
    against = [_against(found, config, base) for config in table["config"]]
    return table.assign(
        speedup=[one["speedup"] for one in against], faster=[one["faster"] for one in against]
    )


def _against(found: pd.DataFrame, config: str, base: str) -> dict[str, Interval]:
    """`speedup` and `faster` of a configuration against the defaults, from `times`."""
    rows, theirs = (found[found["config"] == one] for one in (config, base))
    n, spacing = len(rows), found.attrs["spacing"]
    arrived = bool(rows["reached"].any()), bool(theirs["reached"].any())
    why = NEVER.get(arrived, "")
    if config == base:
        why = why and "they never reached it"
        itself = intervals.none(math.nan if why else 1.0, n, why or "the defaults themselves")
        return {"speedup": itself, "faster": intervals.none(math.nan, n, "the defaults themselves")}
    ours, base_times = rows["time"].to_numpy(float), theirs["time"].to_numpy(float)
    half = (spacing[base] / 2, spacing[config] / 2)
    return {
        "speedup": intervals.none(math.nan, n, why) if why else speedup(base_times, ours, half),
        "faster": sooner(base_times, ours)
        if any(arrived)
        else intervals.none(math.nan, n, "neither reached it"),
    }


# By whether the setting and the defaults reached the target at all.
NEVER = {
    (False, False): "neither reached it",
    (True, False): "the defaults never reached it",
    (False, True): "it never reached it",
}


def restricted(time: Array, reached: int, tau: float) -> Interval:
    """The mean of min(T, tau), (n,), by t over replicates, cut at 0 and tau.

    None where no network reached the target, or one alone did or missed it: with two of each or
    more t covers .91 at least (simulated from n = 5 to 100, 3 to 95 % missing), with one .88. Where
    all have reached it, t knows nothing of the misses yet to come (of one in twenty, it covers .40
    at n = 10), so its interval says that it is for networks that reach it: `share` has the rest.
    """
    n, missed = len(time), len(time) - reached
    if not reached:
        return intervals.none(tau, n, "no network reached it")
    if n > 1 and not missed and (time == time[0]).all():
        return intervals.none(float(time[0]), n, "all reached it at the same evaluation")
    if 1 in (reached, missed) and n > 1:
        did = "missed" if missed == 1 else "reached"
        return intervals.none(float(time.mean()), n, f"one network alone {did} it")
    found = intervals.t_mean(time, "new seeds, on this data").within(0.0, tau)
    if missed or not found.known:
        return found
    return replace(
        found, kind=f"{found.kind}, for those that reach it", covers=f"{found.covers}, if they do"
    )


def _cost(run: Run, config: str, axis: str) -> Array:
    """(replicates, evaluations) cumulative cost; where NaN after divergence, it stays NaN."""
    values = confirmed_curves.matrix(run, config, "dev_error")
    if axis == "epoch":
        return np.broadcast_to(confirmed_curves.epochs(run, config).astype(float), values.shape)
    return confirmed_curves.matrix(run, config, axis)


def _finite_min(row: Array) -> float:
    finite = row[np.isfinite(row)]
    return float(finite.min()) if len(finite) else math.nan
