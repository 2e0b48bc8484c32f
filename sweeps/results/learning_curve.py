"""The learning curve's frame. Its columns are listed in docs/reference.md."""

import pandas as pd

from sweeps.phases.learning_curve import LearningCurve


def frame(curves: list[LearningCurve]) -> pd.DataFrame:
    """One row a size and fold of each setting or baseline, by number of rows."""
    return pd.DataFrame(
        {
            "config": one.label,
            "kind": "network" if one.is_network else "baseline",
            "size": size,
            "rows": int(one.rows[size, fold]),
            "fold": fold,
            "status": "diverged" if one.diverged[size, fold] else "ok",
            "epochs": int(one.epochs[size, fold]),
            **{score: float(values[size, fold]) for score, values in one.scores.items()},
        }
        for one in curves
        for size in range(len(one.rows))
        for fold in range(one.rows.shape[1])
    )
