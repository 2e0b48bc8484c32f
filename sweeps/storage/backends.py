"""Optuna's storages: a journal file that survives kills, or any URL."""

import logging
import sys
import warnings
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.base import storage_address
from sweeps.base.consent import Address
from sweeps.base.errors import show
from sweeps.storage import journal_file, optuna_private

if TYPE_CHECKING:
    from optuna.storages import BaseStorage


def journal(path: Path) -> "BaseStorage":
    """The storage of a journal file, made if it is not there; a torn last line is cut off.

    Errors: UserError where it is damaged otherwise.
    """
    journal_file.drop_stale_lock(path)
    journal_file.mend(path)
    return shared(path)


def shared(path: Path) -> "BaseStorage":
    """The storage of a journal file that another process may be writing to: nothing is mended.

    Errors: UserError where the file is damaged, or has another name too (a hard link).
    """
    from optuna.storages.journal import JournalFileOpenLock

    from sweeps.storage.journal import Journal, JournalLock

    journal_file.checked(path)
    journal_file.expect_one_name(path)
    # Optuna's default lock is a symbolic link, which Windows may not let a user make.
    lock = (JournalFileOpenLock if sys.platform == "win32" else JournalLock)(str(path))
    try:
        with warnings.catch_warnings():
            # Optuna warns of ranges that it makes fit their steps; ours fit already, and a trial
            # with another range is reported by us.
            warnings.simplefilter("ignore")
            return Journal(path, lock)
    except journal_file.DAMAGED as fault:
        got = f"{type(fault).__name__} {show(str(fault))}"
        raise journal_file.damaged(f"{path}", got) from None


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
