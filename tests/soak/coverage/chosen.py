"""Cells: the winner among several settings, chosen by the seeds that report it."""

from typing import Literal

import numpy as np

from reports.stats.settings import rows
from tests.soak.coverage import memory, worlds
from tests.soak.coverage.cells import NOTHING, Cell, Result, held
from tests.soak.coverage.worlds import Array, Probit

What = Literal["test", "dev", "difference", "runner-up"]


def several(
    rng: np.random.Generator, each: list[Probit], replicates: int, n: int
) -> tuple[memory.Simulated, list[Probit]]:
    """A run of such settings, the best by its dev error first, as the confirmation ranks them."""
    target = {split: np.zeros(n, np.int64) for split in ("dev", "test")}
    luck = [rng.normal(size=(replicates, 1)) for _ in each]
    said: list[list[Array]] = [[] for _ in each]
    for split in target:
        common = rng.normal(size=n)
        for outputs, world, own in zip(said, each, luck, strict=True):
            outputs.append(worlds.outputs(world.given(rng, common, own), target[split]))
    settings = [memory.Setting(*outputs) for outputs in said]
    errors = [memory.scores(one.dev, target["dev"], "binary")[0].mean() for one in settings]
    order = np.argsort(errors, kind="stable")
    goal = {"metric": "dev_error", "direction": "minimize", "at": "last"}
    run = memory.run(
        {f"trial {place}": settings[place] for place in order},
        target,
        objective=goal,
        objectives=[{**goal, "label": "dev_error", "reduce": "mean"}],
    )
    return run, [each[place] for place in order]


def chosen(what: What, errors: tuple[float, ...], seeds: float, replicates: int, n: int) -> Cell:
    """What is printed of the winner, or of its difference to a setting."""
    each, last = [Probit(error, 0.7, seeds) for error in errors], f"trial {len(errors) - 1}"

    def study(rng: np.random.Generator) -> Result:
        run, order = several(rng, each, replicates, n)
        first, second = run.configs[:2]
        if what == "difference":
            if first == last:
                return NOTHING
            found = rows.difference_on_new_rows(run, first, last, "test")
            return held(found, order[0].error - errors[-1])
        if what == "runner-up":
            return held(rows.new_rows(run, second, "test"), order[1].error)
        return held(rows.new_rows(run, first, what), order[0].error)

    kind = "equal" if len(set(errors)) == 1 else "unequal"
    words = f"{what}: {len(errors)} {kind} settings (seeds {seeds:g}), {replicates} networks, {n}"
    exception = "Methods: the winner's luck" if kind == "equal" and seeds > 0.3 else ""
    return Cell(f"{words} rows", "the winner of several", study, exception=exception)


EQUAL, UNEQUAL = (0.12,) * 4, (0.1, 0.11, 0.12, 0.13)
WHATS: tuple[What, ...] = ("test", "dev", "difference", "runner-up")
CELLS = (
    *(chosen(what, EQUAL, 0.4, 10, 500) for what in WHATS),
    *(chosen(what, UNEQUAL, 0.4, 20, 500) for what in WHATS),
    chosen("test", EQUAL, 0.1, 10, 114),
    chosen("dev", EQUAL, 0.1, 10, 114),
)
