"""The scale on which networks are trained to say a number, fitted on their own training rows.

It changes what they are trained on, and no score: what they say is brought back to the study's
units, in which trials of all scales can be compared.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.data.arrays import target_map
from sweeps.data.arrays.dataset import Dataset, TargetScale
from sweeps.data.arrays.target_map import TargetMap, TargetMaps

STANDARDIZE = "standardize"  # what the dataset does
# A number that is no larger than this, in SDs, cannot be told from 0 once it is standardized.
NOTHING = 1e-12

# By the word of the vocabulary, which has the default first: fit(train), numbers (n,) of the table.
TARGET_SCALES: Mapping[str, Callable[[NDArray[np.float64]], TargetMap]] = {
    "log": target_map.log,
    "quantile": target_map.quantile,
}


def fitted(dataset: Dataset, name: str) -> Sequence[TargetMap | TargetMaps]:
    """One for each set of training rows, as `Dataset.each_trained`; none where it is the usual."""
    if name == STANDARDIZE:
        return []
    target, fit = dataset.target, TARGET_SCALES[name]
    # By the arithmetic of what is mapped later: else a rounding error parts equal numbers.
    units = TargetScale(1 / target.scales, -target.means / target.scales)
    each = [units.targets(own.labels["train"]) for own in dataset.each_trained]
    if target.several:
        return [TargetMaps(tuple(fit(numbers) for numbers in own.T)) for own in each]
    return [fit(numbers) for numbers in each]


def scaled(dataset: Dataset, name: str) -> Dataset:
    """A dataset whose y is on a scale; each replicate's by its own training rows."""
    if name == STANDARDIZE:
        return dataset
    parts = {part: replace(rows, y=rows.y.copy()) for part, rows in dataset.parts.items()}
    replicates = list(dataset.replicates)
    apart = replace(dataset, parts=parts).apart(range(len(replicates) or 1))
    for (places, own), through in zip(apart, fitted(dataset, name), strict=True):
        scale = TargetScale.through(through, dataset.target)
        replicates[places] = [replace(one, scale=scale) for one in replicates[places]]
        for part, rows in own.parts.items():
            rows.y[:] = scale.targets(own.labels[part]).reshape(rows.y.shape)
    whole = dataset.scale if replicates else scale  # of all, or of the one set of rows
    return replace(dataset, parts=parts, replicates=tuple(replicates), scale=whole)


def expect_positive(dataset: Dataset, where: str) -> None:
    """All numbers of the target have a logarithm. Errors: Expected."""
    for place, target in enumerate(dataset.target.each):
        columns = (labels.reshape(len(labels), -1)[:, place] for labels in dataset.labels.values())
        number = min(float(labels.min()) for labels in columns) * target.scale + target.mean
        size = target.scale + abs(target.mean)
        if number <= NOTHING * size:
            shown = 0.0 if abs(number) <= NOTHING * size else number
            expected = f"numbers above 0 in column '{target.name}' for log"
            raise Expected(expected, float(f"{shown:.6g}"), "quantile takes any number", at=where)
