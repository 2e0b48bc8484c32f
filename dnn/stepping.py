"""An optimizer bound to theta, gradient and hyperparameters: chunk by chunk, each in the cache.

Nothing here depends on how the chunks are cut: every operation is on single numbers.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array, empty, zeros_like
from dnn.optimizers import Arrays, Optimizer

# Numbers of a chunk: some five arrays of it, a few megabytes, are in use at once. As many as would
# stay in an L2 cache cost more in calls than they save.
CHUNK_NUMBERS = 240_000

# Steps from one flush of subnormal state to the next. What decays by a factor a step, as a dead
# unit's momentum does, ends as a subnormal number and stays one (0.9 times the fourth-smallest
# rounds to the fourth-smallest), and the processor takes several times as long over those.
FLUSH_EVERY = 64


# Index of the networks that a coefficient is for: a slice, or () where it is 0-d, for all.
Networks = slice | tuple[()]


def parameter_chunks(values: Array) -> list[tuple[tuple[slice, slice], Array]]:
    """Where (P, n) is cut into chunks, and a scratch of each one's shape, in the same memory.

    A chunk is as many whole networks as there is room for, or a part of one.
    """
    population, width = values.shape
    columns = min(width, CHUNK_NUMBERS)
    rows = max(1, min(population, CHUNK_NUMBERS // max(columns, 1)))
    scratch = empty((rows, columns), values.dtype)
    chunks = []
    for top in range(0, population, rows):
        for left in range(0, width, columns):
            at = np.s_[top : top + rows, left : left + columns]
            height, breadth = values[at].shape
            chunks.append((at, scratch[:height, :breadth]))
    return chunks


class _Chunk(NamedTuple):
    arrays: Arrays
    coefficients: Mapping[str, Array]


class Stepper:
    """Steps of one optimizer over theta (P, n) and grad (P, n), the state at zero.

    settings: one mapping of learning_rate and all settings per network. The first n_weights columns
    are weights; `weight_decay` leaves the others alone. shared: all networks have, and will have,
    the same hyperparameters; a scalar is the cheaper coefficient. `state`, and `steps`, the number
    of steps done, may be set to go on from another's.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        theta: Array,
        grad: Array,
        settings: Sequence[Mapping[str, float]],
        n_weights: int,
        shared: bool = False,
    ) -> None:
        self.optimizer = optimizer
        self.settings = [dict(own) for own in settings]
        self.state = {name: zeros_like(grad) for name in optimizer.state}
        self.steps = 0
        self._shared = shared
        self._stale = True
        self._alike: list[tuple[Networks, Mapping[str, float]]] = []
        decays = "weight_decay" in optimizer.settings
        regions = [slice(0, n_weights), slice(n_weights, None)] if decays else [slice(None)]
        # Of each region: the coefficients' buffers, and whether its hyperparameters decay.
        self._tables: list[tuple[dict[str, Array], bool]] = []
        self._chunks: list[_Chunk] = []
        for number, region in enumerate(regions):
            table = self._buffers(theta)
            self._tables.append((table, number == 0))
            self._chunks += self._bind_chunks(theta[:, region], grad[:, region], region, table)

    def _buffers(self, theta: Array) -> dict[str, Array]:
        """Where each coefficient goes: 0-d where the networks share it."""
        shape = () if self._shared else (len(self.settings), 1)
        names = self.optimizer.coefficients(self.settings[0], 1)
        return {name: np.empty(shape, theta.dtype) for name in names}

    def _bind_chunks(
        self, theta: Array, grad: Array, region: slice, table: Mapping[str, Array]
    ) -> list[_Chunk]:
        chunks = []
        for at, scratch in parameter_chunks(theta):
            state = {name: full[:, region][at] for name, full in self.state.items()}
            own = {name: c[at[0]] if c.ndim else c for name, c in table.items()}
            chunks.append(_Chunk(Arrays(theta[at], grad[at], scratch, state), own))
        return chunks

    def set_rates(self, rates: Sequence[float]) -> None:
        """Other learning rates, one per network, from the next step on."""
        for own, rate in zip(self.settings, rates, strict=True):
            own["learning_rate"] = rate
        self._stale = True

    def step(self) -> None:
        """One update of theta; grad may be overwritten."""
        self.steps += 1
        if self._stale or self.optimizer.timed:
            self._refresh()
            self._stale = False
        for arrays, coefficients in self._chunks:
            self.optimizer.update(arrays, coefficients)
        if self.steps % FLUSH_EVERY == 0:
            self._flush_subnormals()

    def _flush_subnormals(self) -> None:
        """State below the smallest normal number is 0 from here on."""
        for (theta, _, scratch, state), _ in self._chunks:
            tiny = np.finfo(theta.dtype).tiny
            for values in state.values():
                np.absolute(values, scratch)
                np.greater_equal(scratch, tiny, out=scratch)  # 1 or 0, without an array of flags
                np.multiply(values, scratch, values)

    def _refresh(self) -> None:
        if self._stale:
            self._alike = [((), self.settings[0])] if self._shared else _alike(self.settings)
        for table, decays in self._tables:
            for networks, own in self._alike:
                given = own if decays or "weight_decay" not in own else _without_decay(own)
                for name, value in self.optimizer.coefficients(given, self.steps).items():
                    table[name][networks] = value


def _alike(settings: Sequence[Mapping[str, float]]) -> list[tuple[Networks, Mapping[str, float]]]:
    """Networks in a row that have the same hyperparameters, as replicates do: (networks, which)."""
    found: list[tuple[Networks, Mapping[str, float]]] = []
    start = 0
    for end in range(1, len(settings) + 1):
        if end == len(settings) or settings[end] != settings[start]:
            found.append((slice(start, end), settings[start]))
            start = end
    return found


def _without_decay(own: Mapping[str, float]) -> Mapping[str, float]:
    return {**own, "weight_decay": 0.0}
