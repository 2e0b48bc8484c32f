"""Arguments of `sweeps.run` that there are not: refused in a line each, with what is meant."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sweeps.base.errors import Expected, Fault, UserError, did_you_mean, nearest

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class UnknownArgument(UserError, TypeError):
    """A call has an argument that there is not: for Python, and in a line for the user."""


def with_known_arguments(
    function: Callable[Arguments, Answer],
) -> Callable[Arguments, Answer]:
    """The same, where a name that is not among its arguments gets the one that is meant."""
    known = inspect.signature(function).parameters

    @wraps(function)
    def called(*given: Arguments.args, **named: Arguments.kwargs) -> Answer:
        problems = [
            Expected("a known argument", name, _meant(name, list(known)))
            for name in named
            if name not in known
        ]
        if problems:
            where = f"sweeps.{function.__name__}"
            raise UnknownArgument([Fault(where, "", one.message) for one in problems])
        return function(*given, **named)

    return called


def _meant(name: str, known: list[str]) -> str:
    """Where a study says it, or the nearest argument."""
    told = _said_by_studies()
    if name in told:
        return told[name]
    hint = did_you_mean(name, known)
    if "did you mean" not in hint and (near := nearest(name, list(told))):
        return f"did you mean {told[near]}?"
    return hint


def _said_by_studies() -> dict[str, str]:
    """How a call says what a study file has a key for, by that key."""
    from sweeps.study.data_section import DataSpec
    from sweeps.study.hyperparameters.vocabulary import VOCABULARY
    from sweeps.study.search_section import Search
    from sweeps.study.spec import Study

    return {
        **{name: f"set=['search.{name}=…']" for name in Search.model_fields},
        **{name: f"set=['{name}.KEY=…'], or a study as a mapping" for name in Study.model_fields},
        **{name: f"set=['data.{name}=…']" for name in DataSpec.model_fields},
        **{name: f"fixed={{'{name}': …}}, or space={{'{name}': […]}}" for name in VOCABULARY},
    }
