"""A storage's address: what the environment adds to it, its driver, and what is said of it."""

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, unquote

from sweeps.base.errors import Unquoted, UserError, show
from sweeps.base.redaction import HIDDEN, REFERENCE, redact, redact_address, secrets

TELLING = 4  # characters of a secret that tell something of it
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
    return f"pip install -e '.[{extra}]', and write {database}+{driver}://…"


def unusable(url: str, fault: BaseException, where: str = "--storage") -> UserError:
    """What is said of an address that does not lead to a database."""
    lines = str(getattr(fault, "orig", None) or fault).splitlines()
    got = hide(lines[0] if lines else type(fault).__name__, url)
    return UserError(f"{where}: expected a database, got {_shown(url)}: {got}")


# Options whose addresses may have a password (of the others none has that form), and the study's
# keys for addresses.
OPTIONS = ("--storage", "--from", "--set")
KEYS = ("storage", "engine", "artifacts")


def refuse_passwords(arguments: Sequence[str]) -> None:
    """Errors: UserError for a password on the command line, where all users of the host read it."""
    for option, text in _given(arguments):
        section = re.split(r"[=.]", text)[0].strip(" \t\n'\"")
        is_address = option != "--set" or section.startswith(KEYS)
        if (redact_address if is_address else redact)(text) != text:
            raise UserError(
                f"{option}: expected an address without a password, got {show(text)}: "
                "everybody can read it in the list of processes (write ${NAME} in its place, in "
                "single quotes, for the environment variable that holds it)"
            )


def _given(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, as `--name value` and as `--name=value`."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = argument.partition("=")
        if name in OPTIONS:
            yield name, value if equals else following


def told(value: Any) -> Any:
    """What is said of a value in an address's place: of a list or a mapping its kind alone."""
    if isinstance(value, list | tuple):
        return Unquoted("a list")
    return Unquoted("a mapping") if isinstance(value, dict) else value


def _shown(url: str) -> str:
    """As a message says it: in one line; one that is blank is quoted."""
    shown = redact_address(url)
    return show(Unquoted(shown) if shown.strip() else shown, longest=300)


def hide(text: str, url: str) -> str:
    """A text, a driver's message for one, without the secrets of an address.

    What the environment gave is said by its name.
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
    pieces = {piece for secret in found for piece in re.split(r"\W+", unquote(secret))}
    if any(len(piece) >= TELLING and piece in text for piece in pieces):
        return "a fault whose words would tell a secret"
    return redact(text)
