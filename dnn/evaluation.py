"""Networks in evaluation mode: no dropout, and batch normalization's running statistics."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dnn import checks
from dnn.activations import ACTIVATIONS
from dnn.arrays import Array, Integers
from dnn.data import Data
from dnn.losses import Loss
from dnn.network import Block, Network
from dnn.normalization import EPSILON

# Rows evaluated at once: enough for the products, few enough for the cache. It is a constant, for
# another number of rows can round a product differently.
EVALUATION_ROWS = 512

# Bytes of inputs, at most, that are kept in the order in which they are evaluated.
KEPT = 16_000_000


# Which rows, and their inputs (n_in, rows).
Piece = tuple[slice, Array]


def cut(x: Array) -> Iterator[Piece]:
    """x (n, n_in) in pieces of `EVALUATION_ROWS`.

    Always in this order: another one would be another product, and round otherwise. OpenBLAS's
    small products with a transposed right-hand side take up to twice as long.
    """
    for start in range(0, len(x), EVALUATION_ROWS):
        rows = slice(start, min(start + EVALUATION_ROWS, len(x)))
        yield rows, np.ascontiguousarray(x[rows].T)


@dataclass(frozen=True)
class Evaluation:
    """A network bound to theta (P, N) and a split's number of rows."""

    loss: Loss
    rows: int
    full: Callable[[Array], Array]
    rest: Callable[[Array], Array]

    @classmethod
    def bind(cls, network: Network, theta: Array, rows: int) -> "Evaluation":
        """For splits of exactly so many rows."""
        full = _bind_forward(network, theta, min(rows, EVALUATION_ROWS))
        rest = _bind_forward(network, theta, rows % EVALUATION_ROWS)
        return cls(network.objective, rows, full, rest)

    def logits(self, pieces: Iterable[Piece]) -> Iterator[tuple[slice, Array]]:
        """(rows, z (P, K, rows)) of each piece of a split; the next one overwrites it."""
        for rows, columns in pieces:
            is_full = columns.shape[-1] == min(self.rows, EVALUATION_ROWS)
            yield rows, (self.full if is_full else self.rest)(columns)

    def outputs(self, x: Array) -> Array:
        """(P, n, K′): log-probabilities of all classes, or predictions."""
        each = [self.loss.outputs(z.copy()) for _, z in self.logits(cut(x))]
        return np.concatenate(each, axis=1)

    def score(self, pieces: Iterable[Piece], y: Array) -> tuple[Array, Array]:
        """Mean loss and error (P,), float64, of a split's pieces with y (n, K)."""
        loss_sum = mistakes = np.zeros(1)
        for rows, z in self.logits(pieces):
            loss_sum = loss_sum + self.loss.per_row(z, y[rows]).sum(axis=-1, dtype=np.float64)
            mistakes = mistakes + self.loss.mistakes(z, y[rows]).sum(axis=-1, dtype=np.float64)
        return loss_sum / self.rows, self.loss.error_from_mean(mistakes / self.rows)


class Scorer:
    """Scores of a population theta (P, N) on data, or of each network on rows of its own."""

    def __init__(
        self, network: Network, theta: Array, data: Data, rows: Sequence[Integers] | None
    ) -> None:
        self.network, self.theta, self.data, self.rows = network, theta, data, rows
        self._members: Integers | None = None
        # What every epoch needs anew is kept, where that is little.
        self._pieces = list(cut(data.x)) if rows is None and data.x.nbytes <= KEPT else None

    def __call__(self, members: Integers) -> tuple[Array, Array]:
        """Mean loss and error (len(members),) of these networks."""
        x, y = self.data.x, self.data.y
        if self.rows is None:
            self._bind(members)
            return self._evaluation.score(self._pieces or cut(x), y)
        scores = []
        for member in members:
            own = self.rows[member]
            alone = Evaluation.bind(self.network, self.theta[member : member + 1], len(own))
            scores.append(alone.score(cut(x[own]), y[own]))
        loss, error = zip(*scores, strict=True)
        return np.concatenate(loss), np.concatenate(error)

    def _bind(self, members: Integers) -> None:
        """To all of theta, or to a copy of the members' rows that is made anew each time."""
        everyone = len(members) == len(self.theta)
        if self._members is None or not np.array_equal(members, self._members):
            self._own = self.theta if everyone else np.empty_like(self.theta[members])
            self._evaluation = Evaluation.bind(self.network, self._own, len(self.data))
            self._members = np.array(members)
        if not everyone:
            self._own[:] = self.theta[members]


def predict(network: Network, theta: Array, x: Array) -> Array:
    """(P, n, K′) for x (n, n_in): log-probabilities of all classes, or predictions.

    The last bits of a row's numbers can depend on how many rows it comes with. Errors: ValueError
    for shapes and types that don't fit, NaN or infinity.
    """
    checks.theta(network, theta, "predict")
    checks.inputs(network, x, "predict")
    if len(x) == 0:
        classes = max(2, network.n_out) if network.objective.has_classes else network.n_out
        return np.empty((len(theta), 0, classes))
    with np.errstate(all="ignore"):
        return Evaluation.bind(network, theta, len(x)).outputs(x.astype(theta.dtype, copy=False))


def score(network: Network, theta: Array, data: Data) -> tuple[Array, Array]:
    """Mean loss and error (P,) of theta (P, N) on data. Errors: ValueError, as `predict`."""
    checks.theta(network, theta, "score")
    checks.data(network, data, "score: data")
    with np.errstate(all="ignore"):
        return Evaluation.bind(network, theta, len(data.x)).score(cut(data.x), data.y)


def _bind_forward(network: Network, theta: Array, rows: int) -> Callable[[Array], Array]:
    """From xᵀ (n_in, rows) to z (P, K, rows), a buffer that the next call overwrites."""
    blocks = network.blocks(theta)
    buffers = [np.empty((len(theta), n_out, rows), theta.dtype) for n_out, _ in network.shapes]
    # Only forward is called: what an activation sets aside for backward is never touched.
    activations = [ACTIVATIONS[network.activation](z, z) for z in buffers[:-1]]

    def forward(x: Array) -> Array:
        a = x
        for depth, (block, z) in enumerate(zip(blocks, buffers, strict=True)):
            np.matmul(block.w, a, z)
            _shift(block, z)
            if depth < len(activations):
                activations[depth].forward()
            a = z
        return buffers[-1]

    return forward


def _shift(block: Block, z: Array) -> None:
    """Bias, or batch normalization with its running statistics: one factor and one shift a unit."""
    if block.gain is not None and block.mean is not None and block.variance is not None:
        factor = block.gain / np.sqrt(block.variance + block.variance.dtype.type(EPSILON))
        np.subtract(z, block.mean, z)
        np.multiply(z, factor, z)
    np.add(z, block.b, z)
