"""Optimizers as data: an update rule over flat arrays, its state, its settings, its coefficients.

theta, grad, each state and scratch are flat, (P, n); a coefficient is what a hyperparameter and
the number of the step come to, a 0-d array where all P networks share it, else (P, 1). An update
works in place, may overwrite `grad`, and allocates nothing. Moving averages are kept as plain sums
(s ← βs + g instead of βs + (1 − β)g): two passes instead of three, and 1 − β goes into a
coefficient. A new optimizer is one function or two and one row below; binding is
`dnn.stepping`'s.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dnn.arrays import Array
from dnn.numbers import FRACTION, NOT_NEGATIVE, POSITIVE, Bound

Coefficients = Mapping[str, Array]


class Arrays(NamedTuple):
    """What an update works on: arrays of one shape (P, n)."""

    theta: Array
    grad: Array
    scratch: Array
    state: Mapping[str, Array]


def constant_coefficients(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    """The hyperparameters themselves, at every step."""
    return settings


@dataclass(frozen=True)
class Optimizer:
    """An update rule, the names of its states, its settings' defaults.

    Every optimizer also has `learning_rate`, which has no default here. `coefficients` makes what
    the update reads from one network's settings and the number of the step, which counts from 1;
    `timed` says whether the step matters.
    """

    update: Callable[[Arrays, Coefficients], None]
    state: tuple[str, ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)
    coefficients: Callable[[Mapping[str, float], int], Mapping[str, float]] = constant_coefficients
    timed: bool = False

    @property
    def bounds(self) -> Mapping[str, Bound]:
        """What each setting may be."""
        return {name: BOUNDS[name] for name in self.settings}


def _descend(theta: Array, direction: Array, rate: Array) -> None:
    """θ ← θ − rate·direction; the direction is overwritten."""
    np.multiply(direction, rate, direction)
    np.subtract(theta, direction, theta)


def _add_to(total: Array, beta: Array, new: Array) -> None:
    """total ← β·total + new."""
    np.multiply(total, beta, total)
    np.add(total, new, total)


def _descend_adaptively(
    arrays: Arrays, direction: Array, squares: Array, epsilon: Array, rate: Array
) -> None:
    """θ ← θ − rate·direction/(√squares + ε); squares may be the scratch."""
    scratch = arrays.scratch
    np.sqrt(squares, scratch)
    np.add(scratch, epsilon, scratch)
    np.divide(direction, scratch, scratch)
    _descend(arrays.theta, scratch, rate)


def gradient_descent(arrays: Arrays, c: Coefficients) -> None:
    """θ ← θ − α g."""
    _descend(arrays.theta, arrays.grad, c["learning_rate"])


def momentum(arrays: Arrays, c: Coefficients) -> None:
    """Momentum: v ← βv + (1 − β)g; θ ← θ − αv: the course's averaging form.

    PyTorch's and Keras' v ← βv + g takes a step 1/(1 − β) times as long for the same α: that is
    `classical_momentum`.
    """
    v = arrays.state["v"]
    _add_to(v, c["beta"], arrays.grad)
    np.multiply(v, c["rate"], arrays.scratch)
    np.subtract(arrays.theta, arrays.scratch, arrays.theta)


def _averaging(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    return {"beta": settings["beta"], "rate": settings["learning_rate"] * (1 - settings["beta"])}


def _classical(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    return {"beta": settings["beta"], "rate": settings["learning_rate"]}


def nesterov(arrays: Arrays, c: Coefficients) -> None:
    """Momentum: v ← βv + g; θ ← θ − α(g + βv): Sutskever et al. (2013), as PyTorch writes it."""
    v, g, scratch = arrays.state["v"], arrays.grad, arrays.scratch
    _add_to(v, c["beta"], g)
    np.multiply(v, c["beta"], scratch)
    np.add(g, scratch, g)
    _descend(arrays.theta, g, c["rate"])


def adagrad(arrays: Arrays, c: Coefficients) -> None:
    """Squares: s ← s + g²; θ ← θ − α g/(√s + ε): Duchi et al. (2011)."""
    s, g, scratch = arrays.state["s"], arrays.grad, arrays.scratch
    np.multiply(g, g, scratch)
    np.add(s, scratch, s)
    _descend_adaptively(arrays, g, s, c["epsilon"], c["learning_rate"])


def adadelta(arrays: Arrays, c: Coefficients) -> None:
    """Δ = g·√(u + ε)/√(s + ε) for running means s of g² and u of Δ²: Zeiler (2012), algorithm 1.

    θ ← θ − αΔ; the paper has α = 1. s and u are kept as sums; the 1 − ρ that both lack cancels
    from their quotient, so only ε is divided by it.
    """
    s, u, g, scratch = arrays.state["s"], arrays.state["u"], arrays.grad, arrays.scratch
    np.multiply(g, g, scratch)
    _add_to(s, c["rho"], scratch)
    np.add(s, c["epsilon"], scratch)
    np.sqrt(scratch, scratch)
    np.divide(g, scratch, g)
    np.add(u, c["epsilon"], scratch)
    np.sqrt(scratch, scratch)
    np.multiply(g, scratch, g)
    np.multiply(g, g, scratch)
    _add_to(u, c["rho"], scratch)
    _descend(arrays.theta, g, c["learning_rate"])


def _ratio_of_means(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    return {**settings, "epsilon": settings["epsilon"] / (1 - settings["rho"])}


def rmsprop(arrays: Arrays, c: Coefficients) -> None:
    """Squares: s ← βs + (1 − β)g²; θ ← θ − α g/(√s + ε): Hinton's lecture 6e; ε outside the root.

    As PyTorch's RMSprop, whose β is called alpha and is 0.99 by default.
    """
    s, g, scratch = arrays.state["s"], arrays.grad, arrays.scratch
    np.multiply(g, g, scratch)
    _add_to(s, c["beta"], scratch)
    _descend_adaptively(arrays, g, s, c["epsilon"], c["rate"])


def _root_mean(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    """α g/(√((1 − β)S) + ε) = α/√(1 − β) · g/(√S + ε/√(1 − β))."""
    root = math.sqrt(1 - settings["beta"])
    return {
        "beta": settings["beta"],
        "rest": 1 - settings["beta"],
        "rate": settings["learning_rate"] / root,
        "epsilon": settings["epsilon"] / root,
    }


def rmsprop_centred(arrays: Arrays, c: Coefficients) -> None:
    """As `rmsprop`, with s − m² for s, m the running mean of g: Graves (2013), eq. 38-40."""
    s, m, g, scratch = arrays.state["s"], arrays.state["m"], arrays.grad, arrays.scratch
    np.multiply(g, g, scratch)
    _add_to(s, c["beta"], scratch)
    _add_to(m, c["beta"], g)
    # (1 − β)S − (1 − β)²M², over (1 − β); rounding may leave it below 0.
    np.multiply(m, m, scratch)
    np.multiply(scratch, c["rest"], scratch)
    np.subtract(s, scratch, scratch)
    np.maximum(scratch, c["zero"], out=scratch)
    _descend_adaptively(arrays, g, scratch, c["epsilon"], c["rate"])


def _root_variance(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    return {**_root_mean(settings, step), "zero": 0.0}


def adam(arrays: Arrays, c: Coefficients) -> None:
    """Kingma and Ba (2015), algorithm 1: m̂/(√v̂ + ε), both moments corrected for their start."""
    m, v = _moments(arrays, c)
    _descend_adaptively(arrays, m, v, c["epsilon"], c["rate"])


def _moments(arrays: Arrays, c: Coefficients) -> tuple[Array, Array]:
    """m ← β₁m + g; v ← β₂v + g²."""
    m, v, scratch = arrays.state["m"], arrays.state["v"], arrays.scratch
    np.multiply(arrays.grad, arrays.grad, scratch)
    _add_to(v, c["beta2"], scratch)
    _add_to(m, c["beta1"], arrays.grad)
    return m, v


def _corrected(settings: Mapping[str, float], step: int) -> dict[str, float]:
    """Both corrections, and the (1 − β) that the sums lack, in a rate and an ε."""
    beta1, beta2 = settings["beta1"], settings["beta2"]
    root = math.sqrt((1 - beta2) / (1 - beta2**step))
    return {
        "beta1": beta1,
        "beta2": beta2,
        "epsilon": settings["epsilon"] / root,
        "rate": settings["learning_rate"] * (1 - beta1) / (1 - beta1**step) / root,
    }


def adam_epsilon_inside(arrays: Arrays, c: Coefficients) -> None:
    """As `adam`, m̂/√(v̂ + ε): one version of the course's notebook has ε inside the root."""
    m, v = _moments(arrays, c)
    scratch = arrays.scratch
    np.add(v, c["epsilon"], scratch)
    np.sqrt(scratch, scratch)
    np.divide(m, scratch, scratch)
    _descend(arrays.theta, scratch, c["rate"])


def _corrected_inside(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    """As `_corrected`, with ε of the root's own argument: √(v̂ + ε) = r·√(V + ε/r²)."""
    beta2 = settings["beta2"]
    return {
        **_corrected(settings, step),
        "epsilon": settings["epsilon"] * (1 - beta2**step) / (1 - beta2),
    }


def amsgrad(arrays: Arrays, c: Coefficients) -> None:
    """Adam with the largest v so far: Reddi et al. (2018), algorithm 2, corrected as in PyTorch."""
    m, v = _moments(arrays, c)
    largest = arrays.state["largest"]
    np.maximum(v, largest, out=largest)
    _descend_adaptively(arrays, m, largest, c["epsilon"], c["rate"])


def adamw(arrays: Arrays, c: Coefficients) -> None:
    """Adam after θ ← (1 − αλ)θ: Loshchilov and Hutter (2019), algorithm 2; weights alone decay."""
    np.multiply(arrays.theta, c["keep"], arrays.theta)
    adam(arrays, c)


def _decoupled(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    keep = 1 - settings["learning_rate"] * settings["weight_decay"]
    return {**_corrected(settings, step), "keep": keep}


def nadam(arrays: Arrays, c: Coefficients) -> None:
    """Adam with Nesterov's look ahead and a momentum that warms up: Dozat (2016)."""
    m, v = _moments(arrays, c)
    g, scratch = arrays.grad, arrays.scratch
    np.sqrt(v, scratch)
    np.add(scratch, c["epsilon"], scratch)
    np.divide(g, scratch, g)
    np.divide(m, scratch, scratch)
    _descend(arrays.theta, g, c["rate_of_gradient"])
    _descend(arrays.theta, scratch, c["rate"])


def _looking_ahead(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    """μ_t = β₁(1 − 0.96^(tψ)/2), Dozat's warming momentum: the coming one for m, this one for g."""
    corrected = _corrected(settings, step)
    beta1, psi = settings["beta1"], settings["momentum_decay"]
    now, coming = (_warming(beta1, psi, t) for t in (step, step + 1))
    so_far = _product_of_warming(beta1, psi, step)
    plain = corrected["rate"] * (1 - beta1**step) / (1 - beta1)  # α and v's correction alone
    return {
        **corrected,
        "rate": plain * (1 - beta1) * coming / (1 - so_far * coming),
        "rate_of_gradient": plain * (1 - now) / (1 - so_far),
    }


def _warming(beta1: float, psi: float, step: float) -> float:
    return float(beta1 * (1 - 0.5 * 0.96 ** (step * psi)))


def _product_of_warming(beta1: float, psi: float, step: int) -> float:
    """Π μ_i up to this step; the last one asked for is kept, for the next one follows from it."""
    latest = _latest_product(beta1, psi)
    if latest.step > step:
        latest.step, latest.product = 0, 1.0
    while latest.step < step:
        latest.step += 1
        latest.product *= _warming(beta1, psi, latest.step)
    return latest.product


@dataclass
class _Latest:
    step: int = 0
    product: float = 1.0


@lru_cache(maxsize=1024)
def _latest_product(beta1: float, psi: float) -> _Latest:
    return _Latest()


def lion(arrays: Arrays, c: Coefficients) -> None:
    """θ ← (1 − αλ)θ − α·sign(β₁m + (1 − β₁)g); m ← β₂m + (1 − β₂)g: Chen et al. (2023).

    Weights alone decay.
    """
    m, g, scratch = arrays.state["m"], arrays.grad, arrays.scratch
    np.multiply(arrays.theta, c["keep"], arrays.theta)
    np.multiply(m, c["old"], scratch)
    np.add(scratch, g, scratch)
    np.sign(scratch, scratch)
    _add_to(m, c["beta2"], g)
    _descend(arrays.theta, scratch, c["learning_rate"])


def _signed(settings: Mapping[str, float], step: int) -> Mapping[str, float]:
    """m is a sum: β₁(1 − β₂)M + (1 − β₁)g has the sign of β₁(1 − β₂)/(1 − β₁)·M + g."""
    beta1, beta2 = settings["beta1"], settings["beta2"]
    return {
        "learning_rate": settings["learning_rate"],
        "keep": 1 - settings["learning_rate"] * settings["weight_decay"],
        "old": beta1 * (1 - beta2) / (1 - beta1),
        "beta2": beta2,
    }


# What settings may be, by name.
BOUNDS: Mapping[str, Bound] = {
    "beta": FRACTION,
    "beta1": FRACTION,
    "beta2": FRACTION,
    "rho": FRACTION,
    "epsilon": POSITIVE,
    "weight_decay": NOT_NEGATIVE,
    "momentum_decay": NOT_NEGATIVE,
}

_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

OPTIMIZERS: Mapping[str, Optimizer] = {
    "gradient_descent": Optimizer(gradient_descent),
    "momentum": Optimizer(momentum, ("v",), {"beta": 0.9}, _averaging),
    "classical_momentum": Optimizer(momentum, ("v",), {"beta": 0.9}, _classical),
    "nesterov": Optimizer(nesterov, ("v",), {"beta": 0.9}, _classical),
    "adagrad": Optimizer(adagrad, ("s",), {"epsilon": 1e-10}),
    "adadelta": Optimizer(adadelta, ("s", "u"), {"rho": 0.9, "epsilon": 1e-6}, _ratio_of_means),
    "rmsprop": Optimizer(rmsprop, ("s",), {"beta": 0.9, "epsilon": 1e-8}, _root_mean),
    "rmsprop_centred": Optimizer(
        rmsprop_centred, ("s", "m"), {"beta": 0.9, "epsilon": 1e-8}, _root_variance
    ),
    "adam": Optimizer(adam, ("m", "v"), _ADAM, _corrected, timed=True),
    "adam_epsilon_inside": Optimizer(
        adam_epsilon_inside, ("m", "v"), _ADAM, _corrected_inside, timed=True
    ),
    "amsgrad": Optimizer(amsgrad, ("m", "v", "largest"), _ADAM, _corrected, timed=True),
    "adamw": Optimizer(adamw, ("m", "v"), {**_ADAM, "weight_decay": 0.01}, _decoupled, timed=True),
    "nadam": Optimizer(
        nadam, ("m", "v"), {**_ADAM, "momentum_decay": 0.004}, _looking_ahead, timed=True
    ),
    "lion": Optimizer(lion, ("m",), {"beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0}, _signed),
}
