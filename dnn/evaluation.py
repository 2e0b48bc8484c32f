"""Networks in evaluation mode: no dropout, and batch normalization's running statistics."""

from collections.abc import Callable, Iterable

import numpy as np

from dnn import activations, affine, checks
from dnn.arrays import Array, empty
from dnn.chunks import CHUNK_ROWS, RowChunk, Rows, columns, row_chunks
from dnn.data import Data
from dnn.network import Block, Network

# For how many numbers of rows buffers are kept, at most: a whole chunk's and a shorter last one's.
KEPT_SIZES = 2


class Evaluation:
    """A network bound to theta (P, N), for chunks of any number of rows.

    Each layer is one product, with all in it that is the same for every row (see `dnn.affine`).
    Each call sees what theta holds by then.
    """

    def __init__(self, network: Network, theta: Array) -> None:
        self.theta = theta
        self._network, self._loss = network, network.objective
        self._activation = activations.forward_only(network.activation)
        blocks = network.blocks(theta)
        self._layers = [self._bind_layer(depth, block) for depth, block in enumerate(blocks)]
        self._forwards: dict[int, Callable[[Array], Array]] = {}

    def _bind_layer(self, depth: int, block: Block) -> affine.Affine:
        """A layer between its activation and that of the one below."""
        network, (_, before, after, offset) = self._network, self._activation
        if depth == len(network.hidden):
            before = 1.0
        if depth > 0:
            return affine.bind(block, None, before, after, offset)
        first = network.first(self.theta) if network.is_row_major else None
        return affine.bind(block, first, before, after=1.0, offset=0.0)

    def _logits(self, x: Array) -> Array:
        """z (P, K, B) of a chunk's x, (n_in + 1, B) for all networks or (P, n_in + 1, B).

        The next chunk of as many rows overwrites it.
        """
        rows = x.shape[-1]
        if rows not in self._forwards:
            if len(self._forwards) == KEPT_SIZES:
                del self._forwards[min(self._forwards)]  # a shorter chunk's
            self._forwards[rows] = self._bind(rows)
        return self._forwards[rows](x)

    def _refresh(self) -> None:
        for layer in self._layers:
            layer.refresh()

    def outputs(self, x: Array) -> Array:
        """(P, n, K′) of x (n, n_in): log-probabilities of all classes, or predictions."""
        self._refresh()
        starts = range(0, len(x), CHUNK_ROWS)
        chunks = (columns(x[start : start + CHUNK_ROWS]) for start in starts)
        each = [self._loss.outputs(self._logits(chunk).copy()) for chunk in chunks]
        return np.concatenate(each, axis=1)

    def scores(self, chunks: Iterable[RowChunk], splits: int) -> Array:
        """Mean loss and error of each of so many splits: (2 · splits, P), float64.

        Of rows with weights the weighted means.
        """
        self._refresh()
        sums = np.zeros((splits, 2, len(self.theta)))
        counts = np.zeros((splits, 1, len(self.theta)))  # of rows, or the sum of their weights
        for chunk in chunks:
            z = self._logits(chunk.x)
            each = self._loss.per_row(z, chunk.y), self._loss.error_per_row(z, chunk.y)
            for (split, rows), weights in zip(chunk.spans, chunk.weights, strict=True):
                if weights is None:
                    counts[split] += rows.stop - rows.start
                else:
                    counts[split] += weights.sum(axis=-1, dtype=np.float64)
                for total, values in zip(sums[split], each, strict=True):
                    of_rows = values[:, rows] if weights is None else values[:, rows] * weights
                    total += np.add.reduce(of_rows, axis=-1, dtype=np.float64)
        sums /= counts
        sums[:, 1] = self._loss.error_from_mean(sums[:, 1])
        return sums.reshape(-1, len(self.theta))

    def _bind(self, rows: int) -> Callable[[Array], Array]:
        """From x (..., n_in + 1, rows) to z (P, K, rows), which the next call overwrites."""
        dtype, networks = self.theta.dtype, len(self.theta)
        *hidden, last = self._layers
        steps = []
        for layer, above, width in zip(hidden, self._layers[1:], self._network.hidden, strict=True):
            a = empty((networks, width + 1, rows), dtype)
            a[:, -1] = 1  # under the units a row of ones, for the next layer's biases
            units = a[:, :-1]
            rest = layer.bind_rest(units, self._activation.bind(units))
            # Only a matrix that holds biases has a column for the ones.
            steps.append((layer.matrix, units, rest, a[:, : above.matrix.shape[-1]]))
        z = empty((networks, self._network.n_out, rows), dtype)
        finish = last.bind_rest(z, lambda: None)
        has_biases = self._layers[0].shift is None

        def forward(x: Array) -> Array:
            below = x if has_biases else x[..., :-1, :]
            for matrix, units, rest, a in steps:
                np.matmul(matrix, below, units)
                rest()
                below = a
            np.matmul(last.matrix, below, z)
            finish()
            return z

        return forward


def predict(network: Network, theta: Array, x: Array) -> Array:
    """Each network's outputs in evaluation mode: no dropout, running statistics.

    The last bits of a row's numbers can depend on how many rows it comes with.

    Args:
        network: The networks' shape.
        theta: Parameters (P, N), float32 or float64.
        x: Inputs (n, n_in), numbers of any type.

    Returns:
        (P, n, K′) of theta's type: the log-probabilities of all classes (K′ is 2 for
        binary_cross_entropy), or for regression the predictions.

    Raises:
        ValueError: Shapes and types that don't fit, NaN or infinity.

    Example:
        >>> import numpy as np, dnn
        >>> network = dnn.Network(4, (8,), 3, loss="softmax_cross_entropy")
        >>> theta = network.initialize("he", dnn.Streams.spawn(0, 2).initial)
        >>> log_p = dnn.predict(network, theta, np.ones((5, 4)))
        >>> log_p.shape, bool(np.allclose(np.exp(log_p).sum(axis=2), 1))
        ((2, 5, 3), True)

    References:
        Log-softmax without overflow: Blanchard, Higham and Higham, "Accurately computing the
        log-sum-exp and softmax functions" (2021).
    """
    checks.theta(network, theta, "predict")
    checks.inputs(network, x, "predict")
    if len(x) == 0:
        classes = max(2, network.n_out) if network.objective.has_classes else network.n_out
        return np.empty((len(theta), 0, classes))
    with np.errstate(all="ignore"):
        return Evaluation(network, theta).outputs(x.astype(theta.dtype, copy=False))


def score(network: Network, theta: Array, data: Data) -> tuple[Array, Array]:
    """Mean loss and error of each network on data, in evaluation mode, without penalties.

    Where rows have weights, both are weighted means.

    Args:
        network: The networks' shape, and the loss (`help(dnn.LOSSES[network.loss])` has its
            formula).
        theta: Parameters (P, N), float32 or float64.
        data: Rows, of any floating type.

    Returns:
        Mean loss (P,), and error (P,): the share of rows of another class than the likeliest, or
        for regression the root of the mean squared error, in the target's unit.

    Raises:
        ValueError: Shapes, types and targets that don't fit.

    Example:
        >>> import numpy as np, dnn
        >>> network, theta = dnn.Network(2, (), 1), np.zeros((3, 3))
        >>> loss, error = dnn.score(network, theta, dnn.Data(np.ones((4, 2)), np.eye(4, 1)))
        >>> loss.round(4), error
        (array([0.6931, 0.6931, 0.6931]), array([0.25, 0.25, 0.25]))
    """
    checks.theta(network, theta, "score")
    checks.data(network, data, "score: data")
    with np.errstate(all="ignore"):
        loss, error = Evaluation(network, theta).scores(
            row_chunks([Rows(data.x, data.y, data.weights)]), 1
        )
    return loss, error
