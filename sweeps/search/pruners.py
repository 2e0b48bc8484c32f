"""The pruners: each makes a trial's stop rule from the trials told by the time it is asked.

The median, percentile, halving, patient and threshold pruners do what Optuna's do, which a test
compares. The signed-rank pruner is ours, and not what Optuna calls Wilcoxon pruning.
"""

import math
import zlib
from array import array
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.study import pruner_options
from sweeps.study.pruner_options import Pruner
from sweeps.training.stop_rules import (
    NEVER,
    BestAbove,
    Costs,
    LatestAbove,
    NoImprovement,
    OutsideBounds,
    SignedRankTest,
    StopRule,
)


@dataclass(frozen=True)
class PastTrial:
    """What pruners need of a trial that was told.

    costs (E,): the reduced costs from epoch 0 on. each (E, P): each replicate's.
    """

    number: int
    complete: bool
    costs: Costs
    each: NDArray[np.float64]

    def at(self, epoch: int) -> float:
        """The cost at an epoch; a trial that ended early (all diverged) keeps its last cost."""
        return float(self.costs[min(epoch, len(self.costs) - 1)])

    def reached(self, epoch: int) -> bool:
        """Whether the trial was trained until `epoch`, or was complete before it (all diverged)."""
        return self.complete or epoch < len(self.costs)


class History:
    """The trials that were told, and the complete trials' costs at each epoch, sorted.

    of_best_so_far: whether the costs are the best until then, and so never rise.
    """

    def __init__(self, epochs: int, of_best_so_far: bool = False) -> None:
        self.epochs, self.of_best_so_far = epochs, of_best_so_far
        self.trials: list[PastTrial] = []
        self._sorted = [array("d") for _ in range(epochs + 1)]

    def add(self, trial: PastTrial) -> None:
        """Add a trial that was told."""
        self.trials.append(trial)
        if trial.complete:
            costs = trial.costs.tolist()
            for others, cost in zip_longest(self._sorted, costs, fillvalue=costs[-1]):
                insort(others, cost)

    @property
    def complete(self) -> int:
        """How many trials are complete."""
        return len(self._sorted[0])

    def percentile(self, percent: float) -> Costs:
        """(E,) a percentile of the complete trials' costs at each epoch, linearly interpolated."""
        place = (self.complete - 1) * percent / 100
        low = int(place)
        high = min(low + 1, self.complete - 1)
        lower = np.array([costs[low] for costs in self._sorted])
        upper = np.array([costs[high] for costs in self._sorted])
        return np.asarray(lower + (place - low) * (upper - lower))


@cache  # a thousand replicates take seconds, and each trial's rule needs these sums
def critical_sums(most: int, alpha: float) -> tuple[float, ...]:
    """For n = 0 … most differences: the least w with P(W ≥ w) ≤ alpha; inf where there is none.

    W: the sum of the positive differences' ranks, each sign being as likely as the other.
    """
    sums = []
    counts = np.ones(1)  # counts[w]: how many subsets of the ranks 1 … n add up to w
    for n in range(most + 1):
        if n:
            longer = np.zeros(len(counts) + n)
            longer[: len(counts)] += counts
            longer[n:] += counts
            counts = longer
        tail = counts[::-1].cumsum()[::-1] / counts.sum()
        fits = np.flatnonzero(tail <= alpha)
        sums.append(float(fits[0]) if len(fits) else math.inf)
    return tuple(sums)


def _none(pruner: pruner_options.Unpruned, history: History, number: int) -> StopRule:
    return NEVER


def _median(pruner: pruner_options.Median, history: History, number: int) -> StopRule:
    return _quantile(50.0, pruner.startup, pruner.warmup, history)


def _percentile(pruner: pruner_options.Percentile, history: History, number: int) -> StopRule:
    return _quantile(pruner.percentile, pruner.startup, pruner.warmup, history)


def _quantile(percent: float, startup: int, warmup: int, history: History) -> StopRule:
    if history.complete < max(1, startup):
        return NEVER
    limits = history.percentile(percent)
    limits[: warmup + 1] = np.inf
    return BestAbove(tuple(limits.tolist()))


def _halving(pruner: pruner_options.SuccessiveHalving, history: History, number: int) -> StopRule:
    return _rungs(pruner.first, pruner.factor, history.trials, history.epochs)


def _rungs(first: int, factor: int, trials: Sequence[PastTrial], epochs: int) -> StopRule:
    """At each rung: stop above the cost that is just among the best 1/factor of the trials.

    The trial itself counts as one of them.
    """
    limits = [math.inf] * (epochs + 1)
    rung = first
    while rung < epochs:
        rivals = sorted(t.at(rung) for t in trials if t.reached(rung))
        place = max((len(rivals) + 1) // factor - 1, 0)
        if place < len(rivals):
            limits[rung] = rivals[place]
        rung *= factor
    return LatestAbove(tuple(limits))


def _hyperband(pruner: pruner_options.Hyperband, history: History, number: int) -> StopRule:
    epochs = history.epochs
    brackets = max(1, int(math.log(epochs / pruner.first, pruner.factor) + 1e-9) + 1)
    mine = bracket(number, brackets, pruner.factor)
    rivals = [t for t in history.trials if bracket(t.number, brackets, pruner.factor) == mine]
    return _rungs(pruner.first * pruner.factor**mine, pruner.factor, rivals, epochs)


def bracket(number: int, brackets: int, factor: int) -> int:
    """A trial's bracket, from its number alone; brackets have the shares of Hyperband's table 1."""
    shares = [math.ceil(brackets * factor**s / (s + 1)) for s in reversed(range(brackets))]
    place = zlib.crc32(str(number).encode()) % sum(shares)
    for index, share in enumerate(shares):
        place -= share
        if place < 0:
            return index
    return brackets - 1


def _threshold(pruner: pruner_options.Threshold, history: History, number: int) -> StopRule:
    low = -math.inf if pruner.lower is None else pruner.lower
    high = math.inf if pruner.upper is None else pruner.upper
    return OutsideBounds(low, high, pruner.warmup)


def of_costs(pruner: Pruner, sign: int) -> Pruner:
    """The pruner for costs, which are `sign` times the objective: bounds change places."""
    if not isinstance(pruner, pruner_options.Threshold) or sign > 0:
        return pruner
    low, high = (None if bound is None else -bound for bound in (pruner.upper, pruner.lower))
    return pruner.model_copy(update={"lower": low, "upper": high})


def _signed_rank(pruner: pruner_options.SignedRank, history: History, number: int) -> StopRule:
    complete = [t for t in history.trials if t.complete]
    if len(complete) < max(1, pruner.startup):
        return NEVER
    best = min(complete, key=lambda t: (t.costs[-1], t.number))
    critical = critical_sums(best.each.shape[1], pruner.alpha)
    return SignedRankTest(best.each, critical, pruner.warmup)


def _patient(pruner: pruner_options.Patient, history: History, number: int) -> StopRule:
    alone = isinstance(pruner.around, pruner_options.Unpruned)
    inner = None if alone else rule(pruner.around, history, number)
    return NoImprovement(pruner.patience, pruner.min_delta, inner, history.of_best_so_far)


PRUNERS: Mapping[str, Callable[[Any, History, int], StopRule]] = {
    "none": _none,
    "median": _median,
    "percentile": _percentile,
    "successive_halving": _halving,
    "hyperband": _hyperband,
    "threshold": _threshold,
    "signed_rank": _signed_rank,
    "patient": _patient,
}


def rule(pruner: Pruner, history: History, number: int) -> StopRule:
    """The rule for trial `number`, from the trials told by the time it is asked."""
    return PRUNERS[pruner.name](pruner, history, number)
