"""A network bound to theta, a gradient and a number of rows: all buffers made once, then reused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnn import layers
from dnn.activations import ACTIVATIONS
from dnn.arrays import Array, Integers, Layer, empty, empty_like, scalar
from dnn.network import Block, Network
from dnn.normalization import (
    BatchNormBuffers,
    batch_norm,
    bind_running_statistics,
    dense_batch_norm,
    dense_rows_batch_norm,
)

# Random words drawn at once: what a draw allocates stays in the cache, and stays small.
WORDS = 2048
# With fewer inputs than this, a first layer has far fewer weights than activations: batch
# normalization is then folded into the weights, instead of scaling the activations.
FEW_INPUTS = 8


@dataclass(frozen=True)
class Batch:
    """The buffers of one batch, and what can be done with them.

    table (P, B, ·) holds x (P, B, n_in), with a column of ones where the network asks for it, and
    y (P, B, K). `load` fills it and, where rows have weights, weights (P, B); `draw` fills bits
    (P, ·); the caller fills masks (P, n, B), one a hidden layer, where they are given instead of
    drawn. `forward` writes the activations to hidden (P, n, B), one a layer, and the logits to z
    (P, K, B).
    `gradient` writes d(weighted mean loss)/dθ into grad; z then holds d(mean loss)/dz, and hidden
    may hold anything.
    """

    table: Array
    x: Array
    y: Array
    z: Array
    weights: Array | None
    bits: NDArray[np.uint16] | None
    masks: list[Array]
    hidden: list[Array]
    forwards: Sequence[Callable[[], None]]
    backwards: Sequence[Callable[[], None]]

    def load(self, table: tuple[Array, ...], weights: Array | None, rows: Integers) -> None:
        """Gather rows (P, B) of `Network.table` and of weights (n,) or (P, n)."""
        into = (self.table,) if len(table) == 1 else (self.x, self.y)
        for source, part in zip(table, into, strict=True):
            out = part[..., : source.shape[1]]  # without the column of ones, which stays
            # mode="clip" is what keeps take from buffering its whole output.
            source.take(rows, axis=0, out=out, mode="clip")
        if weights is None or self.weights is None:
            return
        if weights.ndim == 1:
            np.take(weights, rows, out=self.weights, mode="clip")
            return
        for out, own, numbers in zip(self.weights, weights, rows, strict=True):
            np.take(own, numbers, out=out, mode="clip")

    def draw(self, generators: Sequence[np.random.Generator]) -> None:
        """Fresh random bits for dropout, from one generator a network."""
        if self.bits is None:
            return
        words = self.bits.view(np.uint64)
        for row, rng in zip(words, generators, strict=True):
            raw = rng.bit_generator.random_raw
            for start in range(0, len(row), WORDS):
                part = row[start : start + WORDS]
                part[:] = raw(len(part))

    def forward(self) -> None:
        """Logits of the loaded rows, in training mode."""
        for call in self.forwards:
            call()

    def gradient(self) -> None:
        """Forward, then backward."""
        for call in self.forwards:
            call()
        for call in self.backwards:
            call()


def bind(
    network: Network,
    theta: Array,
    grad: Array,
    rows: int,
    keep_prob: Array | None = None,
    *,
    weighted: bool = False,
    masked: bool = False,
) -> Batch:
    """Bind a network to theta (P, N), grad (P, n_parameters) and batches of so many rows.

    keep_prob (P, H), one column per hidden layer, or None for no dropout; `masked`: the caller
    fills the masks, none is drawn. `weighted`: rows have weights.
    """
    population, dtype = len(theta), theta.dtype
    table, x, y = _allocate_table(network, population, rows, dtype)
    weights = np.ones((population, rows), dtype) if weighted else None
    shapes = _shapes(network, population, rows)
    drawn = keep_prob is not None and not masked
    bits, views = _random_bits(shapes if drawn else [], population)
    masks: list[Array] = []
    hidden: list[Array] = []
    # The input stays as it was gathered, sample-major: BLAS takes its transpose without a copy.
    a: Array = x.swapaxes(-1, -2)
    da: Array | None = None
    chain: list[Layer] = []
    # Batch normalization writes its batch's statistics into an array laid out as theta, in the
    # columns that hold the running statistics there.
    of_batch = empty_like(theta) if network.batch_norm else theta
    blocks = zip(*map(network.blocks, (theta, grad, of_batch)), strict=True)
    for depth, (block, gradient, statistics) in enumerate(blocks):
        is_last = depth == len(network.hidden)
        is_rows = depth == 0 and network.is_row_major
        z = empty((population, network.n_out, rows) if is_last else shapes[depth], dtype)
        dz = z if is_last else empty_like(z)
        units = _batch_norm_buffers(block, gradient, statistics)
        if is_rows:
            w, dw = network.first(theta), network.first(grad)
            chain.append(_linear_rows(x, w, z, dz, dw, units))
        else:
            chain += _linear(a, block, gradient, z, dz, da, units)
        if is_last:
            break
        feature_major = _transposed if is_rows else _unchanged
        hidden.append(feature_major(z))
        keep = None if keep_prob is None else keep_prob[:, depth, None, None]
        mask = np.ones_like(z) if masked else None
        a, bound = _bind_activation(
            network.activation, z, dz, keep, views[depth] if drawn else None, mask
        )
        chain += bound
        if mask is not None:
            masks.append(feature_major(mask))
        a, da = feature_major(a), feature_major(dz)
    backwards = [
        network.objective.bind(z, y, z),
        _mean(z, weights),
        *(layer.backward for layer in reversed(chain)),
    ]
    forwards = [layer.forward for layer in chain]
    if network.batch_norm:
        columns = np.s_[:, network.n_parameters :]
        forwards.append(bind_running_statistics(theta[columns], of_batch[columns], rows))
    return Batch(table, x, y, z, weights, bits, masks, hidden, forwards, backwards)


def _allocate_table(
    network: Network, population: int, rows: int, dtype: Any
) -> tuple[Array, Array, Array]:
    """The table that rows are gathered into, and its parts x and y."""
    columns = network.n_in + network.is_row_major
    table = empty((population, rows, network.table_width(dtype.itemsize)), dtype)
    table[:] = 1
    return table, table[..., :columns], table[..., columns : columns + network.n_out]


def _shapes(network: Network, population: int, rows: int) -> list[tuple[int, int, int]]:
    """Shapes of the hidden activations: (P, n, B), but (P, B, n) for a row-major first layer."""
    shapes = [(population, width, rows) for width in network.hidden]
    if network.is_row_major:
        shapes[0] = (population, rows, network.hidden[0])
    return shapes


def _bind_activation(
    activation: str,
    z: Array,
    dz: Array,
    keep: Array | None,
    bits: NDArray[np.uint16] | None,
    mask: Array | None,
) -> tuple[Array, list[Layer]]:
    """A hidden layer's output, and what makes it of z: the activation, and dropout if any."""
    if keep is not None and bits is not None and activation == "relu":
        return z, [layers.relu_dropout(z, dz, bits, keep)]
    bound = [ACTIVATIONS[activation](z, dz)]
    a = empty_like(z)
    if mask is not None:
        return a, [*bound, layers.masked(z, a, dz, mask)]
    if keep is not None and bits is not None:
        return a, [*bound, layers.dropout(z, a, dz, bits, keep)]
    return z, bound


def _transposed(values: Array) -> Array:
    return values.swapaxes(-1, -2)


def _unchanged(values: Array) -> Array:
    return values


def _batch_norm_buffers(
    block: Block, gradient: Block, statistics: Block
) -> BatchNormBuffers | None:
    """What batch normalization needs of a layer's parameters, gradient and statistics."""
    if (
        block.gain is None
        or gradient.gain is None
        or statistics.mean is None
        or statistics.variance is None
    ):
        return None
    return BatchNormBuffers(
        block.gain, block.b, gradient.gain, gradient.b, statistics.mean, statistics.variance
    )


def _linear_rows(
    x: Array, w: Array, z: Array, dz: Array, dw: Array, units: BatchNormBuffers | None
) -> Layer:
    """A first layer row by row; normalized, it needs neither the column of ones nor biases."""
    if units is None:
        return layers.dense_rows(x, w, z, dz, dw)
    turned = BatchNormBuffers(*map(_transposed, units))
    return dense_rows_batch_norm(x[..., :-1], w[:, :-1], z, dz, dw[:, :-1], turned)


def _linear(
    a: Array,
    block: Block,
    gradient: Block,
    z: Array,
    dz: Array,
    da: Array | None,
    units: BatchNormBuffers | None,
) -> list[Layer]:
    """A dense layer; with batch normalization one without bias, and the normalization behind it."""
    if units is None:
        return [layers.dense(a, block.w, block.b, z, dz, gradient.w, gradient.b, da)]
    if da is None and a.shape[1] < FEW_INPUTS:
        return [dense_batch_norm(a, block.w, z, dz, gradient.w, units)]
    dense = layers.dense(a, block.w, None, z, dz, gradient.w, None, da)
    return [dense, batch_norm(z, dz, units)]


def _mean(dz: Array, weights: Array | None) -> Callable[[], None]:
    """From each row's gradient to that of the (weighted) mean over rows."""
    share = scalar(1 / dz.shape[-1], dz)

    def plain() -> None:
        np.multiply(dz, share, dz)

    if weights is None:
        return plain
    of_rows = weights[:, None, :]

    def weighted() -> None:
        np.multiply(dz, share, dz)
        np.multiply(dz, of_rows, dz)

    return weighted


def _random_bits(
    shapes: Sequence[tuple[int, int, int]], population: int
) -> tuple[NDArray[np.uint16] | None, list[NDArray[np.uint16]]]:
    """One buffer (P, ·) of whole 64-bit words, and its view of each layer's shape."""
    if not shapes:
        return None, []
    sizes = [one * other for _, one, other in shapes]
    bits = empty((population, -(-sum(sizes) // 4) * 4), np.uint16)
    views, at = [], 0
    for shape, size in zip(shapes, sizes, strict=True):
        views.append(bits[:, at : at + size].reshape(shape))
        at += size
    return bits, views
