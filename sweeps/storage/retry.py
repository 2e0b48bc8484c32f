"""Faults of a disk or a database: which are retried, and which the user has to fix, and how."""

import errno
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sweeps.base.errors import UserError

T = TypeVar("T")

PATIENCE = 60.0  # seconds to keep retrying a database that does not answer
LONGEST = 5.0  # seconds between two tries, at most
AGAIN = "finished trials are saved; fix this and run the same command again"

# Errors that only the user can fix. OF_DISKS: reported wherever they occur. OF_FOLDERS: reported
# only for paths inside the run folder.
OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.ESTALE)
OF_FOLDERS = (
    *(errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR),
    *(errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY),  # something else has a file's name
)
# SQLite's names for errors that only the user can fix: trying again would not help.
HOPELESS = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CANTOPEN")


def with_retries(action: Callable[[], T], notify: Callable[[str], None]) -> T:
    """Call `action`, which uses a storage, and retry it while the storage's database is away.

    `action` must be idempotent: when the connection breaks, it may have succeeded, with only the
    answer lost. `notify` gets one message that says what is waited for.
    Errors: what `action` raised last, after PATIENCE seconds.
    """
    from optuna.exceptions import StorageInternalError

    deadline, pause, said = time.monotonic() + PATIENCE, 0.1, False
    while True:
        try:
            return action()
        except StorageInternalError as fault:
            if not is_away(fault) or time.monotonic() + pause > deadline:
                raise
            if not said:
                notify(f"the database does not answer ({reason(fault)}); trying for {PATIENCE:g} s")
                said = True
        time.sleep(pause)
        pause = min(2 * pause, LONGEST)


def is_away(fault: BaseException) -> bool:
    """Whether a database may come back: its connection is lost, or another process has its lock."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    cause = _of_driver(fault)
    if not isinstance(cause, OperationalError | InterfaceError):
        return False
    name = str(getattr(cause.orig, "sqlite_errorname", ""))
    return not name.startswith(HOPELESS)


def _of_driver(fault: BaseException) -> BaseException:
    """The database driver's exception from which `fault` was raised; without one `fault` itself."""
    from sqlalchemy.exc import DBAPIError

    cause: BaseException | None = fault
    while cause is not None and not isinstance(cause, DBAPIError):
        cause = cause.__cause__ or cause.__context__
    return cause or fault


def reason(fault: BaseException) -> str:
    """The database driver's message, in one line."""
    cause = _of_driver(fault)
    return " ".join(str(getattr(cause, "orig", None) or cause).split())


def as_user_error(
    fault: BaseException, folder: Path, hide: Callable[[str], str]
) -> UserError | None:
    """The error shown to the user for a fault of a disk or a database; None for other faults.

    folder: the run folder in which it happened; hide: takes passwords out of a text.
    """
    from optuna.exceptions import StorageInternalError

    if isinstance(fault, RuntimeError) and isinstance(fault.__context__, OSError):
        fault = fault.__context__  # Optuna's lock file could not be removed
    if isinstance(fault, OSError):
        inside = bool(fault.filename) and Path(fault.filename).is_relative_to(folder)
        if fault.errno in OF_DISKS or (inside and fault.errno in OF_FOLDERS):
            where = (fault.filename2 or fault.filename) if inside else folder
            return UserError(f"{where}: expected to write there, got {fault.strerror} ({AGAIN})")
    if isinstance(fault, StorageInternalError):
        waited = f" for {PATIENCE:g} s" if is_away(fault) else ""
        return UserError(
            f"{folder}: expected a database that answers, got none{waited}: "
            f"{hide(reason(fault))} ({AGAIN})"
        )
    return None
