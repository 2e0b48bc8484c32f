"""What acts on weights or gradients beside the loss: L2, L1, clipping, max-norm.

Each `bind_…` returns a call to be made every update, or None where no network asks for it.
Strengths are (P,), and count for the first columns, the weights: not for biases, gains, shifts.
"""

from collections.abc import Callable

import numpy as np

from dnn.arrays import Array, common, scalar, zeros_like
from dnn.network import Network
from dnn.stepping import parameter_chunks

Call = Callable[[], None]


def _column(values: Array, like: Array) -> Array:
    """(P, 1), or 0-d where all networks agree: the cheaper loop."""
    return common(values.astype(like.dtype)[:, None])


# With fewer parameters than this, a penalty goes through all of them, biases with a strength of 0:
# leaving these out would leave gaps between the networks' weights, which cost more than they save.
FEW_PARAMETERS = 20_000


def bind_l2(theta: Array, gradient: Array, n_weights: int, l2: Array, rows: Array) -> Call | None:
    """Adds (λ/m)·W, the gradient of λ/(2m)·Σ‖W‖², m training rows (P,).

    theta and gradient (P, n_parameters), whose first n_weights columns are W.
    """
    return _bind_penalty(theta, gradient, n_weights, l2 / rows, np.multiply)


def bind_l1(theta: Array, gradient: Array, n_weights: int, l1: Array, rows: Array) -> Call | None:
    """Adds (λ/m)·sign(W), the gradient of (λ/m)·Σ|W|; else as `bind_l2`."""

    def pull(w: Array, strength: Array, out: Array) -> None:
        np.sign(w, out)
        np.multiply(out, strength, out)

    return _bind_penalty(theta, gradient, n_weights, l1 / rows, pull)


def _bind_penalty(
    theta: Array,
    gradient: Array,
    n_weights: int,
    strength: Array,
    pull: Callable[[Array, Array, Array], object],
) -> Call | None:
    """Adds pull(w, strength, out) to the gradient, chunk by chunk."""
    if not strength.any():
        return None
    if theta.shape[1] < FEW_PARAMETERS:
        of_each = zeros_like(gradient)
        of_each[:, :n_weights] = strength[:, None]
    else:
        theta, gradient = theta[:, :n_weights], gradient[:, :n_weights]
        of_each = np.broadcast_to(_column(strength, theta), theta.shape)
    chunks = [
        (theta[at], gradient[at], of_each[at], scratch) for at, scratch in parameter_chunks(theta)
    ]

    def penalize() -> None:
        for w, g, own, scratch in chunks:
            pull(w, own, scratch)
            np.add(g, scratch, g)

    return penalize


def bind_clip_value(gradient: Array, limit: Array) -> Call | None:
    """Each number of the gradient between −limit and limit (inf: no limit)."""
    if not np.isfinite(limit).any():
        return None
    high = _column(limit, gradient)
    low = -high

    def clip() -> None:
        np.clip(gradient, low, high, out=gradient)

    return clip


def bind_clip_norm(gradient: Array, limit: Array) -> Call | None:
    """A network's whole gradient scaled to norm `limit` where longer: Pascanu et al. (2013)."""
    if not np.isfinite(limit).any():
        return None
    high = limit.astype(gradient.dtype)[:, None]
    norm = np.empty((len(gradient), 1, 1), gradient.dtype)

    def clip() -> None:
        np.matmul(gradient[:, None, :], gradient[:, :, None], norm)
        np.sqrt(norm, norm)
        lengths = norm[:, :, 0]
        # Without a limit `high` is inf and inf / inf is NaN; but then no length is above it.
        factor = np.where(lengths > high, high / lengths, np.ones_like(lengths))
        np.multiply(gradient, factor, gradient)

    return clip


def bind_max_norm(network: Network, theta: Array, limit: Array) -> Call | None:
    """After an update: each unit's incoming weights scaled to norm `limit` where longer.

    Srivastava et al. (2014), sec. 5.1; every layer but the last.
    """
    if not np.isfinite(limit).any() or not network.hidden:
        return None
    high = limit.astype(theta.dtype)[:, None, None]
    hidden = [block.w for block in network.blocks(theta)[:-1]]
    scratch = [np.empty_like(w) for w in hidden]
    sums = [np.ones((w.shape[2], 1), theta.dtype) for w in hidden]
    norms = [np.empty((*w.shape[:2], 1), theta.dtype) for w in hidden]
    one = scalar(1, theta)

    def rescale() -> None:
        for w, square, ones, norm in zip(hidden, scratch, sums, norms, strict=True):
            np.multiply(w, w, square)
            np.matmul(square, ones, norm)
            np.sqrt(norm, norm)
            np.divide(high, norm, norm)
            # Without a limit and with a norm that overflowed this is inf / inf, NaN: fmin takes 1.
            np.fmin(norm, one, norm)
            # Multiplied in place, w would first be copied by NumPy, for it is not contiguous.
            np.multiply(w, norm, square)
            np.copyto(w, square)

    return rescale
