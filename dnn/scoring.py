"""Scores of a population on train and dev, epoch by epoch, while it is being trained."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array, Integers
from dnn.chunks import RowChunk, Rows, row_chunks
from dnn.data import Data
from dnn.evaluation import Evaluation
from dnn.network import Network

# Bytes of all that is scored, at most, that is kept in the order in which it is evaluated.
KEPT = 32_000_000


@dataclass(frozen=True)
class ScoredSplit:
    """What is scored by itself: data, or of each network rows of its own."""

    data: Data
    rows: Sequence[Integers] | None = None

    def size(self, member: int) -> int:
        """How many rows of it a network is scored on."""
        return len(self.data) if self.rows is None else len(self.rows[member])

    def own(self, members: Integers) -> Rows:
        """The rows of networks that have as many: x (members, n, n_in) and y (members, n, K)."""
        x, y, weights = self.data.x, self.data.y, self.data.weights
        if self.rows is None:
            every = (len(members),)
            return Rows(
                np.broadcast_to(x, every + x.shape), np.broadcast_to(y, every + y.shape), weights
            )
        rows = np.array([self.rows[m] for m in members])
        return Rows(x[rows], y[rows], None if weights is None else weights[rows])


class Scorer:
    """Scores of a population theta (P, N) on one or more splits."""

    def __init__(self, network: Network, theta: Array, splits: Sequence[ScoredSplit]) -> None:
        self._network, self._theta, self._splits = network, theta, splits
        self._has_own_rows = any(split.rows is not None for split in splits)
        everyone: Integers = np.arange(len(theta))
        tables = everyone if self._has_own_rows else everyone[:1]
        rows = sum(split.size(member) for split in splits for member in tables)
        # The chunks are the same every epoch: they are kept where they are small, else cut again.
        self._is_little = rows * (network.n_in + network.n_out) * theta.itemsize <= KEPT
        is_kept = self._is_little and not self._has_own_rows
        self._shared = list(self._shared_chunks()) if is_kept else None
        self._members, self._stacks = everyone, self._stacked(everyone)

    def __call__(self, members: Integers) -> Array:
        """Mean loss and error of each split: (2 · splits, len(members)) of these networks."""
        if not np.array_equal(members, self._members):
            self._members, self._stacks = members, self._stacked(members)
        found = np.empty((2 * len(self._splits), len(members)))
        for stack in self._stacks:
            own = stack.evaluation.theta
            if own is not self._theta:
                own[:] = self._theta[members[stack.places]]
            found[:, stack.places] = stack.evaluation.scores(stack.chunks(), len(self._splits))
        return found

    def _stacked(self, members: Integers) -> "list[_Stack]":
        """Members as they are evaluated together: those whose rows are as many."""
        if not self._has_own_rows:
            chunks = self._shared_chunks if self._shared is None else partial(iter, self._shared)
            return [_Stack(np.arange(len(members)), self._bind(len(members)), chunks)]
        alike: dict[Hashable, list[int]] = {}
        for place, member in enumerate(members):
            sizes = tuple(split.size(member) for split in self._splits)
            # Of much data no copy for each network is made: one after the other.
            alike.setdefault(sizes if self._is_little else place, []).append(place)
        return [self._own_stack(members, np.array(places)) for places in alike.values()]

    def _own_stack(self, members: Integers, places: Integers) -> "_Stack":
        chunks = partial(self._own_chunks, members[places])
        if self._is_little:
            chunks = partial(iter, list(chunks()))
        return _Stack(places, self._bind(len(places)), chunks)

    def _bind(self, networks: int) -> Evaluation:
        """To all of theta, or to what so many of its rows are copied into."""
        everyone = networks == len(self._theta)
        own = self._theta if everyone else np.empty_like(self._theta[:networks])
        return Evaluation(self._network, own)

    def _shared_chunks(self) -> Iterator[RowChunk]:
        return row_chunks(
            [Rows(split.data.x, split.data.y, split.data.weights) for split in self._splits]
        )

    def _own_chunks(self, members: Integers) -> Iterator[RowChunk]:
        return row_chunks([split.own(members) for split in self._splits])


class _Stack(NamedTuple):
    """Networks that are evaluated together: their places among the members, and their rows."""

    places: Integers
    evaluation: Evaluation
    chunks: Callable[[], Iterator[RowChunk]]
