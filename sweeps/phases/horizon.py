"""How long all trials train, and which epoch counts, where the study file says neither.

Resolved once the data are loaded; an earlier run in the same folder goes on as it was.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sweeps.data import Dataset
from sweeps.study.hyperparameters.vocabulary import AUTO
from sweeps.study.objectives import Objective, is_at
from sweeps.study.spec import Study

# So many updates in batches of the default size, by tests/benchmarks/SWEEP.md, "horizon"; but no
# fewer epochs than LEAST, nor more than MOST.
UPDATES, LEAST, MOST = 2_000, 30, 300
# Of a user's training function, whose updates are not known.
OF_TRAINERS = 60


def resolved(study: Study, dataset: Dataset, said_at: bool, earlier: Mapping[str, Any]) -> Study:
    """The study with a number of epochs, and with what counts of them.

    said_at: whether its file says `at`. earlier: the identity of the run that its folder has.
    """
    space = study.space
    if space.default["epochs"] == AUTO:
        number = _earlier_epochs(earlier) or epochs(study, dataset)
        base = tuple((name, number if name == "epochs" else v) for name, v in space.base)
        study = study.model_copy(update={"space": replace(space, base=base)})
    if said_at:
        return study
    at = _earlier_at(earlier) or ("last" if study.trainer else None)
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


def _earlier_epochs(earlier: Mapping[str, Any]) -> int | None:
    fixed = earlier.get("fixed")
    found = fixed.get("epochs") if isinstance(fixed, dict) else None
    return found if isinstance(found, int) and found >= 1 else None


def _earlier_at(earlier: Mapping[str, Any]) -> str | None:
    objectives = earlier.get("objective")
    first = objectives[0] if isinstance(objectives, list) and objectives else None
    found = first.get("at") if isinstance(first, dict) else None
    return found if is_at(found) else None
