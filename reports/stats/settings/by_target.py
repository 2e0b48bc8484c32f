"""The RMSE of each of several targets, in its own unit, of a confirmed setting or a baseline."""

import numpy as np

from reports.frames import Run
from reports.stats.sampling import out_of_fold, weighing
from reports.stats.sampling.intervals import Array


def rmse(run: Run, config: str, split: str) -> Array | None:
    """(K,) of one network, on average, of those that did not diverge.

    None of one target alone, and where not every row of the split is known to be predicted.
    """
    if not run.several or not run.predictions.has(config, split):
        return None
    said, target = run.predictions.of(config, split).astype(float), run.predictions.target(split)
    alive = (run.rows_of(config)["status"] == "ok").to_numpy()
    of = out_of_fold.networks(run, config) if out_of_fold.applies(run, split) else None
    is_ok = alive[:, None] if of is None else alive[of]
    known = is_ok & np.isfinite(said).all(axis=-1)  # (networks, n), or out of fold (passes, n)
    if not known.any(axis=0).all():
        return None
    squares = np.where(known[..., None], (said - target) ** 2, 0.0).sum(axis=0)
    by_row = squares / known.sum(axis=0)[:, None]
    mean = np.average(by_row, axis=0, weights=weighing.of_rows(run, split))
    found: Array = np.sqrt(mean) * [one.sd for one in run.several]
    return found
