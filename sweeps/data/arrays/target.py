"""What is predicted, and in which units: each target standardized by training rows of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data.arrays.target_map import TargetMap, TargetMaps

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """What is predicted: classes, or a number standardized by the training rows; or several.

    several: each of more numbers than one; then `name` is all their names, and mean and scale are
    nobody's: `means` and `scales` have them.
    """

    name: str
    task: str  # binary, multiclass or regression
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    scale: float = 1.0
    several: tuple["Target", ...] = ()

    @classmethod
    def of_several(cls, each: Sequence["Target"]) -> "Target":
        """Numbers that are predicted together."""
        names = ", ".join(one.name for one in each)
        return cls(names, "regression", several=tuple(each))

    @property
    def kind(self) -> str:
        """classification or regression."""
        return "classification" if self.classes else "regression"

    @property
    def each(self) -> tuple["Target", ...]:
        """The targets, one or several."""
        return self.several or (self,)

    @property
    def sd(self) -> float | None:
        """Of one number the standard deviation, which its errors are measured in; else None."""
        return None if self.classes or self.several else self.scale

    @property
    def width(self) -> int:
        """How many numbers are said of a row: a probability a class, or a number a target."""
        return len(self.classes) or len(self.each)

    @property
    def means(self) -> float | Numbers:
        """The mean, or (K,) of several."""
        return np.array([one.mean for one in self.several]) if self.several else self.mean

    @property
    def scales(self) -> float | Numbers:
        """The standard deviation, or (K,) of several."""
        return np.array([one.scale for one in self.several]) if self.several else self.scale


@dataclass(frozen=True, eq=False)
class TargetScale:
    """From the units of a replicate's own standardized target to the study's: ·factor, +shift.

    Both are (K,) of several targets, along the last axis of what is said. A class has no units:
    there, and where replicates share their rows, all stays as it is. Where the target has another
    scale, `map` goes before, from what networks say to the table's numbers.
    """

    factor: float | Numbers = 1.0
    shift: float | Numbers = 0.0
    map: TargetMap | TargetMaps | None = None

    @classmethod
    def between(cls, own: Target, study: Target) -> "TargetScale":
        """Between two targets, each standardized by training rows of its own."""
        return cls(own.scales / study.scales, (own.means - study.means) / study.scales)

    @classmethod
    def through(cls, numbers: TargetMap | TargetMaps, study: Target) -> "TargetScale":
        """From a scale of its own to a standardized target."""
        return cls(1 / study.scales, -study.means / study.scales, numbers)

    def outputs(self, own: NDArray[Any]) -> NDArray[Any]:
        """Predictions in the study's units."""
        numbers = own if self.map is None else self.map.backward(own)
        return np.asarray(numbers * self.factor + self.shift)

    def targets(self, study: NDArray[Any]) -> NDArray[Any]:
        """The study's labels, numbers, in the replicate's own units."""
        numbers = np.asarray((study - self.shift) / self.factor)
        return numbers if self.map is None else self.map.forward(numbers)

    @property
    def keeps_scores(self) -> bool:
        """Whether a loss or an error is the study's but for one factor: `of_score`.

        Not so with a map, nor where each of several targets has a factor of its own.
        """
        return self.map is None and np.ndim(self.factor) == 0

    def of_score(self, name: str) -> float:
        """What a "dev_loss" or "dev_error" in its own units is multiplied by.

        Errors: ValueError where it does not keep scores.
        """
        if not self.keeps_scores:
            raise ValueError("expected a scale that keeps scores, got several factors or a map")
        factor = float(self.factor)
        return factor**2 if name.endswith("loss") else factor
