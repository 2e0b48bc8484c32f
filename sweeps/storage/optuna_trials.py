"""Optuna's frozen trials: reset to how they were asked, and checked against a study's space."""

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import UserError, show
from sweeps.storage.compared import REMEDY

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

    from sweeps.study.space import Space


def as_asked(trial: "FrozenTrial") -> "FrozenTrial":
    """A copy of a trial as it was when it was asked: running, with its parameters.

    The sampler's notes are left out: CMA-ES's are a pickle, which must not be read from a storage.
    """
    from optuna.trial import TrialState

    # `create_trial` would validate the trial once more, which takes longer than writing it.
    asked = copy(trial)
    asked.state, asked.values, asked.datetime_complete = TrialState.RUNNING, None, None
    asked.intermediate_values, asked.user_attrs, asked.system_attrs = {}, {}, {}
    return asked


def expect_possible(trial: "FrozenTrial", spaces: "Sequence[Space]") -> None:
    """Expect that a stored trial's parameters lie in one of these spaces.

    Errors: UserError; no run can have asked such a trial, so the storage was edited or is damaged.
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
    """A running trial with the same parameters, and with the distributions that `space` has."""
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState.RUNNING, params=trial.params, distributions=distributions(trial, space)
    )


def distributions(trial: "FrozenTrial", space: "Space") -> dict[str, Any]:
    """The distributions of a trial's parameters in `space`, which holds them, by name."""
    from optuna.trial import FixedTrial

    asked = FixedTrial(trial.params)
    space.ask(asked)
    return asked.distributions
