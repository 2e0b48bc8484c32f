"""Networks from seeds on rows: where errors come from, with the truth in closed form."""

from __future__ import annotations

import math
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

    def wrong(self, rng: np.random.Generator, replicates: int, rows: int) -> NDArray[np.bool_]:
        """(replicates, rows): which are misclassified."""
        return self.given(rng, rng.normal(size=rows), rng.normal(size=(replicates, 1)))

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
    replicates, n = wrong.shape
    found = np.full((replicates, n, classes), WRONG - math.log(max(classes - 1, 1)))
    said = np.where(wrong, (target + 1) % classes, target)
    np.put_along_axis(found, said[..., None], RIGHT, axis=-1)
    return found
