"""A database's address, as SQLAlchemy reads it: its `${NAME}` filled in, its driver, its faults.

Whether it may be used at all is `consent`'s question; a bucket's address is `s3_address`'s.
"""

import os
import re
from urllib.parse import quote, unquote

from sweeps.base.errors import Unquoted, UserError, show
from sweeps.base.redaction import HIDDEN, REFERENCE, redact, redact_address, secrets

REVEALING = 4  # characters of a secret that give something of it away
# Drivers by the extra that installs them.
DRIVERS = {"postgresql": ("psycopg", "'psycopg[binary]'"), "mysql": ("pymysql", "pymysql")}


def expand(url: str) -> str:
    """The address with `${NAME}` taken from the environment, and quoted unless it stands alone.

    Errors: UserError for a name that is not there.
    """
    alone = REFERENCE.fullmatch(url)

    def value(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise UserError(
                f"storage: expected the environment variable {found[1]} for {_shown(url)}, "
                "got none of that name"
            )
        text = os.environ[found[1]]
        return text if alone else quote(text, safe="")

    return REFERENCE.sub(value, url)


def check(url: str, where: str = "--storage") -> None:
    """Errors: UserError for a text that is no address, or one whose driver is not installed.

    where: what the address was given by.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import SQLAlchemyError

    given = expand(url)
    try:
        made = make_url(given)
        made.get_dialect().import_dbapi()
    except ImportError as fault:
        raise UserError(
            f"{where}: expected a driver for {_shown(url)}, got {fault} ({_install(given)})"
        ) from None
    except (SQLAlchemyError, ValueError) as fault:
        raise unusable(url, fault, where) from None
    if made.get_backend_name() == "sqlite" and made.database in (None, "", ":memory:"):
        raise UserError(
            f"{where}: expected a database that outlives the run, got {_shown(url)} "
            "(like sqlite:///study.db)"
        )


def _install(url: str) -> str:
    database = re.split(r"[+:]", url)[0]
    if database not in DRIVERS:
        return f"install what SQLAlchemy needs for {database}"
    driver, package = DRIVERS[database]
    return f"pip install {package}, and write {database}+{driver}://…"


def unusable(url: str, fault: BaseException, where: str = "--storage") -> UserError:
    """The error for an address under which no database answers."""
    lines = str(getattr(fault, "orig", None) or fault).splitlines()
    got = without_secrets(lines[0] if lines else type(fault).__name__, url)
    return UserError(f"{where}: expected a database, got {_shown(url)}: {got}")


def _shown(url: str) -> str:
    """For a message: without secrets, on one line, in quotes if it is blank."""
    shown = redact_address(url)
    return show(Unquoted(shown) if shown.strip() else shown, longest=300)


def without_secrets(text: str, url: str) -> str:
    """A text, such as a driver's message, without the secrets of an address.

    What came from the environment is shown as `${NAME}` again.
    """
    given = expand(url)
    for address in (given, url):
        text = text.replace(address, redact_address(address))
    found = [*secrets(url), *secrets(given)]
    for secret in sorted(found, key=len, reverse=True):
        for spelled in {secret, unquote(secret), repr(secret)[1:-1]} - {""}:
            text = text.replace(spelled, HIDDEN)
    for name in REFERENCE.findall(url):
        for spelled in {os.environ[name], quote(os.environ[name], safe="")} - {""}:
            text = text.replace(spelled, f"${{{name}}}")
    parts = {part for secret in found for part in re.split(r"\W+", unquote(secret))}
    if any(len(part) >= REVEALING and part in text for part in parts):
        return "an error whose message would give a secret away"
    return redact(text)
