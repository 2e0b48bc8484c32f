"""Random configurations of a space, the same in every call: what its constraints keep of it."""

import numpy as np

from sweeps.study.space import Config, Space, walks

DRAWS = 2000  # random configurations, to estimate the share that keeps the constraints


def kept_share(space: Space) -> float:
    """The share of a space that keeps its constraints, estimated from random configurations."""
    return float(np.mean([space.allows(config) for config in drawn(space, DRAWS)]))


def drawn(space: Space, count: int) -> list[Config]:
    """That many random configurations, the same in every call; constraints are ignored."""
    names = [leaf.name for leaf in space.parameters()]
    points = np.random.default_rng(0).random((count, len(names)))
    return [space.configure(walks.at(space, names, point)) for point in points]


def allowed(space: Space, count: int) -> list[Config]:
    """Those of `count` random configurations that keep the constraints."""
    return [config for config in drawn(space, count) if space.allows(config)]
