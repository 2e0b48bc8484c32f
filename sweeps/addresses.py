"""A storage's address: what the environment adds to it, its driver, and how it may be shown."""

import os
import re
from urllib.parse import quote, unquote

from sweeps.faults import UserError, Words, show

REFERENCE = re.compile(r"\$\{(\w+)\}")
SECRET = r"(?i)\b(password|passwd|pwd|token|secret)=([^&\s]*)"
# Drivers by the extra that installs them.
EXTRAS = {"postgresql": ("psycopg", "postgres"), "mysql": ("pymysql", "mysql")}


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
    """Errors: UserError for an address that is none, or whose driver is not installed.

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
    if database not in EXTRAS:
        return f"install what SQLAlchemy needs for {database}"
    driver, extra = EXTRAS[database]
    return f"pip install 'sweeps[{extra}]', and write {database}+{driver}://…"


def unusable(url: str, fault: BaseException, where: str = "--storage") -> UserError:
    """What is said of an address that does not lead to a database."""
    lines = str(getattr(fault, "orig", None) or fault).splitlines()
    got = hide(lines[0] if lines else type(fault).__name__, url)
    return UserError(f"{where}: expected a database, got {_shown(url)}: {got}")


def refuse_passwords(storage: str | None, assignments: list[str]) -> None:
    """Errors: UserError for a password on the command line, where all users of the host read it."""
    given = [("--storage", storage)] if storage else []
    given += [("--set", text) for text in assignments if text.partition("=")[0] == "storage"]
    for option, text in given:
        if any(not REFERENCE.fullmatch(password) for password in _passwords(text)):
            raise UserError(
                f"{option}: expected an address without a password, got {show(redact(text))}: "
                "everybody can read it in the list of processes (write ${NAME} in its place, in "
                "single quotes, for the environment variable that holds it)"
            )


def redact(url: str) -> str:
    """A storage's address without its password, wherever that stands in it.

    A reference to the environment stays: it gives nothing away, and the address can be used again.
    """
    url = re.sub(SECRET, lambda found: f"{found[1]}={_redacted(found[2])}", url)
    head, at, tail = url.rpartition("@")
    scheme, slashes, credentials = head.partition("://")
    user, colon, password = credentials.partition(":")
    if not (at and colon) or credentials.startswith("/"):  # a path may have both signs
        return url
    return f"{scheme}{slashes}{user}:{_redacted(password)}@{tail}"


def _shown(url: str) -> str:
    """As a message says it: in one line; one that is blank is quoted."""
    shown = redact(url)
    return show(Words(shown) if shown.strip() else shown, longest=300)


def _redacted(password: str) -> str:
    return password if REFERENCE.fullmatch(password) else "***"


def hide(text: str, url: str) -> str:
    """A text, a driver's message for one, without the passwords of an address."""
    for address in (url, expand(url)):
        text = text.replace(address, redact(address))
        for password in _passwords(address):
            for spelled in {password, unquote(password)} - {""}:
                text = text.replace(spelled, "***")
    return text


def _passwords(url: str) -> list[str]:
    """As they are spelled there."""
    found = [str(match[2]) for match in re.finditer(SECRET, url)]
    credentials = url.rpartition("@")[0].partition("://")[2]
    is_path = credentials.startswith("/")
    return [*found, credentials.partition(":")[2]] if ":" in credentials and not is_path else found
