"""A run folder that this process has claimed, and the study that is opened in it."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base import files, storage_address
from sweeps.base.consent import Address
from sweeps.base.errors import UserError, show
from sweeps.storage import atomic, backends, folders, identities
from sweeps.storage.compared import REMEDY
from sweeps.storage.ownership.claims import Claims
from sweeps.storage.retry import as_user_error
from sweeps.storage.store import Store
from sweeps.study.objectives import Goal

if TYPE_CHECKING:
    import optuna
    from optuna.storages import BaseStorage


class RunFolder:
    """A run folder, claimed by this process inside `with`; other processes are refused meanwhile.

    notify: gets a message when something is waited for.
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
            for place in folders.PLACES:
                files.remove_unfinished(self.folder / place)
        except OSError as fault:
            raise UserError(
                f"--out: expected a folder to write in, got {self.folder}: {fault.strerror}"
            ) from None
        return self

    def __exit__(self, kind: object, fault: BaseException | None, *rest: object) -> None:
        self._claims.release()
        said = as_user_error(fault, self.folder, self._hide) if fault else None
        if isinstance(fault, KeyError) and self._is_deleted():
            said = UserError(
                f"the study '{self._name}' of the storage: expected it to stay, got one that "
                "somebody has deleted (run the same command again, which uses the records in "
                "artifacts)"
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

    def begun(self, name: str, address: Address | None) -> dict[str, Any] | None:
        """The identity of the study that the folder or the storage has; None where it is new.

        Errors: UserError where that is damaged, or of a later version.
        """
        known = identities.of_folder(self.folder)
        if known is not None:
            return known
        backend = self._connect(name, address) if address else None
        if backend is None or name not in _names(backend):
            return None
        with _readable(name):
            return identities.of(_study(name, backend, []))

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
        known = identities.path_in(self.folder)
        if known.exists():
            identities.expect_same(f"{self.folder}", identities.read(known), identity)
        backend = self._connect(name, address)
        with _readable(name):
            study = _study(name, backend, directions)
            identities.expect_ours(study, identity, directions)
        if address:
            self._claims.study(study)
            # Another run may have claimed the study before us, written to it, and ended by now.
            identities.expect_ours(study, identity, directions)
        identities.ensure_identity(study, identity)
        if not known.exists():
            atomic.write_text(known, json.dumps(identity))
        return Store(self.folder, study, identities.digest(identity), self._claims)

    def _connect(self, name: str, address: Address | None) -> "BaseStorage":
        self._address, self._name = address.text if address else "", name
        if self._backend is None:
            self._backend = (
                backends.remote(address)
                if address
                else backends.journal(self.folder / "journal.log")
            )
        return self._backend


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Errors: UserError for rows of the storage that are not as Optuna writes them."""
    try:
        yield
    except (ValueError, TypeError, LookupError) as fault:
        raise UserError(
            f"the study '{name}' of the storage: expected Optuna's rows, got "
            f"{show(str(fault))} ({REMEDY})"
        ) from None


def _names(backend: "BaseStorage") -> list[str]:
    return [study.study_name for study in backend.get_all_studies()]


def _study(name: str, backend: "BaseStorage", directions: Sequence[Goal]) -> "optuna.Study":
    """The study of that name, made if it is new, with all its trials read once."""
    import optuna

    # Making a `Trial` to tell asks the sampler, which does nothing if it is a random one.
    sampler = optuna.samplers.RandomSampler(seed=0)
    try:
        study = optuna.load_study(study_name=name, storage=backend, sampler=sampler)
    except KeyError:
        with suppress(optuna.exceptions.DuplicatedStudyError):  # another run has just made it
            optuna.create_study(study_name=name, storage=backend, directions=list(directions))
        study = optuna.load_study(study_name=name, storage=backend, sampler=sampler)
    study.get_trials(deepcopy=False)
    return study
