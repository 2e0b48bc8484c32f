"""What a worker is given and what it gives back: plain values that can be sent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data.dataset import PARTS
from sweeps.study.objectives import MetricConstraint, Objective, metrics_of
from sweeps.study.space import Config
from sweeps.training import pruning
from sweeps.training.pruning import StopRule

# SCORES: of each network after an epoch. COSTS: what the training of one network has come to; the
# COUNTS among them are not known of a training function of the user's.
SCORES = ("train_loss", "train_error", "dev_loss", "dev_error")
COUNTS = ("updates", "gradient_evaluations", "flops")
COSTS = (*COUNTS, "seconds")


@dataclass(frozen=True)
class Task:
    """What to train, what it is judged by, and when to stop it."""

    number: int
    config: Config
    seed: int
    phase: int
    replicates: range
    objectives: tuple[Objective, ...]
    dtype: str
    limits: tuple[MetricConstraint, ...] = ()
    targets: tuple[tuple[str, float], ...] = ()
    stop_rule: StopRule = pruning.NEVER
    seconds: float = math.inf  # after which the trial has failed
    keep: bool = False  # parameters and test outputs too: the confirmation

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that it is judged by, the first objective's first."""
        return metrics_of(self.objectives, self.limits)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that it is scored on: the test rows are the confirmation's."""
        return PARTS if self.keep else PARTS[:-1]


@dataclass(frozen=True)
class Outcome:
    """What came of it: E epochs (0 included), P replicates.

    values: an objective each. curves: `epoch` and COSTS (E,), SCORES and `diverged` (E, P). reports
    (E,): the first objective after each epoch (the dev loss where it has no value before the end),
    and `each` (E, P) replicate's. final: each score and each metric that the trial is judged by
    (P,), none worse than a diverged network's. violations: by limit, how far it is beyond. arrays:
    gone (P,), whether the network that counts has diverged; dev_outputs (P, n, K′), NaN behind the
    rows of those that have fewer than others, and, where kept, test_outputs and theta (P, N).
    """

    number: int
    state: str  # complete, pruned or failed
    values: tuple[float, ...]
    curves: dict[str, NDArray[Any]] = field(default_factory=dict)
    reports: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    each: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    final: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    violations: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    cause: str = ""

    @property
    def value(self) -> float:
        """The first objective."""
        return self.values[0] if self.values else math.nan

    @property
    def is_feasible(self) -> bool:
        """Whether it keeps all limits."""
        return all(violation <= 0 for violation in self.violations.values())


def stacked(outputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Outputs (·, n, K′) of some networks each as those (P, n, K′) of all: see `Outcome`."""
    rows = max(one.shape[1] for one in outputs)
    each = [((0, 0), (0, rows - one.shape[1]), (0, 0)) for one in outputs]
    padded = [
        np.pad(one, width, constant_values=np.nan) for one, width in zip(outputs, each, strict=True)
    ]
    return np.concatenate(padded)


def failed(number: int, cause: str) -> Outcome:
    """A trial that came to nothing."""
    return Outcome(number, "failed", (), cause=cause)
