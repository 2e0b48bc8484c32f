"""Weights of rows (`data.weight`): how much each counts, as predictions.npz has them."""

import numpy as np

from reports.frames import Run, RunFolderError
from reports.stats.sampling.intervals import Array

METHOD = (
    "They count in what is trained on, in every loss, error and score of networks, baselines and "
    "the constant, in what draws of rows are worth (each a ratio of weighted sums: Cochran, 1977, "
    "ch. 6), and so in intervals, differences and verdicts. Rows are counted one by one, whatever "
    "they weigh, in the scales of inputs and target, the penalties, the confusion matrix, "
    "calibration, residuals, what classes are taken for, the columns relied on, bias and variance, "
    "and the lints about rows."
)


def applies(run: Run) -> bool:
    """Whether rows have weights that differ."""
    found = run.provenance["data"].get("weight")
    return found is not None and not found["equal"]


def in_words(run: Run) -> str:
    """What the weights are; "" where the study names none."""
    found = run.provenance["data"].get("weight")
    if found is None:
        return ""
    if found["equal"]:
        return f"all equal in column '{found['column']}', and so without effect"
    zero = f"; {found['zero']} rows weigh 0" if found["zero"] else ""
    return (
        f"rows are weighted by column '{found['column']}' (the heaviest {found['largest']:.3g} "
        f"times the mean{zero}), and tell as much as {found['effective']:,.0f} of equal weight"
    )


def of_rows(run: Run, split: str) -> Array | None:
    """(n,) with mean 1; None where all rows count alike. Raises RunFolderError."""
    if not applies(run):
        return None
    found, rows = run.predictions.weight(split), len(run.predictions.target(split))
    if found is None or len(found) != rows or not found.any() or (found < 0).any():
        raise RunFolderError(
            f"{run.predictions.path}: {split}_weight: expected {rows} weights of 0 or more"
        )
    weights: Array = np.asarray(found, np.float64) / float(found.mean())
    return weights
