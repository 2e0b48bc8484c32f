"""What the parser of the command line refuses, in one line: where, expected, got, nearest name."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import typer

from sweeps.base.errors import did_you_mean, show

# typer brings a click of its own, or goes by that which is installed, and shows but this of it.
UsageError: type[Any] = typer.BadParameter.__mro__[1]


def line(fault: Any) -> str:
    """A refusal, a `UsageError`, in our words; in typer's, where it is none of those known here."""
    return WORDS.get(type(fault).__name__, _other)(fault)


def _unknown_option(fault: Any) -> str:
    known = [name for one in fault.ctx.command.params for name in one.opts if name[0] == "-"]
    hint = did_you_mean(fault.option_name, [*known, "--help"])
    return f"{_command(fault)}: expected a known option, got {show(fault.option_name)} ({hint})"


def _missing(fault: Any) -> str:
    return f"{_command(fault)}: expected {_label(fault.param)}, got nothing (see --help)"


def _bad_usage(fault: Any) -> str:
    wanted = "a value, got nothing" if "requires" in fault.message else "no value, got one"
    return f"{fault.option_name}: expected {wanted}"


def _bad_value(fault: Any) -> str:
    from pydantic import ValidationError

    where, message = _label(fault.param), fault.message.removeprefix("Value error, ").rstrip(".")
    got, _, choices = message.partition(" is not one of ")
    if choices:
        return f"{where}: expected one of {choices}, got {got}"
    cause = fault.__cause__
    if isinstance(cause, ValidationError) and (error := cause.errors()[0])["type"] in EXPECTED:
        expected = EXPECTED[error["type"]].format(**error.get("ctx", {}))
        return f"{where}: expected {expected}, got {show(error['input'])}"
    return f"{where}: {message}"


def _other(fault: Any) -> str:
    unknown = re.match(r"No such command '(.*?)'\.", fault.message)
    if unknown:
        hint = did_you_mean(unknown[1], fault.ctx.command.commands)
        return f"sweeps: expected a command, got {show(unknown[1])} ({hint})"
    message = fault.format_message().rstrip(".")
    return f"{_command(fault)}: {message[0].lower()}{message[1:]}"


def _command(fault: Any) -> str:
    return "sweeps" if fault.ctx is None else str(fault.ctx.info_name)


def _label(parameter: Any) -> str:
    """`--port`, `TRIAL`."""
    long = [name for name in parameter.opts if name.startswith("--")]
    return str(long[0] if long else parameter.name.upper())


# By the name of click's exception.
WORDS: Mapping[str, Callable[[Any], str]] = {
    "NoSuchOption": _unknown_option,
    "MissingParameter": _missing,
    "BadOptionUsage": _bad_usage,
    "BadParameter": _bad_value,
}
# By the name of pydantic's error, of which typer makes its own.
EXPECTED = {
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "greater_than_equal": "a number >= {ge}",
    "less_than_equal": "a number <= {le}",
}
