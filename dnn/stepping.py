"""An optimizer bound to theta, gradient and hyperparameters: piece by piece, each in the cache.

Nothing here depends on how the pieces are cut: every operation is on single numbers.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array, empty, zeros_like
from dnn.optimizers import Arrays, Optimizer

# Numbers of a piece: some five arrays of it, a few megabytes, are in use at once. As many as would
# stay in an L2 cache cost more in calls than they save.
PIECE = 240_000

# Steps from one sweep to the next. What decays by a factor a step, a dead unit's momentum, ends as
# a subnormal number and stays one for ever (0.9 of 4 units in the last place rounds to 4), and the
# processor takes several times as long over those.
SWEEP = 64


# What a coefficient is for: a slice of the networks, or all of them where it is 0-d.
Rows = slice | tuple[()]


def cut(values: Array) -> list[tuple[tuple[slice, slice], Array]]:
    """Where (P, n) is cut into pieces, and a scratch of each one's shape, in the same memory.

    A piece is as many whole rows as there is room for, or a part of one.
    """
    population, width = values.shape
    columns = min(width, PIECE)
    rows = max(1, min(population, PIECE // max(columns, 1)))
    scratch = empty((rows, columns), values.dtype)
    pieces = []
    for top in range(0, population, rows):
        for left in range(0, width, columns):
            at = np.s_[top : top + rows, left : left + columns]
            height, breadth = values[at].shape
            pieces.append((at, scratch[:height, :breadth]))
    return pieces


class _Piece(NamedTuple):
    arrays: Arrays
    coefficients: Mapping[str, Array]


class Stepper:
    """Steps of one optimizer over theta (P, n) and grad (P, n), the state at zero.

    hypers: one mapping of learning_rate and all settings per network. The first n_weights columns
    are weights; `weight_decay` leaves the others alone. shared: all networks have, and will have,
    the same hyperparameters; a scalar is the cheaper coefficient. `state`, and `steps`, the number
    of steps done, may be set to go on from another's.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        theta: Array,
        grad: Array,
        hypers: Sequence[Mapping[str, float]],
        n_weights: int,
        shared: bool = False,
    ) -> None:
        self.optimizer = optimizer
        self.hypers = [dict(hyper) for hyper in hypers]
        self.state = {name: zeros_like(grad) for name in optimizer.state}
        self.steps = 0
        self._shared = shared
        self._stale = True
        self._alike: list[tuple[Rows, Mapping[str, float]]] = []
        decays = "weight_decay" in optimizer.settings
        regions = [slice(0, n_weights), slice(n_weights, None)] if decays else [slice(None)]
        # Of each region: the coefficients' buffers, and whether its hyperparameters decay.
        self._tables: list[tuple[dict[str, Array], bool]] = []
        self._pieces: list[_Piece] = []
        for number, region in enumerate(regions):
            table = self._buffers(theta)
            self._tables.append((table, number == 0))
            self._pieces += self._cut(theta[:, region], grad[:, region], region, table)

    def _buffers(self, theta: Array) -> dict[str, Array]:
        """Where each coefficient goes: 0-d where the networks share it."""
        shape = () if self._shared else (len(self.hypers), 1)
        names = self.optimizer.coefficients(self.hypers[0], 1)
        return {name: np.empty(shape, theta.dtype) for name in names}

    def _cut(
        self, theta: Array, grad: Array, region: slice, table: Mapping[str, Array]
    ) -> list[_Piece]:
        pieces = []
        for at, scratch in cut(theta):
            state = {name: full[:, region][at] for name, full in self.state.items()}
            own = {name: c[at[0]] if c.ndim else c for name, c in table.items()}
            pieces.append(_Piece(Arrays(theta[at], grad[at], scratch, state), own))
        return pieces

    def set_rates(self, rates: Sequence[float]) -> None:
        """Other learning rates, one per network, from the next step on."""
        for hyper, rate in zip(self.hypers, rates, strict=True):
            hyper["learning_rate"] = rate
        self._stale = True

    def step(self) -> None:
        """One update of theta; grad may be overwritten."""
        self.steps += 1
        if self._stale or self.optimizer.timed:
            self._refresh()
            self._stale = False
        for arrays, coefficients in self._pieces:
            self.optimizer.update(arrays, coefficients)
        if self.steps % SWEEP == 0:
            self._sweep()

    def _sweep(self) -> None:
        """State below the smallest normal number is 0 from here on."""
        for (theta, _, scratch, state), _ in self._pieces:
            tiny = np.finfo(theta.dtype).tiny
            for values in state.values():
                np.absolute(values, scratch)
                np.greater_equal(scratch, tiny, out=scratch)  # 1 or 0, without an array of flags
                np.multiply(values, scratch, values)

    def _refresh(self) -> None:
        if self._stale:
            self._alike = [((), self.hypers[0])] if self._shared else _alike(self.hypers)
        for table, decays in self._tables:
            for rows, hyper in self._alike:
                given = hyper if decays or "weight_decay" not in hyper else _undecayed(hyper)
                for name, value in self.optimizer.coefficients(given, self.steps).items():
                    table[name][rows] = value


def _alike(hypers: Sequence[Mapping[str, float]]) -> list[tuple[Rows, Mapping[str, float]]]:
    """Networks in a row that have the same hyperparameters, as replicates do: (rows, which)."""
    found: list[tuple[Rows, Mapping[str, float]]] = []
    start = 0
    for end in range(1, len(hypers) + 1):
        if end == len(hypers) or hypers[end] != hypers[start]:
            found.append((slice(start, end), hypers[start]))
            start = end
    return found


def _undecayed(hyper: Mapping[str, float]) -> Mapping[str, float]:
    return {**hyper, "weight_decay": 0.0}
