"""Where classes are uneven, balanced error and AUC stand beside the error.

Plain error may then be small though the rarest class is never found.
"""

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run
from reports.stats.settings.measures import Measure

UNEVEN = 9  # rows of the commonest class for one of the rarest, as is said before a run
BESIDE = (Measure("balanced_error", "balanced_error", 1), Measure("auc", "auc", -1))


def counts(run: Run) -> NDArray[np.intp] | None:
    """Rows of each class among those that are judged by; None where classes are even, or numbers.

    None, too, where what was said of these rows is not known.
    """
    names = run.provenance["classes"]
    if not names or not any(run.predictions.has(one, run.judged) for one in run.configs):
        return None
    found = np.bincount(run.predictions.target(run.judged).astype(int), minlength=len(names))
    return found if found.max() >= UNEVEN * found.min() else None
