"""What a gradient check finds: how far apart two gradients are, over all and by block."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dnn.arrays import Array, Integers

EPSILON = 1e-7
# The course's: a difference above it is a bug, below it rounding.
PASS_MARK = 2e-7


@dataclass(frozen=True)
class GradientCheck:
    """How far apart two gradients are, over all and by block.

    Blocks of a network are W1, b1, W2, … and with batch normalization gain1, ….

    Attributes:
        epsilon: ε of the central differences (J(θ + ε) − J(θ − ε))/2ε.
        difference: ‖g − g̃‖/(‖g‖ + ‖g̃‖), 0 … 1.
        blocks: The same of each block alone.
        checked: How many of each block's parameters were compared.
        on_kinks: How many of a network were left out, because a unit crosses relu's kink between
            θ − ε and θ + ε, where no difference is a derivative.
        gradient: By backpropagation, (n,) of those compared, in theta's order.
        numeric: By central differences, likewise.

    Example:
        >>> import numpy as np
        >>> from dnn import Network, gradcheck
        >>> network, rng = Network(2, (), 1), np.random.default_rng(0)
        >>> found = gradcheck.check(network, np.ones(3), rng.random((5, 2)), np.ones((5, 1)))
        >>> found.passed, dict(found.checked)
        (True, {'W1': 2, 'b1': 1})

    References:
        The measure and its pass mark: Ng's course "Improving Deep Neural Networks" (2017), week 1.
    """

    epsilon: float
    difference: float
    blocks: Mapping[str, float]
    checked: Mapping[str, int]
    on_kinks: int
    gradient: Array
    numeric: Array

    @property
    def passed(self) -> bool:
        """Within the pass mark."""
        return self.difference <= PASS_MARK


def compare(
    epsilon: float,
    where: Mapping[str, slice],
    picked: Integers,
    gradient: Array,
    numeric: Array,
    on_kinks: int = 0,
) -> GradientCheck:
    """The two gradients (n,) of the picked columns (n,), compared; `where` are the blocks."""
    inside = {
        name: (picked >= block.start) & (picked < block.stop) for name, block in where.items()
    }
    return GradientCheck(
        epsilon=epsilon,
        difference=_difference(gradient, numeric),
        blocks={name: _difference(gradient[own], numeric[own]) for name, own in inside.items()},
        checked={name: int(own.sum()) for name, own in inside.items()},
        on_kinks=on_kinks,
        gradient=gradient,
        numeric=numeric,
    )


def _difference(a: Array, b: Array) -> float:
    """‖a − b‖/(‖a‖ + ‖b‖), and 0 where both are 0."""
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale else 0.0


def choose(
    where: Mapping[str, slice], most: int | None, seed: int | np.random.Generator
) -> Integers:
    """The columns to compare, in order: of each block all, or so many that are drawn."""
    rng = np.random.default_rng(seed)
    return np.sort(np.concatenate([_drawn(rng, block, most) for block in where.values()]))


def _drawn(rng: np.random.Generator, block: slice, most: int | None) -> Integers:
    places = np.arange(block.start, block.stop)
    if most is None or len(places) <= most:
        return places
    return np.sort(rng.choice(places, most, replace=False))
