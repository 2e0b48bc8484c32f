"""Cells: RMSE and losses on new rows, of networks from new seeds."""

import numpy as np

from reports.stats.settings import rows
from tests.soak.coverage import memory
from tests.soak.coverage.cells import Cell, Result, held
from tests.soak.coverage.worlds import Logits, Residuals

HEAVY = "lint: a heavy tail"
TAILS = {None: "normal", 5: "t5", 3: "t3"}


def rmse(tail: int | None, seeds: float, replicates: int, n: int) -> Cell:
    """The winner's test RMSE; that of one network is for this network."""
    world = Residuals(tail, seeds)

    def study(rng: np.random.Generator) -> Result:
        luck = rng.normal(size=(replicates, 1))
        target = {split: np.zeros(n) for split in ("dev", "test")}
        said = [world.given(rng, world.some_rows(rng, n), luck) for _ in target]
        run = memory.run({"trial 1": memory.Setting(*said)}, target)
        truth = world.mean if replicates > 1 else world.of_one(float(luck[0, 0]))
        return held(rows.new_rows(run, "trial 1", "test"), truth)

    networks = f"{replicates} networks" if replicates > 1 else "one network"
    name = f"{TAILS[tail]} residuals, {networks} (seeds {seeds:g}), {n} rows"
    return Cell(name, "RMSE on new rows", study, exception=HEAVY if tail == 3 else "")


def log_loss(seeds: float, replicates: int, n: int) -> Cell:
    """The winner's test cross-entropy."""
    world = Logits(seeds=seeds)

    def study(rng: np.random.Generator) -> Result:
        luck = rng.normal(size=(replicates, 1))
        target = {split: np.zeros(n, np.int64) for split in ("dev", "test")}
        said = [world.given(rng, rng.normal(size=n), luck) for _ in target]
        run = memory.run({"trial 1": memory.Setting(*said)}, target)
        return held(rows.new_rows(run, "trial 1", "test", "loss"), world.loss)

    return Cell(f"log-loss, {replicates} networks (seeds {seeds:g}), {n} rows", "loss", study)


CELLS = (
    *(
        rmse(tail, seeds, replicates, n)
        for tail in TAILS
        for seeds, replicates, n in (
            *((0.03, 1, 114), (0.05, 3, 114), (0.03, 10, 50), (0.03, 10, 114), (0.1, 20, 500)),
        )
    ),
    *(
        log_loss(seeds, replicates, n)
        for seeds, replicates, n in (
            *((0.1, 3, 114), (0.1, 10, 50), (0.1, 10, 114), (0.4, 10, 500)),
        )
    ),
)
