"""Cells: the verdict, what it is made of, and the gate; of studies whose truth is known."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.sections import answers
from reports.stats.bias_variance import gaps, ledger
from reports.stats.sampling import scores
from reports.stats.settings import comparison, differences, measures
from reports.stats.settings.measures import Measure
from tests.soak.coverage import memory, worlds
from tests.soak.coverage.cells import Cell, Result, held, said
from tests.soak.coverage.worlds import Probit

Array = NDArray[np.float64]
WHOLE = 30_000  # rows that stand for all there are


@dataclass(frozen=True)
class Classes:
    """Logits of rows: `skill` for the right class, what networks have in common, and their own.

    A network's skill is normal around it with SD `seeds`; shares are the classes'.
    """

    shares: tuple[float, ...]
    skill: float
    rows: float = 1.0
    seeds: float = 0.2
    own: float = 0.5

    def target(self, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
        """(n,) of which each class has its share, as a stratified split has it."""
        counts = np.maximum(np.round(np.array(self.shares) * n).astype(int), 1)
        counts[0] += n - counts.sum()
        return np.repeat(np.arange(len(counts)), counts)

    def common(self, rng: np.random.Generator, target: NDArray[np.int64]) -> Array:
        """(n, K) what every network thinks of these rows."""
        return self.rows * rng.normal(size=(len(target), len(self.shares)))

    def given(
        self, rng: np.random.Generator, target: NDArray[np.int64], common: Array, networks: int
    ) -> Array:
        """(networks, n, K) log-probabilities."""
        skill = self.skill + self.seeds * rng.normal(size=(networks, 1, 1))
        logits = common + skill * np.eye(len(self.shares))[target]
        logits = logits + self.own * rng.normal(size=logits.shape)
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


@cache
def truth(world: Classes, metric: str) -> float:
    """Of networks of new seeds on new rows."""
    rng = np.random.default_rng(0)
    target = world.target(rng, WHOLE)
    common = world.common(rng, target)
    found = [
        scores.plain(scores.SCORES[metric], target, world.given(rng, target, common, 1))
        for _ in range(40)
    ]
    return float(np.mean(found))


def of(metric: str) -> Measure:
    """A measure of rows."""
    return Measure(metric, measures.OF_ROWS[metric], scores.SCORES[metric].sign)


def drawn(
    rng: np.random.Generator, worlds_: tuple[Classes, ...], n: int, networks: tuple[int, ...]
) -> memory.Simulated:
    """A run whose settings, of these worlds, are scored on the same rows."""
    target = {split: worlds_[0].target(rng, n) for split in ("dev", "test")}
    common = {split: worlds_[0].common(rng, target[split]) for split in target}
    settings = {}
    for number, (world, many) in enumerate(zip(worlds_, networks, strict=True)):
        each = [world.given(rng, target[split], common[split], many) for split in target]
        settings[("trial 1", "defaults")[number]] = memory.Setting(*each)
    return memory.run(settings, target)


def score(metric: str, world: Classes, n: int, networks: int) -> Cell:
    """One setting's interval for new rows."""

    def study(rng: np.random.Generator) -> Result:
        run = drawn(rng, (world,), n, (networks,))
        return held(measures.on_new_rows(run, "trial 1", of(metric)), truth(world, metric))

    name = f"{metric}, least class {min(world.shares):.0%}, {networks} networks, {n} rows"
    return Cell(name, metric.replace("_", " "), study, exception=_wide(metric, world, n))


def lead(metric: str, world: Classes, better: float, n: int, networks: tuple[int, int]) -> Cell:
    """The difference of two settings' scores on new rows."""
    first = Classes(world.shares, world.skill + better)
    if networks[1] == 1:  # a model that no seed changes
        world = replace(world, seeds=0.0)

    def study(rng: np.random.Generator) -> Result:
        run = drawn(rng, (first, world), n, networks)
        found = differences.difference(run, "trial 1", "defaults", of(metric))
        return held(found.decisive, truth(first, metric) - truth(world, metric))

    name = (
        f"{metric}, least class {min(world.shares):.0%}, better by {better:g}, "
        f"{networks[0]} and {networks[1]} networks, {n} rows"
    )
    what = f"difference in {metric.replace('_', ' ')}"
    return Cell(name, what, study, exception=_wide(metric, first, n))


def _wide(metric: str, world: Classes, n: int) -> str:
    """What the page says where the least class has few rows, and of an AUC."""
    is_wide = metric == "auc" or min(world.shares) * n < 50
    said = "Where a class has few rows, and of an AUC wherever, the interval is wider than needed."
    return said * is_wide


def equals(metric: str, world: Classes, n: int, networks: tuple[int, int]) -> Cell:
    """Two settings that are the same: whoever calls one better is wrong."""
    rival = replace(world, seeds=0.0) if networks[1] == 1 else world

    def study(rng: np.random.Generator) -> Result:
        run = drawn(rng, (world, rival), n, networks)
        word = answers.against(run, "defaults", of(metric)).word
        return said(word in (differences.BETTER, differences.WORSE))

    name = (
        f"equals in {metric}, least class {min(world.shares):.0%}, "
        f"{networks[0]} and {networks[1]} networks, {n} rows"
    )
    return Cell(name, "verdict: better or worse", study, "verdict")


def absolute(n: int, networks: int, tail: int | None) -> Cell:
    """The mean absolute error; its truth by the same residuals of many rows."""
    world = worlds.Residuals(tail=tail)

    @cache
    def mean() -> float:
        rng = np.random.default_rng(0)
        rows = world.some_rows(rng, 400_000)
        return float(np.mean([np.abs(world.given(rng, rows, rng.normal(size=(1, 1)))).mean()
                              for _ in range(10)]))  # fmt: skip

    def study(rng: np.random.Generator) -> Result:
        luck = rng.normal(size=(networks, 1))
        target = {split: np.zeros(n) for split in ("dev", "test")}
        each = [world.given(rng, world.some_rows(rng, n), luck) for _ in target]
        run = memory.run({"trial 1": memory.Setting(*each)}, target)
        return held(measures.on_new_rows(run, "trial 1", of("mean_absolute_error")), mean())

    shape = "normal" if tail is None else f"t{tail}"
    return Cell(f"MAE, {shape}, {networks} networks, {n} rows", "mean absolute error", study)


def gate(
    world: Probit, networks: int, n: int, other_rows: bool, spread: float, margin: float = 0.0
) -> Cell:
    """Two runs of one setting; on other rows also of other training sets, whose errors spread."""

    def one(rng: np.random.Generator, hard: Array, sha: str, seed: int) -> memory.Simulated:
        error = float(np.clip(world.error * np.exp(spread * rng.normal()), 0.001, 0.5))
        mine = Probit(error + margin * (seed > 0), world.rows, world.seeds)
        target = {split: np.zeros(n, np.int64) for split in ("dev", "test")}
        luck = rng.normal(size=(networks, 1))
        each = [worlds.outputs(mine.given(rng, hard, luck), target["dev"]) for _ in target]
        data: dict[str, Any] = {"train": 3 * n, "dev": n, "test": n, "sha256": sha, "group": None,
                                "split": "stratified", "duplicates": 0}  # fmt: skip
        return memory.run(
            {"trial 1": memory.Setting(*each)}, target, data=data, search={"seed": seed}
        )

    def study(rng: np.random.Generator) -> Result:
        hard = world.some_rows(rng, n)
        first = one(rng, hard, "0", 0)
        last = one(rng, world.some_rows(rng, n) if other_rows else hard, str(int(other_rows)), 1)
        found = comparison.difference(first, last, "test", measures.plain())
        return said(found.is_worse(margin))

    where = "other rows and training sets" if other_rows else "the same rows"
    by = f", worse by the margin of {100 * margin:g} points" if margin else ""
    name = f"gate: equals{by}, {world.error:.0%}, {networks} networks, {n} rows, {where}"
    return Cell(name, "verdict: the gate", study, "verdict")


@dataclass(frozen=True)
class Gaps:
    """A study's noise, avoidable bias and variance, in shares of rows."""

    noise: float
    bias: float
    variance: float

    def allows(self, verdict: str) -> bool:
        """Whether a verdict is true of it, or none."""
        margin = max(0.005, 0.1 * (self.noise + self.bias + self.variance))
        return {
            gaps.HIGH_BIAS: self.bias > max(margin, self.variance),
            gaps.HIGH_VARIANCE: self.variance > max(margin, self.bias),
            gaps.SMALL: max(self.bias, self.variance) < margin,
            gaps.CONDITIONAL: self.noise + self.bias > margin,
        }.get(verdict, True)


def remains(true: Gaps, networks: int, n: int, known: bool, seeds: float = 0.2) -> Cell:
    """The verdict on bias and variance, with the reference error and without."""
    train = true.noise + true.bias
    world = Probit(train + true.variance, 1.5, 0.1)

    def study(rng: np.random.Generator) -> Result:
        target = {split: np.zeros(n, np.int64) for split in ("dev", "test")}
        luck = rng.normal(size=(networks, 1))
        each = [
            worlds.outputs(world.given(rng, world.some_rows(rng, n), luck), target["dev"])
            for _ in target
        ]
        own = train * np.exp(seeds * rng.normal(size=networks) - seeds**2 / 2)
        reference = true.noise if known else None
        run = memory.run({"trial 1": memory.Setting(*each, train=own)}, target, reference=reference)
        found = ledger.ledger_of(run, "trial 1").verdict
        return said(not true.allows(found), found != gaps.UNDECIDED)

    sizes = (
        f"noise {100 * true.noise:g}, bias {100 * true.bias:g}, variance {100 * true.variance:g}"
    )
    name = f"{sizes}, {networks} networks, {n} rows, {'a' if known else 'no'} reference"
    return Cell(name, "verdict: bias or variance", study, "verdict")


TWO, RARE = Classes((0.5, 0.5), 1.5), Classes((0.93, 0.07), 2.0)
THREE, TEN = Classes((0.5, 0.3, 0.2), 2.0), Classes((0.1,) * 10, 3.0)
STUDIES = (
    Gaps(0.00, 0.04, 0.06), Gaps(0.00, 0.06, 0.04), Gaps(0.10, 0.00, 0.03),
    Gaps(0.08, 0.02, 0.06), Gaps(0.05, 0.05, 0.04), Gaps(0.02, 0.00, 0.00),
)  # fmt: skip
CELLS = (
    *(score(metric, world, n, networks)
      for metric in ("balanced_error", "macro_f1", "auc")
      for world, n, networks in ((TWO, 114, 5), (TWO, 114, 20), (RARE, 160, 5), (THREE, 150, 5))),
    *(score(metric, TEN, 360, 5) for metric in ("balanced_error", "macro_f1")),
    *(absolute(*case) for case in ((100, 5, None), (100, 20, 5), (500, 5, 3))),
    *(lead(metric, TWO, 0.5, 200, (10, 1)) for metric in ("balanced_error", "macro_f1", "auc")),
    *(lead(metric, THREE, 0.5, 200, (10, 10)) for metric in ("balanced_error", "macro_f1")),
    *(equals(metric, RARE, 160, (5, 1)) for metric in ("balanced_error", "auc")),
    *(equals(metric, THREE, 160, (10, 10)) for metric in ("balanced_error", "macro_f1")),
    *(gate(Probit(error, 1.5, seeds), networks, 114, other, 0.15 * other, margin)
      for error, seeds in ((0.03, 0.1), (0.15, 0.3))
      for networks in (5, 20)
      for other, margin in ((False, 0.0), (False, 0.02), (True, 0.0))),
    *(remains(true, networks, n, known)
      for true in STUDIES
      for known, networks, n in ((True, 20, 500), (False, 5, 114))),
)  # fmt: skip
