"""The bias / variance ledger: what remains of the error, gap by gap, and how sure that is.

Ng's recipe ("Machine Learning Yearning", 2018, ch. 20-27) with uncertainty: avoidable bias =
train - reference, variance = dev - train, dev overfit = test - dev, in evaluation mode on whole
splits. Bias has a t over seeds (its rows are the training set itself); the other two are crossed
over seeds and rows. Without a reference error, what remains in training may be noise as well.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from reports import units
from reports.frames import Run, once
from reports.stats.bias_variance import deciding
from reports.stats.bias_variance.gaps import (
    BIAS,
    OVERFIT,
    UNDECIDED,
    VARIANCE,
    Gap,
    judge,
    margin_of,
)
from reports.stats.bias_variance.measured_gaps import (
    ErrorScale,
    bias,
    lost,
    paired,
    row_gap,
    scale_of,
)
from reports.stats.sampling import intervals, looks
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.settings.rows import (
    all_diverged,
    draws,
    new_rows,
    seeds_of,
    values,
)


@dataclass(frozen=True)
class Ledger:
    """The gaps of one configuration and the verdict on them.

    ahead: P(bias > variance). assumed: no reference error was given, and 0 stands for it; given is
    the verdict if that were right. `flip` is the reference error from which on it would be
    `flips_to` (NaN: none below the train error); `decide` says in words what would decide an
    undecided one.
    """

    config: str
    metric: str
    gaps: tuple[Gap, ...]
    ahead: float
    reference: float
    assumed: bool
    verdict: str
    given: str
    flip: float
    flips_to: str
    decide: str

    def gap(self, name: str) -> Gap:
        """The gap of that name."""
        return next(gap for gap in self.gaps if gap.name == name)


def ledger_of(run: Run, config: str, kind: str = "error") -> Ledger:
    """The ledger of one confirmed network configuration, in its error or its loss."""
    rows = run.rows_of(config)
    train = rows[f"train_{kind}"].to_numpy(float)
    reference, assumed = reference_of(run, kind)
    margin = margin_of(kind, float(values(run, config, "dev", kind).mean()), run.regression)
    scale = scale_of(run, kind, train)
    of_rows = (VARIANCE, OVERFIT) if run.has_test else (VARIANCE,)
    gaps: tuple[Gap, ...] = (
        bias(train, reference, margin, scale),
        *(row_gap(run, config, kind, name, train, margin) for name in of_rows),
    )
    if all_diverged(run, config):
        gaps = tuple(lost(gap) for gap in gaps)
    gaps = tuple(replace(gap, p=looks.sure(run, gap.p)) for gap in gaps)
    lead = _lead(run, config, kind) - reference
    ahead = looks.sure(run, float((lead > 0).mean())) if len(train) > 1 else math.nan
    verdict, given = judge(gaps, ahead, not assumed), judge(gaps, ahead)
    flip, flips_to = _flip(gaps, lead, train, reference, given, scale)
    few = deciding.RULE_OF_THREE if kind == "error" and not run.regression else 0.0
    decide = deciding.words(gaps, len(train), few) if verdict == UNDECIDED else ""
    return Ledger(
        config,
        f"dev_{kind}",
        gaps,
        ahead,
        reference,
        assumed,
        verdict,
        given,
        flip,
        flips_to,
        decide,
    )


def _lead(run: Run, config: str, kind: str) -> Array:
    """(draws,) by how much the train error is above the gap to dev, on the draws of the gaps."""
    train = run.rows_of(config)[f"train_{kind}"].to_numpy(float)
    found: Array = 2 * seeds_of(run, len(train)) @ train - draws(run, config, "dev", kind)
    return found


@once
def ledgers(run: Run) -> tuple[Ledger, ...]:
    """Bias and variance, in errors, of every confirmed network configuration, winner first."""
    return tuple(ledger_of(run, config) for config in run.configs)


@once
def loss_ledgers(run: Run) -> tuple[Ledger, ...]:
    """The same in loss, which is what is trained."""
    return tuple(ledger_of(run, config, "loss") for config in run.configs)


def gap_name(one: Ledger, gap: Gap) -> str:
    """What a reader calls it: without a reference the train error is bias, noise, or both."""
    return "bias and noise" if gap.name == BIAS and one.assumed else gap.name


@once
def best_tried(run: Run) -> tuple[str, Interval] | None:
    """The network setting or baseline that errs least on dev, with its error on new rows.

    No noise can be larger than the error of what was tried. None where everything diverged.
    """
    tried = [*run.configs, *map(str, run.baselines["config"].unique())]
    errors = {
        config: float(values(run, config, "dev", "error").mean())
        for config in tried
        if not all_diverged(run, config)
    }
    if not errors:
        return None
    best = min(errors, key=errors.__getitem__)
    return best, new_rows(run, best, run.judged)


def frame(found: tuple[Ledger, ...]) -> pd.DataFrame:
    """One row per (config, gap): estimate, low, high, margin, p, standard errors, kind, n."""
    return pd.DataFrame(
        [
            {
                "config": one.config,
                "metric": one.metric,
                "gap": gap.name,
                "label": gap_name(one, gap),
                "estimate": gap.interval.estimate,
                "low": gap.interval.low,
                "high": gap.interval.high,
                "p_above_margin": gap.p,
                "margin": gap.margin,
                "seed_error": gap.seed_error,
                "row_error": gap.row_error,
                "kind": gap.interval.kind,
                "n": gap.interval.n,
                "verdict": one.verdict,
            }
            for one in found
            for gap in one.gaps
        ]
    )


def variance_of(run: Run, config: str) -> Interval:
    """Dev - train error of any confirmed configuration, baselines included, with its interval."""
    train = run.rows_of(config)["train_error"].to_numpy(float)
    found = row_gap(run, config, "error", VARIANCE, train, 0.0)
    return (lost(found) if all_diverged(run, config) else found).interval


def cures(run: Run) -> pd.DataFrame:
    """What each other confirmed setting does to the gaps of the defaults (or of the winner).

    One row per configuration: the paired change, by t over replicates, of the variance gap and of
    the train error; same seeds, same rows. Columns: config, base, variance, bias (Intervals).
    """
    base = run.default or run.winner
    rows = []
    unit, rows_of_train = units.unit(run, "train_error"), scale_of(run, "error", np.zeros(0)).rows
    for config in run.configs:
        if base is None or config == base:
            continue
        ours, theirs = run.rows_of(config), run.rows_of(base)
        if len(ours) != len(theirs) or any(all_diverged(run, one) for one in (config, base)):
            continue
        one_row = intervals.one_row(len(ours), rows_of_train)
        gap = [(one["dev_error"] - one["train_error"]).to_numpy(float) for one in (ours, theirs)]
        train = [one["train_error"].to_numpy(float) for one in (ours, theirs)]
        rows.append(
            {
                "config": config,
                "base": base,
                "variance": paired(run, gap[0], gap[1]).within(*(2 * end for end in unit.apart)),
                "bias": paired(run, train[0], train[1], one_row).within(*unit.apart),
            }
        )
    return pd.DataFrame(rows, columns=["config", "base", "variance", "bias"])


def reference_of(run: Run, kind: str = "error") -> tuple[float, bool]:
    """The reference error, and whether it is assumed: 0 where the study gives none."""
    given = run.provenance["reference"]
    return (float(given), False) if given is not None and kind == "error" else (0.0, True)


def _flip(
    gaps: tuple[Gap, ...],
    lead: Array,
    train: Array,
    reference: float,
    verdict: str,
    scale: ErrorScale,
) -> tuple[float, str]:
    """The first reference above the present one, up to the train error, with another verdict."""
    if len(train) < 2 or float(train.mean()) <= reference:
        return math.nan, ""
    mean = float(train.mean())
    values = np.linspace(reference, mean, 201)[1:]
    least = max(intervals.one_row(len(train), scale.rows), scale.least)
    above = intervals.p_above_each(train, gaps[0].margin + values, least)
    leads = np.count_nonzero(lead > (values - reference)[:, None], axis=1) / len(lead)
    for value, p, ahead in zip(values.tolist(), above.tolist(), leads.tolist(), strict=True):
        moved = replace(gaps[0].interval, estimate=mean - value)
        other = judge((replace(gaps[0], interval=moved, p=p), *gaps[1:]), ahead)
        if other != verdict:
            return value, other
    return math.nan, ""
