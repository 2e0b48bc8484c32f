"""A network's shape, its parameters as one flat row, and its binding to buffers.

The parameters of P networks are `theta (P, N)`: first all weights, layer by layer, each (n_out,
n_in) in C order; then all biases. Layers are views into it, and a gradient has the same shape.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dnn import layers
from dnn.arrays import Array, Integers
from dnn.initializers import INITIALIZERS
from dnn.losses import LOSSES, Loss


class Block(NamedTuple):
    """One dense layer's parameters: w (P, n_out, n_in), b (P, n_out, 1)."""

    w: Array
    b: Array


@dataclass(frozen=True)
class Network:
    """Dense layers n_in → hidden… → n_out; `hidden=()` is logistic, softmax or linear regression.

    The activation stands behind every hidden layer; the loss takes the last layer as it is.
    Errors: ValueError for a width below 1 or a name that no table has.
    """

    n_in: int
    hidden: tuple[int, ...]
    n_out: int
    activation: str = "relu"
    loss: str = "binary_cross_entropy"

    def __post_init__(self) -> None:
        for width in (self.n_in, *self.hidden, self.n_out):
            if width < 1:
                raise ValueError(f"Network: expected layer sizes of 1 or more, got {width}")
        for kind, name, table in (
            ("activation", self.activation, layers.ACTIVATIONS),
            ("loss", self.loss, LOSSES),
        ):
            if name not in table:
                raise ValueError(f"Network: {kind}: expected one of {', '.join(table)}; got {name}")

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """(n_out, n_in) of each layer."""
        sizes = (self.n_in, *self.hidden, self.n_out)
        return list(zip(sizes[1:], sizes[:-1], strict=True))

    @property
    def n_weights(self) -> int:
        """Weights of one network: the first so many columns of theta."""
        return sum(n_out * n_in for n_out, n_in in self.shapes)

    @property
    def n_parameters(self) -> int:
        """N: weights and biases of one network."""
        return self.n_weights + sum(n_out for n_out, _ in self.shapes)

    def flops_per_row(self) -> int:
        """FLOPs of one row's forward and backward pass, matrix products alone.

        2 per weight forward, 2 for its gradient, 2 for the input's gradient, which the first layer
        does not need.
        """
        n_out, n_in = self.shapes[0]
        return 6 * self.n_weights - 2 * n_out * n_in

    def blocks(self, theta: Array) -> list[Block]:
        """Views of theta (P, N), layer by layer."""
        population, blocks = len(theta), []
        w_at, b_at = 0, self.n_weights
        for n_out, n_in in self.shapes:
            w = theta[:, w_at : w_at + n_out * n_in].reshape(population, n_out, n_in)
            b = theta[:, b_at : b_at + n_out].reshape(population, n_out, 1)
            blocks.append(Block(w, b))
            w_at, b_at = w_at + n_out * n_in, b_at + n_out
        return blocks

    def initialize(
        self,
        initializer: str,
        generators: Sequence[np.random.Generator],
        dtype: Any = np.float32,
        **settings: float,
    ) -> Array:
        """theta (P, N) with one generator per network: weights in the layers' order, biases 0.

        `settings` are the initializer's; those left out take its defaults. Drawn in float64 and
        then rounded, so that both precisions start from the same draw.
        """
        draw = INITIALIZERS[initializer].draw
        scale = {"scale": 1.0, **INITIALIZERS[initializer].settings, **settings}["scale"]
        theta = np.zeros((len(generators), self.n_parameters))
        for row, rng in zip(theta, generators, strict=True):
            for w, _ in self.blocks(row[None]):
                n_out, n_in = w.shape[-2:]
                w[0] = draw(rng, n_in, n_out, scale)
        with np.errstate(over="ignore"):  # weights too large for float32 diverge, as they must
            return theta.astype(dtype)


@dataclass(frozen=True)
class Batch:
    """A network bound to theta, grad and a number of rows.

    x (P, B, n_in) and y (P, B, K) are the inputs' buffers, filled by `load`; uniform (P, ·) is the
    buffer for dropout's draws (empty without dropout). `gradient()` writes d(mean loss)/dθ into
    grad; z (P, K, B) then holds d(mean loss)/dz.
    """

    x: Array
    y: Array
    z: Array
    uniform: Array
    forward: Callable[[], None]
    backward: Callable[[], None]

    def load(self, x: Array, y: Array, rows: Integers) -> None:
        """Gather rows (P, B) of x (n, n_in) and y (n, K)."""
        # mode="clip" is what keeps take from buffering its whole output.
        np.take(x, rows, axis=0, out=self.x, mode="clip")
        np.take(y, rows, axis=0, out=self.y, mode="clip")

    def gradient(self) -> None:
        """Forward, then backward."""
        self.forward()
        self.backward()


def bind(
    network: Network, theta: Array, grad: Array, rows: int, keep_prob: Array | None = None
) -> Batch:
    """Bind a network to theta (P, N), grad (P, N) and batches of so many rows, for training.

    keep_prob (P, H), one column per hidden layer, or None for no dropout.
    """
    population, dtype = len(theta), theta.dtype
    loss, activation = LOSSES[network.loss], layers.ACTIVATIONS[network.activation]
    x = np.empty((population, rows, network.n_in), dtype)
    y = np.empty((population, rows, network.n_out), dtype)
    uniform, slices = _dropout_draws(network, population, rows, dtype, keep_prob)
    # The input stays as it was gathered, sample-major: BLAS takes its transpose without a copy.
    a: Array = x.swapaxes(-1, -2)
    da: Array | None = None
    chain: list[layers.Bound] = []
    parameters = zip(network.blocks(theta), network.blocks(grad), strict=True)
    for depth, ((w, b), (dw, db)) in enumerate(parameters):
        z = np.empty((population, w.shape[-2], rows), dtype)
        is_last = depth == len(network.hidden)
        dz = z if is_last else np.empty_like(z)
        chain.append(layers.dense(a, w, b, z, dz, dw, db, da))
        a, da = z, dz
        if not is_last:
            chain.append(activation(z, dz))
            if keep_prob is not None:
                keep = keep_prob[:, depth].astype(dtype)[:, None, None]
                a = np.empty_like(z)
                chain.append(layers.dropout(z, a, dz, slices[depth], keep))
    forwards = [layer.forward for layer in chain]
    backwards = [loss.bind(z, y, z), *(layer.backward for layer in reversed(chain))]
    return Batch(x, y, z, uniform, lambda: _run(forwards), lambda: _run(backwards))


def _run(calls: list[Callable[[], None]]) -> None:
    for call in calls:
        call()


def _dropout_draws(
    network: Network, population: int, rows: int, dtype: Any, keep_prob: Array | None
) -> tuple[Array, list[Array]]:
    """One buffer (P, ·) to be filled in one draw a network, and its view (P, n, B) per layer."""
    widths = network.hidden if keep_prob is not None else ()
    uniform = np.empty((population, sum(widths) * rows), dtype)
    views, at = [], 0
    for width in widths:
        views.append(uniform[:, at : at + width * rows].reshape(population, width, rows))
        at += width * rows
    return uniform, views


# Rows evaluated at once: enough for the products, few enough for the cache. It is a constant, for
# another number of rows can round a product differently.
EVALUATION_ROWS = 512


@dataclass(frozen=True)
class Evaluation:
    """A network bound to theta and a split's number of rows, in evaluation mode (no dropout)."""

    loss: Loss
    rows: int
    full: Callable[[Array], Array]
    rest: Callable[[Array], Array]

    @classmethod
    def bind(cls, network: Network, theta: Array, rows: int) -> "Evaluation":
        """For splits of exactly so many rows."""
        full = _bind_forward(network, theta, min(rows, EVALUATION_ROWS))
        rest = _bind_forward(network, theta, rows % EVALUATION_ROWS)
        return cls(LOSSES[network.loss], rows, full, rest)

    def logits(self, x: Array) -> "list[tuple[slice, Array]]":
        """X (n, n_in) → pieces (rows, z (P, K, rows)); the pieces are copies."""
        pieces = []
        for start in range(0, self.rows, EVALUATION_ROWS):
            piece = slice(start, min(start + EVALUATION_ROWS, self.rows))
            whole = piece.stop - start == min(self.rows, EVALUATION_ROWS)
            pieces.append((piece, (self.full if whole else self.rest)(x[piece]).copy()))
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


def _bind_forward(network: Network, theta: Array, rows: int) -> Callable[[Array], Array]:
    """X (rows, n_in) → z (P, K, rows), a buffer that the next call overwrites."""
    activation = layers.ACTIVATIONS[network.activation]
    blocks = network.blocks(theta)
    buffers = [np.empty((len(theta), n_out, rows), theta.dtype) for n_out, _ in network.shapes]
    # Only forward is called: what an activation sets aside for backward is never touched.
    activations = [activation(z, z) for z in buffers[:-1]]

    def forward(x: Array) -> Array:
        a = x.swapaxes(-1, -2)
        for depth, ((w, b), z) in enumerate(zip(blocks, buffers, strict=True)):
            np.matmul(w, a, out=z)
            np.add(z, b, out=z)
            if depth < len(activations):
                activations[depth].forward()
            a = z
        return buffers[-1]

    return forward
