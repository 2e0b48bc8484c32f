"""From the study's `data:` to a dataset: read the table, divide its rows, encode its columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.data.arrays import network_arrays
from sweeps.data.arrays.dataset import Dataset
from sweeps.data.arrays.row_places import RowPlaces
from sweeps.data.cell import cells
from sweeps.data.column.column_kinds import WrongCell
from sweeps.data.column.encode import Encoder
from sweeps.data.column.word_columns import CategoryColumn
from sweeps.data.divided import divided_table, parts_apart, row_weights, time_order
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.divided.split import Rows
from sweeps.data.remarks import chance_matches, column_table, doubts, left_out
from sweeps.data.source import cell_places, data_files, room, source_names
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec


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
        raise data_files.too_large(divided_table.where(spec), fault) from None


@contextmanager
def _with_places(table: SourceTable) -> Iterator[None]:
    """Errors: WrongCell, with the line of the cell."""
    try:
        yield
    except WrongCell as fault:
        place = cell_places.place(table.lines, fault.row, fault.column)
        raise fault.with_hint(place.removeprefix(" in ")) if place else fault from None


def divided(table: SourceTable, spec: DataSpec) -> DividedTable:
    """Rows that were read, divided. Errors: as of `load`."""
    with within_memory(spec), _with_places(table):
        return divided_table.of(table, spec)


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
    met = _met(divided, x, labels)
    divided.encode_training(encoder, parts["train"], data["train"].x)
    facts = {
        "source": source_names.short(spec.source),
        "sha256": table.sha256,
        "rows": len(frame),
        "columns": frame.shape[1],
        "features": data["train"].x.shape[1],
        **{part: len(rows) for part, rows in divided.parts.items()},
        "split": divided.division.words,
        **met,
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


# Rows of a part that are also of another, by what that is called among the facts.
MET = {
    "duplicates": ("test", "train"),
    "test_met_in_dev": ("test", "dev"),
    "dev_met_in_train": ("dev", "train"),
}


def _met(
    divided: DividedTable, x: dict[str, NDArray[Any]], labels: dict[str, NDArray[Any]]
) -> dict[str, Any]:
    """How many rows are met twice, and whether that is no more than chance."""
    counts = {name: network_arrays.met(x, labels, *pair) for name, pair in MET.items()}
    found = {name: count for name, count in counts.items() if count or name == "duplicates"}
    sizes = {part: len(rows) for part, rows in x.items()}
    targets = [one.values for one in divided.column.each]  # noqa: PD011 - a field of ours
    pairs = {MET[name]: count for name, count in found.items()}
    is_chance = chance_matches.explain(divided.features.frame, targets, sizes, pairs)
    return found | ({"met_by_chance": True} if is_chance else {})


def _inputs(
    divided: DividedTable, x: NDArray[Any], encoder: Encoder, dtype: str, rows: Rows
) -> Array:
    """Inputs of these rows as networks take them. Errors: UserError."""
    frame, lines = divided.features.frame, divided.table.lines

    def place(row: int, name: str) -> str:
        known = name in frame  # an input of a date has a name of its own
        return cell_places.place(lines, int(rows[row]), frame[name]) if known else ""

    return network_arrays.inputs(x, encoder, dtype, divided.where, place)


def _dated(divided: DividedTable) -> dict[str, Any]:
    """The columns of dates, by which rows could be divided; nothing where that is said."""
    spec = divided.spec
    if (
        "time" in spec.quiet
        or spec.apart
        or spec.split.time is not None
        or spec.split.column is not None
    ):
        return {}
    dated = time_order.dated(divided.table.frame.drop(columns=[*divided.table.targets]))
    return {"dated": dated} if dated else {}


def _files(table: SourceTable) -> dict[str, Any]:
    """The files of dev and test rows of their own, if there are such."""
    files = {one.part: {"source": one.name, "sha256": one.sha256} for one in table.files}
    return {"files": files} if files else {}
