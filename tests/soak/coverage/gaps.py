"""Cells: the gaps of the ledger, the saved ensemble, and rows that come in groups."""

import math

import numpy as np
from scipy import special

from reports.stats.bias_variance import ledger
from reports.stats.bias_variance.gaps import GAPS
from reports.stats.settings import ensembles, rows
from tests.soak.coverage import errors, memory, worlds
from tests.soak.coverage.cells import Cell, Result, held
from tests.soak.coverage.worlds import Probit

TRAIN = 0.03


def gap(name: str, world: Probit, replicates: int, n: int) -> Cell:
    """A gap of the winner's, whose train error scatters with its seed as its others do."""

    def study(rng: np.random.Generator) -> Result:
        luck = rng.normal(size=(replicates, 1))
        target = {split: np.zeros(n, np.int64) for split in ("dev", "test")}
        each = [world.given(rng, rng.normal(size=n), luck) for _ in target]
        said = [worlds.outputs(wrong, target["dev"]) for wrong in each]
        train = TRAIN + 0.02 * world.seeds * luck[:, 0]
        setting = memory.Setting(said[0], said[1], train)
        found = ledger.ledger_of(memory.run({"trial 1": setting}, target), "trial 1").gap(name)
        truth = {ledger.BIAS: TRAIN, ledger.VARIANCE: world.error - TRAIN, ledger.OVERFIT: 0.0}
        return held(found.interval, truth[name])

    words = f"error {world.error:.0%}, {replicates} networks (seeds {world.seeds:g}), {n} rows"
    exception = "lint: few replicates" if replicates < 10 else ""
    return Cell(f"{name}: {words}", "a gap of the ledger", study, exception=exception)


def ensemble(world: Probit, n: int) -> Cell:
    """All networks as one model: it errs on a row where most of them do."""

    def study(rng: np.random.Generator) -> Result:
        luck = rng.normal(size=(15, 1))
        run = errors.one_setting(rng, world, luck, n)
        hard = rng.normal(size=20_000)
        scale = math.sqrt(1 + world.rows**2 + world.seeds**2)
        at = special.ndtri(world.error) * scale + world.rows * hard + world.seeds * luck
        most = rng.random(at.shape) < special.ndtr(at)
        truth = float((most.mean(axis=0) > 0.5).mean())
        return held(ensembles.ensemble(run, "trial 1", "test"), truth)

    return Cell(f"error {world.error:.0%}, {n} rows", "error of the ensemble", study)


def grouped(groups: int, replicates: int) -> Cell:
    """Patients with one to nine visits each; all visits of one are as hard."""
    world = Probit(0.15, 1.5, 0.1)

    def study(rng: np.random.Generator) -> Result:
        of = {split: np.repeat(np.arange(groups), rng.integers(1, 10, groups))
              for split in ("dev", "test")}  # fmt: skip
        target = {split: np.zeros(len(own), np.int64) for split, own in of.items()}
        luck = rng.normal(size=(replicates, 1))
        said = [
            worlds.outputs(world.given(rng, rng.normal(size=groups)[own], luck), target[split])
            for split, own in of.items()
        ]
        run = memory.run({"trial 1": memory.Setting(*said)}, target, group=of)
        return held(rows.new_rows(run, "trial 1", "test"), world.error)

    few = "lint: few groups" if groups < 20 else ""
    words = f"{groups} groups, {replicates} networks"
    return Cell(words, "test error on new groups", study, exception=few)


PLAIN, SEEDS = Probit(0.12, 1.5, 0.1), Probit(0.12, 0.7, 0.4)
CELLS = (
    *(
        gap(name, world, replicates, n)
        for name in GAPS
        for world, replicates, n in ((PLAIN, 10, 114), (SEEDS, 10, 500), (SEEDS, 3, 500))
    ),
    *(ensemble(world, n) for world, n in ((PLAIN, 114), (Probit(0.04, 1.5, 0.1), 500))),
    *(grouped(groups, replicates) for groups, replicates in ((15, 10), (40, 10), (120, 3))),
)
