"""An address that a file names is used only if the user's own command says so, or allows it.

A study file or a run folder may be somebody else's. Whoever answers at a cluster's address can run
code here, a database's or a bucket's gets what is sent there, and on this machine a port can be
anybody's: so no address leaves the folder, by whatever name, without a word on the command line.
How a database's address is spelled is `storage_address`'s matter, a bucket's `s3_address`'s.
"""

import os
import sqlite3
import stat
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sweeps.base.errors import UserError
from sweeps.base.redaction import REFERENCE, redact_address

# What would be done with an address, by its kind.
USES = {
    "storage": "use the storage",
    "engine": "join the cluster",
    "artifacts": "send records to",
    "data": "read from another machine",
}


# How data begin that another machine has.
REMOTE_SOURCES = ("openml:",)


@dataclass(frozen=True)
class Address:
    """An address, its kind (of USES), and where it was written; as text it is without secrets.

    is_own: the user's command says it, or allows any. option: what the command would have to say.
    base: a folder below which an SQLite file may lie. has_run: the file must be there already.
    """

    kind: str
    text: str = field(repr=False)
    where: str
    is_own: bool
    option: str = ""
    base: Path | None = None
    has_run: bool = False

    def __str__(self) -> str:
        return redact_address(self.text)

    def follow(self) -> str:
        """The address, to be used: whoever connects or sends asks here.

        Errors: UserError where a file names it and the user does not; nothing has been asked then.
        """
        if self.refusal:
            raise UserError(self.refusal)
        return self.text

    @property
    def refusal(self) -> str:
        """Why it is not used, and what would change that; "" where it is."""
        if self.is_own or self._stays_here():
            return ""
        option = redact_address(self.option)
        return (
            f"{self.where}: expected permission to {USES[self.kind]} {self}, got none, so nothing "
            f"was sent (if you trust who wrote that, say {option}, or --allow-remote)"
        )

    def _stays_here(self) -> bool:
        if self.kind == "data":
            is_share = self.text.replace("\\", "/").startswith("//")  # of Windows
            return not is_share and not self.text.startswith(REMOTE_SOURCES)
        return self.kind == "storage" and _is_file_here(self.text, self.base, self.has_run)


def from_user(kind: str, text: str, where: str = "") -> Address:
    """An address that the user's own command, or program, gives."""
    return Address(kind, text, where or f"--{kind}", is_own=True)


# Parameters of an SQLite address that do not change what is opened, nor load anything.
HARMLESS = {"timeout"}
OPTUNA_TABLES = {"studies", "version_info"}


def _is_file_here(text: str, base: Path | None, has_run: bool) -> bool:
    """Whether it is an SQLite file of Optuna's below the working directory or the base.

    One that is not there yet counts unless `has_run`. So does a text that is no address: it leads
    nowhere, and whoever opens it says so.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import SQLAlchemyError

    if REFERENCE.search(text):
        return False
    try:
        url = make_url(text)
        url.get_dialect()
    except (SQLAlchemyError, ValueError):
        return True
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or url.host or {*url.query} - HARMLESS:
        return False
    if url.database in (None, "", ":memory:"):
        return True
    name = str(url.database)
    if name.startswith("file:"):
        return False
    file, roots = os.path.realpath(name), [Path.cwd(), *([base] if base else [])]
    inside = any(Path(file).is_relative_to(os.path.realpath(root)) for root in roots)
    return inside and _is_optunas(file, has_run)


def _is_optunas(file: str, has_run: bool) -> bool:
    """Whether writing there changes no other program's file, and makes none if `has_run`."""
    try:
        status = os.stat(file)
    except OSError:
        return not has_run  # a new one, or none that can be made
    if not stat.S_ISREG(status.st_mode):
        return False
    try:
        connection = sqlite3.connect(f"file:{quote(file)}?mode=ro", uri=True)
    except sqlite3.Error:
        return False
    try:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {str(name) for (name,) in found}
    except sqlite3.OperationalError:
        return False
    except sqlite3.DatabaseError:
        return True  # no database at all: it is not written to, and that is said
    finally:
        connection.close()
    return not tables or bool(tables & OPTUNA_TABLES)
