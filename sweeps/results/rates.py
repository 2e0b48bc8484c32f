"""The learning rate at the start of each epoch, of confirmed settings with a schedule."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dnn.schedules import SCHEDULES, Moment
from sweeps.data import Dataset
from sweeps.phases.confirm import Confirmation
from sweeps.study.space import Config


def arrays(confirmed: list[Confirmation], dataset: Dataset) -> dict[str, Any]:
    """rate/<setting> (epochs,); nothing where every rate is constant, or a trainer's own affair."""
    kept = [one.candidate for one in confirmed if "theta" in one.outcome.arrays]
    if all(one.config["schedule"][0] == "constant" for one in kept):
        return {}
    return {f"rate/{one.label}": _rates(one.config, dataset.n_train) for one in kept}


def _rates(config: Config, rows: int) -> NDArray[np.float64]:
    name, given = config["schedule"]
    schedule, epochs = SCHEDULES[name], config["epochs"]
    settings = {**schedule.settings, **dict(given)}
    size = rows if config["batch_size"] == "full" else min(config["batch_size"], rows)
    batches = math.ceil(rows / size)
    moments = [Moment(n, epochs, n * batches, epochs * batches) for n in range(epochs)]
    factors = np.array([schedule.factor(settings, now) for now in moments])
    return np.asarray(config["learning_rate"] * factors, dtype=np.float64)
