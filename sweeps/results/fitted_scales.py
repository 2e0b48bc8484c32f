"""The scales of inputs and target that networks were trained on, in the file of their model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data import Dataset
from sweeps.data.arrays import scaling, target_map, target_scaling
from sweeps.data.arrays.scaling import Scaling
from sweeps.data.arrays.target_map import TargetMap, TargetMaps
from sweeps.study.space import Config


@dataclass(frozen=True)
class FittedScales:
    """Of one set of training rows; None where inputs or target are standardized."""

    inputs: Scaling | None = None
    target: TargetMap | TargetMaps | None = None


STANDARDIZED = FittedScales()


def of(dataset: Dataset, config: Config) -> list[FittedScales]:
    """Of each set of training rows, as `Dataset.each_trained`."""
    count = len(dataset.each_trained)
    inputs: Sequence[Scaling | None] = scaling.fitted(dataset, config["inputs"])
    targets: Sequence[TargetMap | TargetMaps | None] = target_scaling.fitted(
        dataset, config["target_scale"]
    )
    inputs, targets = inputs or [None] * count, targets or [None] * count
    return [FittedScales(*both) for both in zip(inputs, targets, strict=True)]


def arrays(each: Sequence[FittedScales]) -> dict[str, NDArray[Any]]:
    """All of them, for a file; nothing of what is standardized."""
    found: dict[str, NDArray[Any]] = {}
    for number, one in enumerate(each):
        for kind, scale in (("inputs", one.inputs), ("target", one.target)):
            own = {} if scale is None else scale.arrays()
            found |= {f"{kind}.{number}.{name}": values for name, values in own.items()}
    return found


def read(file: Mapping[str, NDArray[Any]], count: int, n_in: int) -> list[FittedScales]:
    """So many, back from `arrays`. Errors: ValueError, KeyError for a file with other arrays."""
    found = []
    for number in range(count):
        inputs, target = (_members(file, f"{kind}.{number}.") for kind in ("inputs", "target"))
        one = FittedScales(
            Scaling.of_arrays(inputs) if inputs else None,
            target_map.of_arrays(target) if target else None,
        )
        if one.inputs is not None and not np.isin(one.inputs.at, np.arange(n_in)).all():
            raise ValueError("a scale of inputs that are not there")
        found.append(one)
    if len({(one.inputs is None, one.target is None) for one in found}) > 1:
        raise ValueError("scales of some folds alone")
    return found


def _members(file: Mapping[str, NDArray[Any]], start: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(start): file[name] for name in file if name.startswith(start)}
