"""What limits a model that was chosen, network or baseline: bias, variance, noise, or open."""

from dataclasses import dataclass

from reports.frames import Run
from reports.stats.bias_variance import gaps, ledger
from reports.stats.bias_variance.gaps import (
    CONDITIONAL,
    HIGH_BIAS,
    HIGH_VARIANCE,
    SMALL,
    UNDECIDED,
    VARIANCE,
)
from reports.stats.sampling.intervals import Interval


@dataclass(frozen=True)
class Limit:
    """The verdict (of `gaps`), the train error, and the gap from it to new rows."""

    verdict: str
    train: float
    variance: Interval


def limit(run: Run, name: str) -> Limit:
    """Of a network as its ledger has it; of a baseline, which has no seeds, by its gaps."""
    train = float(run.rows_of(name)["train_error"].mean())
    if name in run.configs:
        found = next(one for one in ledger.ledgers(run) if one.config == name)
        return Limit(found.verdict, train, found.gap(VARIANCE).interval)
    variance = ledger.variance_of(run, name)
    dev = float(run.rows_of(name)["dev_error"].mean())
    margin = gaps.margin_of("error", dev, run.regression)
    reference, assumed = ledger.reference_of(run)
    return Limit(_of_one_model(train - reference, variance, margin, not assumed), train, variance)


def _of_one_model(bias: float, variance: Interval, margin: float, known: bool) -> str:
    """As `gaps.judge` has it, of a bias that no seed makes unsure. known: the reference error."""
    if not variance.known:
        return UNDECIDED
    if variance.low > margin and variance.low > bias:
        return HIGH_VARIANCE
    if max(variance.high, bias) <= margin:
        return SMALL
    if bias > max(margin, variance.high):
        return HIGH_BIAS if known else CONDITIONAL
    return UNDECIDED
