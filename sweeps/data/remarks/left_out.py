"""Columns of numbers that the study ignores though they may tell something: said, not judged."""

from typing import TYPE_CHECKING, Any

from sweeps.data.cell import cells, dtypes, wrong_texts
from sweeps.data.column import columns, repeated

if TYPE_CHECKING:
    import pandas as pd

    from sweeps.data.divided.divided_table import DividedTable

MOST = 20  # that are named
SOME = 200  # cells, of which most have to be numbers


def facts(divided: "DividedTable") -> dict[str, Any]:
    """{"numbers_left_out": {column: why}}, or nothing where there are none."""
    spec, frame = divided.spec, divided.table.frame
    said = dict(spec.ignore) if isinstance(spec.ignore, dict) else dict.fromkeys(spec.ignore, "")
    said |= {name: "" for name, kind in spec.columns.items() if kind == "ignore"}
    found = {name: why for name, why in said.items() if _are_numbers(name, frame[name])}
    return {"numbers_left_out": dict(list(found.items())[:MOST])} if found else {}


def _are_numbers(name: str, column: "pd.Series") -> bool:
    """Whether they are, and neither all alike nor those of an identifier."""
    if repeated.WHOSE.fullmatch(name) or columns.NAMES.fullmatch(name):
        return False
    if dtypes.is_numeric(column.dtype, with_booleans=False):
        return not columns.is_identifier(column) and len(column.dropna().unique()) > 1
    if cells.unsupported(column):
        return False
    some = [cells.text(cell) for cell in column.dropna().iloc[:SOME]]
    numbers = [text for text in some if wrong_texts.is_number(text)]
    return 2 * len(numbers) > len(some) and len(set(numbers)) > 1
