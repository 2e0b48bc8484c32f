"""Gradient checking of any function of one's own; that of our networks is `gradcheck`'s."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dnn.arrays import Array
from dnn.gradient_results import EPSILON, GradientCheck, choose, compare
from dnn.numbers import FINITE, Bound, numbers, whole

EPSILON_BOUND = Bound(1e-14, 1)
ALONE = "theta"  # the block of parameters that are one array


def check_function(
    cost: Callable[[Any], float],
    gradient: Callable[[Any], Any],
    theta: Any,
    *,
    epsilon: float = EPSILON,
    most: int | None = None,
    seed: int = 0,
) -> GradientCheck:
    """Check the gradient of any function J(θ), such as a backward pass of one's own.

    The cost is computed twice a parameter, in float64. It must say the same each time: dropout
    needs fixed masks.

    Args:
        cost: J, from parameters as theta to a number.
        gradient: ∂J/∂θ: from parameters as theta to arrays of their shapes.
        theta: Where to check: a number, an array of any shape, or arrays by name, such as
            {"W1": …, "b1": …}, each of which is a block of its own.
        epsilon: ε of the central differences.
        most: How many parameters of a block to check, drawn with `seed`; None for all.
        seed: Of the draw.

    Returns:
        How far apart the two gradients are; of one array its block is called theta.

    Raises:
        ValueError: A cost that is no number, a gradient of other names or shapes than theta's.

    Example:
        >>> from dnn import gradcheck
        >>> x = 2.0
        >>> gradcheck.check_function(lambda theta: theta * x, lambda theta: x, 4.0).passed
        True
        >>> gradcheck.check_function(lambda theta: theta * x, lambda theta: 2 * x, 4.0).passed
        False

        Arrays by name, and a fault that is found where it is:

        >>> import numpy as np
        >>> theta = {"W": np.array([[1.0, -2.0]]), "b": np.array([0.5])}
        >>> def cost(p): return float(((p["W"] @ [3.0, 1.0] + p["b"]) ** 2).sum())
        >>> def wrong(p):
        ...     error = 2 * (p["W"] @ [3.0, 1.0] + p["b"])
        ...     return {"W": error[:, None] * [3.0, 1.0], "b": 4 * error}
        >>> found = gradcheck.check_function(cost, wrong, theta)
        >>> [name for name, apart in found.blocks.items() if apart > gradcheck.PASS_MARK]
        ['b']

        The V of the difference against ε:

        >>> def found(e): return gradcheck.check_function(np.exp, np.exp, 1.0, epsilon=e).difference
        >>> found(1e-2) > found(1e-5) < found(1e-12), len(gradcheck.EPSILONS)
        (True, 11)

    References:
        The check: Ng's course "Improving Deep Neural Networks" (2017), week 1.
    """
    step = float(numbers(epsilon, "gradcheck: epsilon", EPSILON_BOUND))
    most = None if most is None else whole(most, "gradcheck: most", 1)
    given = theta if isinstance(theta, Mapping) else {ALONE: theta}
    start = {name: _floats(values, f"theta: {name}") for name, values in given.items()}
    if not sum(values.size for values in start.values()):
        raise ValueError("gradcheck: theta: expected parameters, got none")
    where, flat = _blocks(start), np.concatenate([values.ravel() for values in start.values()])

    def as_given(values: Array) -> Any:
        """The parameters (N,) in the form of theta, as copies."""
        arrays = {n: values[where[n]].reshape(start[n].shape).copy() for n in start}
        if isinstance(theta, Mapping):
            return arrays
        return arrays[ALONE] if arrays[ALONE].ndim else float(arrays[ALONE])

    picked = choose(where, most, seed)
    analytic = _gradient(gradient(as_given(flat)), start, isinstance(theta, Mapping))
    numeric = np.empty(len(picked))
    for place, column in enumerate(picked):
        sides = []
        for sign in (1, -1):
            moved = flat.copy()
            moved[column] += sign * step
            sides.append(_number(cost(as_given(moved))))
        numeric[place] = (sides[0] - sides[1]) / (2 * step)
    return compare(step, where, picked, analytic[picked], numeric)


def _floats(values: Any, where: str) -> Array:
    return numbers(np.asarray(values), f"gradcheck: {where}", FINITE)


def _blocks(start: Mapping[str, Array]) -> dict[str, slice]:
    """Where each block lies among all parameters."""
    ends = np.cumsum([values.size for values in start.values()]).tolist()
    return {n: slice(end - v.size, end) for (n, v), end in zip(start.items(), ends, strict=True)}


def _number(value: Any) -> float:
    """A cost. Raises ValueError."""
    if np.size(value) != 1:
        raise ValueError(f"gradcheck: cost: expected one number, got shape {np.shape(value)}")
    return float(_floats(np.reshape(value, ()), "cost"))


def _gradient(given: Any, start: Mapping[str, Array], is_named: bool) -> Array:
    """The gradient (N,) in theta's order. Raises ValueError."""
    if isinstance(given, Mapping) != is_named:
        expected = f"arrays by name ({', '.join(start)})" if is_named else "an array as theta"
        raise ValueError(f"gradcheck: gradient: expected {expected}, got {type(given).__name__}")
    named = given if is_named else {ALONE: given}
    if set(named) != set(start):
        raise ValueError(
            f"gradcheck: gradient: expected {', '.join(start)}, got {', '.join(map(str, named))}"
        )
    parts = []
    for name, values in start.items():
        own = _floats(named[name], f"gradient: {name}")
        if own.shape != values.shape:
            raise ValueError(
                f"gradcheck: gradient: {name}: expected shape {values.shape}, got {own.shape}"
            )
        parts.append(own.ravel())
    return np.concatenate(parts)
