"""Optuna's storages: a journal file that survives kills, or any URL."""

import json
import logging
import os
import sys
import time
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.base import files, storage_address
from sweeps.base.consent import Address
from sweeps.base.errors import UserError, show
from sweeps.storage import optuna_private

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

# Optuna holds its lock for milliseconds; one that is older than this was left by a dead process.
STALE = 2.0
GLANCES = 5  # how often the journal's links are counted anew, since its lock comes and goes
# Bytes of a journal, and of a line of it: many times what a hundred thousand trials need.
LARGEST, LONGEST = 4_000_000_000, 10_000_000


def journal(path: Path) -> "BaseStorage":
    """The storage of a journal file, made if it is not there; a torn last line is cut off.

    Errors: UserError where it is damaged otherwise.
    """
    _drop_stale_lock(path)
    mend(path)
    return shared(path)


def shared(path: Path) -> "BaseStorage":
    """The storage of a journal file that another process may be writing to: nothing is mended.

    Errors: UserError where the file is damaged, or has another name too (a hard link).
    """
    from optuna.storages.journal import JournalFileOpenLock

    from sweeps.storage.journal import Journal, JournalLock

    _checked(path)
    _expect_one_name(path)
    # Optuna's default lock is a symbolic link, which Windows may not let a user make.
    lock = (JournalFileOpenLock if sys.platform == "win32" else JournalLock)(str(path))
    try:
        with warnings.catch_warnings():
            # Optuna warns of ranges that it makes fit their steps; ours fit already, and a trial
            # with another range is reported by us.
            warnings.simplefilter("ignore")
            return Journal(path, lock)
    except DAMAGED as fault:
        raise _damaged(f"{path}", f"{type(fault).__name__} {show(str(fault))}") from None


def together(storage: "BaseStorage") -> AbstractContextManager[None]:
    """Inside, writes to a journal are held back, and written at the end in one go.

    A database's writes are not held back.
    """
    from sweeps.storage.journal import Journal

    return storage.together() if isinstance(storage, Journal) else nullcontext()


def unsynced(storage: "BaseStorage") -> AbstractContextManager[None]:
    """Inside, writes to a journal do not wait for the disk; a database commits as always."""
    from sweeps.storage.journal import Journal

    return storage.unsynced() if isinstance(storage, Journal) else nullcontext()


def is_journal(storage: "BaseStorage") -> bool:
    """Whether the storage is a journal, to which many values can be written at the cost of one."""
    from sweeps.storage.journal import Journal

    return isinstance(storage, Journal)


def _drop_stale_lock(path: Path) -> None:
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


def _expect_one_name(path: Path) -> None:
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
    whole, size = _checked(path)
    if whole < size:
        descriptor = files.open_regular(path, os.O_RDWR)
        with os.fdopen(descriptor, "r+b") as file:
            file.truncate(whole)
    return whole < size


def _checked(path: Path) -> tuple[int, int]:
    """What `check` returns. Errors: UserError, for a bad line too."""
    try:
        return check(path)
    except BadLine as fault:
        raise _damaged(f"{path}:{fault.number}", fault.got) from None


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


SHOWN = 1000  # bytes of a bad line that a message shows
# What Optuna raises for lines that are JSON, but not its own operations in their order.
DAMAGED = (
    *(KeyError, ValueError, TypeError, AttributeError, AssertionError, IndexError),
    *(OverflowError, RecursionError),
)


def _damaged(where: str, got: str) -> UserError:
    return UserError(
        f"{where}: expected a line of Optuna's journal, got {got} (it is damaged: restore it, "
        "or remove it; the records in artifacts are used again)"
    )


def remote(known: Address) -> "BaseStorage":
    """The storage at an address, `${NAME}` in it taken from the environment.

    Errors: UserError where the user has not allowed the address, where it cannot be reached, or
    where it holds something else than Optuna's tables.
    """
    from optuna.exceptions import StorageInternalError
    from optuna.storages import RDBStorage
    from sqlalchemy import make_url
    from sqlalchemy.exc import SQLAlchemyError

    url, where = known.follow(), known.where
    storage_address.check(url, where)
    # Optuna warns of a lost connection before it raises; `retry` reports it, and tries again.
    logging.getLogger(optuna_private.DATABASE_LOGGER).setLevel(logging.ERROR)
    given = storage_address.expand(url)
    address = make_url(given)
    waits = WAITS.get(address.get_driver_name(), {})
    options = {
        "pool_pre_ping": True,
        "connect_args": {k: v for k, v in waits.items() if k not in address.query},
    }
    # Optuna calls `str.format` on addresses, so a brace in one has to be doubled.
    given = given.replace("{", "{{").replace("}", "}}")
    try:
        storage = RDBStorage(given, options)
        if address.get_backend_name() == "sqlite":
            with storage.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    except (SQLAlchemyError, StorageInternalError, RuntimeError, ValueError, OSError) as fault:
        raise storage_address.unusable(url, fault, where) from None
    return storage


def close(storage: "BaseStorage") -> None:
    """Close a storage's connections, if it has any."""
    from optuna.storages import RDBStorage

    if isinstance(storage, RDBStorage):
        storage.scoped_session.remove()
        storage.engine.dispose()


# Seconds (libpq's `tcp_user_timeout`: milliseconds) until a driver gives up on a lock or a
# connection. Options in the address take precedence.
LIBPQ = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
MYSQL = {"connect_timeout": 10, "read_timeout": 30, "write_timeout": 30}
WAITS = {
    "pysqlite": {"timeout": 60},
    "psycopg": LIBPQ,
    "psycopg2": LIBPQ,
    "pymysql": MYSQL,
    "mysqldb": MYSQL,
}
