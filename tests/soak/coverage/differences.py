"""Cells: the winner less another setting or a baseline."""

import math
from typing import Any

import numpy as np

from reports.stats.sampling import intervals
from reports.stats.settings import rows
from tests.soak.coverage import memory, worlds
from tests.soak.coverage.cells import Cell, Result, few, held
from tests.soak.coverage.worlds import Array, Logits, Probit, Residuals

World = Probit | Residuals


Shares = tuple[Probit, Probit]


def two(
    rng: np.random.Generator, pair: tuple[World, World], counts: tuple[int, int], n: int
) -> tuple[memory.Simulated, list[int], list[Array]]:
    """A setting and the defaults (a baseline, if one network), the one with less dev loss first.

    Their places in the pair in that order, and how hard the test rows are for each of the pair.
    """
    said: list[list[Any]] = [[], []]
    luck = [rng.normal(size=(count, 1)) for count in counts]
    is_shares = isinstance(pair[0], Probit)
    target = np.zeros(n, np.int64 if is_shares else float)
    for _ in ("dev", "test"):
        common = pair[0].some_rows(rng, n)
        # Rows that are mostly as hard for both.
        each = [math.sqrt(0.8) * common + math.sqrt(0.2) * one.some_rows(rng, n) for one in pair]
        for place, world in enumerate(pair):
            found = world.given(rng, each[place], luck[place])
            said[place].append(worlds.outputs(found, target) if is_shares else found)
    settings = [memory.Setting(*outputs) for outputs in said]
    targets = {"dev": target, "test": target}
    if counts[1] == 1:
        run = memory.run({"trial 1": settings[0]}, targets, {"baseline": settings[1]})
        return run, [0, 1], each
    task = "binary" if is_shares else "regression"
    losses = [memory.scores(one.dev, target, task)[1].mean() for one in settings]
    order = [0, 1] if losses[0] <= losses[1] else [1, 0]
    names = ("trial 1", "defaults")
    return memory.run({names[place]: settings[place] for place in order}, targets), order, each


def on_new_rows(name: str, pair: tuple[World, World], counts: tuple[int, int], n: int) -> Cell:
    """The difference of test errors on new rows."""
    other = "defaults" if counts[1] > 1 else "baseline"

    def study(rng: np.random.Generator) -> Result:
        run, (first, last), _ = two(rng, pair, counts, n)
        names = ("trial 1", other)
        found = rows.difference_on_new_rows(run, names[first], names[last], "test")
        return held(found, pair[first].mean - pair[last].mean)

    words = f"{name}, {counts[0]} networks and {counts[1]}, {n} rows"
    errors = min(one.mean for one in pair) * n
    is_shares = isinstance(pair[0], Probit)
    exception = few(errors) if is_shares else ""
    return Cell(words, f"winner less {other}, new rows", study, exception=exception)


def in_loss(better: float, counts: tuple[int, int], n: int) -> Cell:
    """The difference of test losses on new rows, most of which are as hard for both."""
    pair, other = (Logits(), Logits(middle=3.0 - better)), "defaults"

    def study(rng: np.random.Generator) -> Result:
        said: list[list[Any]] = [[], []]
        luck = [rng.normal(size=(count, 1)) for count in counts]
        target = np.zeros(n, np.int64)
        for _ in ("dev", "test"):
            common = rng.normal(size=n)
            for place, world in enumerate(pair):
                hard = math.sqrt(0.8) * common + math.sqrt(0.2) * rng.normal(size=n)
                said[place].append(world.given(rng, hard, luck[place]))
        # The winner is the one of less dev loss.
        first = int(-said[1][0][..., 0].mean() < -said[0][0][..., 0].mean())
        settings = {"trial 1": memory.Setting(*said[first])}
        settings |= {other: memory.Setting(*said[1 - first])}
        run = memory.run(settings, {"dev": target, "test": target})
        found = rows.difference_on_new_rows(run, "trial 1", other, "test", "loss")
        return held(found, pair[first].loss - pair[1 - first].loss)

    words = (
        f"loss, better by {better:g} in log-odds, {counts[0]} and {counts[1]} networks, {n} rows"
    )
    return Cell(words, "winner less defaults, new rows", study)


def on_these_rows(name: str, pair: Shares, replicates: int, n: int) -> Cell:
    """The difference of test errors over seeds, paired, on the rows at hand."""

    def study(rng: np.random.Generator) -> Result:
        run, (first, last), hard = two(rng, pair, (replicates, replicates), n)
        errors = [run.rows_of(config)["test_error"].to_numpy(float) for config in run.configs]
        found = intervals.paired_t(*errors, intervals.one_row(replicates, n))
        return held(found, pair[first].on(hard[first]) - pair[last].on(hard[last]))

    return Cell(f"{name}, {replicates} networks each", "winner less defaults, these rows", study)


EQUAL = (Probit(0.12, 1.5, 0.1), Probit(0.12, 1.5, 0.1))
BETTER = (Probit(0.06, 1.5, 0.1), Probit(0.12, 1.5, 0.1))
SEEDS = (Probit(0.1, 0.7, 0.4), Probit(0.14, 0.7, 0.4))
SELDOM = (Probit(0.015, 1.5, 0.1), Probit(0.03, 1.5, 0.1))
PLAIN = (Probit(0.06, 1.5, 0.1), Probit(0.12, 1.5, 0.0))
SHARES = {"as good": EQUAL, "half the error": BETTER, "by seeds": SEEDS, "few errors": SELDOM}

CELLS = (
    *(
        on_new_rows(name, pair, (replicates, replicates), n)
        for name, pair in SHARES.items()
        for replicates, n in ((3, 114), (20, 500))
    ),
    *(on_new_rows("half the error", PLAIN, (count, 1), 114) for count in (3, 20)),
    on_new_rows("as good", EQUAL, (10, 10), 114),
    *(
        on_new_rows(f"RMSE, {name}", pair, (10, 10), n)
        for name, pair, sizes in (
            ("normal", (Residuals(), Residuals()), (114,)),
            ("normal, 1 to 1.6", (Residuals(), Residuals(scale=1.6)), (114,)),
            ("t5", (Residuals(5), Residuals(5)), (114, 500)),
            ("t5, 1 to 1.6", (Residuals(5), Residuals(5, scale=1.6)), (114, 500)),
        )
        for n in sizes
    ),
    *(
        in_loss(better, counts, n)
        for better in (0.0, 1.0)
        for counts, n in (((3, 3), 114), ((10, 10), 114), ((20, 20), 500))
    ),
    *(on_these_rows(name, SHARES[name], 10, 114) for name in SHARES),
    on_these_rows("half the error", BETTER, 3, 114),
)
