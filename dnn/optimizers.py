"""Optimizers as data: an update rule over flat arrays, the state it keeps, its hyperparameters.

Arrays are flat: theta, grad, each state and scratch have the shape (P, N); each hyperparameter is
(P, 1), so one population can hold different values of it. An update works in place, may overwrite
`grad`, and allocates nothing of theta's size. A new optimizer is one function and one row below.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dnn.arrays import Array


@dataclass
class Arrays:
    """What an update works on. `step` counts from 1."""

    theta: Array
    grad: Array
    scratch: Array
    state: Mapping[str, Array]
    step: int = 0


@dataclass(frozen=True)
class Hyper:
    """Hyperparameters by name, each (P, 1), cast once instead of at every step.

    value: in theta's precision; rest: 1 − value, rounded once; exact: in float64, for powers.
    """

    value: Mapping[str, Array]
    rest: Mapping[str, Array]
    exact: Mapping[str, Array]

    @classmethod
    def cast(cls, exact: Mapping[str, Array], dtype: np.dtype[Any]) -> "Hyper":
        """From float64 values of shape (P, 1)."""
        return cls(
            value={name: v.astype(dtype) for name, v in exact.items()},
            rest={name: (1 - v).astype(dtype) for name, v in exact.items()},
            exact=exact,
        )


@dataclass(frozen=True)
class Optimizer:
    """An update rule with the names of its states and its settings' defaults.

    Every optimizer also has `learning_rate`, which has no default here.
    """

    update: Callable[[Arrays, Hyper], None]
    state: tuple[str, ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)

    def bind(self, theta: Array, grad: Array, hyper: Mapping[str, Array]) -> Callable[[], None]:
        """A step function over theta (P, N) and grad (P, N), its state at zero.

        `hyper` holds learning_rate and every setting, each float64 of shape (P, 1).
        """
        state = {name: np.zeros_like(theta) for name in self.state}
        arrays = Arrays(theta, grad, np.empty_like(theta), state)
        cast = Hyper.cast(hyper, theta.dtype)

        def step() -> None:
            arrays.step += 1
            self.update(arrays, cast)

        return step


def _average(average: Array, new: Array, name: str, hyper: Hyper) -> None:
    """Average ← β·average + (1 − β)·new with the β of that name; `new` is overwritten."""
    np.multiply(average, hyper.value[name], out=average)
    np.multiply(new, hyper.rest[name], out=new)
    np.add(average, new, out=average)


def gradient_descent(arrays: Arrays, hyper: Hyper) -> None:
    """θ ← θ − α g."""
    np.multiply(arrays.grad, hyper.value["learning_rate"], out=arrays.grad)
    np.subtract(arrays.theta, arrays.grad, out=arrays.theta)


def momentum(arrays: Arrays, hyper: Hyper) -> None:
    """V ← βv + (1 − β)g; θ ← θ − αv: the course's averaging form.

    PyTorch's and Keras' v ← βv + g takes a step 1/(1 − β) times as long for the same α.
    """
    v = arrays.state["v"]
    _average(v, arrays.grad, "beta", hyper)
    np.multiply(v, hyper.value["learning_rate"], out=arrays.scratch)
    np.subtract(arrays.theta, arrays.scratch, out=arrays.theta)


def rmsprop(arrays: Arrays, hyper: Hyper) -> None:
    """S ← βs + (1 − β)g²; θ ← θ − α g/(√s + ε): Hinton's lecture 6e; ε outside the root."""
    s, g, scratch = arrays.state["s"], arrays.grad, arrays.scratch
    np.multiply(g, g, out=scratch)
    _average(s, scratch, "beta", hyper)
    np.sqrt(s, out=scratch)
    np.add(scratch, hyper.value["epsilon"], out=scratch)
    np.divide(g, scratch, out=scratch)
    np.multiply(scratch, hyper.value["learning_rate"], out=scratch)
    np.subtract(arrays.theta, scratch, out=arrays.theta)


def adam(arrays: Arrays, hyper: Hyper) -> None:
    """Kingma and Ba (2015), algorithm 1: m̂/(√v̂ + ε), both moments corrected for their start."""
    m, v = arrays.state["m"], arrays.state["v"]
    g, scratch, t = arrays.grad, arrays.scratch, arrays.step
    np.multiply(g, g, out=scratch)
    _average(v, scratch, "beta2", hyper)
    _average(m, g, "beta1", hyper)
    # Both corrections are (P, 1): one scales √v, the other the learning rate.
    root = 1 / np.sqrt(1 - hyper.exact["beta2"] ** t)
    rate = hyper.exact["learning_rate"] / (1 - hyper.exact["beta1"] ** t)
    np.sqrt(v, out=scratch)
    np.multiply(scratch, root.astype(v.dtype), out=scratch)
    np.add(scratch, hyper.value["epsilon"], out=scratch)
    np.divide(m, scratch, out=scratch)
    np.multiply(scratch, rate.astype(v.dtype), out=scratch)
    np.subtract(arrays.theta, scratch, out=arrays.theta)


OPTIMIZERS: Mapping[str, Optimizer] = {
    "gradient_descent": Optimizer(gradient_descent),
    "momentum": Optimizer(momentum, ("v",), {"beta": 0.9}),
    "rmsprop": Optimizer(rmsprop, ("s",), {"beta": 0.9, "epsilon": 1e-8}),
    "adam": Optimizer(adam, ("m", "v"), {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
}
