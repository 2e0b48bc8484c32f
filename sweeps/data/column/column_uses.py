"""What a study uses columns for: all are there, each is of one use, inputs can be read."""

from collections.abc import Iterator

import pandas as pd

from sweeps.base.errors import Expected, Unquoted, UserError, did_you_mean, raise_all, show
from sweeps.data.cell import cells
from sweeps.data.column import code_columns, column_faults
from sweeps.data.column.columns import Features
from sweeps.data.source import cell_places
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec


def expect_known(spec: DataSpec, table: SourceTable, used: list[str]) -> None:
    """All that the study names is there, and each column is of one use. Errors: Expected, of all.

    used: the columns by which rows are divided.
    """
    named: list[tuple[str, str | None]] = [("ignore", name) for name in spec.ignore]
    named += [("group", spec.group), ("split.column", spec.split.column)]
    named += [("split.time", spec.split.time), ("weight", spec.weight)]
    named += [(f"columns.{name}", name) for name in spec.columns]
    known = [str(name) for name in table.frame.columns]
    unknown = [
        Expected("a column of the data", name, did_you_mean(name, known), at=at)
        for at, name in named
        if name is not None and name not in table.frame
    ]
    raise_all([*unknown, *_used_twice(spec, table, used)])


def _used_twice(spec: DataSpec, table: SourceTable, used: list[str]) -> Iterator[Expected]:
    for target in table.targets:
        if target in (*spec.ignore, *used):
            yield Expected("a target that is not ignored, grouped or split by", target, at="target")
    if spec.weight is not None and spec.weight in (*table.targets, *used, *spec.ignore):
        other = "a column that is not the target, ignored, a group or a split"
        yield Expected(other, spec.weight, at="weight")
    for name in spec.columns:
        if name in (*used, *spec.ignore, spec.weight):
            other = "a column that is an input or the target, "
            other += "not ignored, a group, a split or weights"
            yield Expected(other, name, at=f"columns.{name}")


def expect_readable(features: Features, spec: DataSpec, table: SourceTable, where: str) -> None:
    """There are inputs, and all of them can be read. Errors: UserError."""
    if features.frame.shape[1] == 0:
        left_out = "; ".join(f"{show(name)}: {why}" for name, why in features.left_out.items())
        keeps = f"; data.columns: {{{next(iter(features.left_out), '')}: number}} keeps it"
        hint = f" ({left_out}{keeps})" if left_out else ""
        raise UserError(f"{where}: expected columns besides the target, got none{hint}")
    words = {name for name, kind in spec.columns.items() if kind == "category"}
    readings = features.readings
    words |= set(readings.orders)
    many = readings.by_target
    faults = column_faults.each(features.frame, table.lines, words, many, readings.rare)
    if faults:
        told = [f"{where}: column {show(name)}: {fault}" for name, fault in faults.items()]
        raise UserError("\n".join(told))


def groups(table: SourceTable, name: str | None) -> pd.Series | None:
    """Each row's group. Errors: Expected."""
    if name is None:
        return None
    found = table.frame[name]
    missing = found.isna()
    if missing.any():
        at = cell_places.place(table.lines, int(missing.argmax()), found)
        got = f"{missing.sum()} empty{', first' if at else ''}{at}"
        raise Expected("a group in every row", Unquoted(got), at="group")
    what = cells.unsupported(found)
    if what not in ("", "dates"):
        raise Expected("a group that is a number or a word", Unquoted(what), at="group")
    return code_columns.without_blanks(found)
