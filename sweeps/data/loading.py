"""From the study's `data:` to a dataset: read the table, divide its rows, encode its columns."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.base.errors import Expected, Unquoted, UserError, did_you_mean, show
from sweeps.data import (
    cells,
    code_columns,
    column_faults,
    column_table,
    columns,
    data_files,
    decimal_marks,
    doubts,
    encode,
    left_out,
    network_arrays,
    parts_apart,
    room,
    row_weights,
    source_names,
    target_words,
    targets,
    time_order,
)
from sweeps.data.column_kinds import WrongCell
from sweeps.data.dataset import Dataset, Target
from sweeps.data.division import Division, divide
from sweeps.data.encode import Encoder
from sweeps.data.row_places import RowPlaces
from sweeps.data.source_table import SourceTable
from sweeps.data.split import Rows
from sweeps.data.targets import TargetColumn
from sweeps.data.word_columns import CategoryColumn
from sweeps.study.data_section import DataSpec


@dataclass(frozen=True)
class DividedTable:
    """Rows as they were read and divided: what datasets are made of.

    names, groups, weights: the class, the group and the weight of each row, if there are such.
    weight_said: how the weights' texts are read as numbers.
    """

    spec: DataSpec
    table: SourceTable
    features: columns.Features
    column: TargetColumn
    names: pd.Series | None
    groups: pd.Series | None
    division: Division
    weights: NDArray[np.float64] | None = None
    weight_said: str = ""

    @property
    def parts(self) -> dict[str, Rows]:
        """Row numbers by part, of which dev and test may have none."""
        return self.division.parts

    def target(self, train: Rows) -> tuple[Target, NDArray[Any]]:
        """The target by these training rows, and each row's class code, or standardized numbers."""
        if self.names is None:
            return targets.standardized(self.table, self.column, train)
        return targets.coded(self.table, self.names, self.column.classes)

    def encoder(self, train: Rows) -> Encoder:
        """The encoder that is fitted on these training rows alone."""
        features, outcomes = self.features, None
        if features.readings.by_target:
            outcomes = self._outcomes(train)
        standardize, readings = self.spec.standardize, features.readings
        return encode.fit(features.frame, standardize, readings, outcomes, train)

    def encode_training(self, encoder: Encoder, train: Rows, x: NDArray[Any]) -> NDArray[Any]:
        """Inputs (n, n_inputs) of training rows, of which none is told its own target: in place."""
        if self.features.readings.by_target:
            units = train if self.groups is None else pd.factorize(self.groups)[0][train]
            frame = self.features.frame.iloc[train]
            encoder.encode_training(frame, self._outcomes(train), units, x)
        return x

    def weights_of(self, parts: Mapping[str, Rows]) -> dict[str, NDArray[np.float64] | None]:
        """The weights of rows by part, None where all count alike.

        Errors: UserError where a part has none above 0, or a class of the training rows.
        """
        if self.weights is None:
            return dict.fromkeys(parts)
        where = f"{_where(self.spec)}: column '{self.spec.weight}'"
        row_weights.expect_some(self.weights, parts, self.names, where)
        return {part: self.weights[rows] for part, rows in parts.items()}

    def _outcomes(self, train: Rows) -> NDArray[np.float64]:
        target, codes = self.target(train)
        return target_words.outcomes(target.task, len(target.classes), codes[train])


def load(spec: DataSpec, base: Path, dtype: str) -> Dataset:
    """Read, divide and encode. Errors: Expected (below `data`) or UserError."""
    return encoded(read(spec, base), dtype)


def read(spec: DataSpec, base: Path) -> DividedTable:
    """Read and divide. Errors: as of `load`."""
    return divided(parts_apart.read(spec, base), spec)


def prepared(table: SourceTable, spec: DataSpec, dtype: str) -> Dataset:
    """Rows that were read, divided and encoded. Errors: as of `load`."""
    return encoded(divided(table, spec), dtype)


@contextmanager
def within_memory(spec: DataSpec) -> Iterator[None]:
    """Errors: UserError for what takes more memory than there is."""
    try:
        yield
    except MemoryError as fault:
        raise data_files.too_large(_where(spec), fault) from None


@contextmanager
def _with_places(table: SourceTable) -> Iterator[None]:
    """Errors: WrongCell, with the line of the cell."""
    try:
        yield
    except WrongCell as fault:
        place = column_faults.place(table.lines, fault.row, fault.column)
        raise fault.with_hint(place.removeprefix(" in ")) if place else fault from None


def _where(spec: DataSpec) -> str:
    names = [spec.source, *(one.source for one in spec.apart.values())]
    return " and ".join(dict.fromkeys(map(source_names.short, names)))


def divided(table: SourceTable, spec: DataSpec) -> DividedTable:
    """Rows that were read, divided. Errors: as of `load`."""
    with within_memory(spec), _with_places(table):
        return _divided(table, spec, _where(spec))


def _divided(table: SourceTable, spec: DataSpec, where: str) -> DividedTable:
    used = [c for c in (spec.group, spec.split.column, spec.split.time) if c is not None]
    _expect_columns(spec, table, used)
    table = code_columns.declared(table, spec)
    column = targets.read(table, spec, where)
    weight = row_weights.taken(table, spec)
    weights = row_weights.read(table, spec, weight)
    unused = [*table.targets, *used, *spec.ignore, *([spec.weight] if spec.weight else [])]
    starts = [one.start for one in table.files] or [0]
    features = columns.choose(table.frame.drop(columns=unused, errors="ignore"), spec, starts)
    features = replace(
        features,
        unclear=features.unclear | code_columns.remarks(table, spec, features.frame),
        changed=features.changed | code_columns.changed(table, spec),
    )
    others = {name: one.unsure for name, one in zip(table.targets, column.each, strict=True)}
    others |= {} if weight is None else {str(spec.weight): weight.unsure}
    decimal_marks.expect_told(table, spec, features, others, where)
    _fit_to_read(features, spec, table, where)
    groups = _groups(table, spec.group)
    is_classes = column.task == "classification"
    names = targets.names(column.values, table) if is_classes else None
    try:
        division = divide(spec, table, names, groups)
    except Expected as fault:
        other = targets.other_reading(column.values, spec) if is_classes else ""
        raise fault.with_hint(other) if other else fault from None
    said = "" if weight is None else weight.said
    return DividedTable(spec, table, features, column, names, groups, division, weights, said)


def encoded(divided: DividedTable, dtype: str) -> Dataset:
    """Rows that were divided, encoded. Errors: as of `load`."""
    with within_memory(divided.spec):
        dataset = _assemble(divided, dtype)
        features, groups = divided.features, divided.groups
        codes = None if groups is None else pd.factorize(groups)[0]
        known = {part: divided.parts[part] for part in dataset.parts}
        parts = known.items()
        return replace(
            dataset,
            places=RowPlaces(known, len(divided.table.frame), divided.table.lines),
            facts=dataset.facts
            | {"left_out": features.left_out, "doubtful": features.doubtful}
            | {"unclear": features.unclear}
            | column_table.facts(divided, dataset.encoder)
            | left_out.facts(divided)
            | _dated(divided)
            | doubts.facts(divided, dataset),
            changed=_changed(divided, dataset),
            merges=any(isinstance(c, CategoryColumn) and c.rare for c in dataset.encoder.others),
            groups={} if codes is None else {part: codes[rows] for part, rows in parts},
        )


def _changed(divided: DividedTable, dataset: Dataset) -> dict[str, Any]:
    """What columns were taken for, where versions before took them for something else."""
    features = divided.features
    words = [c for c in dataset.encoder.others if isinstance(c, CategoryColumn)]
    texts = {c.name: cells.texts(features.frame[c.name]) for c in words}
    # A word that only dev or test rows spell otherwise: it had no input.
    respelled = {c.name: "category" for c in words if c.known.has_other_spellings(texts[c.name])}
    known = zip(divided.table.targets, divided.column.each, strict=True)
    target = {name: own.changed for name, own in known if own.changed is not None}
    return {**respelled, **features.changed, **target}


def _expect_columns(spec: DataSpec, table: SourceTable, used: list[str]) -> None:
    """All that the study names is there, and the target is nothing else too. Errors: Expected."""
    for target in table.targets:
        if target in (*spec.ignore, *used):
            raise Expected("a target that is not ignored, grouped or split by", target, at="target")
    named: list[tuple[str, str | None]] = [("ignore", name) for name in spec.ignore]
    named += [("group", spec.group), ("split.column", spec.split.column)]
    named += [("split.time", spec.split.time), ("weight", spec.weight)]
    named += [(f"columns.{name}", name) for name in spec.columns]
    for at, name in named:
        if name is not None and name not in table.frame:
            known = [str(c) for c in table.frame.columns]
            raise Expected("a column of the data", name, did_you_mean(name, known), at=at)
    if spec.weight is not None and spec.weight in (*table.targets, *used, *spec.ignore):
        other = "a column that is not the target, ignored, a group or a split"
        raise Expected(other, spec.weight, at="weight")
    for name in spec.columns:
        if name in (*used, *spec.ignore, spec.weight):
            raise Expected(
                "a column that is an input or the target, not ignored, a group, a split or weights",
                name,
                at=f"columns.{name}",
            )


def _fit_to_read(
    features: columns.Features, spec: DataSpec, table: SourceTable, where: str
) -> None:
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
        told = [f"{where}: column '{name}': {fault}" for name, fault in faults.items()]
        raise UserError("\n".join(told))


def _groups(table: SourceTable, name: str | None) -> pd.Series | None:
    """Each row's group. Errors: Expected."""
    if name is None:
        return None
    groups = table.frame[name]
    missing = groups.isna()
    if missing.any():
        at = column_faults.place(table.lines, int(missing.argmax()), groups)
        got = f"{missing.sum()} empty{', first' if at else ''}{at}"
        raise Expected("a group in every row", Unquoted(got), at="group")
    what = cells.unsupported(groups)
    if what not in ("", "dates"):
        raise Expected("a group that is a number or a word", Unquoted(what), at="group")
    return groups


def _assemble(divided: DividedTable, dtype: str) -> Dataset:
    spec, table, frame = divided.spec, divided.table, divided.features.frame
    parts = {part: rows for part, rows in divided.parts.items() if len(rows)}
    encoder = divided.encoder(parts["train"])
    room.expect(len(frame), encoder.starts[-1], np.dtype(dtype).itemsize)
    target, codes = divided.target(parts["train"])
    y = network_arrays.targets(target, codes, dtype)
    # Part by part: of many words a second copy of all inputs would be most of the memory.
    x = {part: encoder.encode_rows(frame, rows, dtype) for part, rows in parts.items()}
    weights = divided.weights_of(parts)
    data = {
        part: dnn.Data(_inputs(divided, x[part], encoder, dtype, rows), y[rows], weights[part])
        for part, rows in parts.items()
    }
    labels = {part: codes[rows] for part, rows in parts.items()}
    duplicates = network_arrays.met_in_training(x, labels)
    divided.encode_training(encoder, parts["train"], data["train"].x)
    facts = {
        "source": source_names.short(spec.source),
        "sha256": table.sha256,
        "rows": len(frame),
        "columns": frame.shape[1],
        "features": data["train"].x.shape[1],
        **{part: len(rows) for part, rows in divided.parts.items()},
        "split": divided.division.words,
        "duplicates": duplicates,
        **_files(table),
    }
    facts |= {} if spec.weight is None else {"weight": row_weights.fact(divided.weights, spec)}
    facts |= {"read": list(table.notes)} if table.notes else {}
    if table.reference is not None:  # in the units of errors: of numbers SDs
        facts["reference"] = table.reference / target.scale
    constants = network_arrays.constants(target, data)
    return Dataset(
        data, labels, target, encoder, table.sha256, facts, constants, reading=table.reading
    )


def _inputs(
    divided: DividedTable, x: NDArray[Any], encoder: Encoder, dtype: str, rows: Rows
) -> Array:
    """Inputs of these rows as networks take them. Errors: UserError."""
    frame, lines = divided.features.frame, divided.table.lines

    def place(row: int, name: str) -> str:
        known = name in frame  # an input of a date has a name of its own
        return column_faults.place(lines, int(rows[row]), frame[name]) if known else ""

    return network_arrays.inputs(x, encoder, dtype, _where(divided.spec), place)


def _dated(divided: DividedTable) -> dict[str, Any]:
    """The columns of dates, by which rows could be divided; nothing where that is said."""
    spec = divided.spec
    if spec.apart or spec.split.time is not None or spec.split.column is not None:
        return {}
    dated = time_order.dated(divided.table.frame)
    return {"dated": dated} if dated else {}


def _files(table: SourceTable) -> dict[str, Any]:
    """The files of dev and test rows of their own, if there are such."""
    files = {one.part: {"source": one.name, "sha256": one.sha256} for one in table.files}
    return {"files": files} if files else {}
