"""The learning curves of the search's trials, with few points each, for the page to carry."""

from typing import TypeAlias

import numpy as np

from reports import units
from reports.frames import Array, Run, once

ROOM = 120_000  # bytes of all curves in the page
POINT = 15  # bytes of an epoch and two errors in it
FEWEST, MOST = 5, 24  # points of a curve

# Epochs, and at each of them the mean train and dev error, None where it is not known.
TrialCurve: TypeAlias = tuple[list[int], list[float | None], list[float | None]]


@once
def thinned(run: Run) -> dict[int, TrialCurve]:
    """By trial, means over the replicates that had not diverged; errors as a reader sees them.

    Of no trial where even a few points of each would need too much room.
    """
    searched = run.curves[run.curves["phase"] == "search"]
    count = searched["trial"].nunique()
    points = min(ROOM // (POINT * count), MOST) if count else 0
    if points < FEWEST:
        return {}
    errors = searched[["train_error", "dev_error"]]
    keys = [searched["trial"], searched["epoch"]]
    means = errors.where(np.isfinite(errors)).groupby(keys).mean()
    factor = units.unit(run, "dev_error").factor
    trials, epochs = (means.index.get_level_values(name) for name in ("trial", "epoch"))
    numbers, starts = np.unique(trials.to_numpy(int), return_index=True)
    train, dev = (factor * means[name].to_numpy(float) for name in errors.columns)
    found: dict[int, TrialCurve] = {}
    for number, start, end in zip(numbers, starts, [*starts[1:], len(means)], strict=True):
        places = start + np.unique(np.linspace(0, end - start - 1, points).round()).astype(int)
        own = [int(epoch) for epoch in epochs[places]]
        found[int(number)] = (own, _short(train[places]), _short(dev[places]))
    return found


def _short(values: Array) -> list[float | None]:
    return [float(f"{x:.3g}") if np.isfinite(x) else None for x in values]
