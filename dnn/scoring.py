"""Scores of a population on train and dev, epoch by epoch, while it is being trained."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dnn.arrays import Array, Integers
from dnn.chunks import RowChunk, Rows, row_chunks
from dnn.data import Data
from dnn.evaluation import Evaluation
from dnn.network import Network

# Bytes of all splits, at most, that are kept in the order in which they are evaluated.
KEPT = 32_000_000


@dataclass(frozen=True)
class ScoredSplit:
    """What is scored by itself: data, or of each network rows of its own."""

    data: Data
    rows: Sequence[Integers] | None = None

    def of(self, member: int) -> Rows:
        """One network's x and y."""
        x, y = self.data.x, self.data.y
        return (x, y) if self.rows is None else (x[self.rows[member]], y[self.rows[member]])


class Scorer:
    """Scores of a population theta (P, N) on one or more splits."""

    def __init__(self, network: Network, theta: Array, splits: Sequence[ScoredSplit]) -> None:
        self._network, self._theta, self._splits = network, theta, splits
        self._has_own_rows = any(split.rows is not None for split in splits)
        self._evaluation = self._bind(1 if self._has_own_rows else len(theta))
        # The chunks are the same every epoch: they are kept where they are small, else cut again.
        parts = [part for split in splits for part in (split.data.x, split.data.y)]
        is_little = sum(part.nbytes for part in parts) <= KEPT
        self._chunks = list(self._row_chunks(0)) if is_little and not self._has_own_rows else None

    def __call__(self, members: Integers) -> Array:
        """Mean loss and error of each split: (2 · splits, len(members)) of these networks."""
        if not self._has_own_rows:
            return self._scores(members, self._chunks or self._row_chunks(0))
        each = [
            self._scores(members[k : k + 1], self._row_chunks(m)) for k, m in enumerate(members)
        ]
        return np.concatenate(each, axis=1)

    def _scores(self, members: Integers, chunks: Iterable[RowChunk]) -> Array:
        if len(members) != len(self._evaluation.theta):
            self._evaluation = self._bind(len(members))
        own = self._evaluation.theta
        if own is not self._theta:
            own[:] = self._theta[members]
        return self._evaluation.scores(chunks, len(self._splits))

    def _bind(self, networks: int) -> Evaluation:
        """To all of theta, or to what so many of its rows are copied into."""
        everyone = networks == len(self._theta)
        own = self._theta if everyone else np.empty_like(self._theta[:networks])
        return Evaluation(self._network, own)

    def _row_chunks(self, member: int) -> Iterator[RowChunk]:
        return row_chunks([split.of(member) for split in self._splits])
