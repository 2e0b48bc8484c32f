"""What a worker is given and what it gives back: plain values that can be sent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.study.data_section import PARTS
from sweeps.study.metric_constraints import MetricConstraint
from sweeps.study.objectives import Objective, metrics_of
from sweeps.study.space import Config
from sweeps.training import stop_rules
from sweeps.training.stop_rules import Race, StopRule

if TYPE_CHECKING:
    from sweeps.data.arrays.dataset import Dataset
    from sweeps.study.spec import Study

# SCORES: of each network after an epoch. COSTS: what training one network has cost so far; of
# these the COUNTS are not known for a user's training function.
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
    metric_constraints: tuple[MetricConstraint, ...] = ()
    targets: tuple[tuple[str, float], ...] = ()
    stop_rule: StopRule = stop_rules.NEVER
    race: Race | None = None  # by which the first replicates decide whether the rest are trained
    seconds: float = math.inf  # time limit; a trial that takes longer fails
    # The epoch that counts, where it was chosen before: in the confirmation, by the search.
    counted_epoch: int | None = None
    patience: int | None = None  # epochs without a better one together, after which a trial ends
    ends_there: bool = False  # at that epoch: what comes after it is not asked for
    keep: bool = False  # whether the outcome has parameters and test outputs: in the confirmation

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that the task is judged by, the first objective's first."""
        return metrics_of(self.objectives, self.metric_constraints)

    def parts(self, dataset: "Dataset") -> tuple[str, ...]:
        """The parts of its data that it is scored on: the test rows only in the confirmation."""
        asked = PARTS if self.keep else PARTS[:-1]
        return tuple(part for part in asked if part in dataset.parts)


def task_of(
    study: "Study", number: int, config: Config, phase: int, replicates: range, **own: Any
) -> Task:
    """A task with all that hangs on the study alone; own: the other fields of it, by name."""
    return Task(
        number,
        config,
        study.search.seed,
        phase,
        replicates,
        study.objectives,
        study.dtype,
        study.metric_constraints,
        study.aims,
        **own,
    )


@dataclass(frozen=True)
class Outcome:
    """What a task's training came to: E epochs (0 included), P replicates.

    values: by objective. curves: `epoch`, COSTS (E,), SCORES and `diverged` (E, P). reports (E,):
    the first objective after each epoch (the dev loss if the objective is only known at the end);
    each (E, P): the same for each replicate. final: (P,) by name, each score and each metric that
    the trial is judged by, none worse than a diverged network's. violations: by constraint, by how
    much it is broken, 0 or less where it is kept. arrays: gone (P,), whether the counted network
    has diverged; dev_outputs (P, n, K′), padded with NaN for replicates that have fewer rows than
    others; and, where kept, test_outputs and theta (P, N). is_outraced: whether the trial lost its
    race, so that only its first replicates were trained; values and reports are estimates for all.
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
    is_outraced: bool = False

    @property
    def value(self) -> float:
        """The first objective."""
        return self.values[0] if self.values else math.nan

    @property
    def is_feasible(self) -> bool:
        """Whether the trial keeps all constraints."""
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
    """The outcome of a trial that failed, with its cause."""
    return Outcome(number, "failed", (), cause=cause)
