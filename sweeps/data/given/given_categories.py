"""What a frame of pandas says of its categories by their type, as `data.columns` would."""

from typing import Any

import pandas as pd

from sweeps.data.cell import cells


def declared(given: Any) -> dict[str, str | list[str]]:
    """Categories that are numbers, and the order of those that are words and have one.

    given: a table as `given_tables.frame` takes it. Without it codes would be read as numbers, and
    words without their order.
    """
    table = given[0] if isinstance(given, tuple) else given
    if not isinstance(table, pd.DataFrame):
        return {}
    found: dict[str, str | list[str]] = {}
    for name, dtype in table.dtypes.items():
        if isinstance(dtype, pd.CategoricalDtype):
            kind = _kind(dtype)
            if kind is not None:
                found[str(name)] = kind
    return found


def _kind(dtype: pd.CategoricalDtype) -> str | list[str] | None:
    known = dtype.categories
    if pd.api.types.is_bool_dtype(known.dtype) or pd.api.types.is_datetime64_any_dtype(known.dtype):
        return None
    if pd.api.types.is_numeric_dtype(known.dtype):
        return None if dtype.ordered else "category"
    words = [cells.text(word).strip() for word in known]
    has_order = dtype.ordered and len(set(words)) == len(words) > 1 and all(words)
    return words if has_order else None
