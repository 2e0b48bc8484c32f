"""Which of a dataset's numbers are skewed, so that a scale by rank may help."""

import numpy as np

from sweeps.data.dataset import Dataset

# Skewness beyond which a column is called skewed, either way: that of an exponential distribution.
SKEWED = 2.0


def columns(dataset: Dataset) -> dict[str, float]:
    """Skewness of the skewed columns, the most skewed first: mean z³ of the training rows.

    Columns of which two numbers are known at most have no shape that a rank would change.
    """
    x, found = dataset.parts["train"].x, {}
    for at in dataset.number_inputs.at:
        values = x[:, at].astype(np.float64)
        spread = values.std()
        if spread > 0 and len(np.unique(values)) > 2:
            skewness = float((((values - values.mean()) / spread) ** 3).mean())
            if abs(skewness) > SKEWED:
                found[dataset.encoder.inputs[at]] = skewness
    return dict(sorted(found.items(), key=lambda one: -abs(one[1])))
