"""Gradient checking: backpropagation against central differences, in float64.

The two gradients are `dnn.differences`'; what they may be of is here. `check_function` is for any
function and gradient of one's own.
The cost is the mean loss + l2/(2B)·Σ‖W‖² + l1/B·Σ|W| of B rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dnn import checks
from dnn.arrays import Array
from dnn.data import Data
from dnn.differences import NUMBERS, CostFunction
from dnn.gradient_results import EPSILON, PASS_MARK, GradientCheck, choose, compare
from dnn.names import lookup
from dnn.network import Network
from dnn.numbers import FINITE, NOT_NEGATIVE, SHARE, numbers, whole
from dnn.own_gradients import EPSILON_BOUND, check_function

__all__ = [
    "EPSILON",
    "EPSILONS",
    "PASS_MARK",
    "GradientCheck",
    "against_epsilon",
    "check",
    "check_function",
    "columns",
]

EPSILONS = tuple(10.0**-k for k in range(2, 13))


def columns(network: Network) -> dict[str, slice]:
    """The columns of theta by block: W1, b1, …, and gain1, … with batch normalization.

    Args:
        network: The network.

    Returns:
        The slice of theta's columns of each block, by its name.

    Example:
        >>> from dnn import Network, gradcheck
        >>> gradcheck.columns(Network(2, (), 1))
        {'W1': slice(0, 2, None), 'b1': slice(2, 3, None)}
    """
    places = np.arange(network.n_parameters, dtype=np.float64)[None]
    found = {}
    for layer, block in enumerate(network.blocks(places), 1):
        named = {"W": block.w, "b": block.b, "gain": block.gain}
        for name, values in named.items():
            if values is not None:
                found[f"{name}{layer}"] = slice(int(values.min()), int(values.max()) + 1)
    return found


def check(
    network: Network,
    theta: Array,
    x: Array,
    y: Array,
    *,
    epsilon: float = EPSILON,
    l2: float = 0.0,
    l1: float = 0.0,
    keep_prob: Sequence[float] | None = None,
    masks: Sequence[Array] | None = None,
    weights: Array | None = None,
    nudge: float = 0.0,
    faults: Mapping[str, float] | None = None,
    most: int | None = None,
    seed: int = 0,
) -> GradientCheck:
    """Check the gradient of one network on some rows.

    Args:
        network: The network's shape, and its loss.
        theta: Its parameters (N,).
        x: Inputs (B, n_in).
        y: Targets (B, K).
        epsilon: ε of the central differences.
        l2: λ of the penalty l2/(2B)·Σ‖W‖².
        l1: λ of the penalty l1/B·Σ|W|.
        keep_prob: Of dropout, one a hidden layer; needs masks.
        masks: Of 0 and 1, (n_units, B) each, one a hidden layer: fresh ones for every copy of the
            network would compare different functions.
        weights: Factors (B,) of the rows' losses.
        nudge: Standard deviation of noise that is added to theta first, for a point off relu's
            kink; initial biases of 0 can put a whole layer on it.
        faults: Factors for named blocks of the gradient, which show that the check fails when it
            should.
        most: How many parameters of a block to check, drawn with `seed`; None for all.
        seed: Of the noise and of the draw.

    Returns:
        How far apart the two gradients are.

    Raises:
        ValueError: Dropout without masks, an unknown block, shapes and numbers that don't fit, more
            parameters than fit into memory twice.

    Example:
        >>> import numpy as np
        >>> from dnn import Network, Streams, gradcheck
        >>> network = Network(3, (4,), 1, activation="tanh")
        >>> theta = network.initialize("xavier", Streams.spawn(0, 1).initial, "float64")[0]
        >>> x, y = np.random.default_rng(0).random((6, 3)), np.eye(6, 1)
        >>> gradcheck.check(network, theta, x, y, l2=0.1).passed
        True
        >>> gradcheck.check(network, theta, x, y, faults={"W1": 1.01}).passed
        False

    References:
        Central differences beside backpropagation: Goodfellow, Bengio and Courville, "Deep
        Learning" (2016), sec. 11.5.
    """
    theta = np.asarray(theta)
    data = Data(np.asarray(x, np.float64), np.asarray(y, np.float64))
    cost_function = _cost_function(network, theta, data, l2, l1, keep_prob, masks, weights)
    step = float(numbers(epsilon, "gradcheck: epsilon", EPSILON_BOUND))
    noise = float(numbers(nudge, "gradcheck: nudge", NOT_NEGATIVE))
    most = None if most is None else whole(most, "gradcheck: most", 1)
    rng = np.random.default_rng(seed)
    start = theta.astype(np.float64)
    start[: network.n_parameters] += noise * rng.standard_normal(network.n_parameters)
    where = columns(network)
    picked = choose(where, most, rng)
    with np.errstate(all="ignore"):
        gradient = cost_function.gradient(start)
        for name, factor in (faults or {}).items():
            block = lookup(where, name, "gradcheck: faults")
            gradient[block] *= float(numbers(factor, f"gradcheck: faults: {name}", FINITE))
        numeric, crossed = cost_function.differences(start, picked, step)
    kept = picked[~crossed]
    return compare(step, where, kept, gradient[kept], numeric[~crossed], int(crossed.sum()))


def _cost_function(
    network: Network,
    theta: Array,
    data: Data,
    l2: float,
    l1: float,
    keep_prob: Sequence[float] | None,
    masks: Sequence[Array] | None,
    weights: Array | None,
) -> CostFunction:
    """What is checked, checked itself. Raises ValueError."""
    checks.theta(network, theta[None], "gradcheck")
    if 2 * len(theta) > NUMBERS:  # not even two copies fit
        raise ValueError(
            f"gradcheck: expected at most {NUMBERS // 2:,} parameters, got {len(theta):,}"
        )
    checks.data(network, data, "gradcheck")
    for name, value in (("l2", l2), ("l1", l1)):
        numbers(value, f"gradcheck: {name}", NOT_NEGATIVE)
    kept = _masks(network, len(data), keep_prob, masks)
    return CostFunction(network, data, l2, l1, kept, _weights(len(data), weights))


def _masks(
    network: Network,
    rows: int,
    keep_prob: Sequence[float] | None,
    masks: Sequence[Array] | None,
) -> list[Array] | None:
    """Scaled masks (n_units, B), or None without dropout. Raises ValueError."""
    if keep_prob is None and masks is None:
        return None
    if keep_prob is None or masks is None:
        got = "keep_prob alone" if masks is None else "masks alone"
        raise ValueError(f"gradcheck: expected fixed masks and keep_prob with dropout, got {got}")
    keep = numbers(keep_prob, "gradcheck: keep_prob", SHARE)
    shapes = [(width, rows) for width in network.hidden]
    given = [np.asarray(mask) for mask in masks]
    if keep.shape != (len(shapes),) or [mask.shape for mask in given] != shapes:
        raise ValueError(
            f"gradcheck: masks: expected one of {shapes} a hidden layer, and as many keep_prob; "
            f"got {[mask.shape for mask in given]} and {keep_prob}"
        )
    if any(((mask != 0) & (mask != 1)).any() for mask in given):
        raise ValueError("gradcheck: masks: expected 0 and 1 alone")
    return [mask / share for mask, share in zip(given, keep, strict=True)]


def _weights(rows: int, given: Array | None) -> Array | None:
    if given is None:
        return None
    values = numbers(given, "gradcheck: weights", NOT_NEGATIVE)
    if values.shape != (rows,):
        raise ValueError(f"gradcheck: weights: expected one a row ({rows},), got {values.shape}")
    return values


def against_epsilon(
    network: Network, theta: Array, x: Array, y: Array, **options: Any
) -> list[GradientCheck]:
    """The check at each ε from 1e-2 to 1e-12: truncation on one side, rounding on the other.

    Args:
        network: As in `check`; so are the others.
        theta: The parameters (N,).
        x: Inputs (B, n_in).
        y: Targets (B, K).
        **options: `check`'s other arguments.

    Returns:
        A check for each ε, from the largest.

    Raises:
        ValueError: As `check`.

    Example:
        >>> import numpy as np
        >>> from dnn import Network, gradcheck
        >>> x = np.random.default_rng(0).random((5, 2))
        >>> found = gradcheck.against_epsilon(Network(2, (), 1), np.ones(3), x, np.ones((5, 1)))
        >>> len(found), found[0].difference > found[3].difference < found[-1].difference
        (11, True)
    """
    return [check(network, theta, x, y, **{**options, "epsilon": e}) for e in EPSILONS]
