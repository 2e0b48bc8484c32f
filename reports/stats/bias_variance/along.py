"""Train error and the gap to new rows along a word's values: where bias gives way to variance.

Along numbers and depths. Of two words each one is varied while the other stays where the best arm
has it. Confirmed networks where all of these arms have some, else all by the search, alike.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from reports.frames import Run, once
from reports.stats.answer import arms
from reports.stats.answer.arms import Arm
from reports.stats.bias_variance import decomposition, measured_gaps
from reports.stats.bias_variance.decomposition import Decomposition
from reports.stats.sampling import intervals
from reports.stats.sampling.intervals import LEVEL, Array, Interval
from reports.stats.sampling.out_of_fold import WIDENING
from reports.stats.settings.diverged import all_diverged

Other = tuple[str, Any] | None
ERRORS = ("train_error", "dev_error")
FEWEST = 3  # values of which a line is drawn


@dataclass(frozen=True)
class Along:
    """Of each arm, in the order of the word's values, its train and dev error.

    bias, gap: what the train error and the gap change by from the first arm to the last.
    other: the second word, if there is one, with the value that it has in all of the arms. parts:
    of each arm's loss on test rows, where there are folds; else none.
    """

    word: str
    arms: tuple[Arm, ...]
    other: Other
    is_confirmed: bool
    train: tuple[Interval, ...]
    dev: tuple[Interval, ...]
    bias: Interval
    gap: Interval
    parts: tuple[Decomposition, ...]

    def times(self, unit: float) -> "Along":
        """Its errors in another unit; the parts of the loss stay."""
        train, dev = (tuple(x.times(unit) for x in each) for each in (self.train, self.dev))
        bias, gap = self.bias.times(unit), self.gap.times(unit)
        return replace(self, train=train, dev=dev, bias=bias, gap=gap)


@once
def along(run: Run) -> tuple[Along, ...]:
    """One for each word whose values are in an order; none of a study that compares no arms."""
    names, best = arms.words(run), _best(run)
    if best is None:
        return ()
    found = []
    for place, word in enumerate(names):
        line = [arm for arm in arms.arms(run) if _is_on_line(arm, best, place)]
        line = [arm for arm in line if _is_known(run, arm)]
        if arms.is_ordered(run, word) and len(line) >= FEWEST:
            rest = [pair for pair in zip(names, best.values, strict=True) if pair[0] != word]
            found.append(_along(run, word, tuple(line), rest[0] if rest else None))
    return tuple(found)


def _best(run: Run) -> Arm | None:
    judged = arms.judged(run)
    if judged:
        return judged[0].arm
    known = [arm for arm in arms.missing(run) if arm.trial is not None]
    return known[0] if known else None


def _is_on_line(arm: Arm, best: Arm, place: int) -> bool:
    return all(arm.key[n] == best.key[n] for n in range(len(arm.key)) if n != place)


def _is_known(run: Run, arm: Arm) -> bool:
    """Whether it trained: an arm of which networks diverged is on no line."""
    if arm.config is not None:
        return not all_diverged(run, arm.config)
    return arm.trial is not None and not int(_trial(run, arm)["diverged"])


def _along(run: Run, word: str, line: tuple[Arm, ...], other: Other) -> Along:
    if all(arm.config is not None for arm in line):
        return _of_networks(run, word, line, other)
    trials = [_trial(run, arm) for arm in line]
    train, dev = ([_searched(run, one, name) for one in trials] for name in ERRORS)
    bias = _apart(train[-1], train[0])
    gaps = [_apart(dev[place], train[place]) for place in (-1, 0)]
    return Along(
        word, line, other, False, tuple(train), tuple(dev), bias, _apart(gaps[0], gaps[1]), ()
    )


def _searched(run: Run, trial: "pd.Series[Any]", split: str) -> Interval:
    """By t over a trial's networks; of folds, whose training sets share rows, widened."""
    mean, sd, count = trial[split], trial[f"{split}_sd"], trial["replicates"]
    if count < 2 or not math.isfinite(sd):
        return intervals.none(float(mean), int(count), "one replicate")
    wide = WIDENING if "resample" in run.provenance["search"] else 1.0
    error = max(wide * float(sd) / math.sqrt(count), _least(run, split, int(count)))
    half = _quantile(int(count) - 1) * error
    found = Interval(float(mean), mean - half, mean + half, int(count), "t over replicates", "")
    return found.within(0.0, math.inf)


def _apart(first: Interval, second: Interval) -> Interval:
    """First - second as if they had nothing in common, which is too wide: what the search left."""
    estimate = first.estimate - second.estimate
    if not (first.known and second.known):
        return intervals.none(estimate, first.n, "one replicate")
    half = math.hypot(first.high - first.estimate, second.high - second.estimate)
    return Interval(estimate, estimate - half, estimate + half, first.n, "t, unpaired", "")


def _of_networks(run: Run, word: str, line: tuple[Arm, ...], other: Other) -> Along:
    """Train errors by t over networks; dev errors, whose rows are the same in all arms, too."""
    names = [str(arm.config) for arm in line]
    train, dev = ([run.rows_of(one)[each].to_numpy(float) for one in names] for each in ERRORS)
    least = [_least(run, each, len(train[0])) for each in ERRORS]
    bias = measured_gaps.paired(run, train[-1], train[0], least[0])
    gap = measured_gaps.paired(run, dev[-1] - train[-1], dev[0] - train[0], max(least))
    means = [
        tuple(_mean(run, each, floor) for each in errors)
        for errors, floor in zip((train, dev), least, strict=True)
    ]
    return Along(word, line, other, True, means[0], means[1], bias, gap, _parts(run, names))


def _least(run: Run, metric: str, networks: int) -> float:
    """As `intervals.one_row`: networks that err alike do not show that the next one will."""
    split = metric.partition("_")[0]
    rows = 0 if run.regression else int(run.provenance["data"][split])
    return intervals.one_row(networks, rows)


def _mean(run: Run, each: Array, least: float) -> Interval:
    found = intervals.t_mean(each, least=max(least, measured_gaps.widened(run, each)))
    return found.within(0.0, math.inf)


def _parts(run: Run, names: list[str]) -> tuple[Decomposition, ...]:
    """Of the loss that is trained; none where one of the arms' cannot be taken apart."""
    found = [decomposition.of_setting(run, name) for name in names]
    each = [one.each[0] for one in found if one is not None]
    return tuple(each) if len(each) == len(names) else ()


def _trial(run: Run, arm: Arm) -> "pd.Series[Any]":
    return run.trials[run.trials["trial"] == arm.trial].iloc[0]


def _quantile(freedom: int) -> float:
    from scipy import special

    return float(special.stdtrit(freedom, 0.5 + LEVEL / 2))
