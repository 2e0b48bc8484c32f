"""Curves a + b·n^-c through means at several n: least squares, a and b not below 0, c up to 2."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
EXPONENTS = np.geomspace(0.02, 2.0, 30)  # the c that are tried, before the best is refined
STEPS = 16  # of the golden section between its neighbours
GOLDEN = (5**0.5 - 1) / 2
PARAMETERS = 3


@dataclass(frozen=True)
class PowerLaws:
    """One curve each of a, b and c (m,); scale: of n, in units of which b is.

    misfit (m,): the mean squared distance of the means from it, in squared standard errors.
    """

    a: Array
    b: Array
    c: Array
    scale: float
    misfit: Array

    def times(self, unit: float) -> "PowerLaws":
        """With means in another unit."""
        return replace(self, a=unit * self.a, b=unit * self.b)

    def at(self, n: float | Array) -> Array:
        """(m,) or (m, …) at n, or n of any shape."""
        shape = (-1, *[1] * np.ndim(n))
        a, b, c = (one.reshape(shape) for one in (self.a, self.b, self.c))
        found: Array = a + b * (np.asarray(n, float) / self.scale) ** -c
        return found


def fit(n: Array, means: Array, errors: Array) -> PowerLaws:
    """One to each of (m, sizes) means at n (sizes,), weighted by their standard errors (sizes,).

    For each c the best a and b are those of a regression on n^-c that is not below 0 (Lawson and
    Hanson, 1974, of two columns); c is sought on a grid, then between the neighbours of its best.
    """
    scale = float(n[-1])
    x, weight = n / scale, 1 / errors**2
    tried = np.stack([_regression(x[None] ** -c, means, weight)[2] for c in EXPONENTS])
    best = tried.argmin(axis=0)
    low = EXPONENTS[np.maximum(best - 1, 0)]
    high = EXPONENTS[np.minimum(best + 1, len(EXPONENTS) - 1)]
    for _ in range(STEPS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        losses = [_regression(x ** -c[:, None], means, weight)[2] for c in (left, right)]
        is_left = losses[0] < losses[1]
        low, high = np.where(is_left, low, left), np.where(is_left, right, high)
    c = (low + high) / 2
    a, b, loss = _regression(x ** -c[:, None], means, weight)
    return PowerLaws(a, b, c, scale, loss / max(len(n) - PARAMETERS, 1))


def _regression(z: Array, y: Array, weight: Array) -> tuple[Array, Array, Array]:
    """(m,) a, b and the weighted squares of y (m, sizes) on a + b·z, a and b not below 0."""
    total = weight.sum()
    mean_z, mean_y = (z @ weight / total), (y @ weight / total)
    far = z - mean_z[:, None]
    spread = np.maximum(far**2 @ weight, 1e-300)
    b = np.maximum(((y - mean_y[:, None]) * far) @ weight / spread, 0.0)
    a = mean_y - b * mean_z
    through_zero = np.maximum((y * z) @ weight / (z**2 @ weight), 0.0)
    b = np.where(a < 0, through_zero, b)
    a = np.maximum(a, 0.0)
    a, b = np.broadcast_arrays(a, b)
    left = y - a[:, None] - b[:, None] * z
    return a, b, (left**2) @ weight
