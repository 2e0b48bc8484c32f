"""A surrogate of the search: the objective as a smooth function of the settings, with its doubt.

A Gaussian process with a Matern 5/2 kernel, a length for each setting and noise (Rasmussen and
Williams, 2006, chapters 2 and 5). Lengths and noise are those of most likelihood on a coarse grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import linalg

from reports.frames import Array

LENGTHS = (0.25, 0.6, 1.5, 4.0)  # of settings scaled to a unit; at 4 a setting hardly matters
NOISES = (0.01, 0.05, 0.2, 0.6)  # share of the variance
PASSES = 2


@dataclass(frozen=True)
class Surrogate:
    """Fitted to x (n, d), in groups of columns that belong to one setting, and values y (n,)."""

    x: Array
    groups: tuple[tuple[int, ...], ...]
    lengths: tuple[float, ...]
    mean: float
    sd: float
    noise: float
    inverse: Array
    weights: Array

    def predict(self, x: Array) -> tuple[Array, Array]:
        """(k,) means and their (k, k) covariance at (k, d) points, without the noise of a trial."""
        across = _kernel(_squares(x, self.x, self.groups), self.lengths)
        own = _kernel(_squares(x, x, self.groups), self.lengths)
        covariance = (1 - self.noise) * own - (1 - self.noise) ** 2 * (
            across @ self.inverse @ across.T
        )
        mean = self.mean + self.sd * (1 - self.noise) * (across @ self.weights)
        return mean, self.sd**2 * covariance

    @property
    def foretold(self) -> float:
        """The share of the values' variance that it foretells of trials left out, one at a time.

        By the formula of section 5.4.2, with lengths and noise as they are; it may be negative.
        """
        errors = self.weights / np.diag(self.inverse)
        return float(1 - (errors**2).mean())


def fitted(x: Array, y: Array, groups: Sequence[Sequence[int]]) -> Surrogate:
    """Of values that vary."""
    mean, sd = float(y.mean()), float(y.std())
    z, squares = (y - mean) / sd, _squares(x, x, groups)
    lengths, noise = [LENGTHS[2]] * len(groups), NOISES[1]
    best = _likelihood(squares, z, lengths, noise)
    for _, place in product(range(PASSES), range(len(groups) + 1)):
        for value in NOISES if place == len(groups) else LENGTHS:
            tried = [*lengths]
            if place < len(groups):
                tried[place] = value
            level = noise if place < len(groups) else value
            found = _likelihood(squares, z, tried, level)
            if found > best + 1e-9:
                best, lengths, noise = found, tried, level
    inverse: Array = np.linalg.inv(_covariance(squares, lengths, noise)).astype(np.float64)
    kept = tuple(tuple(group) for group in groups)
    return Surrogate(x, kept, tuple(lengths), mean, sd, noise, inverse, inverse @ z)


def _squares(a: Array, b: Array, groups: Sequence[Sequence[int]]) -> Array:
    """(groups, k, n) squared distances in each setting."""
    apart = (a[:, None, :] - b[None, :, :]) ** 2
    return np.stack([apart[..., list(group)].sum(axis=-1) for group in groups])


def _kernel(squares: Array, lengths: Sequence[float]) -> Array:
    weights = np.array([length**-2 for length in lengths])
    r = np.sqrt(5 * (weights[:, None, None] * squares).sum(axis=0))
    found: Array = (1 + r + r**2 / 3) * np.exp(-r)
    return found


def _covariance(squares: Array, lengths: Sequence[float], noise: float) -> Array:
    return (1 - noise) * _kernel(squares, lengths) + noise * np.eye(squares.shape[1])


def _likelihood(squares: Array, z: Array, lengths: Sequence[float], noise: float) -> float:
    """The log marginal likelihood, but for a constant (eq. 2.30)."""
    root = linalg.cholesky(_covariance(squares, lengths, noise), lower=True, check_finite=False)
    half = linalg.solve_triangular(root, z, lower=True, check_finite=False)
    return float(-0.5 * half @ half - np.log(np.diag(root)).sum())
