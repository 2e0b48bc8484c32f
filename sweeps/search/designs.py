"""Searches that learn nothing: the setting of the k-th trial is a function of the study and k."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from sweeps.study import methods
from sweeps.study.space import Params, Space, walks

MOST_CELLS = 1_000_000
# Sobol points come in powers of two; scipy knows directions for so many dimensions.
CHUNK = 256


def grid(sampler: Any, space: Space, seed: int) -> Iterator[Params]:
    """Every cell that keeps the rules once, in an order shuffled by the seed."""
    points = sampler.points if isinstance(sampler, methods.Grid) else None
    kept = [
        params
        for params in walks.cells(space, space.parameters(), points)
        if space.allows(space.configure(params))
    ]
    for place in np.random.default_rng(seed).permutation(len(kept)):
        yield kept[place]


def qmc(sampler: Any, space: Space, seed: int) -> Iterator[Params]:
    """Scrambled Sobol points (Owen 1998), those that keep the rules; a coordinate a parameter.

    Parameters that are not active leave their coordinate unused, so conditional spaces are no
    special case.
    """
    from scipy.stats.qmc import Sobol

    names = [leaf.name for leaf in space.parameters()]
    engine = Sobol(len(names), scramble=True, rng=np.random.default_rng(seed))
    while True:
        for point in engine.random(CHUNK):
            params = walks.at(space, names, point)
            if space.allows(space.configure(params)):
                yield params


DESIGNS: Mapping[str, Callable[[Any, Space, int], Iterator[Params]]] = {
    "grid": grid,
    "brute_force": grid,
    "qmc": qmc,
}


def cells(sampler: Any, space: Space) -> float:
    """How many trials a design has at most; inf where it has no end."""
    if not isinstance(sampler, methods.Grid | methods.BruteForce):
        return math.inf
    points = sampler.points if isinstance(sampler, methods.Grid) else None
    size = walks.size(space, space.parameters(), space.structure(), points)
    if not space.rules or size > MOST_CELLS:
        return size
    every = walks.cells(space, space.parameters(), points)
    return sum(space.allows(space.configure(params)) for params in every)


class Design:
    """A design's settings by place; those that are tried first anyway are left out."""

    def __init__(self, settings: Iterator[Params], first: list[Params]) -> None:
        self._settings = (params for params in settings if params not in first)
        self._known: list[Params] = []

    def __getitem__(self, place: int) -> Params:
        missing = place + 1 - len(self._known)
        self._known += itertools.islice(self._settings, max(missing, 0))
        return self._known[place]
