"""Optuna's storages: a journal file that survives kills, or any URL; and how they may be shown."""

import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.faults import UserError, show

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

# Optuna holds its lock for milliseconds; one that is older than this was left by a dead process.
STALE = 2.0


def journal(path: Path) -> "BaseStorage":
    """The storage of a journal file, made if it is not there; a torn last line is cut off.

    Errors: UserError where it is damaged otherwise.
    """
    _drop_stale_lock(path)
    mend(path)
    return shared(path)


def shared(path: Path) -> "BaseStorage":
    """The storage of a journal file that another process may be writing to: nothing is mended.

    Errors: UserError where it is damaged.
    """
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileOpenLock

    from sweeps.journal import Journal

    # Optuna's default lock is a symbolic link, which Windows may not let a user make.
    lock = JournalFileOpenLock(str(path)) if sys.platform == "win32" else None
    try:
        return JournalStorage(Journal(str(path), lock))
    except (KeyError, ValueError, TypeError, AssertionError, IndexError) as fault:
        # Lines that are JSON, but not what Optuna wrote there in that order.
        raise _damaged(f"{path}", f"{type(fault).__name__} {fault}") from None


def _drop_stale_lock(path: Path) -> None:
    """Optuna would wait 30 s for a lock whose owner was killed."""
    for lock in path.parent.glob(f"{path.name}.lock*"):
        try:
            time.sleep(max(0.0, min(STALE, lock.lstat().st_mtime + STALE - time.time())))
            lock.unlink()
        except FileNotFoundError:
            continue  # its owner lives, and has let go of it


def mend(path: Path) -> bool:
    """Cut a torn last line off a journal; True if there was one.

    A kill in mid-write leaves it, and the next write would join it. Errors: UserError where a line
    before it is none of Optuna's: that was not a kill.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    except OSError as fault:
        raise UserError(f"{path}: expected Optuna's journal, got {fault.strerror}") from None
    lines = content.splitlines(keepends=True)
    torn = bool(lines) and not lines[-1].endswith(b"\n")
    for number, line in enumerate(lines[:-1] if torn else lines, 1):
        if not _is_operation(line, first=number == 1):
            raise _damaged(f"{path}:{number}", show(line.decode(errors="replace").strip()))
    if torn:
        with path.open("r+b") as file:
            file.truncate(len(content) - len(lines[-1]))
    return torn


def _is_operation(line: bytes, first: bool) -> bool:
    """One of Optuna's operations; the first of a journal creates its study, code 0."""
    try:
        code = json.loads(line)["op_code"]
    except (ValueError, TypeError, KeyError):
        return False
    return code == 0 if first else isinstance(code, int)


def _damaged(where: str, got: str) -> UserError:
    return UserError(
        f"{where}: expected a line of Optuna's journal, got {got} (it is damaged: restore it, "
        "or remove it; the records in artifacts are used again)"
    )


def remote(url: str) -> "BaseStorage":
    """The storage at a URL. Errors: UserError where it cannot be reached."""
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return optuna.storages.get_storage(url)
    except (SQLAlchemyError, ImportError, ValueError, OSError) as fault:
        reason = str(fault).splitlines()[0].replace(url, redact(url))
        raise UserError(f"--storage: expected a database, got {redact(url)}: {reason}") from None


def redact(url: str) -> str:
    """A storage's address without its password, wherever that stands in it."""
    url = re.sub(r"(?i)\b(password|passwd|pwd|token|secret)=[^&\s]*", r"\1=***", url)
    head, at, tail = url.rpartition("@")
    scheme, slashes, credentials = head.partition("://")
    user = credentials.partition(":")[0]
    return f"{scheme}{slashes}{user}:***@{tail}" if at and ":" in credentials else url
