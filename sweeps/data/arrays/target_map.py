"""From the numbers of a regression's target to what networks are to say, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data.arrays import normal_scores

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TargetMap:
    """The logarithm, standardized; or, where there are quantiles, normal scores.

    logs (4,): mean and SD of the training rows' logarithms, and the least and the largest that a
    prediction may have, so that a network gone astray says a number all the same. quantiles (q,).
    """

    logs: Numbers = field(default_factory=lambda: np.empty(0))
    quantiles: Numbers = field(default_factory=lambda: np.empty(0))

    def forward(self, numbers: NDArray[Any]) -> Numbers:
        """What a network is to say (n,), of the table's numbers."""
        if len(self.quantiles):
            return normal_scores.scores(numbers, self.quantiles)
        mean, sd, _, _ = self.logs
        return np.asarray((np.log(numbers) - mean) / sd)

    def backward(self, said: NDArray[Any]) -> Numbers:
        """The table's numbers, of what networks say, of any shape and type."""
        said = said.astype(np.float64)
        if len(self.quantiles):
            return normal_scores.values(said, self.quantiles)
        mean, sd, least, largest = self.logs
        return np.asarray(np.exp(np.clip(said * sd + mean, least, largest)))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Its arrays by name, for a file."""
        return {"logs": self.logs, "quantiles": self.quantiles}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "TargetMap":
        """Back from `arrays`. Errors: ValueError for shapes that do not belong together."""
        if set(arrays) != {"logs", "quantiles"}:
            raise ValueError("a scale of the target without its numbers")
        made = cls(**arrays)
        is_log, is_quantile = made.logs.shape == (4,), made.quantiles.size >= 2
        if is_log == is_quantile or made.quantiles.ndim != 1:
            raise ValueError("a scale of the target without its numbers")
        return made


@dataclass(frozen=True, eq=False)
class TargetMaps:
    """The map of each of several targets, along the last axis of numbers and of what is said."""

    each: tuple[TargetMap, ...]

    def forward(self, numbers: NDArray[Any]) -> Numbers:
        """What a network is to say (..., K), of the table's numbers."""
        pairs = enumerate(self.each)
        return np.stack([one.forward(numbers[..., place]) for place, one in pairs], axis=-1)

    def backward(self, said: NDArray[Any]) -> Numbers:
        """The table's numbers, of what networks say (..., K)."""
        pairs = enumerate(self.each)
        return np.stack([one.backward(said[..., place]) for place, one in pairs], axis=-1)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of each by its place and their names, for a file."""
        return {
            f"{place}.{name}": values
            for place, one in enumerate(self.each)
            for name, values in one.arrays().items()
        }


def of_arrays(arrays: Mapping[str, NDArray[Any]]) -> TargetMap | TargetMaps:
    """Back from `arrays`, of one target or several. Errors: ValueError as of `TargetMap`."""
    if not any("." in name for name in arrays):
        return TargetMap.of_arrays(arrays)
    own: dict[int, dict[str, NDArray[Any]]] = {}
    for name, values in arrays.items():
        place, _, inner = name.partition(".")
        own.setdefault(int(place), {})[inner] = values
    if sorted(own) != list(range(len(own))):
        raise ValueError("a scale of the target without its numbers")
    return TargetMaps(tuple(TargetMap.of_arrays(own[place]) for place in range(len(own))))


def log(train: Numbers) -> TargetMap:
    """Of training numbers (n,), all above 0. A prediction goes as far beyond them as they span."""
    logs = np.log(train)
    least, largest = logs.min(), logs.max()
    bounds = 2 * least - largest, 2 * largest - least
    return TargetMap(logs=np.array([logs.mean(), logs.std(), *bounds]))


def quantile(train: Numbers) -> TargetMap:
    """Of training numbers (n,), between whose least and largest all predictions are."""
    return TargetMap(quantiles=normal_scores.quantiles(train, normal_scores.shares(len(train))))
