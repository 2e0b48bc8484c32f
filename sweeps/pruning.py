"""Pruning by thresholds: what the mirror held when a trial was asked, as one number an epoch.

The rule is Optuna's median pruner; a test holds the two together.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sweeps.spec import Median


def thresholds(
    pruner: Median | None, finished: Sequence[NDArray[np.float64]], epochs: int
) -> tuple[float, ...]:
    """Per epoch 0 … epochs: the median of the complete trials' values there; inf where none rules.

    finished: the reports of each complete trial; one that ended early (all its replicates
    diverged) stays at its last value.
    """
    if pruner is None or len(finished) < max(1, pruner.startup):
        return ()
    values = np.empty((len(finished), epochs + 1))
    for row, reports in zip(values, finished, strict=True):
        row[: len(reports)] = reports
        row[len(reports) :] = reports[-1]
    medians = np.median(values, axis=0)
    medians[: pruner.warmup + 1] = np.inf
    return tuple(float(m) for m in medians)
