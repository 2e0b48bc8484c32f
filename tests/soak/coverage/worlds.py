"""Networks from seeds on rows: where errors come from, with the truth in closed form."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
RIGHT, WRONG = math.log(0.9), math.log(0.1)


@dataclass(frozen=True)
class Probit:
    """Network r errs on row i with probability Phi(z (1 + rows² + seeds²)½ + rows h + seeds s).

    h and s are standard normal, so that a network of a new seed errs on a new row with probability
    `error` = Phi(z): rows and seeds say how much of that lies in each.
    """

    error: float
    rows: float = 1.5
    seeds: float = 0.1

    @property
    def mean(self) -> float:
        """The error of networks of new seeds, on new rows."""
        return self.error

    def on(self, hard: Array) -> float:
        """The error of networks of new seeds on rows so hard (n,)."""
        scale = math.sqrt(1 + self.rows**2 + self.seeds**2)
        at = special.ndtri(self.error) * scale + self.rows * hard
        return float(special.ndtr(at / math.sqrt(1 + self.seeds**2)).mean())

    def some_rows(self, rng: np.random.Generator, n: int) -> Array:
        """(n,) how hard rows are."""
        return rng.normal(size=n)

    def of_one(self, luck: float) -> float:
        """The error on new rows of the one network of a seed of such luck."""
        scale = math.sqrt(1 + self.rows**2 + self.seeds**2)
        at = special.ndtri(self.error) * scale + self.seeds * luck
        return float(special.ndtr(at / math.sqrt(1 + self.rows**2)))

    def given(self, rng: np.random.Generator, hard: Array, luck: Array) -> NDArray[np.bool_]:
        """The same on rows so hard (rows,), from seeds of such luck (replicates, 1)."""
        scale = math.sqrt(1 + self.rows**2 + self.seeds**2)
        at = special.ndtri(self.error) * scale + self.rows * hard + self.seeds * luck
        found: NDArray[np.bool_] = rng.random(at.shape) < special.ndtr(at)
        return found


def outputs(wrong: NDArray[np.bool_], target: NDArray[np.int64], classes: int = 2) -> Array:
    """(replicates, n, classes) log-probabilities that err where they are to."""
    said = np.where(wrong, (target + 1) % classes, target)
    other = WRONG - math.log(max(classes - 1, 1))
    return np.where(said[..., None] == np.arange(classes), RIGHT, other)


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)


def normal_mean(function: Callable[[Array], Array]) -> float:
    """The mean of a function of a standard normal variable."""
    return float(WEIGHTS @ function(NODES) / WEIGHTS.sum())


@dataclass(frozen=True)
class Residuals:
    """Residuals of variance scale² e^(2 seeds s), of which `common` is shared by the networks.

    tail: degrees of freedom of what the rows have in common, None for normal.
    """

    tail: int | None = None
    seeds: float = 0.03
    scale: float = 1.0
    common: float = 0.8

    @property
    def mean(self) -> float:
        """The RMSE of networks of new seeds, on new rows."""
        return self.scale * math.exp(self.seeds**2 / 2)

    def of_one(self, luck: float) -> float:
        """The RMSE on new rows of the one network of a seed of such luck."""
        return self.scale * math.exp(self.seeds * luck)

    def some_rows(self, rng: np.random.Generator, n: int) -> Array:
        """(n,) what the networks have in common, of variance 1."""
        if self.tail is None:
            return rng.normal(size=n)
        return rng.standard_t(self.tail, size=n) * math.sqrt((self.tail - 2) / self.tail)

    def given(self, rng: np.random.Generator, rows: Array, luck: Array) -> Array:
        """(replicates, n, 1) predictions of targets 0, from seeds of such luck (replicates, 1)."""
        own = rng.normal(size=(len(luck), len(rows)))
        both = math.sqrt(self.common) * rows + math.sqrt(1 - self.common) * own
        found: Array = (self.scale * np.exp(self.seeds * luck) * both)[..., None]
        return found


@dataclass(frozen=True)
class Logits:
    """Log-odds of the right class: middle + rows h + seeds s + noise, each normal."""

    middle: float = 3.0
    rows: float = 2.5
    seeds: float = 0.15
    noise: float = 0.7

    @property
    def loss(self) -> float:
        """The cross-entropy of networks of new seeds on new rows."""
        spread = math.sqrt(self.rows**2 + self.seeds**2 + self.noise**2)
        return normal_mean(lambda z: np.logaddexp(0, -(self.middle + spread * z)))

    def given(self, rng: np.random.Generator, hard: Array, luck: Array) -> Array:
        """(replicates, n, 2) log-probabilities of targets 0."""
        noise = self.noise * rng.normal(size=(len(luck), len(hard)))
        odds = self.middle + self.rows * hard + self.seeds * luck + noise
        return -np.logaddexp(0, np.stack([-odds, odds], axis=-1))
