"""Cells: what depends on seeds alone: the objective, a constraint, times to a target."""

import math

import numpy as np
from scipy import special, stats

from reports import units
from reports.stats.sampling import intervals, permutation
from reports.stats.settings.objectives import Objective
from reports.stats.speed import convergence
from tests.soak.coverage.cells import Cell, Result, held
from tests.soak.coverage.worlds import Array

SCATTER = 0.25  # of the logarithm of a metric, of a time


def lognormal(rng: np.random.Generator, n: int, middle: float = 1.0) -> Array:
    """(n,) values that scatter by factors."""
    return middle * np.exp(SCATTER * rng.normal(size=n))


def objective(reduce: str, amount: float, truth: float, n: int) -> Cell:
    """A metric on fresh seeds, reduced as the study asks for."""
    goal = Objective("x", "minimize", reduce, amount, "x", units.Unit("x"), "value")

    def study(rng: np.random.Generator) -> Result:
        return held(goal.reduced(lognormal(rng, n)), truth)

    what = f"{reduce} {amount:g}" if amount else reduce
    return Cell(f"{what} of {n} networks", "the objective on fresh seeds", study)


def restricted(reach: float, n: int) -> Cell:
    """The mean of min(T, horizon), where a share never gets there."""
    horizon = 60.0

    def times(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        reached = rng.random(count) < reach
        return np.where(reached, np.minimum(lognormal(rng, count, 20.0), horizon), horizon), reached

    truth = float(times(np.random.default_rng(0), 2_000_000)[0].mean())

    def study(rng: np.random.Generator) -> Result:
        time, reached = times(rng, n)
        return held(convergence.restricted(time, int(reached.sum()), horizon), truth)

    return Cell(f"{reach:.0%} reach it, {n} networks", "restricted mean", study)


def speedup(ratio: float, n: int) -> Cell:
    """The ratio of mean times, theirs over ours."""

    def study(rng: np.random.Generator) -> Result:
        theirs, ours = lognormal(rng, n, 20.0 * ratio), lognormal(rng, n, 20.0)
        return held(permutation.speedup(theirs, ours), ratio)

    return Cell(f"{ratio:g} times as fast, {n} networks", "speed-up", study)


def reach(share: float, n: int) -> Cell:
    """The share of networks that reach the target."""

    def study(rng: np.random.Generator) -> Result:
        return held(intervals.wilson(int(rng.binomial(n, share)), n), share)

    return Cell(f"{share:.0%} of {n} networks", "share that reaches the target", study)


def quantile(share: float) -> float:
    """Of `lognormal`."""
    return math.exp(SCATTER * float(special.ndtri(share)))


MEAN = float(stats.lognorm.mean(SCATTER))
CELLS = (
    *(objective("mean", 0.0, MEAN, n) for n in (3, 10, 20)),
    *(objective("median", 0.0, 1.0, n) for n in (10, 20)),
    objective("quantile", 0.75, quantile(0.75), 20),
    *(restricted(share, n) for share, n in ((1.0, 10), (0.8, 20), (0.5, 10))),
    *(speedup(ratio, n) for ratio, n in ((1.0, 8), (2.0, 10))),
    *(reach(share, n) for share, n in ((0.5, 10), (0.9, 20), (0.7, 100))),
)
