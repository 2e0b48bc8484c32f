"""A study's trials read from Optuna's journal, while its run may go on: nothing is ever mended."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.base.errors import UserError
from sweeps.storage import journal_file

if TYPE_CHECKING:
    import optuna


def study(folder: Path) -> "optuna.Study":
    """The study in a run folder's journal, for reading only. Errors: UserError."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    path = folder / "journal.log"
    if not os.path.lexists(path):
        again = f"sweeps resume {folder} makes it again"
        raise UserError(f"{path}: expected Optuna's journal, got no such file ({again})")
    try:
        journal_file.check(path)
        storage = JournalStorage(JournalFileBackend(str(path)))
        (found,) = optuna.get_all_study_names(storage)
        return optuna.load_study(study_name=found, storage=storage)
    except journal_file.DAMAGED as fault:
        got = f"{type(fault).__name__} {fault}"
        raise UserError(
            f"{path}: expected Optuna's journal of one study, got {got} (it is damaged: restore "
            f"it, or remove it: sweeps resume {folder} makes it again from the records)"
        ) from None


def failure(folder: Path, number: int) -> "tuple[str, dict[str, object]] | None":
    """Cause and parameters of trial `number`; None if it has not failed. Errors: UserError."""
    import optuna

    if not os.path.lexists(folder / "journal.log"):
        return None
    trials = study(folder).get_trials(deepcopy=False)
    if number >= len(trials) or trials[number].state != optuna.trial.TrialState.FAIL:
        return None
    cause = str(trials[number].user_attrs.get("cause", "unknown"))
    return cause, json.loads(json.dumps(trials[number].params))
