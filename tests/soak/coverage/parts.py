"""Cells: a loss in parts. Training sets are really redrawn, and the networks are small ones.

Ridge or logistic regression on random features, which are the random start; the truth is that of
networks trained on sets of rows of their own.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from reports.folds import Folds
from reports.stats.bias_variance import decomposition, larger
from reports.stats.bias_variance.decomposition import Decomposition
from reports.stats.sampling import spread
from tests.soak.coverage import memory
from tests.soak.coverage.cells import Cell, Result, held, said
from tests.soak.coverage.worlds import Array

Part = Literal["remains", "sets", "starts"]
DESIGN = Folds(folds=5, repeats=2, seeds=2)
NEWTON = 6  # steps
OWN_SETS, TRUTH_ROWS = 150, 10_000


@dataclass(frozen=True)
class Learner:
    """`features` random ones; ridge regression of a number, or logistic with classes."""

    features: int
    penalty: float
    has_classes: bool

    def rows(self, rng: np.random.Generator, n: int) -> tuple[Array, Array]:
        """(n, 3) inputs and their targets (n,)."""
        x = rng.normal(size=(n, 3))
        truth = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
        if self.has_classes:
            return x, (rng.random(n) < 1 / (1 + np.exp(-2 * truth))).astype(np.int64)
        return x, truth + 0.7 * rng.normal(size=n)

    def outputs(self, rng: np.random.Generator, x: Array, y: Array, unseen: Array) -> Array:
        """(n, K) of the unseen rows, from a network of a new start that is trained on x and y."""
        weights, offsets = rng.normal(size=(3, self.features)), rng.normal(size=self.features)
        seen, new = (
            np.maximum(one @ weights + offsets, 0) / math.sqrt(self.features) for one in (x, unseen)
        )
        ridge = self.penalty * np.eye(self.features)
        if not self.has_classes:
            return (new @ np.linalg.solve(seen.T @ seen + ridge, seen.T @ y))[:, None]
        beta = np.zeros(self.features)
        for _ in range(NEWTON):
            p = 1 / (1 + np.exp(-seen @ beta))
            slope = seen.T @ (p - y) + self.penalty * beta
            beta -= np.linalg.solve((seen * (p * (1 - p))[:, None]).T @ seen + ridge, slope)
        odds = new @ beta
        return -np.logaddexp(0, np.stack([odds, -odds], axis=-1))

    @property
    def loss(self) -> spread.Loss:
        """What is taken apart."""
        return spread.LogLoss(decomposition.FLOOR) if self.has_classes else spread.Squared()


@cache
def truth(learner: Learner, n: int) -> dict[str, float]:
    """The parts, of training sets that share no row, each of as many as folds of n leave."""
    rng, size = np.random.default_rng(n), n - n // DESIGN.folds
    unseen, target = learner.rows(rng, TRUTH_ROWS)
    own = (learner.rows(rng, size) for _ in range(OWN_SETS))
    outputs = np.array(
        [[learner.outputs(rng, *one, unseen) for _ in range(DESIGN.seeds)] for one in own]
    )
    found = spread.parts(learner.loss, outputs, target if learner.has_classes else target[:, None])
    assert found.starts is not None
    return {
        "remains": float(found.remains.mean()),
        "sets": float(found.sets.mean()),
        "starts": float(found.starts.mean()),
    }


def decomposed(
    rng: np.random.Generator, learner: Learner, n: int, test: int, reference: float | None = None
) -> tuple[memory.Simulated, Decomposition]:
    """A resampled confirmation on a new pool of n rows and new test rows, and its loss in parts."""
    x, y = learner.rows(rng, n)
    unseen, target = learner.rows(rng, test)
    said = []
    for _ in range(DESIGN.repeats):
        order = rng.permutation(n)
        for fold in range(DESIGN.folds):
            own = np.delete(order, np.s_[fold :: DESIGN.folds])
            said += [learner.outputs(rng, x[own], y[own], unseen) for _ in range(DESIGN.seeds)]
    outputs = np.array(said)
    counts = {"folds": DESIGN.folds, "repeats": DESIGN.repeats, "seeds": DESIGN.seeds}
    run = memory.run(
        {"trial 1": memory.Setting(outputs, outputs)},
        {"dev": target, "test": target},
        confirm={"resample": "kfold", **counts},
        reference=reference,
    )
    return run, decomposition.decomposed(run)[0].each[0]


def part(name: Part, learner: Learner, n: int, test: int) -> Cell:
    """A part of the loss, with its interval for new training sets, starts and test rows."""

    def study(rng: np.random.Generator) -> Result:
        return held(getattr(decomposed(rng, learner, n, test)[1], name), truth(learner, n)[name])

    kind = "log-loss" if learner.has_classes else "squared error"
    words = f"{name}: {kind}, {n} rows, {learner.features} features, {test} test rows"
    return Cell(words, "a loss in parts", study)


def equal(learner: Learner, n: int, test: int) -> Cell:
    """Bias and variance of the same size, by the study's reference: each answer is false."""

    def study(rng: np.random.Generator) -> Result:
        parts = truth(learner, n)
        noise = parts["remains"] - parts["sets"] - parts["starts"]
        run, found = decomposed(rng, learner, n, test, reference=math.sqrt(noise))
        answer = larger.larger(run, found).answer
        return said(answer in ("bias", "variance"), answer != "not decided")

    return Cell(
        f"bias as large as variance, {n} rows", "verdict: bias or variance", study, "verdict"
    )


NUMBERS, CLASSES = Learner(20, 0.3, False), Learner(20, 0.3, True)
PARTS: tuple[Part, ...] = ("remains", "sets", "starts")
CELLS = (
    *(part(name, NUMBERS, 200, 114) for name in PARTS),
    part("remains", CLASSES, 300, 114),
    part("sets", CLASSES, 300, 114),
    equal(NUMBERS, 200, 114),
)
