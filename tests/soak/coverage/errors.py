"""Cells: errors on new rows, of networks from new seeds."""

import numpy as np
from numpy.typing import NDArray

from reports.stats.settings import rows
from tests.soak.coverage import memory, worlds
from tests.soak.coverage.cells import Cell, Result, few, held
from tests.soak.coverage.worlds import Probit

FEW, MANY = 0.02, 0.12
SOURCES = {"rows": (1.5, 0.1), "seeds": (0.7, 0.6)}


def one_setting(
    rng: np.random.Generator, world: Probit, luck: NDArray[np.float64], n: int
) -> memory.Simulated:
    """A run whose winner alone was confirmed, with networks from seeds of such luck."""
    target = {split: np.zeros(n, np.int64) for split in ("dev", "test")}
    each = [world.given(rng, rng.normal(size=n), luck) for _ in target]
    said = [worlds.outputs(wrong, target["dev"]) for wrong in each]
    return memory.run({"trial 1": memory.Setting(*said)}, target)


def error(world: Probit, replicates: int, n: int) -> Cell:
    """The winner's test error; that of one network is for this network."""

    def study(rng: np.random.Generator) -> Result:
        luck = rng.normal(size=(replicates, 1))
        run = one_setting(rng, world, luck, n)
        truth = world.error if replicates > 1 else world.of_one(float(luck[0, 0]))
        return held(rows.new_rows(run, "trial 1", "test"), truth)

    source = "seeds" if world.seeds > 0.5 else "rows"
    networks = f"{replicates} networks" if replicates > 1 else "one network"
    name = f"error {world.error:.0%} by {source}, {networks}, {n} rows"
    return Cell(name, "test error on new rows", study, exception=few(world.error * n))


# (networks, rows)
SIZES = ((1, 114), (3, 50), (3, 114), (3, 500), (10, 50), (10, 114), (10, 500), (20, 500))
CELLS = (
    *(
        error(Probit(share, *SOURCES[source]), count, n)
        for source, share in (("rows", FEW), ("rows", MANY), ("seeds", MANY))
        for count, n in SIZES
    ),
    error(Probit(MANY, *SOURCES["seeds"]), 10, 5000),
)
