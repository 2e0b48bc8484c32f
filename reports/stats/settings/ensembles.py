"""All networks of a setting as one model, which is what model.npz predicts with."""

from dataclasses import replace

import numpy as np

from reports.frames import Run
from reports.stats.sampling import bootstrap, numbers
from reports.stats.sampling.intervals import Interval
from reports.stats.settings.rows import rows_of_split, seeds_of


def ensemble(run: Run, config: str, split: str) -> Interval | None:
    """The error of all a configuration's networks as one model: what model.npz predicts with.

    Classes by the mean of their probabilities, numbers by the mean prediction (the RMSE); networks
    that diverged are left out; None where all did, or no prediction is known. It is one predictor,
    so the interval is over rows: Wilson, or the bootstrap in regression and of groups of rows.
    """
    alive = (run.rows_of(config)["status"] == "ok").to_numpy()
    if not alive.any() or not run.predictions.has(config, split):
        return None
    target, predicted = run.predictions.target(split), run.predictions.of(config, split)[alive]
    one, drawn = seeds_of(run, 1), rows_of_split(run, split)
    if run.regression:
        losses = numbers.squares(predicted.astype(float).mean(axis=0), target)
        found = bootstrap.crossed(losses[None], one, drawn, True)
    else:
        together = np.exp(predicted.astype(float)).mean(axis=0)
        wrong = (together.argmax(axis=-1) != target).astype(float)
        found = bootstrap.proportion(wrong[None], one, drawn)
    return replace(found, covers=f"new {drawn.unit}, for this one ensemble")
