"""A target that a Python program gives apart from its table, where names of columns are meant."""

from collections.abc import Mapping
from typing import Any

from sweeps.base.errors import Expected, Unquoted


def expect_names(given: Any, target: Any) -> None:
    """A target names columns, whose values stand in the table. Errors: Expected for values."""
    if _is_values(given, target):
        got = Unquoted(f"target= with {len(target)} values")
        hint = "target= names columns of a table"
        raise Expected("inputs and target as a pair, sweeps.run((X, y), …)", got, hint)


def _is_values(given: Any, target: Any) -> bool:
    """Whether it has a value for each row, and these are no names of columns."""
    is_pair = isinstance(given, tuple | Mapping)
    if is_pair or isinstance(target, str | tuple) or not hasattr(given, "__len__"):
        return False
    dimensions = getattr(target, "ndim", 1)
    if dimensions == 0 or not hasattr(target, "__len__") or len(target) != len(given):
        return False
    return dimensions > 1 or not _are_names(given, list(target))


def _are_names(given: Any, values: list[Any]) -> bool:
    """Whether they may name columns: different ones, that are texts or in the table."""
    said = set(map(str, values))
    # Arrow's `columns` are their values.
    columns = "column_names" if hasattr(given, "column_names") else "columns"
    is_known = said <= set(map(str, getattr(given, columns, ())))
    return len(said) == len(values) and (is_known or all(isinstance(v, str) for v in values))
