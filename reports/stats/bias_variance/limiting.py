"""What limits a model that was chosen, network or baseline: bias, variance, noise, or open."""

from dataclasses import dataclass

from reports.frames import Run
from reports.stats.bias_variance import deciding, gaps, ledger
from reports.stats.bias_variance.gaps import (
    BIAS,
    CONDITIONAL,
    HIGH_BIAS,
    HIGH_VARIANCE,
    SMALL,
    SURE,
    UNDECIDED,
    VARIANCE,
)
from reports.stats.sampling.intervals import Interval


@dataclass(frozen=True)
class Limit:
    """The verdict (of `gaps`), the train error, and the gap from it to new rows.

    is_both: of an open verdict, whether it is open only which of two that matter is the larger.
    decide: about how many networks or rows would tell, "" where that is not known. least: the error
    of a perfect model, None where it is not known.
    """

    verdict: str
    train: float
    variance: Interval
    is_both: bool = False
    decide: str = ""
    least: float | None = None


def limit(run: Run, name: str) -> Limit:
    """Of a network as its ledger has it; of a baseline, which has no seeds, by its gaps."""
    train = float(run.rows_of(name)["train_error"].mean())
    reference, assumed = ledger.reference_of(run)
    least = None if assumed else reference
    if name in run.configs:
        found = next(one for one in ledger.ledgers(run) if one.config == name)
        variance, bias = found.gap(VARIANCE), found.gap(BIAS)
        is_open = found.verdict == UNDECIDED
        is_both = is_open and min(variance.p, bias.p) >= SURE
        few = 0.0 if run.regression else deciding.RULE_OF_THREE
        rows = "dev rows" if run.has_test and run.folds is None else "rows"
        networks = len(run.rows_of(name))
        decide = deciding.in_short(found.gaps, networks, few, rows) if is_open else ""
        return Limit(found.verdict, train, variance.interval, is_both, decide, least)
    beyond = ledger.variance_of(run, name)
    dev = float(run.rows_of(name)["dev_error"].mean())
    margin = gaps.margin_of("error", dev, run.regression)
    verdict = _of_one_model(train - reference, beyond, margin, not assumed)
    is_both = verdict == UNDECIDED and min(train - reference, beyond.low) > margin
    return Limit(verdict, train, beyond, is_both, "more rows" * beyond.known, least)


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
