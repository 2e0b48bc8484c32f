"""Optuna's frozen trials: as they were asked, and whether a study can have asked them."""

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import UserError, show
from sweeps.storage.compared import REMEDY

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

    from sweeps.study.space import Space


def as_asked(trial: "FrozenTrial") -> "FrozenTrial":
    """A trial as it stood when it was asked: running, with its parameters.

    Not with the sampler's notes: CMA-ES's are a pickle, which nobody is to read from a storage.
    """
    from optuna.trial import TrialState

    # `create_trial` would look it over once more, for longer than it takes to write it.
    asked = copy(trial)
    asked.state, asked.values, asked.datetime_complete = TrialState.RUNNING, None, None
    asked.intermediate_values, asked.user_attrs, asked.system_attrs = {}, {}, {}
    return asked


def expect_possible(trial: "FrozenTrial", spaces: "Sequence[Space]") -> None:
    """Errors: UserError where a stored trial's parameters are none of a study's spaces.

    Nobody has asked for such a one: the storage was edited, or is damaged.
    """
    from optuna.trial import TrialState, create_trial

    try:
        create_trial(
            state=TrialState.RUNNING, params=trial.params, distributions=trial.distributions
        )
        if trial.distributions not in [distributions(trial, space) for space in spaces]:
            raise ValueError("others than the study has")
    except ValueError as fault:
        raise UserError(
            f"trial {trial.number} of the storage: expected parameters within their ranges, got "
            f"{show(str(fault))} ({REMEDY})"
        ) from None


def in_space(trial: "FrozenTrial", space: "Space") -> "FrozenTrial":
    """A trial as it would have been asked in a space that holds its setting."""
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState.RUNNING, params=trial.params, distributions=distributions(trial, space)
    )


def distributions(trial: "FrozenTrial", space: "Space") -> dict[str, Any]:
    """What its parameters are drawn from in a space that holds its setting, by name."""
    from optuna.trial import FixedTrial

    asked = FixedTrial(trial.params)
    space.ask(asked)
    return asked.distributions
