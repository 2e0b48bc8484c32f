"""The file of a journal as it is found: its lines checked, a torn end and a dead lock removed.

`sweeps.storage.journal` writes it.
"""

import json
import os
import time
from pathlib import Path

from sweeps.base import files
from sweeps.base.errors import UserError, show

# Optuna holds its lock for milliseconds; one that is older than this was left by a dead process.
STALE = 2.0
GLANCES = 5  # how often the journal's links are counted anew, since its lock comes and goes
# Bytes of a journal, and of a line of it: many times what a hundred thousand trials need.
LARGEST, LONGEST = 4_000_000_000, 10_000_000
SHOWN = 1000  # bytes of a bad line that a message shows
# What Optuna raises for lines that are JSON, but not its own operations in their order.
DAMAGED = (
    *(KeyError, ValueError, TypeError, AttributeError, AssertionError, IndexError),
    *(OverflowError, RecursionError),
)


def drop_stale_lock(path: Path) -> None:
    """Remove the lock of a killed process, for which Optuna would wait 30 s.

    The lock is watched for STALE seconds, and not judged by its date: the clock may have jumped.
    """
    locks = {lock: _made(lock) for lock in path.parent.glob(f"{path.name}.lock*")}
    deadline = time.monotonic() + STALE
    while locks and time.monotonic() < deadline:
        time.sleep(STALE / 20)
        locks = {lock: made for lock, made in locks.items() if made and _made(lock) == made}
    for lock in locks:
        lock.unlink(missing_ok=True)


def _made(lock: Path) -> tuple[int, int] | None:
    """Inode and time of a lock, which tell it from a later one of that name; None if it is gone."""
    try:
        status = lock.lstat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def expect_one_name(path: Path) -> None:
    """Errors: UserError where the journal has a hard link besides its lock, which is one itself."""
    names = 0
    for _ in range(GLANCES if path.exists() else 0):
        status = path.lstat()
        locks = [lock for lock in path.parent.glob(f"{path.name}.lock*") if _is(lock, status)]
        names = status.st_nlink - len(locks)
        if names <= 1:
            return
    if names:
        raise files.several_names(path, names)


def _is(lock: Path, status: os.stat_result) -> bool:
    made = _made(lock)
    return made is not None and made[0] == status.st_ino


def mend(path: Path) -> bool:
    """Cut a torn last line off a journal; True if there was one.

    A kill in mid-write leaves a torn line, and the next write would be appended to it. Errors:
    UserError where an earlier line is none of Optuna's, which no kill explains.
    """
    whole, size = checked(path)
    if whole < size:
        descriptor = files.open_regular(path, os.O_RDWR)
        with os.fdopen(descriptor, "r+b") as file:
            file.truncate(whole)
    return whole < size


def checked(path: Path) -> tuple[int, int]:
    """What `check` returns. Errors: UserError, for a bad line too."""
    try:
        return check(path)
    except BadLine as fault:
        raise damaged(f"{path}:{fault.number}", fault.got) from None


class BadLine(ValueError):
    """A line of a journal that Optuna cannot have written."""

    def __init__(self, number: int, got: str) -> None:
        self.number, self.got = number, got
        super().__init__(f"in line {number}: {got}")


def check(path: Path) -> tuple[int, int]:
    """(bytes of a journal's whole lines, all its bytes); (0, 0) where there is no file.

    Errors: BadLine for a line that is none of Optuna's, unless it is a torn last one; UserError.
    """
    whole = 0
    try:
        with files.open_to_read(path, LARGEST) as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST), b""), 1):
                if not line.endswith(b"\n") and len(line) < LONGEST:
                    return whole, whole + len(line)
                if not _is_operation(line, first=number == 1):
                    got = line[:SHOWN].decode(errors="replace").strip()
                    raise BadLine(number, show(got))
                whole += len(line)
    except FileNotFoundError:
        return 0, 0
    except OSError as fault:
        raise UserError(f"{path}: expected Optuna's journal, got {fault.strerror}") from None
    return whole, whole


def _is_operation(line: bytes, first: bool) -> bool:
    """One of Optuna's operations; the first of a journal creates its study, code 0."""
    # `files.parse_json` refuses JSON that is nested too deep, but takes several times as long.
    is_flat = line.count(b"[") + line.count(b"{") <= files.DEEPEST
    try:
        code = (json.loads(line) if is_flat else files.parse_json(line.decode()))["op_code"]
    except (ValueError, TypeError, KeyError):
        return False
    return code == 0 if first else isinstance(code, int)


def damaged(where: str, got: str) -> UserError:
    """What is told of a line that is none of Optuna's, and what to do."""
    return UserError(
        f"{where}: expected a line of Optuna's journal, got {got} (it is damaged: restore it, "
        "or remove it; the records in artifacts are used again)"
    )
