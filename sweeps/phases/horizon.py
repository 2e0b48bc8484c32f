"""How long all trials train, and which epoch counts, where the study file says neither.

Resolved once the data are loaded; an earlier run in the same folder goes on as it was.
"""

import math
from dataclasses import replace
from typing import Any

from sweeps.data import Dataset
from sweeps.phases.earlier_run import EarlierRun
from sweeps.study.hyperparameters.vocabulary import AUTO
from sweeps.study.objectives import Objective
from sweeps.study.spec import Study

# So many updates in batches of the default size, by tests/benchmarks/SWEEP.md, "horizon"; but no
# fewer epochs than LEAST, nor more than MOST.
UPDATES, LEAST, MOST = 2_000, 30, 300
# Of a user's training function, whose updates are not known.
OF_TRAINERS = 60


def resolved(study: Study, dataset: Dataset, said_at: bool, earlier: EarlierRun) -> Study:
    """The study with a number of epochs, and with what counts of them.

    said_at: whether its file says `at`. earlier: the run that its folder has.
    """
    space = study.space
    if space.default["epochs"] == AUTO:
        number = earlier.epochs or epochs(study, dataset)
        base = tuple((name, number if name == "epochs" else v) for name, v in space.base)
        study = study.model_copy(update={"space": replace(space, base=base)})
    if said_at:
        return study
    at = earlier.at or ("last" if study.trainer else None)
    objectives = tuple(_counting(one, at) if at else one for one in study.objectives)
    return study.model_copy(update={"objectives": objectives})


def epochs(study: Study, dataset: Dataset) -> int:
    """By the rule."""
    if study.trainer is not None:
        return OF_TRAINERS
    return min(max(round(UPDATES / updates_per_epoch(study, dataset)), LEAST), MOST)


def updates_per_epoch(study: Study, dataset: Dataset) -> int:
    """Of the defaults."""
    size, rows = study.space.default["batch_size"], dataset.for_search.n_train
    return 1 if size == "full" else math.ceil(rows / size)


def says_at(objective: Any) -> bool:
    """Whether the study file's `objective` says it, of one of them at least."""
    each = objective if isinstance(objective, list | tuple) else (objective,)
    return any(isinstance(one, dict) and "at" in one for one in each)


def _counting(objective: Objective, at: str) -> Objective:
    return objective.model_copy(update={"at": at}) if objective.is_tracked else objective
