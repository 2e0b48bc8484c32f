"""The gaps of a ledger, from what size on they count, and the rule of the verdict on them."""

import math
from dataclasses import dataclass

from reports.stats.sampling.intervals import Interval

BIAS, VARIANCE, OVERFIT = "avoidable bias", "variance", "dev overfit"
GAPS = (BIAS, VARIANCE, OVERFIT)
SURE, LIKELY = 0.975, 0.80  # sure: the margin lies outside the 95 % interval
AHEAD = 0.95  # of a verdict: that its gap is larger than the other
HIGH_BIAS, HIGH_VARIANCE, SMALL = "high bias", "high variance", "no large gap"
CONDITIONAL, UNDECIDED = "bias or noise", "not decided"


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


def margin_of(kind: str, dev: float, regression: bool) -> float:
    """The size from which on a gap counts: 0.5 points or a tenth of the dev error, if larger."""
    if kind == "error" and not regression:
        return max(0.005, 0.1 * dev)
    return 0.1 * abs(dev)


def judge(gaps: tuple[Gap, ...], ahead: float, known: bool = True) -> str:
    """The rule: a gap that is surely above its margin (P >= .975), and above the other (P >= .95).

    gaps: avoidable bias, variance and, where there are test rows, dev overfit. known: whether the
    reference error is; without it high variance is that at any, and what else remains is
    CONDITIONAL.
    """
    bias, variance, *_ = gaps
    if any(math.isnan(gap.p) for gap in gaps) or math.isnan(ahead):
        return UNDECIDED
    if all(gap.p <= 1 - SURE for gap in gaps):
        return SMALL
    largest = max(gaps, key=lambda gap: gap.interval.estimate)
    if largest.name == OVERFIT and largest.p >= LIKELY:
        return UNDECIDED
    if variance.p >= SURE and 1 - ahead >= AHEAD:
        return HIGH_VARIANCE
    if bias.p >= SURE and ahead >= AHEAD:
        return HIGH_BIAS if known else CONDITIONAL
    return UNDECIDED
