"""What goes into a training besides the network: rows, generators, a replay of recorded choices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.arrays import Array, Integers
from dnn.numbers import whole


@dataclass(frozen=True)
class Data:
    """Rows of inputs and targets, both float32 or float64.

    Args:
        x: Inputs (n, n_in).
        y: Targets (n, K): one column of 0 and 1 for binary_cross_entropy, one-hot rows (see
            `one_hot`) for softmax_cross_entropy, the target columns for regression.
        weights: How much each row counts (n,), in what is trained on and in scores: a row of weight
            2 as two rows, one of 0 as none. Only their ratios matter. None: all alike.

    Raises:
        ValueError: Shapes that don't fit, no row, another type, NaN or infinity; a weight below 0,
            or none above it.

    Example:
        >>> import numpy as np, dnn
        >>> len(dnn.Data(np.zeros((5, 3)), np.ones((5, 1))))
        5
    """

    x: Array
    y: Array
    weights: Array | None = None

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
        if self.weights is not None:
            _check_weights(self.weights, len(self.x))

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: slice | Integers) -> "Data":
        """Some of the rows; of a slice uncopied.

        Args:
            rows: A slice, or the numbers of rows (n,).

        Returns:
            The rows, their targets and weights.

        Raises:
            ValueError: No rows, or rows that all weigh 0.
        """
        weights = None if self.weights is None else self.weights[rows]
        return Data(self.x[rows], self.y[rows], weights)


def _check_weights(weights: Array, rows: int) -> None:
    is_array = type(weights) is np.ndarray and weights.dtype in (np.float32, np.float64)
    if not is_array or weights.shape != (rows,):
        got = weights.shape if is_array else type(weights).__name__
        raise ValueError(
            f"Data: weights: expected float32 or float64 of shape ({rows},), got {got}"
        )
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"Data: weights: expected finite numbers >= 0, got {weights[row]} in row {row}"
        )
    if not weights.any():
        raise ValueError("Data: weights: expected a weight above 0, got 0 in every row")


@dataclass(frozen=True)
class Streams:
    """One generator per network and purpose, so that no network's draws depend on another's.

    Args:
        initial: P generators, of the initial weights (see `Network.initialize`).
        order: P generators, of the order of rows; no generator may stand here or in dropout twice.
        dropout: P generators of 64 bits (PCG64, SFC64 or Philox), of dropout's masks.

    Example:
        >>> import dnn
        >>> streams = dnn.Streams.spawn(seed=0, population=3)
        >>> len(streams.initial), len(streams.order), len(streams.dropout)
        (3, 3, 3)
    """

    initial: Sequence[np.random.Generator]
    order: Sequence[np.random.Generator]
    dropout: Sequence[np.random.Generator]

    @classmethod
    def spawn(cls, seed: int, population: int) -> "Streams":
        """Independent streams for networks 0 … population − 1; a network's depend on its number.

        Args:
            seed: A whole number of 0 or more.
            population: How many networks.

        Returns:
            Generators of NumPy's `SeedSequence(seed, spawn_key=(network, purpose))`.

        Raises:
            ValueError: A seed or a population that is not a whole number, or too small.
        """
        seed = whole(seed, "Streams.spawn: seed", 0)
        population = whole(population, "Streams.spawn: population", 1)

        def generators(purpose: int) -> list[np.random.Generator]:
            keys = [(row, purpose) for row in range(population)]
            return [np.random.default_rng(np.random.SeedSequence(seed, spawn_key=k)) for k in keys]

        return cls(generators(0), generators(1), generators(2))

    def check(self, population: int) -> None:
        """Raise ValueError unless each network and purpose has a generator of its own."""
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
    """Recorded choices, used instead of drawn ones, so that a published run can be repeated.

    Args:
        order: From an epoch (1, 2, …) to the row numbers in their order in that epoch, (n,) for all
            networks or (P, n). None: drawn.
        masks: From an update (1, 2, …) to one array a hidden layer, 1 where a unit stays and 0
            where it is dropped, (n_units, B) or (P, n_units, B); divided by keep_prob. None: drawn.

    Example:
        >>> import numpy as np, dnn
        >>> replay = dnn.Replay(order=lambda epoch: np.roll(np.arange(6), epoch))
        >>> replay.order(2)
        array([4, 5, 0, 1, 2, 3])

    References:
        The masks' division: inverted dropout, after Srivastava et al., "Dropout" (2014).
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
