"""What we use of Optuna that it does not promise: attributes and modules with an underscore.

All of it stands here, so that a release of Optuna is met in one file; nothing else in sweeps/ says
such a name (tests/test_house.py), and tests/sweeps/test_optuna_private.py tries each. Optuna is
imported by the functions that need it, for it takes a second.
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

# Loggers that warn before an exception says the same.
DATABASE_LOGGER = "optuna.storages._rdb.storage"
UPLOAD_LOGGER = "optuna.artifacts._backoff"


def storage(study: "optuna.Study") -> "BaseStorage":
    """Where a study is kept. Written to directly, it is spared the copies that Study.tell makes."""
    return study._storage


def study_id(study: "optuna.Study | FrozenStudy | StudySummary") -> int:
    """A study's number in its storage, which the Dashboard's addresses have."""
    return study._study_id


def trial_id(trial: "Trial | FrozenTrial") -> int:
    """A trial's number in its storage, where those of other studies count too."""
    return trial._trial_id


def system_attributes(study: "optuna.Study") -> dict[str, Any]:
    """A study's attributes that the Dashboard does not list."""
    return storage(study).get_study_system_attrs(study_id(study))


def set_system_attribute(study: "optuna.Study", name: str, value: Any) -> None:
    """Write one of them."""
    storage(study).set_study_system_attr(study_id(study), name, value)


def set_constraints(kept_in: "BaseStorage", trial: int, violations: Mapping[str, float]) -> None:
    """By how much a trial (its id) breaks each constraint: as Trial.set_constraint writes it."""
    for name, violation in violations.items():
        kept_in.set_trial_system_attr(trial, f"constraints:{name}", violation)


def add(study: "optuna.Study", trial: "FrozenTrial") -> int:
    """Put a copy of a trial into a study as it is, which Study.add_trial looks over; its id."""
    return storage(study).create_new_trial(study_id(study), template_trial=trial)


def stored(study: "optuna.Study", trial: int) -> "FrozenTrial":
    """A trial, by its id; of a study in memory it is the one that is kept there, and no copy."""
    return storage(study).get_trial(trial)


def reset_suggestions(study: "optuna.Study", trial: int) -> "Trial":
    """A running trial (its id) of a study in memory, as if nothing had been suggested yet.

    The sampler is asked for its relative parameters again.
    """
    from optuna.trial import Trial

    kept = stored(study, trial)
    kept.params, kept.distributions = {}, {}
    return Trial(study, trial)


def give_search_space(sampler: "BaseSampler", space: "IntersectionSearchSpace") -> None:
    """Have a TPE sampler use what earlier ones have worked out, in place of its own empty space."""
    sampler._search_space = space  # type: ignore[attr-defined]


def without_cache(kept_in: "BaseStorage") -> "BaseStorage":
    """The database behind the cache that Optuna wraps it in; another storage itself."""
    found: BaseStorage = getattr(kept_in, "_backend", kept_in)
    return found


def offsets(journal: "JournalFileBackend") -> dict[int, int]:
    """The byte at which each operation of a journal's file begins, by its number, from 0."""
    return journal._log_number_offset
