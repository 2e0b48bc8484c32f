"""Optuna's storages: a journal file that survives kills, or any URL."""

import json
import logging
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps import addresses
from sweeps.faults import UserError, show
from sweeps.remotes import Address

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
    from optuna.storages.journal import JournalFileOpenLock

    from sweeps.storage.journal import Journal, Lock

    # Optuna's default lock is a symbolic link, which Windows may not let a user make.
    lock = (JournalFileOpenLock if sys.platform == "win32" else Lock)(str(path))
    try:
        return Journal(path, lock)
    except (KeyError, ValueError, TypeError, AssertionError, IndexError) as fault:
        # Lines that are JSON, but not what Optuna wrote there in that order.
        raise _damaged(f"{path}", f"{type(fault).__name__} {fault}") from None


def together(storage: "BaseStorage") -> AbstractContextManager[None]:
    """Inside, what is said to a journal is held back, and written at the end in one go."""
    from sweeps.storage.journal import Journal

    return storage.together() if isinstance(storage, Journal) else nullcontext()


def unsynced(storage: "BaseStorage") -> AbstractContextManager[None]:
    """Inside, nobody waits for a journal's disk; a database keeps its own promises."""
    from sweeps.storage.journal import Journal

    return storage.unsynced() if isinstance(storage, Journal) else nullcontext()


def is_journal(storage: "BaseStorage") -> bool:
    """Whether writing together costs no more than one write."""
    from sweeps.storage.journal import Journal

    return isinstance(storage, Journal)


def _drop_stale_lock(path: Path) -> None:
    """Optuna would wait 30 s for a lock whose owner was killed.

    That it is old is seen by watching it: a clock may have jumped since it was made.
    """
    locks = {lock: _made(lock) for lock in path.parent.glob(f"{path.name}.lock*")}
    deadline = time.monotonic() + STALE
    while locks and time.monotonic() < deadline:
        time.sleep(STALE / 20)
        locks = {lock: made for lock, made in locks.items() if made and _made(lock) == made}
    for lock in locks:
        lock.unlink(missing_ok=True)


def _made(lock: Path) -> tuple[int, int] | None:
    """What tells a lock from a later one of the same name; None if it is gone."""
    try:
        status = lock.lstat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


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


def remote(known: Address) -> "BaseStorage":
    """The storage at an address, `${NAME}` in it taken from the environment.

    Errors: UserError where the user does not say so, where it cannot be reached, or holds something
    else than Optuna's tables.
    """
    from optuna.exceptions import StorageInternalError
    from optuna.storages import RDBStorage
    from sqlalchemy import make_url
    from sqlalchemy.exc import SQLAlchemyError

    url, where = known.follow(), known.where
    addresses.check(url, where)
    # It warns of a lost connection before it raises; that is said, and waited for, in `lost`.
    logging.getLogger("optuna.storages._rdb.storage").setLevel(logging.ERROR)
    given = addresses.expand(url)
    address = make_url(given)
    waits = WAITS.get(address.get_driver_name(), {})
    options = {
        "pool_pre_ping": True,
        "connect_args": {k: v for k, v in waits.items() if k not in address.query},
    }
    # Optuna formats its addresses: a brace is one of the address's own.
    given = given.replace("{", "{{").replace("}", "}}")
    try:
        storage = RDBStorage(given, options)
        if address.get_backend_name() == "sqlite":
            with storage.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    except (SQLAlchemyError, StorageInternalError, RuntimeError, ValueError, OSError) as fault:
        raise addresses.unusable(url, fault, where) from None
    return storage


def close(storage: "BaseStorage") -> None:
    """Let go of its connections, if it has any."""
    from optuna.storages import RDBStorage

    if isinstance(storage, RDBStorage):
        storage.scoped_session.remove()
        storage.engine.dispose()


# Seconds (libpq's last one: milliseconds) until a driver takes a lock, or a connection, for lost;
# what the address says goes before.
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
