"""A network's gradient twice: by backpropagation, and by central differences of its cost.

All perturbed copies of the network are one population, so they cost a few forward passes.
"""

import numpy as np
from numpy.typing import NDArray

from dnn import penalties
from dnn.arrays import Array, Integers
from dnn.binding import Batch, bind
from dnn.data import Data
from dnn.network import Network

# Parameters that are perturbed at once, each in two copies of the network, and how many numbers all
# copies may hold.
PAIRS, NUMBERS = 64, 50_000_000
# Activations whose derivative jumps at 0.
KINKED = ("relu", "leaky_relu", "selu")


class CostFunction:
    """A network's cost on given rows: mean loss + l2/(2B)·Σ‖W‖² + l1/B·Σ|W|.

    masks (n_units, B), one a hidden layer, are scaled already; weights (B,) multiply the rows'
    losses.
    """

    def __init__(
        self,
        network: Network,
        data: Data,
        l2: float,
        l1: float,
        masks: list[Array] | None,
        weights: Array | None,
    ) -> None:
        self.network, self.data, self.l2, self.l1 = network, data, l2, l1
        self.masks, self.weights = masks, weights

    def _bind(self, theta: Array, grad: Array) -> Batch:
        population, rows = len(theta), len(self.data)
        keep = None if self.masks is None else np.ones((population, len(self.network.hidden)))
        batch = bind(
            self.network,
            theta,
            grad,
            rows,
            keep,
            weighted=self.weights is not None,
            masked=self.masks is not None,
        )
        table = self.network.table(self.data.x, self.data.y)
        batch.load(table, self.weights, np.tile(np.arange(rows), (population, 1)))
        for buffer, mask in zip(batch.masks, self.masks or (), strict=True):
            buffer[:] = mask
        return batch

    def gradient(self, start: Array) -> Array:
        """(n_parameters,) at start (N,): the engine's own, penalties included."""
        theta, grad = start[None].copy(), np.zeros((1, self.network.n_parameters))
        self._bind(theta, grad).gradient()
        trained, weights = theta[:, : self.network.n_parameters], self.network.n_weights
        rows = np.array([float(len(self.data))])
        for penalty, strength in ((penalties.bind_l2, self.l2), (penalties.bind_l1, self.l1)):
            add = penalty(trained, grad, weights, np.array([strength]), rows)
            if add is not None:
                add()
        return np.array(grad[0])

    def differences(
        self, start: Array, chosen: Integers, epsilon: float
    ) -> tuple[Array, NDArray[np.bool_]]:
        """(n,) slopes (J(θ + ε) − J(θ − ε))/2ε along n chosen columns of start (N,).

        And for each whether a unit changed sides of its kink between the two.
        """
        pairs = min(PAIRS, len(chosen), NUMBERS // (2 * len(start)))
        theta = np.empty((2 * pairs, len(start)))
        batch = self._bind(theta, np.empty((len(theta), self.network.n_parameters)))
        slopes, crossed = [], []
        for first in range(0, len(chosen), pairs):
            own = chosen[first : first + pairs]
            up, down = 2 * np.arange(len(own)), 2 * np.arange(len(own)) + 1
            theta[:] = start
            theta[up, own] += epsilon
            theta[down, own] -= epsilon
            batch.forward()
            cost = self._cost(theta, batch)
            slopes.append((cost[up] - cost[down]) / (2 * epsilon))
            sides = np.zeros(len(own), bool)
            for a in batch.hidden if self.network.activation in KINKED else ():
                sides |= ((a[up] > 0) != (a[down] > 0)).any(axis=(1, 2))
            crossed.append(sides)
        return np.concatenate(slopes), np.concatenate(crossed)

    def _cost(self, theta: Array, batch: Batch) -> Array:
        weights, rows = theta[:, : self.network.n_weights], len(self.data)
        penalty = self.l2 / 2 * (weights**2).sum(axis=1) + self.l1 * np.abs(weights).sum(axis=1)
        losses = self.network.objective.per_row(batch.z, batch.y)
        if batch.weights is not None:
            losses = losses * batch.weights
        cost: Array = losses.mean(axis=-1) + penalty / rows
        return cost
