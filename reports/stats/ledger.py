"""The bias / variance ledger: what remains of the error, gap by gap, and how sure that is.

Ng's recipe ("Machine Learning Yearning", 2018, ch. 20-27) with uncertainty: avoidable bias =
train - reference, variance = dev - train, dev overfit = test - dev, in evaluation mode on whole
splits. Bias has a t over seeds (its rows are the training set itself); the other two are crossed
over seeds and rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports import text
from reports.frames import Run, once
from reports.stats import bootstrap, intervals
from reports.stats.intervals import Array, Interval
from reports.stats.rows import (
    DIVERGED,
    all_diverged,
    draws,
    group,
    rooted,
    row_losses,
    rows_of_split,
    seeds_of,
)

BIAS, VARIANCE, OVERFIT = "avoidable bias", "variance", "dev overfit"
GAPS = (BIAS, VARIANCE, OVERFIT)
SURE, LIKELY = 0.975, 0.80  # sure: the margin lies outside the 95 % interval
TWO_SIDED = 1.96
RULE_OF_THREE = 3.0  # the rows without an error, times the share, that leave it a chance of 5 %


@dataclass(frozen=True)
class Gap:
    """One gap: its interval, P(gap > margin), and its standard error by source of noise."""

    name: str
    interval: Interval
    p: float
    margin: float
    seed_error: float
    row_error: float
    rows: int


@dataclass(frozen=True)
class Ledger:
    """The gaps of one configuration and the verdict on them.

    `flip` is the reference error from which on the verdict would be `flips_to` (NaN: none below
    the train error); `decide` says in words what would decide an undecided one.
    """

    config: str
    metric: str
    gaps: tuple[Gap, ...]
    reference: float
    assumed: bool
    verdict: str
    flip: float
    flips_to: str
    decide: str

    def gap(self, name: str) -> Gap:
        """The gap of that name."""
        return next(gap for gap in self.gaps if gap.name == name)


def margin_of(kind: str, dev: float, regression: bool) -> float:
    """The size from which on a gap counts: 0.5 points or a tenth of the dev error, if larger."""
    if kind == "error" and not regression:
        return max(0.005, 0.1 * dev)
    return 0.1 * abs(dev)


def judge(gaps: tuple[Gap, ...]) -> str:
    """The rule: sure of the gap (P >= .975), and it is the largest of the likely ones (P >= .8)."""
    if any(math.isnan(gap.p) for gap in gaps):
        return "undecided"
    likely = [gap for gap in gaps if gap.p >= LIKELY]
    if not likely:
        small = all(gap.p <= 1 - SURE for gap in gaps)
        return "no large gap" if small else "undecided"
    largest = max(likely, key=lambda gap: gap.interval.estimate)
    names = {BIAS: "high bias", VARIANCE: "high variance"}
    return names.get(largest.name, "undecided") if largest.p >= SURE else "undecided"


def ledger_of(run: Run, config: str, kind: str = "error") -> Ledger:
    """The ledger of one confirmed network configuration, in its error or its loss."""
    rows = run.rows_of(config)
    train = rows[f"train_{kind}"].to_numpy(float)
    reference, assumed = _reference(run, kind)
    margin = margin_of(kind, float(rows[f"dev_{kind}"].mean()), run.regression)
    scale = _scale(run, kind)
    gaps: tuple[Gap, ...] = (
        _bias(train, reference, margin, scale),
        _row_gap(run, config, kind, VARIANCE, train, margin),
        _row_gap(run, config, kind, OVERFIT, train, margin),
    )
    if all_diverged(run, config):
        gaps = tuple(_lost(gap) for gap in gaps)
    verdict = judge(gaps)
    flip, flips_to = _flip(gaps, train, reference, verdict, scale)
    few = RULE_OF_THREE if kind == "error" and not run.regression else 0.0
    decide = _decide(gaps, len(train), few) if verdict == "undecided" else ""
    return Ledger(config, f"dev_{kind}", gaps, reference, assumed, verdict, flip, flips_to, decide)


@once
def ledgers(run: Run) -> tuple[Ledger, ...]:
    """The ledger in error of every confirmed network configuration, winner first."""
    return tuple(ledger_of(run, config) for config in run.configs)


@once
def loss_ledgers(run: Run) -> tuple[Ledger, ...]:
    """The same in loss, which is what is trained."""
    return tuple(ledger_of(run, config, "loss") for config in run.configs)


def frame(found: tuple[Ledger, ...]) -> pd.DataFrame:
    """One row per (config, gap): estimate, low, high, margin, p, standard errors, kind, n."""
    return pd.DataFrame(
        [
            {
                "config": one.config, "metric": one.metric, "gap": gap.name,
                "estimate": gap.interval.estimate, "low": gap.interval.low,
                "high": gap.interval.high, "p_above_margin": gap.p, "margin": gap.margin,
                "seed_error": gap.seed_error, "row_error": gap.row_error,
                "kind": gap.interval.kind, "n": gap.interval.n, "verdict": one.verdict,
            }
            for one in found
            for gap in one.gaps
        ]
    )  # fmt: skip


def variance_of(run: Run, config: str) -> Interval:
    """Dev - train error of any confirmed configuration, baselines included, with its interval."""
    train = run.rows_of(config)["train_error"].to_numpy(float)
    found = _row_gap(run, config, "error", VARIANCE, train, 0.0)
    return (_lost(found) if all_diverged(run, config) else found).interval


def cures(run: Run) -> pd.DataFrame:
    """What each other confirmed setting does to the gaps of the defaults (or of the winner).

    One row per configuration: the paired change, by t over replicates, of the variance gap and of
    the train error; same seeds, same rows. Columns: config, base, variance, bias (Intervals).
    """
    base = run.default or run.winner
    rows = []
    unit, rows_of_train = text.unit(run, "train_error"), _scale(run, "error").rows
    for config in run.configs:
        if base is None or config == base:
            continue
        ours, theirs = run.rows_of(config), run.rows_of(base)
        if len(ours) != len(theirs) or any(all_diverged(run, one) for one in (config, base)):
            continue
        least = intervals.one_row(len(ours), rows_of_train)
        gap = [(one["dev_error"] - one["train_error"]).to_numpy(float) for one in (ours, theirs)]
        train = [one["train_error"].to_numpy(float) for one in (ours, theirs)]
        rows.append(
            {
                "config": config, "base": base,
                "variance": intervals.paired_t(*gap).within(*(2 * end for end in unit.apart)),
                "bias": intervals.paired_t(train[0], train[1], least).within(*unit.apart),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["config", "base", "variance", "bias"])


def _reference(run: Run, kind: str) -> tuple[float, bool]:
    given = run.provenance["reference"]
    return (float(given), False) if given is not None and kind == "error" else (0.0, True)


@dataclass(frozen=True)
class Scale:
    """What the train error can be: its ends, and the rows it is a share of (0: it is none)."""

    ends: tuple[float, float]
    rows: int


def _scale(run: Run, kind: str) -> Scale:
    rows = 0 if run.regression or kind != "error" else int(run.provenance["data"]["train"])
    return Scale(text.unit(run, f"train_{kind}").ends, rows)


def _bias(train: Array, reference: float, margin: float, scale: Scale) -> Gap:
    n, least = len(train), intervals.one_row(len(train), scale.rows)
    low, high = (end - reference for end in scale.ends)
    found = intervals.t_mean(train - reference, "new seeds, for this training set", least)
    found = found.within(low, high)
    error = float(train.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    p = intervals.p_above(train - reference, margin, least)
    return Gap(BIAS, found, p, margin, error, 0.0, 0)


def _row_gap(run: Run, config: str, kind: str, name: str, train: Array, margin: float) -> Gap:
    """Dev - train (rows of dev resampled) or test - dev (rows of both, independently)."""
    rows, replicates = run.rows_of(config), len(train)
    upper, lower = ("dev", "train") if name == VARIANCE else ("test", "dev")
    parts = [split for split in (upper, lower) if split != "train"]
    losses = {split: row_losses(run, config, split, kind) for split in parts}
    drawn = {split: draws(run, config, split, kind) for split in parts}
    drawn["train"] = seeds_of(run, replicates) @ train
    found = drawn[upper] - drawn[lower]
    gap = (rows[f"{upper}_{kind}"] - rows[f"{lower}_{kind}"]).to_numpy(float)
    low, high = bootstrap.percentiles(found)
    seed_error = float(gap.std(ddof=1)) / math.sqrt(replicates) if replicates > 1 else math.nan
    row_error = math.hypot(
        *(_row_error(losses[one], rooted(run, kind), group(run, one)) for one in parts)
    )
    unit = rows_of_split(run, upper).unit
    covers = f"new {unit} and new seeds, for this training set"
    n = min(losses[split].shape[1] for split in parts)
    interval = Interval(float(gap.mean()), low, high, n, "crossed bootstrap", covers)
    if not all(run.predictions.has(config, split) for split in parts):
        interval = replace(interval, covers="new seeds, on these rows")
    if replicates < 2:
        interval = replace(interval, covers=f"new {unit}, for this one trained network")
    p = float((found > margin).mean()) if replicates > 1 else math.nan
    return Gap(name, interval, p, margin, seed_error, row_error, n)


def _lost(gap: Gap) -> Gap:
    """The gap between the worst values of networks that all diverged: nothing follows from it."""
    found = intervals.none(gap.interval.estimate, gap.interval.n, DIVERGED)
    return replace(gap, interval=found, p=math.nan)


def _row_error(losses: Array, root: bool, of: NDArray[Any] | None) -> float:
    """The standard error, from the rows alone, of the mean over replicates and rows."""
    means = losses.mean(axis=1)
    slope = 1 / (2 * np.sqrt(np.maximum(means, 1e-30))) if root else np.ones_like(means)
    error = bootstrap.standard_error((losses * slope[:, None]).mean(axis=0), of)
    return error if math.isfinite(error) else 0.0


def _flip(
    gaps: tuple[Gap, ...], train: Array, reference: float, verdict: str, scale: Scale
) -> tuple[float, str]:
    """The first reference above the present one, up to the train error, with another verdict."""
    if len(train) < 2 or float(train.mean()) <= reference:
        return math.nan, ""
    for value in np.linspace(reference, float(train.mean()), 201)[1:]:
        other = judge((_bias(train, float(value), gaps[0].margin, scale), *gaps[1:]))
        if other != verdict:
            return float(value), other
    return math.nan, ""


def _decide(gaps: tuple[Gap, ...], replicates: int, few: float) -> str:
    """In words: which source of noise dominates, and how many more of what would decide it.

    Where few rows err, no fewer rows than `few` over the distance to the margin will do, and the
    rows are at least as noisy as one of them more or less.
    """
    if gaps[0].interval.why == DIVERGED:
        return text.capital(f"{DIVERGED}: there is no gap to judge. Lower the learning rate first.")
    if math.isnan(gaps[0].interval.estimate):
        return "No train error is known: the trainer may yield train_error or train_outputs."
    if replicates < 2:
        return "One replicate: the noise between seeds is unknown. Confirm with 10 or more."
    open_gaps = [gap for gap in gaps if 1 - SURE < gap.p < SURE]
    if not open_gaps:
        return "The largest gap is test over dev: the search has fitted its dev rows. Use more."
    gap = max(open_gaps, key=lambda one: one.p)
    distance = abs(gap.interval.estimate - gap.margin)
    wanted = (distance / TWO_SIDED) ** 2
    row_error = max(gap.row_error, 1 / gap.rows) if few and gap.rows else gap.row_error
    seeds = _seeds_needed(gap.seed_error**2 * replicates, replicates, distance, row_error)
    rows = _needed(gap.row_error**2 * gap.rows, wanted - gap.seed_error**2)
    rows = max(rows, math.ceil(few / distance)) if distance > 0 else rows
    by_seed = gap.seed_error > row_error
    dominant = "the choice of seed" if by_seed else "the small number of rows"
    head = f"The open question is the {gap.name} gap; {dominant} is the larger source of noise. "
    ways = []
    if seeds:
        ways.append(f"about {seeds} replicates (now {replicates})")
    if gap.rows and gap.rows < rows < 1_000_000:
        split = "dev" if gap.name == VARIANCE else "dev and test"
        ways.append(f"about {rows} {split} rows (now {gap.rows})")
    if not ways:
        return head + "The gap lies too close to the margin for any affordable number to decide."
    return head + "If the estimate holds, " + " or ".join(ways) + " would decide it."


MOST_SEEDS = 1000  # that anyone would train to decide a question


def _seeds_needed(variance: float, now: int, distance: float, row_error: float) -> int:
    """The least number above the present one whose t would reach less far; 0 where there is none.

    With two or three, t is so wide that one network more can decide.
    """
    from scipy import special

    many = np.arange(now + 1, MOST_SEEDS)
    reach = special.stdtrit(many - 1, 0.5 + intervals.LEVEL / 2) ** 2 * variance / many
    enough = reach + (TWO_SIDED * row_error) ** 2 <= distance**2
    return int(many[enough.argmax()]) if enough.any() else 0


def _needed(variance: float, room: float) -> int:
    return math.ceil(variance / room) if room > 0 else 10**9
