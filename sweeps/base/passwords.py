"""Where the user may write an address: a password in one is neither taken nor repeated."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sweeps.base.errors import Unquoted, UserError, show
from sweeps.base.redaction import redact, redact_address

# Options that may be given an address with a password, and the study's keys for addresses.
OPTIONS = ("--storage", "--from", "--set")
KEYS = ("storage", "engine", "artifacts")


def refuse_passwords(arguments: Sequence[str]) -> None:
    """Errors: UserError for a password on the command line, where all users can read it."""
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
    """(option, value) for `--name value` and `--name=value`."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = argument.partition("=")
        if name in OPTIONS:
            yield name, value if equals else following


def without_contents(value: Any) -> Any:
    """A value that stands where an address should: of a list or a mapping only that it is one."""
    if isinstance(value, list | tuple):
        return Unquoted("a list")
    return Unquoted("a mapping") if isinstance(value, dict) else value
