"""The winner's errors on the test rows, class by class, and what it takes each class for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run
from reports.stats.sampling import bootstrap, weighing
from reports.stats.sampling.bootstrap import RowWeights
from reports.stats.sampling.intervals import Array, Interval
from reports.stats.settings import rows


@dataclass(frozen=True)
class OneClass:
    """A class: its test rows, the error on them, and what share of them is taken for another.

    `taken_for` has the names with the largest shares first, means over the networks.
    """

    name: str
    rows: int
    error: Interval
    taken_for: tuple[tuple[str, float], ...]


def classes(run: Run) -> tuple[OneClass, ...]:
    """Each class that the test rows hold, in the study's order; none where that is not known."""
    names = [str(name) for name in run.provenance["classes"] or ()]
    found = []
    for number, guesses, drawn in _by_class(run):
        seeds = rows.seeds_of(run, len(guesses))
        error = bootstrap.proportion((guesses != number).astype(float), seeds, drawn)
        others = _others(guesses, number, names)
        found.append(OneClass(names[number], guesses.shape[1], error, others))
    return tuple(found)


def balanced(run: Run) -> Interval:
    """The mean of the classes' errors, each counted alike; rows are drawn anew class by class."""
    each = [((guesses != number).astype(float), drawn) for number, guesses, drawn in _by_class(run)]
    replicates, n = len(each[0][0]), sum(wrong.shape[1] for wrong, _ in each)
    found = bootstrap.balanced_parts(each, rows.seeds_of(run, replicates))
    low, high = bootstrap.percentiles(found.on_odds())
    covers, kind = rows.covers(run, "rows"), "crossed bootstrap by class"
    return Interval(found.estimate, low, high, n, kind, covers)


def _by_class(run: Run) -> Iterator[tuple[int, NDArray[np.intp], RowWeights]]:
    """A class's number, what each of the winner's networks says of its test rows, row draws."""
    if not run.provenance["classes"] or run.winner is None:
        return
    lost = (run.rows_of(run.winner)["status"] == "diverged").to_numpy()
    if lost.any() or not run.predictions.has(run.winner, "test"):  # diverged ones say nothing
        return
    target = run.predictions.target("test").astype(int)
    guesses, group = run.predictions.of(run.winner, "test").argmax(axis=-1), rows.group(run, "test")
    weight = weighing.of_rows(run, "test")
    counts = np.ones(len(target), bool) if weight is None else weight > 0
    for number in np.unique(target[counts]):
        own = (target == number) & counts
        key = draws_key(int(number), int(own.sum()))
        if key in run.memo and weight is None:
            drawn = run.memo[key]
        else:
            of = None if group is None else group[own]
            weights = None if weight is None else weight[own]
            drawn = class_draws(int(number), int(own.sum()), of, weights)
        yield int(number), guesses[:, own], drawn


def draws_key(number: int, n: int) -> str:
    """Where `Run.memo` may hold the row draws of a class: a page's own would fill the memory."""
    return f"class/{number}/{n}"


def class_draws(
    number: int, n: int, of: NDArray[Any] | None = None, weight: Array | None = None
) -> RowWeights:
    """Row draws of a class of n rows, in groups `of` (n,) and of weights (n,) if they have some."""
    rng = np.random.default_rng([rows.SEED, 3, number])
    return bootstrap.row_weights(rng, n, of=of, weight=weight)


def _others(guesses: NDArray[np.intp], own: int, names: list[str]) -> tuple[tuple[str, float], ...]:
    shares = np.bincount(guesses.ravel(), minlength=len(names)) / guesses.size
    others = [n for n in np.argsort(-shares, kind="stable") if n != own and shares[n] > 0]
    return tuple((names[n], float(shares[n])) for n in others)
