"""Arguments of `sweeps.run` that there are not: refused in one line, with the one that is meant."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sweeps.base.errors import Expected, UserError, did_you_mean

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
