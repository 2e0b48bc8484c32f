"""What was made of each column of a table, for people: a row a column, in plain values."""

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sweeps.data import cells, dtypes
from sweeps.data.date_columns import DateColumn
from sweeps.data.encode import Column, Encoder, NumberColumn
from sweeps.data.target_words import TargetColumn
from sweeps.data.word_columns import CategoryColumn, OrderedColumn

if TYPE_CHECKING:
    from sweeps.data.loading import DividedTable

MOST = 200  # columns that are looked at, unless all are asked for
LONGEST = 24  # characters of an example
# Names of whole numbers that may be codes of something that has no order.
CODES = re.compile(
    r"(?i:(.*[_ .-])?(code|zip|plz|district|region|area|zone|type|kind|class|category|cluster|"
    r"sector|branch|store|shop|department|dept|country|state|county|city|gender|sex|race)"
    r"([_ .-]?(code|id|no|nr|num|number))?)"
)
MOST_CODES = 50  # different ones


@dataclass(frozen=True)
class ColumnRow:
    """kind: number, boolean, category, ordered category, date, ignored, or what else it is for.

    missing, distinct: cells without a value, and different ones. inputs: how many the network has
    of it, and `enters` how; remark: what is odd or was decided, "" for nothing.
    """

    name: str
    kind: str
    missing: int
    distinct: int
    example: str
    inputs: int
    enters: str
    remark: str


def facts(divided: "DividedTable", encoder: Encoder) -> dict[str, Any]:
    """Columns by kind, and the rows of the first of them, those with a remark before others."""
    names = [str(name) for name in divided.table.frame.columns]
    known = {column.name: column for column in encoder.columns}
    kinds = Counter(_kind(divided, name, known.get(name)) for name in names)
    if len(names) > MOST:
        remarked = {*divided.features.unclear, *divided.features.doubtful, *divided.features.said}
        names.sort(key=lambda name: name not in remarked)
    found = [asdict(_row(divided, name, known.get(name))) for name in names[:MOST]]
    return {"column_kinds": dict(kinds), "column_table": found}


def rows(divided: "DividedTable", encoder: Encoder) -> list[dict[str, Any]]:
    """The rows of all columns, in the table's order."""
    known = {column.name: column for column in encoder.columns}
    names = map(str, divided.table.frame.columns)
    return [asdict(_row(divided, name, known.get(name))) for name in names]


def _row(divided: "DividedTable", name: str, column: Column | None) -> ColumnRow:
    raw, features = divided.table.frame[name], divided.features
    read = features.frame[name] if column is not None else raw
    at = int((~raw.isna()).to_numpy().argmax())
    example = "" if raw.isna().all() else cells.text(raw.iloc[at])
    return ColumnRow(
        name,
        _kind(divided, name, column),
        int(read.isna().sum()),
        _distinct(raw),
        example if len(example) <= LONGEST else f"{example[: LONGEST - 1]}…",
        0 if column is None else len(column.inputs),
        "" if column is None else _enters(column),
        "; ".join(_remarks(divided, name, read, column)),
    )


def _distinct(column: pd.Series) -> int:
    if cells.unsupported(column) in ("", "dates"):
        return int(column.nunique())
    return len(set(map(str, column.dropna())))


def _kind(divided: "DividedTable", name: str, column: Column | None) -> str:
    spec = divided.spec
    uses: dict[str | None, str] = dict.fromkeys(divided.table.targets, "target")
    uses |= {spec.group: "group", spec.split.column: "split"}
    uses[spec.weight] = "weight"
    if column is None:
        return uses.get(name, "ignored")
    if isinstance(column, NumberColumn):
        return "boolean" if column.is_flag else "number"
    if isinstance(column, CategoryColumn):
        return "boolean" if cells.are_flags(column.categories) else "category"
    return "ordered category" if isinstance(column, OrderedColumn) else KINDS[type(column)]


KINDS: dict[type, str] = {TargetColumn: "category", DateColumn: "date"}


def _enters(column: Column) -> str:
    """How it enters the network, beside the number of its inputs."""
    if isinstance(column, CategoryColumn):
        rare = f", {len(column.rare)} rare words in one" if column.rare else ""
        return f"one a word{rare}"
    if isinstance(column, TargetColumn):
        return "mean of the target"
    gap = ", a gap" if column.indicator else ""
    if isinstance(column, DateColumn):
        return ", ".join(("time", *column.circles)) + gap
    return f"{'place in the order' if isinstance(column, OrderedColumn) else 'number'}{gap}"


def _remarks(
    divided: "DividedTable", name: str, read: pd.Series, column: Column | None
) -> list[str]:
    features, found = divided.features, []
    for told in (features.left_out, features.unclear, features.said, features.doubtful):
        if name in told:
            found.append(told[name])
    if name in divided.spec.ignore or divided.spec.columns.get(name) == "ignore":
        found.append("the study says so")
    if name in divided.table.targets:
        found.append(divided.column.task)
    elif column is not None and name not in divided.spec.columns:
        found += _doubts(name, read, column)
    return found


def _doubts(name: str, read: pd.Series, column: Column) -> list[str]:
    if not read.isna().any() and cells.unsupported(read) == "" and (read == read.iloc[0]).all():
        return ["the same value in every row"]
    is_whole = isinstance(column, NumberColumn) and not column.is_flag and _are_codes(name, read)
    return [f"codes? data.columns: {{{name}: category}}"] if is_whole else []


def _are_codes(name: str, read: pd.Series) -> bool:
    """Whether numbers may be codes, by their name, and since few whole ones come back often."""
    if not CODES.fullmatch(name) or not dtypes.is_numeric(read.dtype, with_booleans=False):
        return False
    values = read.dropna().to_numpy(np.float64)
    distinct = len(np.unique(values))
    return bool((values % 1 == 0).all() and 2 < distinct <= min(MOST_CODES, len(values) / 3))
