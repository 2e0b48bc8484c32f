"""Faults of a disk or a database: which are tried again, which the user has to cure, and how."""

import errno
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sweeps.base.errors import UserError

T = TypeVar("T")

PATIENCE = 60.0  # seconds for which a database may not answer
LONGEST = 5.0  # seconds between two tries
AGAIN = "nothing told is lost; cure it and run the same again"

# What only the user can cure: of a disk, wherever it happens; of a file, within the run folder.
OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.ESTALE)
OF_FOLDERS = (
    *(errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR),
    *(errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY),  # something else has a file's name
)
# SQLite's names for the same: trying again would not help.
HOPELESS = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CANTOPEN")


def with_retries(action: Callable[[], T], notify: Callable[[str], None]) -> T:
    """Do something with a storage, and try again for as long as its database does not answer.

    `action` must be idempotent: where the connection broke, it may have been done and only the
    answer been lost. `notify` is told once what is waited for.
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
    """Whether a database may come back: the connection is lost, or another holds its lock."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    cause = _of_driver(fault)
    if not isinstance(cause, OperationalError | InterfaceError):
        return False
    name = str(getattr(cause.orig, "sqlite_errorname", ""))
    return not name.startswith(HOPELESS)


def _of_driver(fault: BaseException) -> BaseException:
    """The database driver's own exception, which others were raised from; else the fault itself."""
    from sqlalchemy.exc import DBAPIError

    cause: BaseException | None = fault
    while cause is not None and not isinstance(cause, DBAPIError):
        cause = cause.__cause__ or cause.__context__
    return cause or fault


def reason(fault: BaseException) -> str:
    """The driver's own words, in one line."""
    cause = _of_driver(fault)
    return " ".join(str(getattr(cause, "orig", None) or cause).split())


def as_user_error(
    fault: BaseException, folder: Path, hide: Callable[[str], str]
) -> UserError | None:
    """What the user is told of a fault of disk or database; None for one of another kind.

    `folder` was being worked on; `hide` takes passwords out of a text.
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
