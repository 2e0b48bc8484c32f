"""The learning curves of the confirmed networks as arrays; whether the loss rises in the end."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.frames import Array, Run

RISEN = 0.1  # share of the least mean loss from which on it has risen since


def matrix(run: Run, config: str, column: str) -> Array:
    """(replicates, evaluations) of one column of the confirmation curves, NaN after divergence."""
    found: Array = _wide(run, config, column).to_numpy(float)
    return found


def epochs(run: Run, config: str) -> NDArray[np.int_]:
    """(evaluations,) the epochs at which a confirmed configuration was evaluated."""
    found: NDArray[np.int_] = _wide(run, config, "dev_error").columns.to_numpy(int)
    return found


def turned(run: Run, config: str) -> tuple[int, float] | None:
    """The epoch of the least mean dev loss, and by which share it has risen to the end.

    Of the networks that did not diverge; None where it has not risen by RISEN.
    """
    loss = matrix(run, config, "dev_loss")
    whole = loss[np.isfinite(loss[:, -1])]
    if not len(whole):
        return None
    mean = whole.mean(axis=0)
    best = int(mean.argmin())
    rise = float(mean[-1] / max(mean[best], 1e-12) - 1)
    if best == 0 or rise <= RISEN:
        return None
    return int(epochs(run, config)[best]), rise


def _wide(run: Run, config: str, column: str) -> pd.DataFrame:
    """A row a replicate, a column an epoch."""
    return run.kept(f"curves/{config}/{column}", lambda: _pivoted(run.curves, config, column))


def _pivoted(curves: pd.DataFrame, config: str, column: str) -> pd.DataFrame:
    rows = curves[(curves["phase"] == "confirm") & (curves["config"] == config)]
    # pivot, since a pivot table would drop the evaluations at which all had diverged
    wide = rows.pivot(index="replicate", columns="epoch", values=column)  # noqa: PD010
    return wide.sort_index(axis=1)
