"""What was made of each column of a table, for people: a row a column, in plain values."""

import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sweeps.data.cell import cells, dtypes, odd_numbers
from sweeps.data.column import column_looks
from sweeps.data.column.column_looks import Look
from sweeps.data.column.date_columns import DateColumn
from sweeps.data.column.encode import Column, Encoder
from sweeps.data.column.number_columns import NumberColumn
from sweeps.data.column.target_words import TargetEncodedColumn
from sweeps.data.column.word_columns import CategoryColumn, OrderedColumn
from sweeps.data.divided import targets

if TYPE_CHECKING:
    import pandas as pd

    from sweeps.data.divided.divided_table import DividedTable

MOST = 200  # columns that are looked at, unless all are asked for
LONGEST = 24  # characters of an example
# Names of whole numbers that may be codes of something that has no order.
CODES = re.compile(
    r"(.*[_ .-]|.*[a-z](?=[A-Z]))?"  # store_type, storeType
    r"(?i:(code|zip|plz|post|postal|district|region|area|zone|type|kind|class|category|cluster|"
    r"sector|branch|store|shop|department|dept|country|state|county|city|gender|sex|race|"
    r"naics|sic|fips|icd|drg|msa|industry|occupation|job|profession|ethnicity|religion|language|"
    r"nationality|origin|marital|status|segment|cohort|product|item|sku|brand|manufacturer|"
    r"vendor|supplier|hospital|ward|clinic|school|site|station|route|carrier|airline|device|"
    r"species|breed|colou?r|genre|team|player|id)"
    r"([_ .-]?(code|id|no|nr|num|number|type|group))?)"
)

# Names of numbers that may say how many rows each row stands for, as of a table of counts.
TIMES = re.compile(r"(?i)freq(uenc(y|ies))?s?|fnlwgt|(case|sampl(e|ing)|survey)[_ .-]?weights?")


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
    table = _Columns(divided, encoder)
    names = table.names
    if len(names) > MOST:
        remarked = {*divided.features.unclear, *divided.features.doubtful, *divided.features.said}
        remarked |= {*divided.table.targets, str(divided.spec.weight)}
        names = sorted(names, key=lambda name: name not in remarked)
    kinds = Counter(map(table.kind, table.names))
    return {"column_kinds": dict(kinds), "column_table": table.rows(names[:MOST])}


def rows(divided: "DividedTable", encoder: Encoder) -> list[dict[str, Any]]:
    """The rows of all columns, in the table's order."""
    table = _Columns(divided, encoder)
    return table.rows(table.names)


class _Columns:
    """A divided table's columns, those of plain numbers looked at many at a time."""

    def __init__(self, divided: "DividedTable", encoder: Encoder) -> None:
        self.divided, self.encoder = divided, encoder
        frame = divided.table.frame
        self.names = [str(name) for name in frame.columns.tolist()]
        numbers, read = encoder.numbers, divided.features.frame
        self._number = {name: at for at, name in enumerate(numbers.name.tolist())}
        self._other = {column.name: column for column in encoder.others}
        # As float64 these have the same digits, and as they are read they are what they were.
        changed = self._other.keys() | (self._number.keys() - set(read.columns.tolist()))
        self._plain = set(column_looks.plain(frame)) - changed
        self._flags = _flags(read, numbers.name[numbers.is_flag].tolist())

    def column(self, name: str) -> Column | None:
        """What a column is to the network; None where it is no input."""
        at = self._number.get(name)
        if at is None:
            return self._other.get(name)
        return self.encoder.numbers.take([at]).columns()[0]

    def kind(self, name: str) -> str:
        """In a word."""
        if name in self._number:
            return "boolean" if name in self._flags else "number"
        return _kind(self.divided, name, self._other.get(name))

    def rows(self, names: list[str]) -> list[dict[str, Any]]:
        """In plain values."""
        plain = [name for name in names if name in self._plain]
        looked_at = column_looks.of_plain(self.divided.table.frame, plain)
        return [asdict(self._row(name, looked_at.get(name))) for name in names]

    def _row(self, name: str, look: Look | None) -> ColumnRow:
        column = self.column(name)
        if look is None:
            raw = self.divided.table.frame[name]
            read = self.divided.features.frame[name] if column is not None else raw
            look = column_looks.of_column(raw, read)
        if (codes := self.divided.table.codes.get(name)) is not None:
            look = replace(look, example=str(codes.dropna().iloc[0]))
        return ColumnRow(
            name,
            self.kind(name),
            look.missing,
            look.distinct,
            look.example if len(look.example) <= LONGEST else f"{look.example[: LONGEST - 1]}…",
            0 if column is None else len(column.inputs),
            "" if column is None else _enters(column),
            "; ".join(_remarks(self.divided, name, look, column)),
        )


def _flags(frame: "pd.DataFrame", names: list[str]) -> set[str]:
    """Of columns that hold nothing but 0 and 1 in training rows those that do in all rows."""
    found: set[str] = set()
    for some, values in dtypes.numeric_arrays(frame, names):
        held = (np.isnan(values) | (values == 0) | (values == 1)).all(axis=1)
        found.update(np.array(some, object)[held].tolist())
    return found


def _kind(divided: "DividedTable", name: str, column: Column | None) -> str:
    spec = divided.spec
    uses: dict[str | None, str] = dict.fromkeys(divided.table.targets, "target")
    uses |= {spec.group: "group", spec.split.column: "split"}
    uses[spec.weight] = "weight"
    if column is None:
        return uses.get(name, "ignored")
    if isinstance(column, CategoryColumn):
        return "boolean" if cells.are_flags(column.categories) else "category"
    return "ordered category" if isinstance(column, OrderedColumn) else KINDS[type(column)]


KINDS: dict[type, str] = {TargetEncodedColumn: "category", DateColumn: "date"}


def _enters(column: Column) -> str:
    """How it enters the network, beside the number of its inputs."""
    if isinstance(column, CategoryColumn):
        rare = f", {len(column.rare)} rare words in one" if column.rare else ""
        return f"one a word{rare}"
    if isinstance(column, TargetEncodedColumn):
        return "mean of the target"
    gap = ", a gap" if column.indicator else ""
    if isinstance(column, DateColumn):
        return ", ".join(("time", *column.circles)) + gap
    return f"{'place in the order' if isinstance(column, OrderedColumn) else 'number'}{gap}"


def _remarks(divided: "DividedTable", name: str, look: Look, column: Column | None) -> list[str]:
    features, found = divided.features, []
    for told in (features.left_out, features.unclear, features.said, features.doubtful):
        if name in told:
            found.append(told[name])
    ignored = divided.spec.ignore
    if name in ignored or divided.spec.columns.get(name) == "ignore":
        why = ignored.get(name) if isinstance(ignored, dict) else None
        found.append(why or "the study says so")
    if name in divided.table.targets:
        own = divided.column.each[divided.table.targets.index(name)]
        found += [part for part in (divided.column.task, own.said) if part]
        are_classes = divided.column.task == "classification" and not divided.table.classes
        if are_classes and look.may_be_codes:
            found.append(targets.other_reading(own.values, divided.spec))
        found += [odd_numbers.gap(look.odd)] if divided.column.task == "regression" else []
    elif name == divided.spec.weight and divided.weight_said:
        found.append(divided.weight_said)
    elif column is not None and name not in divided.spec.columns:
        found += _doubts(name, look, column)
    return [remark for remark in found if remark]


def _doubts(name: str, look: Look, column: Column) -> list[str]:
    if look.is_constant:
        return ["the same value in every row"]
    if look.odd and isinstance(column, NumberColumn):
        return [odd_numbers.remark(name, look.odd)]
    is_whole = isinstance(column, NumberColumn) and not column.is_flag and look.may_be_codes
    if is_whole and CODES.fullmatch(name):
        return [f"codes? data.columns: {{{name}: category}}"]
    is_count = isinstance(column, NumberColumn) and TIMES.fullmatch(name)
    return [f"how often a row occurs? data.weight: {name}"] if is_count else []
