"""Which of a dataset's numbers are skewed, so that a scale by rank may help."""

import numpy as np

from sweeps.data.arrays.dataset import Dataset
from sweeps.data.cell.dtypes import CELLS

# Skewness beyond which a column is called skewed, either way: that of an exponential distribution.
SKEWED = 2.0


def columns(dataset: Dataset) -> dict[str, float]:
    """Skewness of the skewed columns, the most skewed first: mean z³ of the training rows.

    Columns of which two numbers are known at most have no shape that a rank would change.
    """
    x, found = dataset.parts["train"].x, {}
    step = max(1, CELLS // max(1, len(x)))
    every = dataset.number_inputs.at
    for start in range(0, len(every), step):
        at = every[start : start + step]
        values = x[:, at].T.astype(np.float64, order="C")
        values -= values.mean(axis=1, keepdims=True)
        spread = values.std(axis=1, keepdims=True)
        values /= np.where(spread > 0, spread, 1.0)
        skewness = (values**3).mean(axis=1)
        for place in np.flatnonzero(np.abs(skewness) > SKEWED):
            if len(np.unique(values[place])) > 2:
                found[dataset.encoder.inputs[at[place]]] = float(skewness[place])
    return dict(sorted(found.items(), key=lambda one: -abs(one[1])))
