"""Cells: a confirmation that goes on until it is decided, and is wrong no more often for that."""

from dataclasses import replace

import numpy as np

from reports.folds import Folds
from reports.stats.answer import recommending
from reports.stats.bias_variance import open_questions
from reports.stats.bias_variance.open_questions import Look
from reports.stats.settings import differences
from tests.soak.coverage import memory
from tests.soak.coverage.cells import NOTHING, Cell, Result, said
from tests.soak.coverage.fold_worlds import Learner, Task, confirmed
from tests.soak.coverage.folds import CLASSES, NUMBERS, SMALL, ranked

FOLDS, SEEDS, FIRST, MOST = 5, 2, 2, 6
MARGIN = 1e-9


def up_to(run: memory.Simulated, repeats: int) -> memory.Simulated:
    """The run as it was when so many of its repeats were there."""
    if run.confirm is None or run.folds is None:
        raise ValueError("up_to: expected a run that was confirmed in folds")
    networks, kinds = repeats * FOLDS * SEEDS, run.confirm["kind"] == "network"
    kept = run.confirm["replicate"] < np.where(kinds, networks, repeats * FOLDS)
    arrays = {
        name: found[: _of(name, found, run.folds.repeats, repeats)]
        for name, found in run.arrays.items()
    }
    confirm = {**run.provenance["confirm"], "repeats": repeats}
    return replace(
        run,
        confirm=run.confirm[kept].reset_index(drop=True),
        provenance={**run.provenance, "confirm": confirm},
        arrays=arrays,
        memo={},
    )


def _of(name: str, found: np.ndarray, every: int, repeats: int) -> int:
    """How many of an array's first places are of the first repeats."""
    is_shared = name.endswith(("_target", "_group"))
    return len(found) if is_shared else len(found) // every * repeats


def strict(run: memory.Simulated) -> memory.Simulated:
    """The run of a study that takes nothing for the same, so that whoever answers is wrong."""
    confirm = {**run.provenance["confirm"], "margin": MARGIN}
    return replace(run, provenance={**run.provenance, "confirm": confirm})


def looked(run: memory.Simulated, most: int) -> tuple[memory.Simulated, list[Look]]:
    """The run as it was when nothing was open any more that networks settle, and its looks."""
    found: list[Look] = []
    for repeats in range(FIRST, most + 1):
        now = ranked(up_to(run, repeats))
        counts = [FOLDS * SEEDS * done for done in range(FIRST, repeats + 1)]
        bounds = [one.bound for one in found]
        found.append(open_questions.look(now, counts, FOLDS * SEEDS * most, bounds))
        if not found[-1].is_open:
            break
    confirm = {**now.provenance["confirm"], "looks": [{"bound": one.bound} for one in found]}
    return replace(now, provenance={**now.provenance, "confirm": confirm}, memo={}), found


def equals(task: Task, learner: Learner, n: int, most: int = MOST) -> Cell:
    """Two settings that are the same: whoever calls one better is wrong."""

    def study(rng: np.random.Generator) -> Result:
        each = {"trial 1": learner, "defaults": learner}
        design = Folds(FOLDS, most, SEEDS)
        run, _ = looked(strict(confirmed(rng, task, each, n, design=design)), most)
        if run.winner == "defaults":
            return NOTHING
        word = recommending.compare(run, "trial 1", "defaults").word
        return said(word != differences.OPEN, word != differences.OPEN)

    kind = "numbers" if task.numbers else "classes"
    name = f"equals of {kind}, {learner.hidden} units, {n} rows, looks at {FIRST} to {most} repeats"
    return Cell(name, "verdict: until decided", study, kind="verdict")


CELLS = (
    equals(CLASSES, SMALL, 300),
    equals(NUMBERS, SMALL, 150, most=4),
)
