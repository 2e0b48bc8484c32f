"""What the parser of the command line refuses, in one line: where, expected, got, nearest name."""

import re
import sys
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
    if said := _as_hyperparameter(fault.option_name, fault.ctx.command):
        return f"{_command(fault)}: expected a known option, got {show(fault.option_name)} ({said})"
    known = [name for one in fault.ctx.command.params for name in one.opts if name[0] == "-"]
    hint = did_you_mean(fault.option_name, [*known, "--help"])
    return f"{_command(fault)}: expected a known option, got {show(fault.option_name)} ({hint})"


def _as_hyperparameter(option: str, command: Any) -> str:
    """What sets a hyperparameter that is given as an option; nothing where it is none."""
    if not any("--set" in one.opts for one in command.params):
        return ""
    from sweeps.base import synonyms
    from sweeps.study.hyperparameters.vocabulary import VOCABULARY

    name = synonyms.plain(option.lstrip("-"))
    if name not in (*VOCABULARY, "replicates"):
        meant = synonyms.SYNONYMS.get(name)
        names = [one for one in meant.names if one in VOCABULARY] if meant else []
        if meant is None or not names:
            return ""
        value = f"VALUE: {meant.note}" if meant.note else _value(option)
        return f"--set fixed.{names[0]}={value}"
    key = name if name == "replicates" else f"fixed.{name}"
    return f"--set {key}={_value(option)}"


def _value(option: str) -> str:
    """What the command line gives an option."""
    for word, following in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and following and not following.startswith("-"):
            return following
    return "VALUE"


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
        other = COMMANDS.get(unknown[1].lower().replace("_", "-"))
        hint = f"did you mean {other}?" if other else ""
        hint = hint or did_you_mean(unknown[1], fault.ctx.command.commands)
        return f"sweeps: expected a command, got {show(unknown[1])} ({hint})"
    message = fault.format_message().rstrip(".")
    return f"{_command(fault)}: {message[0].lower()}{message[1:]}"


def _command(fault: Any) -> str:
    return "sweeps" if fault.ctx is None else str(fault.ctx.info_name)


def _label(parameter: Any) -> str:
    """`--port`, `TRIAL`."""
    long = [name for name in parameter.opts if name.startswith("--")]
    return str(long[0] if long else parameter.name.upper())


# What others call a command.
COMMANDS: Mapping[str, str] = {
    **dict.fromkeys(("train", "fit", "start", "search", "tune", "sweep", "optimize"), "'run'"),
    **dict.fromkeys(("init", "create", "setup", "add", "import"), "'new'"),
    **dict.fromkeys(("eval", "evaluate", "score", "results", "best"), "'report' or 'show'"),
    **dict.fromkeys(("plot", "plots", "html", "summary"), "'report'"),
    **dict.fromkeys(("validate", "lint", "plan", "dry-run"), "'check'"),
    **dict.fromkeys(("infer", "inference", "apply"), "'predict'"),
    **dict.fromkeys(("continue", "restart"), "'resume'"),
    **dict.fromkeys(("list", "runs"), "'ls'"),
    **dict.fromkeys(("delete", "remove", "rm"), "'clean'"),
}
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
