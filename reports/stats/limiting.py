"""What limits a model that was chosen, network or baseline: bias, variance, noise, or open."""

from dataclasses import dataclass

from reports.frames import Run
from reports.stats import gaps, ledger
from reports.stats.gaps import CONDITIONAL, HIGH_VARIANCE, SMALL, UNDECIDED, VARIANCE
from reports.stats.intervals import Interval


@dataclass(frozen=True)
class Limit:
    """The verdict (of `reports.stats.gaps`), the train error, and the gap from it to new rows."""

    verdict: str
    train: float
    variance: Interval


def limit(run: Run, name: str) -> Limit:
    """Of a network as its ledger has it; of a baseline, which has no seeds, by its gap alone."""
    train = float(run.rows_of(name)["train_error"].mean())
    if name in run.configs:
        found = next(one for one in ledger.ledgers(run) if one.config == name)
        return Limit(found.verdict, train, found.gap(VARIANCE).interval)
    variance = ledger.variance_of(run, name)
    dev = float(run.rows_of(name)["dev_error"].mean())
    margin = gaps.margin_of("error", dev, run.regression)
    return Limit(_of_one_model(train, variance, margin), train, variance)


def _of_one_model(train: float, variance: Interval, margin: float) -> str:
    if not variance.known:
        return UNDECIDED
    if variance.low > margin and variance.low > train:
        return HIGH_VARIANCE
    if variance.high <= margin:
        return SMALL if train <= margin else CONDITIONAL
    return CONDITIONAL if train > max(margin, variance.high) else UNDECIDED
