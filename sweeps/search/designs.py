"""Searches that learn nothing: the setting of the k-th trial is a function of the study and k."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from sweeps.study import sampler_options
from sweeps.study.sampler_options import Sampler
from sweeps.study.space import Params, Space, walks

# Sobol points come in powers of two; scipy knows directions for so many dimensions.
CHUNK = 256
# After so many points in a row that are all among the initial settings, there are no others.
DRAWS = 10_000


def grid(sampler: Sampler, space: Space, seed: int) -> Iterator[Params]:
    """Every cell that keeps the constraints once, in an order shuffled by the seed."""
    kept = [
        params
        for params in walks.cells(space, space.parameters(), sampler_options.points(sampler))
        if space.allows(space.configure(params))
    ]
    for place in np.random.default_rng(seed).permutation(len(kept)):
        yield kept[place]


def qmc(sampler: Sampler, space: Space, seed: int) -> Iterator[Params]:
    """Scrambled Sobol points (Owen 1998) that keep the constraints; one coordinate per parameter.

    Inactive parameters leave their coordinate unused, so conditional spaces are no special case.
    """
    from scipy.stats.qmc import Sobol

    names = [leaf.name for leaf in space.parameters()]
    engine = Sobol(len(names), scramble=True, rng=np.random.default_rng(seed))
    while True:
        for point in engine.random(CHUNK):
            params = walks.at(space, names, point)
            if space.allows(space.configure(params)):
                yield params


DESIGNS: Mapping[str, Callable[[Sampler, Space, int], Iterator[Params]]] = {
    "grid": grid,
    "brute_force": grid,
    "qmc": qmc,
}


def cells(sampler: Sampler, space: Space) -> float:
    """How many trials a design has at most; inf where it has no end."""
    if not isinstance(sampler, sampler_options.Grid | sampler_options.BruteForce):
        return math.inf
    points = sampler_options.points(sampler)
    size = walks.size(space, space.parameters(), space.structure(), points)
    if not space.constraints or size > sampler_options.MOST_CELLS:
        return size
    every = walks.cells(space, space.parameters(), points)
    return sum(space.allows(space.configure(params)) for params in every)


def design_size(sampler: Sampler, space: Space, initial: list[Params]) -> float:
    """How many trials a design and the initial settings come to; inf for a design without end."""
    size = cells(sampler, space)
    if not math.isfinite(size):
        return size
    points = sampler_options.points(sampler)
    known = {leaf.name: walks.values(leaf, points) for leaf in space.parameters()}
    return size + sum(
        not space.allows(space.configure(params))
        or not all(any(_equal(value, one) for one in known[name]) for name, value in params.items())
        for params in initial
    )


def _equal(one: Any, other: Any) -> bool:
    """Whether two values are equal up to the rounding of a step's multiple."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)
    return bool(one == other)


def _same(one: Params, other: Params) -> bool:
    return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)


def _without(settings: Iterator[Params], initial: list[Params]) -> Iterator[Params]:
    """The settings that are not initial ones; all of them, where there are no others."""
    skipped = 0
    for params in settings:
        if skipped < DRAWS and any(_same(params, one) for one in initial):
            skipped += 1
        else:
            skipped = DRAWS if skipped == DRAWS else 0
            yield params


class Design:
    """A design's settings by place, without the initial ones."""

    def __init__(self, settings: Iterator[Params], initial: list[Params]) -> None:
        self._settings = _without(settings, initial)
        self._known: list[Params] = []

    def __getitem__(self, place: int) -> Params:
        missing = place + 1 - len(self._known)
        self._known += itertools.islice(self._settings, max(missing, 0))
        return self._known[place]
