"""Initial weights of a dense layer: (rng, fan_in, fan_out, scale) to (fan_out, fan_in), float64.

Biases are not drawn here. The generator is always an argument.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from dnn.arrays import Array
from dnn.numbers import Bound

Draw = Callable[[np.random.Generator, int, int, float], Array]


@dataclass(frozen=True)
class Initializer:
    """A draw, and the settings it takes (`scale`, or none) with their defaults and bounds."""

    draw: Draw
    settings: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, Bound] = field(default_factory=dict)


def zeros(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """All weights 0: every unit of a layer stays like its neighbour (the course's warning)."""
    return np.zeros((fan_out, fan_in))


def constant(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """All weights `scale`: no unit of a layer differs from its neighbour either."""
    return np.full((fan_out, fan_in), scale)


def normal(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """N(0, scale²), whatever the width."""
    return rng.standard_normal((fan_out, fan_in)) * scale


def uniform(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """U(±scale), whatever the width."""
    return rng.uniform(-scale, scale, (fan_out, fan_in))


def xavier(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """N(0, 1/n_in): LeCun et al., "Efficient BackProp" (1998), eq. 16; the course's Xavier."""
    return rng.standard_normal((fan_out, fan_in)) * math.sqrt(1 / fan_in)


def he(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """N(0, 2/n_in): He et al., "Delving Deep into Rectifiers" (2015), eq. 10."""
    return rng.standard_normal((fan_out, fan_in)) * math.sqrt(2 / fan_in)


def he_uniform(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """U(±√(6/n_in)), which has He's variance 2/n_in."""
    return uniform(rng, fan_in, fan_out, math.sqrt(6 / fan_in))


def glorot(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """U(±√(6/(n_in + n_out))): Glorot and Bengio (2010), eq. 16."""
    return uniform(rng, fan_in, fan_out, math.sqrt(6 / (fan_in + fan_out)))


def glorot_normal(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """Variance 2/(n_in + n_out) (Glorot and Bengio, 2010, eq. 12), truncated as Keras draws it."""
    return _truncated(rng, (fan_out, fan_in)) * math.sqrt(2 / (fan_in + fan_out))


def lecun(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """Variance 1/n_in (LeCun et al., 1998, eq. 16), truncated as Keras draws it."""
    return _truncated(rng, (fan_out, fan_in)) * math.sqrt(1 / fan_in)


def lecun_uniform(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """U(±√(3/n_in)), which has LeCun's variance 1/n_in."""
    return uniform(rng, fan_in, fan_out, math.sqrt(3 / fan_in))


def orthogonal(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """scale × rows (or columns, the shorter side) that are orthonormal: Saxe et al. (2014).

    QR of a normal matrix; with R's diagonal made positive the draw is uniform over all of them
    (Mezzadri, 2007).
    """
    q, r = np.linalg.qr(rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out))))
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return np.ascontiguousarray(q if fan_out >= fan_in else q.T) * scale


# The standard deviation of a standard normal variable truncated at ±2.
_TRUNCATED_DEVIATION = 0.8796256610342398


def _truncated(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Normal draws within two deviations, scaled back to variance 1."""
    draws = rng.standard_normal(shape)
    while (outside := np.abs(draws) > 2).any():
        draws[outside] = rng.standard_normal(int(outside.sum()))
    return draws / _TRUNCATED_DEVIATION


# A scale beyond these is a mistake, though float64 can hold it.
_SCALE = {"scale": Bound(0, 1e6)}
_SIGNED = {"scale": Bound(-1e6, 1e6)}

INITIALIZERS: Mapping[str, Initializer] = {
    "zeros": Initializer(zeros),
    "constant": Initializer(constant, {"scale": 0.01}, _SIGNED),
    "normal": Initializer(normal, {"scale": 0.01}, _SCALE),
    "uniform": Initializer(uniform, {"scale": 0.05}, _SCALE),
    "xavier": Initializer(xavier),
    "he": Initializer(he),
    "he_uniform": Initializer(he_uniform),
    "glorot": Initializer(glorot),
    "glorot_normal": Initializer(glorot_normal),
    "lecun": Initializer(lecun),
    "lecun_uniform": Initializer(lecun_uniform),
    "orthogonal": Initializer(orthogonal, {"scale": 1.0}, _SCALE),
}
