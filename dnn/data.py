"""What goes into a training besides the network: rows, generators, a replay of recorded choices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.arrays import Array, Integers
from dnn.numbers import whole


@dataclass(frozen=True)
class Data:
    """Rows: x (n, n_in) and y (n, K), of one floating type; what K is, `dnn.losses` says.

    Errors: ValueError for shapes that don't fit, other types, NaN or infinity.
    """

    x: Array
    y: Array

    def __post_init__(self) -> None:
        for name, values in (("x", self.x), ("y", self.y)):
            if type(values) is not np.ndarray:
                raise ValueError(
                    f"Data: {name}: expected a NumPy array, got {type(values).__name__}"
                )
        if self.x.ndim != 2 or self.y.ndim != 2 or len(self.x) != len(self.y):
            raise ValueError(
                f"Data: expected x (n, n_in) and y (n, K), got {self.x.shape} and {self.y.shape}"
            )
        if len(self.x) == 0:
            raise ValueError("Data: expected at least one row, got none")
        for name, values in (("x", self.x), ("y", self.y)):
            if values.dtype not in (np.float32, np.float64):
                raise ValueError(f"Data: {name}: expected float32 or float64, got {values.dtype}")
            # One sum instead of a flag for every number; overflow only sends us to look closer.
            with np.errstate(all="ignore"):
                is_suspect = not np.isfinite(values.sum())
            if is_suspect and not np.isfinite(values).all():
                row, column = np.argwhere(~np.isfinite(values))[0]
                raise ValueError(
                    f"Data: {name}: expected finite numbers, got {values[row, column]} "
                    f"in row {row}, column {column}"
                )

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Streams:
    """One generator per network and purpose, so that no network's draws depend on another's."""

    initial: Sequence[np.random.Generator]
    order: Sequence[np.random.Generator]
    dropout: Sequence[np.random.Generator]

    @classmethod
    def spawn(cls, seed: int, population: int) -> "Streams":
        """Independent streams for networks 0 … population − 1; a network's depend on its number."""
        seed = whole(seed, "Streams.spawn: seed", 0)
        population = whole(population, "Streams.spawn: population", 1)

        def generators(purpose: int) -> list[np.random.Generator]:
            keys = [(row, purpose) for row in range(population)]
            return [np.random.default_rng(np.random.SeedSequence(seed, spawn_key=k)) for k in keys]

        return cls(generators(0), generators(1), generators(2))

    def check(self, population: int) -> None:
        """Refuse all but one generator of its own per network and purpose. Errors: ValueError."""
        for name, generators in (("order", self.order), ("dropout", self.dropout)):
            if len(generators) != population:
                raise ValueError(
                    f"fit: streams.{name}: expected one per network ({population}), "
                    f"got {len(generators)}"
                )
        for rng in self.dropout:
            if isinstance(rng.bit_generator, np.random.MT19937):
                raise ValueError(
                    "fit: streams.dropout: expected generators of 64 bits (PCG64, SFC64, Philox), "
                    "got MT19937"
                )
        everyone = [*self.order, *self.dropout]
        if len({id(rng) for rng in everyone}) < len(everyone):
            raise ValueError(
                "fit: streams: expected a generator of its own for each network and purpose, "
                "got one of them twice"
            )


@dataclass(frozen=True)
class Replay:
    """Choices that are handed in instead of drawn, so that a published run can be repeated.

    order(epoch) -> the row numbers in their order in that epoch (1, 2, …), (n,) for all networks
    or (P, n).
    masks(update) -> in that update (1, 2, …) one array a hidden layer, 1 where a unit stays and 0
    where it goes, of shape (n_units, B) or (P, n_units, B); they are divided by keep_prob.
    """

    order: Callable[[int], Integers] | None = None
    masks: Callable[[int], Sequence[Array]] | None = None


class ReplayCache:
    """A replay whose functions are called once an epoch or update, though every group asks."""

    def __init__(self, replay: Replay) -> None:
        self.order = self._cached("order", replay.order)
        self.masks = self._cached("masks", replay.masks)
        self._values: dict[tuple[str, int], Any] = {}

    def clear(self) -> None:
        """Forget the answers of the epoch that is over."""
        self._values.clear()

    def _cached(
        self, kind: str, choose: Callable[[int], Any] | None
    ) -> Callable[[int], Any] | None:
        def chosen(number: int) -> Any:
            if (kind, number) not in self._values:
                self._values[kind, number] = choose(number) if choose else None
            return self._values[kind, number]

        return chosen if choose else None
