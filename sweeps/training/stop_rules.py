"""Stop rules: each goes with a task to its worker, and may stop the task's trial there.

A rule sees the trial's own costs (less is better) epoch by epoch, and knows nothing of the study;
`sweeps.search.pruners` makes the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]


class StopRule(Protocol):
    """Decides after an epoch whether a trial goes on."""

    def loses(self, costs: Sequence[float], each: Sequence[Costs]) -> bool:
        """Whether to stop now.

        costs: the replicates' reduced cost at epochs 0 … now; each: every replicate's (P,) there.
        """


@dataclass(frozen=True)
class NoStop:
    """Every trial runs to the end."""

    def loses(self, costs: Sequence[float], each: Sequence[Costs]) -> bool:
        return False


NEVER = NoStop()


@dataclass(frozen=True)
class Race:
    """A trial's first replicates, on the same rows as the best trial's, decide whether it goes on.

    first: how many they are. best (P,): the objective of each replicate of the best trial. margin:
    by how much the first ones have to be worse in the mean. stop_rule: for their training, as their
    costs are not those of all replicates.
    """

    first: int
    best: tuple[float, ...]
    margin: float
    stop_rule: StopRule = NEVER

    def loses(self, values: Costs, sign: int) -> bool:
        """Whether the trial stops, by the objective of its first replicates (first,).

        sign: 1 where less is better, else −1.
        """
        differences = sign * (values - np.array(self.best[: self.first]))
        return bool(differences.mean() > self.margin)

    @property
    def shift(self) -> float:
        """What the best trial's mean over all replicates is above that over the first ones."""
        return float(np.mean(self.best) - np.mean(self.best[: self.first]))


@dataclass(frozen=True)
class BestAbove:
    """Stop if the best cost so far is above this epoch's limit."""

    limits: tuple[float, ...]

    def loses(self, costs: Sequence[float], each: Sequence[Costs]) -> bool:
        return min(costs[1:]) > self.limits[len(costs) - 1]


@dataclass(frozen=True)
class LatestAbove:
    """Stop if the latest epoch's cost is above that epoch's limit."""

    limits: tuple[float, ...]

    def loses(self, costs: Sequence[float], each: Sequence[Costs]) -> bool:
        return costs[-1] > self.limits[len(costs) - 1]


@dataclass(frozen=True)
class OutsideBounds:
    """Stop if the latest cost is not between two bounds."""

    low: float
    high: float
    warmup: int

    def loses(self, costs: Sequence[float], each: Sequence[Costs]) -> bool:
        return len(costs) - 1 > self.warmup and not self.low <= costs[-1] <= self.high


@dataclass(frozen=True)
class NoImprovement:
    """Stop, if `inner` would, only if the last epochs brought nothing better than earlier ones.

    The best of the last `patience` + 1 epochs has to be worse than the best before by more than
    `min_delta`; of costs that are the best so far, not better by more than that. Without `inner`
    that is enough.
    """

    patience: int
    min_delta: float
    inner: StopRule | None
    of_best_so_far: bool = False

    def loses(self, costs: Sequence[float], each: Sequence[Costs]) -> bool:
        seen = costs[1:]
        if len(seen) <= self.patience + 1:
            return False
        before, after = seen[: -(self.patience + 1)], seen[-(self.patience + 1) :]
        stale = min(before) + self.min_delta < min(after)
        if self.of_best_so_far:  # they never rise
            stale = min(before) - min(after) <= self.min_delta
        return stale and (self.inner is None or self.inner.loses(costs, each))


@dataclass(frozen=True, eq=False)
class SignedRankTest:
    """Stop if the replicates lose to the incumbent's, costs (E, P), at two epochs in a row.

    critical: by number of differences that are not 0, the smallest sum of the positive differences'
    ranks that is significant (Wilcoxon 1945; exact, ties share their ranks).
    """

    incumbent: NDArray[np.float64]
    critical: tuple[float, ...]
    warmup: int

    def loses(self, costs: Sequence[float], each: Sequence[Costs]) -> bool:
        epoch = len(costs) - 1
        return epoch > max(1, self.warmup) and all(
            self._loses_at(e, each[e]) for e in (epoch - 1, epoch)
        )

    def _loses_at(self, epoch: int, mine: Costs) -> bool:
        from scipy.stats import rankdata

        differences = mine - self.incumbent[min(epoch, len(self.incumbent) - 1)]
        differences = differences[differences != 0]
        ranks = rankdata(np.abs(differences))
        return bool(ranks[differences > 0].sum() >= self.critical[len(differences)])
