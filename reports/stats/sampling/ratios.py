"""How far a number is predicted by its ratio: the error on a logarithmic scale."""

import math

import numpy as np
from numpy.typing import NDArray

from reports.frames import Run
from reports.stats.sampling.intervals import Array


def log_error(target: NDArray[np.float64], outputs: Array) -> float:
    """Root mean square of ln(said / true), over rows (n,) and networks (P, n).

    What is said below the least true number counts as that: it may have no logarithm.
    """
    said = np.maximum(outputs, target.min())
    return math.sqrt(float((np.log(said / target) ** 2).mean()))


def typical(run: Run, name: str) -> float | None:
    """The factor by which predictions of new rows are typically off, 1 or more: exp of `log_error`.

    None where the study has no other scale of its target, a number is not above 0, or what was
    said is not known.
    """
    zero, split = run.target_zero, run.judged
    if zero is None or not run.predictions.has(name, split):
        return None
    target, outputs = (run.predictions.target(split), run.predictions.of(name, split)[..., 0])
    if not (target > zero).all() or not np.isfinite(outputs).all():
        return None
    return math.exp(log_error(target.astype(float) - zero, outputs.astype(float) - zero))
