"""A trial in the storage, compared with its record, or with what its sampler asks for.

A journal whose lines are whole may still be wrong: edited, or with a line lost, doubled, or of
another trial. Whoever believed such a journal would go on with another study.
"""

import json
import math
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import Unquoted, UserError, show

if TYPE_CHECKING:
    import optuna

    from sweeps.study.space import Params
    from sweeps.training.task import Outcome

REMEDY = (
    "it is damaged: restore it, or use another (remove journal.log); the records in artifacts are "
    "used again"
)
# Relative difference of two numbers that count as the same setting: on another processor a sampler
# may give others in the last digits.
CLOSE = 1e-12


def expect_recorded(
    trial: "optuna.trial.FrozenTrial", params: dict[str, Any], outcome: "Outcome"
) -> None:
    """Expect that a storage's trial agrees with its record. Errors: UserError naming what differs.

    A trial that the storage has as running has no result to compare: the run ended between the
    record and the storage, and the record is told to it later.
    """
    said = {name: trial.params.get(name) for name in sorted(params.keys() | trial.params.keys())}
    for name, value in json.loads(json.dumps(said)).items():
        _expect(trial, name, params.get(name), value)
    _expect(trial, "number", outcome.number, trial.number)
    if trial.state.is_finished():
        state = trial.state.name.lower().replace("fail", "failed")
        _expect(trial, "state", Unquoted(outcome.state), Unquoted(state))
        values = [float(value) for value in outcome.values]
        if repr(trial.values) != repr(values):  # a NaN equals itself there
            _expect(trial, "value", Unquoted(values), Unquoted(trial.values))


def _shown(value: Any) -> str:
    # To the last digit, which may be all that differs.
    return repr(value) if isinstance(value, float) else show(value)


def _expect(trial: "optuna.trial.FrozenTrial", name: str, held: Any, said: Any) -> None:
    if held != said:
        raise UserError(
            f"trial {trial.number} of the storage: {name}: expected {_shown(held)}, as its record "
            f"in artifacts has it, got {_shown(said)} ({REMEDY})"
        )


def expect_asked(trial: "optuna.trial.FrozenTrial", asked: "Params") -> None:
    """Expect that a storage's trial has the parameters that its sampler asks for.

    Errors: UserError naming the parameter that differs.
    """
    for name in sorted(asked.keys() | trial.params.keys()):
        wanted, said = asked.get(name), trial.params.get(name)
        if not _is_close(wanted, said):
            raise UserError(
                f"trial {trial.number} of the storage: {name}: expected {_shown(wanted)}, which "
                f"the sampler asks for, got {_shown(said)} ({REMEDY}; or the run was begun with "
                "another version of Optuna: go on with that one)"
            )


def _is_close(wanted: Any, said: Any) -> bool:
    if isinstance(wanted, float) and isinstance(said, float):
        return math.isclose(wanted, said, rel_tol=CLOSE)
    return bool(wanted == said)
