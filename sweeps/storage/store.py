"""The durable side of a study: the run folder's records and Optuna's storage, owned by one process.

A record is on disk before its trial is told; a trial enters the storage whole, with its state, in
one write. What is in memory only is never needed to go on.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base import files, storage_address
from sweeps.base.consent import Address
from sweeps.base.errors import UserError, show
from sweeps.storage import attributes, backends, folders, identities, records
from sweeps.storage.compared import REMEDY
from sweeps.storage.ownership.claims import Claims
from sweeps.storage.retry import in_our_words, patiently
from sweeps.study.objectives import Goal
from sweeps.training.task import Outcome

if TYPE_CHECKING:
    import optuna
    from optuna.storages import BaseStorage

    from sweeps.study.space import Space

# Epochs of a trial that the Dashboard shows at most; in a database each is a transaction.
REPORTS, REPORTS_APART = 20, 10


class Store:
    """One study's records and storage, open for this process alone."""

    def __init__(
        self, folder: Path, study: "optuna.Study", identity: str, claims: "Claims"
    ) -> None:
        self.folder, self.study, self.identity = folder, study, identity
        self._claims = claims
        self._ids: dict[int, int] = {}  # the storage's own, by number

    def trials(self) -> "list[optuna.trial.FrozenTrial]":
        """All trials of the storage, by number."""
        return patiently(lambda: self.study.get_trials(deepcopy=False), self._claims.notify)

    def finished_among(self, budget: int) -> int:
        """How many of the first so many trials are told."""
        return sum(trial.state.is_finished() for trial in self.trials()[:budget])

    def reach(self) -> int:
        """The number of trials up to the last one that is told."""
        return max((t.number + 1 for t in self.trials() if t.state.is_finished()), default=0)

    def asked(self, number: int, trial: "optuna.trial.FrozenTrial") -> None:
        """Write a trial that was asked: its parameters and attributes at once, as running.

        Errors: UserError where the storage gave it another number: somebody else asks there too.
        """
        asked = as_asked(trial)
        patiently(lambda: self._add(number, asked), self._claims.notify)

    def _add(self, number: int, asked: "optuna.trial.FrozenTrial") -> None:
        self._claims.check()
        storage, study = self.study._storage, self.study._study_id
        try:  # a lost connection may have taken the answer with it
            added = storage.get_trial_id_from_study_id_trial_number(study, number)
        except KeyError:
            with backends.unsynced(storage):  # one that is lost is asked again the same
                added = storage.create_new_trial(study, template_trial=asked)
        found = storage.get_trial(added)
        if found.number != number or found.params != asked.params:
            raise UserError(
                f"the study '{self.study.study_name}' of the storage: expected trial {number} to "
                f"be its last, got trial {found.number}: another process adds to it"
            )
        self._ids[number] = added

    def finished(self, trials: Sequence[tuple[dict[str, Any], Outcome]]) -> None:
        """Write the records of finished trials, then tell the storage; all wait for the disk once.

        Those with a record that are not told when this is broken off are so by the next run.
        """
        patiently(self._claims.check, self._claims.notify)
        records.write(
            (self._path(outcome.number), outcome, self._key(params))
            for params, outcome in trials
            if outcome.state != "failed"
        )
        self.tell([outcome for _, outcome in trials])

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Tell the storage of trials that it still holds as running; of others do nothing."""
        patiently(lambda: self._tell(outcomes), self._claims.notify)

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        storage = self.study._storage
        asked = [storage.get_trial(self._id(outcome.number)) for outcome in outcomes]
        with backends.together(storage):
            for trial, outcome in zip(asked, outcomes, strict=True):
                if not trial.state.is_finished():
                    self._tell_one(trial, outcome)

    def _tell_one(self, asked: "optuna.trial.FrozenTrial", outcome: Outcome) -> None:
        import optuna

        storage, trial = self.study._storage, asked._trial_id
        state = {
            "complete": optuna.trial.TrialState.COMPLETE,
            "pruned": optuna.trial.TrialState.PRUNED,
            "failed": optuna.trial.TrialState.FAIL,
        }[outcome.state]
        values = [float(v) for v in outcome.values] if outcome.state != "failed" else None
        reported = range(1, len(outcome.reports)) if len(self.study.directions) == 1 else range(0)
        most = REPORTS if backends.is_journal(storage) else REPORTS_APART
        for epoch in _some(reported, most):
            if epoch not in asked.intermediate_values:  # a kill came between them and the tell
                storage.set_trial_intermediate_value(trial, epoch, float(outcome.reports[epoch]))
        for name, attribute in attributes.of(outcome).items():
            storage.set_trial_user_attr(trial, name, attribute)
        set_constraints(storage, trial, outcome.violations)
        storage.set_trial_state_values(trial, state, values)

    def _id(self, number: int) -> int:
        if number not in self._ids:
            self._ids = {trial.number: trial._trial_id for trial in self.trials()}
        return self._ids[number]

    def load(self, number: int, params: dict[str, Any]) -> Outcome | None:
        """The record of a trial, or None where it has to be trained (again)."""
        return records.read(self._path(number), self._key(params))

    def recorded(self, number: int) -> tuple[dict[str, Any], Outcome] | None:
        """What this study's record of a trial holds: its parameters, and what came of them."""
        key, outcome = records.held(self._path(number)) or ({}, None)
        if outcome is None or key.get("study") != self.identity:
            return None
        return dict(key["params"]), outcome

    def _key(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"study": self.identity, "params": params}

    def _path(self, number: int) -> Path:
        return folders.record_path(self.folder, number)


def _some(epochs: range, most: int) -> Iterable[int]:
    """At most so many of the epochs, evenly spaced, the last among them."""
    stride = -(-len(epochs) // most) if epochs else 1
    return [epoch for epoch in epochs if (epochs[-1] - epoch) % stride == 0]


def set_constraints(storage: "BaseStorage", trial: int, violations: Mapping[str, float]) -> None:
    """By how much a trial breaks each limit, as Trial.set_constraint writes it."""
    for name, violation in violations.items():
        storage.set_trial_system_attr(trial, f"constraints:{name}", violation)


def as_asked(trial: "optuna.trial.FrozenTrial") -> "optuna.trial.FrozenTrial":
    """A trial as it stood when it was asked: running, with its parameters.

    Not with the sampler's notes: CMA-ES's are a pickle, which nobody is to read from a storage.
    """
    from optuna.trial import TrialState

    # `create_trial` would look it over once more, for longer than it takes to write it.
    asked = copy(trial)
    asked.state, asked.values, asked.datetime_complete = TrialState.RUNNING, None, None
    asked.intermediate_values, asked.user_attrs, asked.system_attrs = {}, {}, {}
    return asked


def expect_possible(trial: "optuna.trial.FrozenTrial", spaces: "Sequence[Space]") -> None:
    """Errors: UserError where a stored trial's parameters are none of a study's spaces.

    Nobody has asked for such a one: the storage was edited, or is damaged.
    """
    import optuna

    try:
        optuna.trial.create_trial(
            state=optuna.trial.TrialState.RUNNING,
            params=trial.params,
            distributions=trial.distributions,
        )
        if trial.distributions not in [distributions(trial, space) for space in spaces]:
            raise ValueError("others than the study has")
    except ValueError as fault:
        raise UserError(
            f"trial {trial.number} of the storage: expected parameters within their ranges, got "
            f"{show(str(fault))} ({REMEDY})"
        ) from None


def in_space(trial: "optuna.trial.FrozenTrial", space: "Space") -> "optuna.trial.FrozenTrial":
    """A trial as it would have been asked in a space that holds its setting."""
    import optuna

    return optuna.trial.create_trial(
        state=optuna.trial.TrialState.RUNNING,
        params=trial.params,
        distributions=distributions(trial, space),
    )


def distributions(trial: "optuna.trial.FrozenTrial", space: "Space") -> dict[str, Any]:
    """What its parameters are drawn from in a space that holds its setting, by name."""
    import optuna

    asked = optuna.trial.FixedTrial(trial.params)
    space.ask(asked)
    return asked.distributions


class RunFolder:
    """A run folder held by this process; another one that wants it is refused meanwhile.

    `notify` is told what is waited for.
    """

    def __init__(self, folder: Path, notify: Callable[[str], None]) -> None:
        self.folder, self._claims = folder, Claims(notify)
        self._address = self._name = ""
        self._backend: BaseStorage | None = None

    def __enter__(self) -> "RunFolder":
        try:
            folders.expect_own(self.folder)
            self.folder.mkdir(parents=True, exist_ok=True)
            files.make_folder(self.folder / "artifacts")
            self._claims.folder(self.folder)
        except OSError as fault:
            raise UserError(
                f"--out: expected a folder to write in, got {self.folder}: {fault.strerror}"
            ) from None
        return self

    def __exit__(self, kind: object, fault: BaseException | None, *rest: object) -> None:
        self._claims.release()
        said = in_our_words(fault, self.folder, self._hide) if fault else None
        if isinstance(fault, KeyError) and self._is_deleted():
            said = UserError(
                f"the study '{self._name}' of the storage: expected it to stay, got one that "
                "somebody has deleted (run the same again: the records in artifacts are used)"
            )
        if self._backend:
            backends.close(self._backend)
        if said:
            raise said from None

    def _is_deleted(self) -> bool:
        from optuna.exceptions import StorageInternalError

        try:
            return bool(self._backend and self._name not in _names(self._backend))
        except StorageInternalError:
            return False

    def _hide(self, text: str) -> str:
        return storage_address.without_secrets(text, self._address)

    def open(
        self,
        name: str,
        address: Address | None,
        identity: dict[str, Any],
        directions: Sequence[Goal],
    ) -> Store:
        """The study in its storage (None: the folder's journal), made if it is new.

        Errors: UserError where the folder's records, or the storage's study, are another study's.
        """
        known = self.folder / "artifacts" / "identity.json"
        if known.exists():
            identities.expect_same(f"{self.folder}", identities.read(known), identity)
        self._address, self._name = address.text if address else "", name
        self._backend = backend = (
            backends.remote(address) if address else backends.journal(self.folder / "journal.log")
        )
        try:
            study = _study(name, backend, directions)
            identities.expect_ours(study, identity, directions)
        except (ValueError, TypeError, LookupError) as fault:
            raise UserError(
                f"the study '{name}' of the storage: expected Optuna's rows, got "
                f"{show(str(fault))} ({REMEDY})"
            ) from None
        if address:
            self._claims.study(study)
            # Another run may have been quicker to claim it, and is over by now.
            identities.expect_ours(study, identity, directions)
        identities.adopt(study, identity)
        if not known.exists():
            records.write_text(known, json.dumps(identity))
        return Store(self.folder, study, identities.digest(identity), self._claims)


def _names(backend: "BaseStorage") -> list[str]:
    return [study.study_name for study in backend.get_all_studies()]


def _study(name: str, backend: "BaseStorage", directions: Sequence[Goal]) -> "optuna.Study":
    """The study of that name, made if it is new, with all its trials read once."""
    import optuna

    # Making a `Trial` to tell asks the sampler; a random one has nothing to think about.
    sampler = optuna.samplers.RandomSampler(seed=0)
    try:
        study = optuna.load_study(study_name=name, storage=backend, sampler=sampler)
    except KeyError:
        with suppress(optuna.exceptions.DuplicatedStudyError):  # another run has just made it
            optuna.create_study(study_name=name, storage=backend, directions=list(directions))
        study = optuna.load_study(study_name=name, storage=backend, sampler=sampler)
    study.get_trials(deepcopy=False)
    return study
