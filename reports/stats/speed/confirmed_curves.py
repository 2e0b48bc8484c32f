"""The learning curves of the confirmed networks: arrays, bands, whether the loss rises again."""

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.frames import Array, Run, once

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
    """The epoch of the least median dev loss, and by which share it has risen to the end.

    Of the networks that did not diverge; None where it has not risen by RISEN.
    """
    loss = matrix(run, config, "dev_loss")
    whole = loss[np.isfinite(loss[:, -1])]
    if not len(whole):
        return None
    median = np.median(whole, axis=0)  # as the figure draws it
    best = int(median.argmin())
    rise = float(median[-1] / max(median[best], 1e-12) - 1)
    if best == 0 or rise <= RISEN:
        return None
    return int(epochs(run, config)[best]), rise


def bands(run: Run, configs: Sequence[str], kind: str) -> pd.DataFrame:
    """config, split, epoch, median, low, high, n: over the replicates that had not diverged.

    low and high: the 10th and 90th percentile. kind: "error" or "loss".
    """
    parts = []
    for config in configs:
        for split in ("train", "dev"):
            found = matrix(run, config, f"{split}_{kind}")
            found = np.where(np.isfinite(found), found, np.nan)
            low, median, high = _quantiles(found, (0.1, 0.5, 0.9))
            columns = {"config": config, "split": split, "epoch": epochs(run, config)}
            columns |= {"median": median, "low": low, "high": high}
            parts.append(pd.DataFrame(columns | {"n": np.isfinite(found).sum(axis=0)}))
    return pd.concat(parts, ignore_index=True)


def _quantiles(values: Array, shares: Sequence[float]) -> Array:
    """(shares, evaluations) of (replicates, evaluations), of those that are no NaN."""
    if not np.isnan(values).any():  # many times as fast as the other, and the same
        return np.asarray(np.quantile(values, shares, axis=0))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="All-NaN slice")  # all diverged: a gap
        return np.asarray(np.nanquantile(values, shares, axis=0))


def _wide(run: Run, config: str, column: str) -> pd.DataFrame:
    """A row a replicate, a column an epoch."""
    return run.kept(f"curves/{config}/{column}", lambda: _pivoted(_curves(run)[config], column))


@once
def _curves(run: Run) -> dict[str, pd.DataFrame]:
    """The rows of each confirmed configuration."""
    confirmed = run.curves[run.curves["phase"] == "confirm"]
    return {str(config): rows for config, rows in confirmed.groupby("config", sort=False)}


def _pivoted(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    # pivot, since a pivot table would drop the evaluations at which all had diverged
    wide = rows.pivot(index="replicate", columns="epoch", values=column)  # noqa: PD010
    return wide.sort_index(axis=1)
