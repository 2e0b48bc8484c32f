"""Parts of a table whose rows a Python program names by number: a column that says each row's."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, did_you_mean
from sweeps.data.cell import dtypes
from sweeps.study.data_section import PARTS

if TYPE_CHECKING:
    import pandas as pd

SPLIT = "split"  # the column that row numbers become


def with_rows(table: "pd.DataFrame", data: dict[str, Any]) -> "pd.DataFrame":
    """The table with a column of parts, if `data.split` gives their rows. Errors: Expected."""
    split = data.get("split")
    if not isinstance(split, Mapping) or "rows" not in split:
        return table
    name = next(one for one in _names(SPLIT) if one not in table)
    if "column" in split:
        got = Unquoted("a column too")
        raise Expected("one of rows and column", got, at=f"{SPLIT}.rows")
    try:
        column = _parts(split["rows"], len(table))
    except Expected as fault:
        raise fault.below(f"{SPLIT}.rows") from None
    data["split"] = {k: v for k, v in split.items() if k != "rows"} | {"column": name}
    return dtypes.with_columns(table, {name: column})


def _names(name: str) -> Iterator[str]:
    """The name, and others like it."""
    while True:
        yield name
        name += "_"


def _parts(given: Any, count: int) -> NDArray[Any]:
    """(count,) the part of each row; those that no part names train. Errors: Expected."""
    if not isinstance(given, Mapping):
        raise Expected("a mapping of train, dev and test to row numbers", given)
    found, times = np.full(count, PARTS[0], object), np.zeros(count, int)
    for part, rows in given.items():
        if part not in PARTS:
            raise Expected("train, dev or test", part, did_you_mean(str(part), PARTS))
        numbers = np.asarray(rows)
        if numbers.dtype == bool and len(numbers) == count:
            numbers = np.flatnonzero(numbers)
        if len(numbers) == 0:
            continue
        if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
            raise Expected("whole numbers of rows, from 0 on", rows, at=part)
        if numbers.min() < 0 or numbers.max() >= count:
            worst = numbers.max() if numbers.max() >= count else numbers.min()
            raise Expected(f"rows from 0 to {count - 1}", int(worst), at=part)
        found[numbers] = part
        np.add.at(times, numbers, 1)
    if times.max(initial=0) > 1:
        got = Unquoted(f"row {int(times.argmax())} {times.max()} times")
        raise Expected("each row once, in one part", got)
    if PARTS[0] in given and times.min() == 0:
        got = Unquoted(f"row {int(times.argmin())} in none")
        raise Expected("each row in a part", got, "without train all others train")
    return found
