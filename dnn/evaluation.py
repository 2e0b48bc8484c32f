"""Networks in evaluation mode: no dropout, and batch normalization's running statistics."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dnn.activations import ACTIVATIONS
from dnn.arrays import Array
from dnn.layers import BATCH_NORM_EPSILON
from dnn.losses import Loss
from dnn.network import Block, Network

# Rows evaluated at once: enough for the products, few enough for the cache. It is a constant, for
# another number of rows can round a product differently.
EVALUATION_ROWS = 512


class Table(Protocol):
    """Rows x (n, n_in) and y (n, K)."""

    @property
    def x(self) -> Array: ...
    @property
    def y(self) -> Array: ...


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

    def logits(self, x: Array) -> "list[tuple[slice, Array]]":
        """X (n, n_in) → pieces (rows, z (P, K, rows)); the pieces are copies."""
        pieces = []
        for start in range(0, self.rows, EVALUATION_ROWS):
            piece = slice(start, min(start + EVALUATION_ROWS, self.rows))
            whole = piece.stop - start == min(self.rows, EVALUATION_ROWS)
            # Another order in memory would be another product, and round otherwise.
            rows = np.ascontiguousarray(x[piece])
            pieces.append((piece, (self.full if whole else self.rest)(rows).copy()))
        return pieces

    def outputs(self, x: Array) -> Array:
        """(P, n, K′): log-probabilities of all classes, or predictions."""
        return np.concatenate([self.loss.outputs(z) for _, z in self.logits(x)], axis=1)

    def score(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Mean loss and error (P,) on x (n, n_in), y (n, K), float64."""
        loss_sum = mistakes = np.zeros(1)
        for piece, z in self.logits(x):
            loss_sum = loss_sum + self.loss.per_row(z, y[piece]).sum(axis=-1, dtype=np.float64)
            mistakes = mistakes + self.loss.mistakes(z, y[piece]).sum(axis=-1, dtype=np.float64)
        return loss_sum / self.rows, self.loss.error_from_mean(mistakes / self.rows)


def predict(network: Network, theta: Array, x: Array) -> Array:
    """(P, n, K′) for x (n, n_in): log-probabilities of all classes, or predictions.

    Errors: ValueError for shapes that don't fit.
    """
    check_theta(network, theta, "predict")
    if x.ndim != 2 or x.shape[1] != network.n_in:
        raise ValueError(f"predict: x: expected (n, {network.n_in}), got {x.shape}")
    with np.errstate(all="ignore"):
        return Evaluation.bind(network, theta, len(x)).outputs(x.astype(theta.dtype, copy=False))


def score(network: Network, theta: Array, data: Table) -> tuple[Array, Array]:
    """Mean loss and error (P,) of theta (P, N) on data. Errors: ValueError, as `predict`."""
    check_theta(network, theta, "score")
    with np.errstate(all="ignore"):
        return Evaluation.bind(network, theta, len(data.x)).score(data.x, data.y)


def check_theta(network: Network, theta: Array, where: str) -> None:
    """Refuse parameters that are not the network's. Errors: ValueError."""
    if theta.ndim != 2 or theta.shape[1] != network.n_columns:
        raise ValueError(
            f"{where}: theta: expected (P, {network.n_columns}) for {network.shapes}, "
            f"got {theta.shape}"
        )


def _bind_forward(network: Network, theta: Array, rows: int) -> Callable[[Array], Array]:
    """X (rows, n_in) → z (P, K, rows), a buffer that the next call overwrites."""
    blocks = network.blocks(theta)
    buffers = [np.empty((len(theta), n_out, rows), theta.dtype) for n_out, _ in network.shapes]
    # Only forward is called: what an activation sets aside for backward is never touched.
    activations = [ACTIVATIONS[network.activation](z, z) for z in buffers[:-1]]

    def forward(x: Array) -> Array:
        a = x.swapaxes(-1, -2)
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
        factor = block.gain / np.sqrt(
            block.variance + block.variance.dtype.type(BATCH_NORM_EPSILON)
        )
        np.subtract(z, block.mean, z)
        np.multiply(z, factor, z)
    np.add(z, block.b, z)
