"""Faults that speak of a file, a key or an option, as one who calls from Python would say it."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from sweeps.base.errors import UserError

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

# The arguments beside a table that are keys of `data`.
OF_DATA = (
    *("target", "target_gaps", "split", "ignore", "columns", "decimal", "missing"),
    *("group", "weight", "task"),
)
OF_PARTS = {"data": "the table", "test": "the test table", "dev": "the dev table"}
FILE = re.compile(r"\b(data|test|dev)\.parquet\b(?=:| and )")
# `data.decimal: ','`, `data.columns: {a: category}`: what a study says, as an argument does.
KEYS = re.compile(
    rf"(?:\bset )?\bdata\.({'|'.join(OF_DATA)}): ('[^']*'|\[[^\]]*\]|\{{[^}}]*\}}|\w+\b)"
    r"(?! (?:set )?there\b)"  # as a study says it that is there already
)
IGNORED = re.compile(r"^(.*column ('.+?'): .*)add it to data\.ignore", re.MULTILINE)


def said_by(wording: Callable[[str], str], fault: UserError) -> UserError:
    """The same faults in other words."""
    return UserError([replace(one, message=wording(one.message)) for one in fault.faults])


def of_tables(message: str, is_table: bool) -> str:
    """Without the files that stand for tables; beside a table an argument says what to ignore."""
    said = FILE.sub(lambda found: OF_PARTS[found[1]], message)
    if not is_table:
        return said
    said = IGNORED.sub(r"\1ignore=[\2] leaves it out", said)
    return KEYS.sub(lambda found: f"{found[1]}={_as_python(found[2])}", said)


def _as_python(value: str) -> str:
    """A value as a study file says it, as Python does: `{a: category}` as `{'a': 'category'}`."""
    inner = re.fullmatch(r"\{([^{}:]+): ([^{}\[\]]+)\}", value)
    if inner:
        return f"{{'{inner[1]}': '{inner[2]}'}}"
    return value if value[0] in "'[{\"" else f"'{value}'"


def in_python(is_table: bool, work: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """The same, whose faults name arguments where they name options. is_table: of a table's run."""

    @wraps(work)
    def worked(*given: Arguments.args, **named: Arguments.kwargs) -> Answer:
        try:
            return work(*given, **named)
        except UserError as fault:
            raise said_by(partial(_by_argument, is_table=is_table), fault) from None

    return worked


def _by_argument(message: str, is_table: bool) -> str:
    head, use, rest = message.rpartition("use another name or ")
    if not use or "--out" not in rest:
        return message
    name = "another name= or " if is_table else "another name or "
    return f"{head}use {name}{rest.replace('--out', 'out=')}"
