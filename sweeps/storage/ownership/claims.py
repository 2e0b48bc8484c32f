"""What a run claims for itself: its folder, and its study in a storage that others may reach."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.storage.ownership.leases import SETTLE, Lease, refused
from sweeps.storage.ownership.locks import LockFile
from sweeps.storage.ownership.owners import Owner

if TYPE_CHECKING:
    import optuna

ATTRIBUTE = "owner"  # of the study in its storage


class StudyClaimStore:
    """A claim on a study, kept in a user attribute of the study in its storage."""

    settle = SETTLE

    def __init__(self, study: "optuna.Study") -> None:
        from optuna.exceptions import StorageInternalError

        self.what = f"the study '{study.study_name}' of the storage"
        # KeyError: somebody has deleted the study.
        self.faults: tuple[type[Exception], ...] = (StorageInternalError, OSError, KeyError)
        self._study = study

    def read(self) -> str:
        """The attribute's value."""
        return str(self._study.user_attrs.get(ATTRIBUTE, ""))

    def write(self, text: str) -> None:
        """Set the attribute."""
        self._study.set_user_attr(ATTRIBUTE, text)


class Claims:
    """All that this process has claimed. notify: gets a message when something is waited for."""

    def __init__(self, notify: Callable[[str], None]) -> None:
        self.notify = notify
        self._leases: list[Lease] = []
        self._lock: LockFile | None = None

    def folder(self, path: Path) -> None:
        """Claim a run folder. Errors: UserError while another process works on it; OSError."""
        with ExitStack() as until_held:
            lock = until_held.enter_context(LockFile(path / ".lock", str(path)))
            try:
                lock.take()
            except BlockingIOError:
                raise refused(str(path), Owner.parse(lock.read())) from None
            self._take(Lease(lock, self.notify))
            until_held.pop_all()
        self._lock = lock

    def study(self, study: "optuna.Study") -> None:
        """Claim a study in its storage. Errors: UserError while another process works on it."""
        self._take(Lease(StudyClaimStore(study), self.notify))

    def _take(self, lease: Lease) -> None:
        lease.take()
        self._leases.append(lease)

    def check(self) -> None:
        """Errors: UserError if another process has taken a claim over: ours was silent too long."""
        for lease in self._leases:
            lease.check()

    def release(self) -> None:
        """Give all claims back."""
        for lease in reversed(self._leases):
            lease.release()
        if self._lock:
            self._lock.close()
