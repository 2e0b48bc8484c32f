"""Initial weights of a dense layer: (rng, fan_in, fan_out, scale) to (fan_out, fan_in), float64.

Biases start at 0 and are not drawn here. The generator is always an argument.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from dnn.arrays import Array

Draw = Callable[[np.random.Generator, int, int, float], Array]


@dataclass(frozen=True)
class Initializer:
    """A draw, and the settings it takes with their defaults (`scale`, or none)."""

    draw: Draw
    settings: Mapping[str, float] = field(default_factory=dict)


def zeros(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """All weights 0: every unit of a layer stays like its neighbour (the course's warning)."""
    return np.zeros((fan_out, fan_in))


def normal(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """N(0, scale²), whatever the width."""
    return rng.standard_normal((fan_out, fan_in)) * scale


def xavier(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """N(0, 1/n_in): LeCun et al., "Efficient BackProp" (1998), eq. 16; the course's Xavier."""
    return rng.standard_normal((fan_out, fan_in)) * math.sqrt(1 / fan_in)


def he(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """N(0, 2/n_in): He et al., "Delving Deep into Rectifiers" (2015), eq. 10."""
    return rng.standard_normal((fan_out, fan_in)) * math.sqrt(2 / fan_in)


def glorot(rng: np.random.Generator, fan_in: int, fan_out: int, scale: float) -> Array:
    """U(±√(6/(n_in + n_out))): Glorot and Bengio (2010), eq. 16."""
    limit = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_out, fan_in))


INITIALIZERS: Mapping[str, Initializer] = {
    "zeros": Initializer(zeros),
    "normal": Initializer(normal, {"scale": 0.01}),
    "xavier": Initializer(xavier),
    "he": Initializer(he),
    "glorot": Initializer(glorot),
}
