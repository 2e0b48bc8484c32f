"""Cells: the winner class by class, and the mean of the classes' errors."""

from functools import partial

import numpy as np

from reports.stats.learned import classes
from tests.soak.coverage import memory, worlds
from tests.soak.coverage.cells import Cell, Result, few, held
from tests.soak.coverage.worlds import Probit

ALIKE, RARER, RARE = "alike", "each rarer", "one rare"


def sizes(count: int, n: int, kind: str) -> list[int]:
    """Rows of each class."""
    shares = {
        ALIKE: np.ones(count),
        RARER: 0.75 ** np.arange(count),
        RARE: np.r_[np.full(count - 1, 0.95 / (count - 1)), 0.05],
    }[kind]
    return [max(round(n * share / shares.sum()), 3) for share in shares]


def several(
    rng: np.random.Generator, worlds_of: list[Probit], rows: list[int], replicates: int
) -> memory.Simulated:
    """A run of classes that are as hard as their worlds say, with networks of the same seeds."""
    luck = rng.normal(size=(replicates, 1))
    target = np.repeat(np.arange(len(rows)), rows)
    said = []
    for _ in ("dev", "test"):
        each = [
            world.given(rng, rng.normal(size=n), luck)
            for world, n in zip(worlds_of, rows, strict=True)
        ]
        said.append(worlds.outputs(np.hstack(each), target, len(rows)))
    run = memory.run({"trial 1": memory.Setting(*said)}, {"dev": target, "test": target})
    for number, n in enumerate(rows):
        memory.shared(run, classes.draws_key(number, n), partial(classes.class_draws, number, n))
    return run


def balanced(count: int, n: int, kind: str, error: float, replicates: int = 10) -> Cell:
    """The mean over classes, the rarer ones of which are harder."""
    rows = sizes(count, n, kind)
    own = [Probit(min(error * (1 + place), 0.6)) for place in range(count)]
    if kind == ALIKE:
        own = [Probit(error)] * count
    truth = float(np.mean([world.error for world in own]))

    def study(rng: np.random.Generator) -> Result:
        return held(classes.balanced(several(rng, own, rows, replicates)), truth)

    name = f"{count} classes ({kind}) of {n} rows, error {truth:.1%}, {replicates} networks"
    least = min(world.error * n for world, n in zip(own, rows, strict=True))
    return Cell(name, "balanced error", study, exception=few(least))


def own_error(n: int, error: float, replicates: int) -> Cell:
    """The error of the second of two classes, of so many rows."""
    worlds_of = [Probit(0.05), Probit(error)]

    def study(rng: np.random.Generator) -> Result:
        found = classes.classes(several(rng, worlds_of, [100, n], replicates))
        return held(found[1].error, error)

    name = f"{n} rows, error {error:.0%}, {replicates} networks"
    return Cell(name, "a class's own error", study, exception=few(error * n))


CELLS = (
    *(
        balanced(count, n, kind, error)
        for count in (2, 10)
        for n, kind, error in (
            *((114, ALIKE, 0.1), (114, RARER, 0.08), (500, RARE, 0.03), (114, ALIKE, 0.01)),
            (500, ALIKE, 0.1),
        )
    ),
    *(balanced(3, 114, ALIKE, 0.1, replicates) for replicates in (3, 10)),
    *(own_error(n, error, 10) for n, error in ((15, 0.2), (60, 0.2), (60, 0.04))),
)
