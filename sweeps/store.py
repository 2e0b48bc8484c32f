"""The durable side of a study: the run folder's records and Optuna's storage, owned by one process.

A record is on disk before its trial is told; a trial enters the storage whole, with its state, in
one write. What is in memory only is never needed to go on.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sweeps import locks, records
from sweeps.faults import UserError, show
from sweeps.trial import Outcome

if TYPE_CHECKING:
    import optuna

# Values shown live by the Dashboard; each is a synced write, so a few of the epochs do.
REPORTS = 10


class Store:
    """One study's records and storage, open for this process alone."""

    def __init__(self, folder: Path, study: "optuna.Study") -> None:
        self.folder, self.study = folder, study

    def trials(self) -> "list[optuna.trial.FrozenTrial]":
        """All trials of the storage, by number."""
        return self.study.get_trials(deepcopy=False)

    def finished_among(self, budget: int) -> int:
        """How many of the first so many trials are told."""
        return sum(trial.state.is_finished() for trial in self.trials()[:budget])

    def asked(self, trial: "optuna.trial.FrozenTrial") -> None:
        """Write a trial that was asked: its parameters and attributes at once, as running."""
        self.study.add_trial(as_asked(trial))

    def finished(self, number: int, params: dict[str, Any], outcome: Outcome) -> None:
        """Write a finished trial's record, then tell the storage."""
        if outcome.state != "failed":
            records.write(self._path(number), outcome, params)
        self.tell(number, outcome)

    def tell(self, number: int, outcome: Outcome) -> None:
        """Tell the storage of a trial that it still holds as running; else do nothing."""
        import optuna

        frozen = self.trials()[number]
        if frozen.state.is_finished():
            return
        trial = optuna.trial.Trial(self.study, frozen._trial_id)
        for epoch in _some(range(1, len(outcome.reports)), REPORTS):
            trial.report(float(outcome.reports[epoch]), epoch)
        if outcome.final:
            scores = {name: float(values.mean()) for name, values in outcome.final.items()}
            seconds = float(outcome.curves["seconds"][-1])
            trial.set_user_attr("scores", {**scores, "seconds": seconds})
        if outcome.cause:
            trial.set_user_attr("cause", outcome.cause)
        state = {
            "complete": optuna.trial.TrialState.COMPLETE,
            "pruned": optuna.trial.TrialState.PRUNED,
            "failed": optuna.trial.TrialState.FAIL,
        }[outcome.state]
        value = float(outcome.value) if outcome.state == "complete" else None
        self.study.tell(number, value, state=state)

    def load(self, number: int, params: dict[str, Any]) -> Outcome | None:
        """The record of a trial, or None where it has to be trained (again)."""
        return records.read(self._path(number), params)

    def _path(self, number: int) -> Path:
        return self.folder / "artifacts" / f"trial-{number:06d}.npz"


def _some(epochs: range, most: int) -> Iterable[int]:
    """At most so many of the epochs, evenly spaced, the last among them."""
    stride = -(-len(epochs) // most) if epochs else 1
    return [epoch for epoch in epochs if (epochs[-1] - epoch) % stride == 0]


def as_asked(trial: "optuna.trial.FrozenTrial") -> "optuna.trial.FrozenTrial":
    """A trial as it stood when it was asked: running, with its parameters and attributes."""
    import optuna

    return optuna.trial.create_trial(
        state=optuna.trial.TrialState.RUNNING,
        params=trial.params,
        distributions=trial.distributions,
        system_attrs=trial.system_attrs,
    )


class RunFolder:
    """A run folder held by this process; another one that wants it is refused meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> "RunFolder":
        try:
            (self.folder / "artifacts").mkdir(parents=True, exist_ok=True)
            self._lock = locks.take(self.folder / ".lock")
        except BlockingIOError:
            raise UserError(
                f"{self.folder}: expected a run folder of one process, got one that another "
                "process is working on"
            ) from None
        except OSError as fault:
            raise UserError(
                f"--out: expected a folder to write in, got {self.folder}: {fault.strerror}"
            ) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.close()

    def open(self, name: str, storage: str | None, identity: dict[str, Any]) -> Store:
        """The study in its storage, made if it is new. Errors: UserError if it is another study."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        backend = self._journal() if storage is None else _remote(storage)
        try:
            study = optuna.load_study(study_name=name, storage=backend)
        except KeyError:
            study = optuna.create_study(study_name=name, storage=backend, direction="minimize")
        known = study.user_attrs.get("identity")
        if known is None:
            study.set_user_attr("identity", json.dumps(identity))
        else:
            _same(self.folder, json.loads(known), json.loads(json.dumps(identity)))
        return Store(self.folder, study)

    def _journal(self) -> "optuna.storages.BaseStorage":
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

        path = self.folder / "journal.log"
        # This process alone writes here, so a lock that is still there was left by one that died.
        for left in self.folder.glob("journal.log.lock*"):
            left.unlink()
        mend(path)
        # Optuna's default lock is a symbolic link, which Windows may not let a user make.
        lock = JournalFileOpenLock(str(path)) if sys.platform == "win32" else None
        return JournalStorage(JournalFileBackend(str(path), lock))


def mend(path: Path) -> bool:
    """Cut a torn last line off a journal; True if there was one.

    A kill in mid-write leaves it, and the next write would join it. Errors: UserError where a line
    before the last is no JSON: that was not a kill.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    lines = content.splitlines(keepends=True)
    torn = bool(lines) and not lines[-1].endswith(b"\n")
    for number, line in enumerate(lines[:-1] if torn else lines, 1):
        try:
            is_operation = isinstance(json.loads(line), dict)
        except ValueError:
            is_operation = False
        if not is_operation:
            got = show(line.decode(errors="replace").strip())
            raise UserError(
                f"{path}:{number}: expected a line of Optuna's journal, got {got} (it is damaged: "
                "restore it, or remove it; the records in artifacts are used again)"
            )
    if torn:
        with path.open("r+b") as file:
            file.truncate(len(content) - len(lines[-1]))
    return torn


def _remote(url: str) -> "optuna.storages.BaseStorage":
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return optuna.storages.get_storage(url)
    except (SQLAlchemyError, ImportError, ValueError, OSError) as fault:
        reason = str(fault).splitlines()[0]
        raise UserError(f"--storage: expected a database, got {redact(url)}: {reason}") from None


def redact(url: str) -> str:
    """A storage's address without its password."""
    head, at, tail = url.rpartition("@")
    scheme, slashes, credentials = head.partition("://")
    user = credentials.partition(":")[0]
    return f"{scheme}{slashes}{user}:***@{tail}" if at and ":" in credentials else url


def _same(folder: Path, known: dict[str, Any], identity: dict[str, Any]) -> None:
    """Errors: UserError naming each thing that differs."""
    there, here = _flat(known), _flat(identity)
    differ = [
        f"{path}: {show(there.get(path, 'absent'))} there, {show(here.get(path, 'absent'))} here"
        for path in sorted(there.keys() | here.keys())
        if there.get(path, "absent") != here.get(path, "absent")
    ]
    if differ:
        raise UserError(
            f"{folder}: expected the folder of this study, got another study's ("
            + "; ".join(differ[:5])
            + (f"; and {len(differ) - 5} more" if len(differ) > 5 else "")
            + "); use another name or --out, or remove the folder"
        )


def _flat(values: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(values, dict):
        return {path: values}
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= _flat(value, f"{path}.{key}" if path else str(key))
    return flat
