"""A network's shape, and its parameters as one flat row.

The parameters of P networks are `theta (P, N)`: first all weights, layer by layer, each (n_out,
n_in) in C order; then all biases; with batch normalization then its gains, and behind the trained
parameters its running means and variances. Where the first layer is wide, its weights are the last
ones and lie (n_in, n_out), so that its biases follow as one row more (see `is_row_major`). Layers
are views into it; a gradient has the shape of the trained part.
"""

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from dnn.activations import ACTIVATIONS
from dnn.arrays import Array, empty
from dnn.initializers import INITIALIZERS
from dnn.losses import LOSSES, Loss
from dnn.names import check_names, lookup
from dnn.numbers import Bound, numbers, whole

# Version of the order of theta's columns: whoever stores parameters stores it with them, and
# refuses those of another. New in 2: a wide first layer lies (n_in, n_out) with batch norm, too.
LAYOUT = 2
LARGE = 2**25  # bytes: a table of so many would cost memory, and its rows are wide


class Block(NamedTuple):
    """One dense layer's parameters: w (P, n_out, n_in), b (P, n_out, 1).

    With batch normalization also gain, and the running mean and variance, each (P, n_out, 1); b is
    then its shift, and the dense layer itself has no bias.
    """

    w: Array
    b: Array
    gain: Array | None = None
    mean: Array | None = None
    variance: Array | None = None


@dataclass(frozen=True)
class Network:
    """The shape of a network: dense layers n_in → hidden… → n_out, and the loss of the last.

    Args:
        n_in: Inputs of a row.
        hidden: Units of each hidden layer; () is logistic, softmax or linear regression.
        n_out: Outputs: 1 for binary_cross_entropy, a class each for softmax_cross_entropy, else a
            target each.
        activation: A name of ACTIVATIONS, behind every hidden layer.
        loss: A name of LOSSES, which takes the last layer as it is, without an activation.
        batch_norm: Whether every hidden layer is normalized before its activation.
        loss_settings: The loss's own, by name.

    Raises:
        ValueError: A width below 1, a name that no table has, an n_out that is none of the loss.

    Example:
        >>> import dnn
        >>> network = dnn.Network(4, (8, 6), 3, loss="softmax_cross_entropy")
        >>> network.shapes, network.n_parameters
        ([(8, 4), (6, 8), (3, 6)], 115)

    References:
        Batch normalization: Ioffe and Szegedy (2015), algorithm 1. The activations' and losses'
        papers stand in their docstrings.
    """

    n_in: int
    hidden: tuple[int, ...]
    n_out: int
    activation: str = "relu"
    loss: str = "binary_cross_entropy"
    batch_norm: bool = False
    loss_settings: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.hidden, tuple | list | np.ndarray):
            raise ValueError(
                f"Network: hidden: expected a tuple of layer sizes, got {self.hidden!r}"
            )
        # The caller's list might change, and an array has no plain equality.
        widths = tuple(whole(width, "Network: hidden", 1) for width in self.hidden)
        object.__setattr__(self, "hidden", widths)
        for name in ("n_in", "n_out"):
            object.__setattr__(self, name, whole(getattr(self, name), f"Network: {name}", 1))
        if not isinstance(self.batch_norm, bool | np.bool_):
            raise ValueError(
                f"Network: batch_norm: expected True or False, got {self.batch_norm!r}"
            )
        lookup(ACTIVATIONS, self.activation, "Network: activation")
        make = lookup(LOSSES, self.loss, "Network: loss")
        check_names(
            self.loss_settings, inspect.signature(make).parameters, f"Network: loss {self.loss}"
        )
        if self.loss == "binary_cross_entropy" and self.n_out != 1:
            raise ValueError(
                f"Network: n_out: expected 1 for binary_cross_entropy, got {self.n_out} "
                f"(softmax_cross_entropy takes several classes)"
            )
        if self.loss == "softmax_cross_entropy" and self.n_out == 1:
            raise ValueError(
                "Network: n_out: expected 2 or more for softmax_cross_entropy, got 1 "
                "(binary_cross_entropy takes one)"
            )
        _ = self.objective

    @property
    def objective(self) -> Loss:
        """The loss, made from its settings."""
        return LOSSES[self.loss](**self.loss_settings)

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
        """Trained numbers of one network: weights, biases, and batch normalization's gains."""
        gains = sum(self.hidden) if self.batch_norm else 0
        return self.n_weights + sum(n_out for n_out, _ in self.shapes) + gains

    @property
    def n_columns(self) -> int:
        """N, the columns of theta: the parameters, and batch normalization's running statistics."""
        return self.n_parameters + (2 * sum(self.hidden) if self.batch_norm else 0)

    def flops_per_row(self) -> int:
        """FLOPs of one row's forward and backward pass, matrix products alone.

        2 per weight forward, 2 for its gradient, 2 for the input's gradient, which the first layer
        does not need.
        """
        n_out, n_in = self.shapes[0]
        return 6 * self.n_weights - 2 * n_out * n_in

    @property
    def is_row_major(self) -> bool:
        """Whether the first hidden layer is computed row by row, (P, B, n) instead of (P, n, B).

        Its input is gathered so; a product then needs no transposed right-hand side, which costs
        BLAS up to twice the time, and a column of ones in the input takes the biases along. With
        few units the later layers would lose more than it gains.
        """
        return bool(self.hidden) and self.n_in >= 8 and self.hidden[0] >= 16

    def table(self, x: Array, y: Array) -> tuple[Array, ...]:
        """Rows x (n, n_in) and y (n, K) side by side, to be gathered at once.

        Between them stands a column of ones where the first layer is computed row by row; behind
        them zeros up to `table_width`. Where that is a LARGE copy of them: x and y themselves.
        """
        if len(x) * self.table_width(x.itemsize) * x.itemsize >= LARGE:
            return x, y
        ones = np.ones((len(x), int(self.is_row_major)), x.dtype)
        rest = self.table_width(x.itemsize) - x.shape[1] - ones.shape[1] - y.shape[1]
        return (np.concatenate([x, ones, y, np.zeros((len(x), rest), x.dtype)], axis=1),)

    def table_width(self, itemsize: int) -> int:
        """Columns of `table`. Rows of exactly 16 or 32 bytes are gathered twice as fast."""
        width = self.n_in + self.is_row_major + self.n_out
        return next((size // itemsize for size in (16, 32) if width * itemsize <= size), width)

    def first(self, theta: Array) -> Array:
        """View of the first layer's weights and biases, (P, n_in + 1, n), where row by row."""
        end = self.n_weights + self.hidden[0]
        start = self.n_weights - self.n_in * self.hidden[0]
        return theta[:, start:end].reshape(len(theta), self.n_in + 1, self.hidden[0])

    def blocks(self, theta: Array) -> list[Block]:
        """Views of theta (P, N), layer by layer; of a gradient (P, n_parameters) too."""
        at = 0

        def take(*shape: int) -> Array:
            nonlocal at
            start, at = at, at + math.prod(shape)
            return theta[:, start:at].reshape(len(theta), *shape)

        if self.is_row_major:
            later = [take(n_out, n_in) for n_out, n_in in self.shapes[1:]]
            weights = [take(self.n_in, self.hidden[0]).swapaxes(1, 2), *later]
        else:
            weights = [take(n_out, n_in) for n_out, n_in in self.shapes]
        biases = [take(n_out, 1) for n_out, _ in self.shapes]
        blocks = [Block(w, b) for w, b in zip(weights, biases, strict=True)]
        if not self.batch_norm:
            return blocks
        gains = [take(width, 1) for width in self.hidden]
        if theta.shape[1] == self.n_parameters:  # a gradient
            return [
                block._replace(gain=gain) for block, gain in zip(blocks[:-1], gains, strict=True)
            ] + blocks[-1:]
        means = [take(width, 1) for width in self.hidden]
        variances = [take(width, 1) for width in self.hidden]
        normalized = zip(blocks[:-1], gains, means, variances, strict=True)
        return [Block(*block[:2], *rest) for block, *rest in normalized] + blocks[-1:]

    def initialize(
        self,
        initializer: str,
        generators: Sequence[np.random.Generator],
        dtype: Any = np.float32,
        bias: float = 0.0,
        **settings: float,
    ) -> Array:
        """Initial parameters of a population, drawn layer by layer.

        Drawn in float64 and then rounded, so that both precisions start from the same draw. Batch
        normalization starts as the identity on standardized numbers: gain 1, shift `bias`, mean 0,
        variance 1.

        Args:
            initializer: A name of INITIALIZERS.
            generators: One per network.
            dtype: float32 or float64.
            bias: Of every unit.
            **settings: The initializer's own; those left out take its defaults.

        Returns:
            theta (P, N).

        Raises:
            ValueError: An unknown initializer, setting or dtype, or a setting out of bounds.
        """
        chosen = lookup(INITIALIZERS, initializer, "initialize: initializer")
        check_names(settings, chosen.settings, f"initialize: {initializer}")
        # Larger numbers overflow on the way; not every initializer has bounds of its own.
        bound = Bound(-1e100, 1e100)
        given = {"scale": 1.0, **chosen.settings, **settings}["scale"]
        scale = float(numbers(given, f"initialize: {initializer}.scale", bound))
        numbers(bias, "initialize: bias", bound)
        if dtype not in (np.float32, np.float64, "float32", "float64"):
            raise ValueError(f"initialize: dtype: expected float32 or float64, got {dtype!r}")
        theta = np.zeros((len(generators), self.n_columns))
        for row, rng in zip(theta, generators, strict=True):
            for block in self.blocks(row[None]):
                n_out, n_in = block.w.shape[-2:]
                block.w[0] = chosen.draw(rng, n_in, n_out, scale)
                block.b[0] = bias
                if block.gain is not None and block.variance is not None:
                    block.gain[0] = block.variance[0] = 1
        with np.errstate(over="ignore"):  # weights too large for float32 diverge, as they must
            rounded = empty(theta.shape, dtype)
            np.copyto(rounded, theta, casting="same_kind")
            return rounded
