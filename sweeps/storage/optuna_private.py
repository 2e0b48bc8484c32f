"""What we use of Optuna that it does not promise: attributes and modules with an underscore.

All of it is in this file, so that a new release of Optuna needs changes here alone: no other file
of sweeps/ uses such a name (tests/test_house.py), and tests/sweeps/test_optuna_private.py tries
each function. Optuna is imported inside the functions, since its import takes a second.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import optuna
    from optuna.samplers import BaseSampler
    from optuna.search_space import IntersectionSearchSpace
    from optuna.storages import BaseStorage
    from optuna.storages.journal import JournalFileBackend
    from optuna.study import StudySummary
    from optuna.study._frozen import FrozenStudy
    from optuna.trial import FrozenTrial, Trial

SEEN_WITH = "5.0"  # the release of Optuna in which these names mean what is said here

# Optuna's loggers that print a warning before it raises an exception with the same message.
DATABASE_LOGGER = "optuna.storages._rdb.storage"
UPLOAD_LOGGER = "optuna.artifacts._backoff"


def storage(study: "optuna.Study") -> "BaseStorage":
    """A study's storage. Writing to it directly avoids the copies that Study.tell makes."""
    return study._storage


def study_id(study: "optuna.Study | FrozenStudy | StudySummary") -> int:
    """A study's id in its storage, as in the Dashboard's addresses."""
    return study._study_id


def trial_id(trial: "Trial | FrozenTrial") -> int:
    """A trial's id in its storage; unlike its number, it counts other studies' trials too."""
    return trial._trial_id


def system_attributes(study: "optuna.Study") -> dict[str, Any]:
    """A study's attributes that the Dashboard does not list."""
    return storage(study).get_study_system_attrs(study_id(study))


def set_system_attribute(study: "optuna.Study", name: str, value: Any) -> None:
    """Write an attribute of a study that the Dashboard does not list."""
    storage(study).set_study_system_attr(study_id(study), name, value)


def set_constraints(kept_in: "BaseStorage", trial: int, violations: Mapping[str, float]) -> None:
    """Write by how much a trial (its id) breaks each constraint, as Trial.set_constraint does."""
    for name, violation in violations.items():
        kept_in.set_trial_system_attr(trial, f"constraints:{name}", violation)


def add(study: "optuna.Study", trial: "FrozenTrial") -> int:
    """Add a copy of a trial to a study, without the checks of Study.add_trial; its id."""
    return storage(study).create_new_trial(study_id(study), template_trial=trial)


def stored(study: "optuna.Study", trial: int) -> "FrozenTrial":
    """A trial, by its id; for a study in memory it is the very object kept there, not a copy."""
    return storage(study).get_trial(trial)


def reset_suggestions(study: "optuna.Study", trial: int) -> "Trial":
    """Remove all suggestions from a running trial (its id) of a study in memory, to ask it again.

    The returned trial asks the study's present sampler anew, for relative parameters too.
    """
    from optuna.trial import Trial

    kept = stored(study, trial)
    kept.params, kept.distributions = {}, {}
    return Trial(study, trial)


def give_search_space(sampler: "BaseSampler", space: "IntersectionSearchSpace") -> None:
    """Let a TPE sampler use the search space that earlier samplers worked out, not an empty one."""
    sampler._search_space = space  # type: ignore[attr-defined]


def without_cache(kept_in: "BaseStorage") -> "BaseStorage":
    """A database without the cache that Optuna wraps it in; any other storage as it is."""
    found: BaseStorage = getattr(kept_in, "_backend", kept_in)
    return found


def offsets(journal: "JournalFileBackend") -> dict[int, int]:
    """The byte at which each operation of a journal's file begins, by its number, from 0."""
    return journal._log_number_offset
