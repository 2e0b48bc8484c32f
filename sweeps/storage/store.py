"""The durable side of a study: its records and its storage, written to by one process.

A record is on disk before its trial is told; a trial enters the storage whole, with its state, in
one write. So a run can be resumed from the disk alone.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import UserError
from sweeps.storage import attributes, backends, folders, optuna_private, records
from sweeps.storage.optuna_trials import as_asked
from sweeps.storage.ownership.claims import Claims
from sweeps.storage.retry import with_retries
from sweeps.training.task import Outcome

if TYPE_CHECKING:
    import optuna

# How many epochs of a trial the storage gets, for the Dashboard's curves: a journal; and
# a database, where each epoch is a transaction.
REPORTS, REPORTS_APART = 20, 10


class Store:
    """One study's records and storage, open for this process alone.

    study: Optuna's study; identity: the digest of the study's identity, part of its records' keys.
    """

    def __init__(
        self, folder: Path, study: "optuna.Study", identity: str, claims: "Claims"
    ) -> None:
        self.folder, self.study, self.identity = folder, study, identity
        self._claims = claims
        self._ids: dict[int, int] = {}  # a trial's id in the storage, by its number

    def trials(self) -> "list[optuna.trial.FrozenTrial]":
        """All trials of the storage, by number."""
        return with_retries(lambda: self.study.get_trials(deepcopy=False), self._claims.notify)

    def finished_among(self, budget: int) -> int:
        """How many of the first `budget` trials are finished in the storage."""
        return sum(trial.state.is_finished() for trial in self.trials()[:budget])

    def reach(self) -> int:
        """The number of trials up to the last one that is finished in the storage."""
        return max((t.number + 1 for t in self.trials() if t.state.is_finished()), default=0)

    def asked(self, number: int, trial: "optuna.trial.FrozenTrial") -> None:
        """Add a trial that was asked to the storage, as running, in one write.

        Errors: UserError where the storage gives the trial another number: another process adds
        trials to the study, too.
        """
        asked = as_asked(trial)
        with_retries(lambda: self._add(number, asked), self._claims.notify)

    def _add(self, number: int, asked: "optuna.trial.FrozenTrial") -> None:
        self._claims.check()
        storage = optuna_private.storage(self.study)
        study = optuna_private.study_id(self.study)
        try:  # the trial may be there already, if only the answer to an earlier try was lost
            added = storage.get_trial_id_from_study_id_trial_number(study, number)
        except KeyError:
            with backends.unsynced(storage):  # if a power cut loses it, the same is asked again
                added = storage.create_new_trial(study, template_trial=asked)
        found = storage.get_trial(added)
        if found.number != number or found.params != asked.params:
            raise UserError(
                f"the study '{self.study.study_name}' of the storage: expected trial {number} to "
                f"be its last, got trial {found.number}: another process adds to it"
            )
        self._ids[number] = added

    def finished(self, trials: Sequence[tuple[dict[str, Any], Outcome]]) -> None:
        """Write the records of finished trials, then tell the storage, with one disk sync each.

        If the process is killed in between, the next run tells the trials that have a record.
        """
        with_retries(self._claims.check, self._claims.notify)
        records.write(
            (self._path(outcome.number), outcome, self._key(params))
            for params, outcome in trials
            if outcome.state != "failed"
        )
        self.tell([outcome for _, outcome in trials])

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Tell the storage the outcomes of trials that it has as running; skip finished ones."""
        with_retries(lambda: self._tell(outcomes), self._claims.notify)

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        storage = optuna_private.storage(self.study)
        asked = [storage.get_trial(self._id(outcome.number)) for outcome in outcomes]
        with backends.together(storage):
            for trial, outcome in zip(asked, outcomes, strict=True):
                if not trial.state.is_finished():
                    self._tell_one(trial, outcome)

    def _tell_one(self, asked: "optuna.trial.FrozenTrial", outcome: Outcome) -> None:
        import optuna

        storage, trial = optuna_private.storage(self.study), optuna_private.trial_id(asked)
        state = {
            "complete": optuna.trial.TrialState.COMPLETE,
            "pruned": optuna.trial.TrialState.PRUNED,
            "failed": optuna.trial.TrialState.FAIL,
        }[outcome.state]
        values = [float(v) for v in outcome.values] if outcome.state != "failed" else None
        reported = range(1, len(outcome.reports)) if len(self.study.directions) == 1 else range(0)
        most = REPORTS if backends.is_journal(storage) else REPORTS_APART
        for epoch in _some(reported, most):
            if epoch not in asked.intermediate_values:  # written before a kill cut the tell short
                storage.set_trial_intermediate_value(trial, epoch, float(outcome.reports[epoch]))
        for name, attribute in attributes.of(outcome).items():
            storage.set_trial_user_attr(trial, name, attribute)
        optuna_private.set_constraints(storage, trial, outcome.violations)
        storage.set_trial_state_values(trial, state, values)

    def _id(self, number: int) -> int:
        if number not in self._ids:
            self._ids = {t.number: optuna_private.trial_id(t) for t in self.trials()}
        return self._ids[number]

    def load(self, number: int, params: dict[str, Any]) -> Outcome | None:
        """The record of a trial, or None where it has to be trained (again)."""
        return records.read(self._path(number), self._key(params))

    def recorded(self, number: int) -> tuple[dict[str, Any], Outcome] | None:
        """The (parameters, outcome) in this study's record of a trial; None if there is none."""
        key, outcome = records.read_any(self._path(number)) or ({}, None)
        if outcome is None or key.get("study") != self.identity:
            return None
        return dict(key["params"]), outcome

    def _key(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"study": self.identity, "params": params}

    def _path(self, number: int) -> Path:
        return folders.record_path(self.folder, number)


def _some(epochs: range, most: int) -> Iterable[int]:
    """At most `most` of the epochs, evenly spaced, the last one included."""
    stride = -(-len(epochs) // most) if epochs else 1
    return [epoch for epoch in epochs if (epochs[-1] - epoch) % stride == 0]
