"""Gradient checking: backpropagation against central differences, in float64.

All perturbed copies of the network are one population, so a check costs a few forward passes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dnn.arrays import Array, Integers
from dnn.binding import Batch, bind
from dnn.evaluation import check_theta
from dnn.names import lookup
from dnn.network import Network

EPSILON = 1e-7
# The course's: a difference above it is a bug, below it rounding.
PASS_MARK = 2e-7
EPSILONS = tuple(10.0**-k for k in range(2, 13))
# Perturbed copies at once, a pair per parameter.
PAIRS = 64


@dataclass(frozen=True)
class GradientCheck:
    """How far apart the two gradients are: ‖g − g̃‖/(‖g‖ + ‖g̃‖), over all and by block.

    Blocks are W1, b1, W2, … and with batch normalization gain1, …; `checked` says how many of
    a block's parameters were perturbed. gradient and numeric hold those, in theta's order.
    """

    epsilon: float
    difference: float
    blocks: Mapping[str, float]
    checked: Mapping[str, int]
    gradient: Array
    numeric: Array

    @property
    def passed(self) -> bool:
        """Within the pass mark."""
        return self.difference <= PASS_MARK


def columns(network: Network) -> dict[str, slice]:
    """The columns of theta by block: W1, b1, …, and gain1, … with batch normalization."""
    numbers = np.arange(network.n_parameters, dtype=np.float64)[None]
    found = {}
    for layer, block in enumerate(network.blocks(numbers), 1):
        named = {"W": block.w, "b": block.b, "gain": block.gain}
        for name, values in named.items():
            if values is not None:
                found[f"{name}{layer}"] = slice(int(values.min()), int(values.max()) + 1)
    return found


def check(
    network: Network,
    theta: Array,
    x: Array,
    y: Array,
    *,
    epsilon: float = EPSILON,
    l2: float = 0.0,
    keep_prob: Sequence[float] | None = None,
    masks: Sequence[Array] | None = None,
    nudge: float = 0.0,
    faults: Mapping[str, float] | None = None,
    most: int | None = None,
    seed: int = 0,
) -> GradientCheck:
    """Check the gradient of one network, theta (N,), on rows x (B, n_in), y (B, K).

    The cost is the mean loss + l2/(2B)·Σ‖W‖². keep_prob, one a hidden layer, needs masks
    (n_units, B) of 0 and 1: fresh ones for every copy would compare different functions. nudge:
    standard deviation of noise added to theta first, for a point off relu's kink; initial biases
    of 0 can put a whole layer on it. faults: named blocks of the gradient to scale, which shows
    that the check fails when it should. most: parameters per block to check, drawn with `seed`;
    all of them if None. Errors: ValueError for dropout without masks, an unknown block, shapes.
    """
    check_theta(network, theta[None], "gradcheck")
    if keep_prob is not None and masks is None:
        raise ValueError("gradcheck: keep_prob: expected fixed masks with dropout, got none")
    rng = np.random.default_rng(seed)
    start = theta.astype(np.float64)
    start[: network.n_parameters] += nudge * rng.standard_normal(network.n_parameters)
    where = columns(network)
    chosen = {name: _choose(rng, block, most) for name, block in where.items()}
    picked = np.sort(np.concatenate(list(chosen.values())))
    problem = _Problem(network, x, y, l2, keep_prob, masks)
    gradient = problem.gradient(start)
    for name, factor in (faults or {}).items():
        gradient[lookup(where, name, "gradcheck: faults")] *= factor
    numeric = problem.differences(start, picked, epsilon)
    blocks = {}
    for name, numbers in chosen.items():
        own = np.isin(picked, numbers)
        blocks[name] = difference(gradient[picked[own]], numeric[own])
    return GradientCheck(
        epsilon,
        difference(gradient[picked], numeric),
        blocks,
        {name: len(numbers) for name, numbers in chosen.items()},
        gradient[picked],
        numeric,
    )


def difference(a: Array, b: Array) -> float:
    """‖a − b‖/(‖a‖ + ‖b‖), and 0 where both are 0."""
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / scale) if scale else 0.0


def _choose(rng: np.random.Generator, block: slice, most: int | None) -> Integers:
    numbers = np.arange(block.start, block.stop)
    if most is None or len(numbers) <= most:
        return numbers
    return np.sort(rng.choice(numbers, most, replace=False))


class _Problem:
    """A network's cost on given rows: its gradient, and its central differences."""

    def __init__(
        self,
        network: Network,
        x: Array,
        y: Array,
        l2: float,
        keep_prob: Sequence[float] | None,
        masks: Sequence[Array] | None,
    ) -> None:
        self.network, self.l2 = network, l2
        self.x, self.y = x.astype(np.float64), y.astype(np.float64)
        self.keep_prob, self.masks = keep_prob, masks

    def _bind(self, theta: Array, grad: Array) -> Batch:
        population, masked = len(theta), self.masks is not None
        keep = np.asarray(self.keep_prob or [1.0] * len(self.network.hidden))
        batch = bind(
            self.network,
            theta,
            grad,
            len(self.x),
            np.tile(keep, (population, 1)) if masked else None,
            masked=masked,
        )
        batch.load(self.x, self.y, None, np.tile(np.arange(len(self.x)), (population, 1)))
        for layer, scaled in enumerate(batch.masks):
            scaled[:] = np.asarray((self.masks or ())[layer]) / keep[layer]
        return batch

    def gradient(self, start: Array) -> Array:
        """(n_parameters,)."""
        theta, grad = start[None].copy(), np.zeros((1, self.network.n_parameters))
        self._bind(theta, grad).gradient()
        weights = self.network.n_weights
        grad[0, :weights] += self.l2 / len(self.x) * start[:weights]
        return np.array(grad[0])

    def differences(self, start: Array, numbers: Integers, epsilon: float) -> Array:
        """(J(θ + ε) − J(θ − ε))/2ε for each of these parameters."""
        theta = np.empty((2 * min(PAIRS, len(numbers)), len(start)))
        batch = self._bind(theta, np.zeros((len(theta), self.network.n_parameters)))
        slopes = []
        for first in range(0, len(numbers), PAIRS):
            own = numbers[first : first + PAIRS]
            theta[:] = start
            pairs = np.arange(len(own))
            theta[2 * pairs, own] += epsilon
            theta[2 * pairs + 1, own] -= epsilon
            weights = theta[:, : self.network.n_weights]
            penalty = self.l2 / (2 * len(self.x)) * (weights**2).sum(axis=1)
            batch.forward()
            cost = self.network.objective.per_row(batch.z, batch.y).mean(axis=-1) + penalty
            slopes.append((cost[2 * pairs] - cost[2 * pairs + 1]) / (2 * epsilon))
        return np.concatenate(slopes)


def against_epsilon(
    network: Network, theta: Array, x: Array, y: Array, **options: object
) -> list[GradientCheck]:
    """The check at each ε from 1e-2 to 1e-12: truncation on one side, rounding on the other."""
    return [check(network, theta, x, y, epsilon=e, **options) for e in EPSILONS]  # type: ignore[arg-type]
