"""A run as Python asks for it, written out, so that the call can be made again."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sweeps.base.errors import Expected, UserError, did_you_mean
from sweeps.base.redaction import redact, redact_value

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

LONGEST = 200  # characters of an argument; a longer one is named
# What `sweeps.run` does where nothing is said; what changes no result is not said.
DEFAULTS: Mapping[str, Any] = {
    "trials": None,
    "out": "runs",
    "storage": None,
    "engine": None,
    "artifacts": None,
    "set": [],
    "time": None,
    "confirm": True,
    "allow_code": False,
    "allow_remote": False,
}


def written(study: str, sections: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """`sweeps.run(table, target='y', trials=20)`, without secrets.

    study: as it is written. sections: what stands beside a table, None where it is not given.
    """
    said = {name: value for name, value in sections.items() if value is not None}
    said |= {name: value for name, value in options.items() if value != DEFAULTS[name]}
    return f"sweeps.run({', '.join([study, *(_argument(*one) for one in said.items())])})"


def _argument(name: str, value: Any) -> str:
    shown = redact(repr(redact_value(value)))
    return f"{name}={shown if len(shown) <= LONGEST else name}"


class UnknownArgument(UserError, TypeError):
    """A call has an argument that there is not: for Python, and in a line for the user."""


def with_known_arguments(
    function: Callable[Arguments, Answer],
) -> Callable[Arguments, Answer]:
    """The same, where a name that is not among its arguments gets the one that is meant."""
    known = inspect.signature(function).parameters

    @wraps(function)
    def called(*given: Arguments.args, **named: Arguments.kwargs) -> Answer:
        for name in named:
            if name not in known:
                problem = Expected("a known argument", name, _meant(name, list(known)))
                raise UnknownArgument(f"sweeps.{function.__name__}: {problem.message}")
        return function(*given, **named)

    return called


def _meant(name: str, known: list[str]) -> str:
    """Where a study says it, or the nearest argument."""
    from sweeps.study.data_section import DataSpec
    from sweeps.study.hyperparameters.vocabulary import VOCABULARY
    from sweeps.study.spec import Study

    if name in VOCABULARY:
        return f"fixed={{'{name}': …}}, or space={{'{name}': […]}}"
    if name in DataSpec.model_fields:
        return f"set=['data.{name}=…']"
    if name in Study.model_fields:
        return f"set=['{name}.KEY=…'], or a study as a mapping"
    return did_you_mean(name, known)


def in_python(is_table: bool, work: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """The same, whose faults name arguments where they name options. is_table: of a table's run."""

    @wraps(work)
    def worked(*given: Arguments.args, **named: Arguments.kwargs) -> Answer:
        try:
            return work(*given, **named)
        except UserError as fault:
            faults = [replace(one, message=_said(one.message, is_table)) for one in fault.faults]
            raise UserError(faults) from None

    return worked


def _said(message: str, is_table: bool) -> str:
    head, use, rest = message.rpartition("use another name or ")
    if not use or "--out" not in rest:
        return message
    name = "another name= or " if is_table else "another name or "
    return f"{head}use {name}{rest.replace('--out', 'out=')}"
