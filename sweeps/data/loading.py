"""From the study's `data:` to a dataset: read the table, divide its rows, encode its columns."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import dnn
from dnn.arrays import Array
from sweeps.base.errors import Expected, Unquoted, UserError, did_you_mean, show
from sweeps.data import (
    cells,
    column_faults,
    columns,
    data_files,
    encode,
    sources,
    split,
    targets,
)
from sweeps.data.dataset import LOSS, Dataset, Target
from sweeps.data.file_kinds import ReadOptions
from sweeps.data.source_table import SourceTable
from sweeps.study.data_section import DataSpec


def load(spec: DataSpec, base: Path, dtype: str) -> Dataset:
    """Read, divide and encode. Errors: Expected (below `data`) or UserError."""
    reading = ReadOptions(decimal=spec.decimal)
    table = sources.read(spec.source, spec.target, spec.options, base, reading)
    return prepared(table, spec, dtype)


def prepared(table: SourceTable, spec: DataSpec, dtype: str) -> Dataset:
    """Rows that were read, divided and encoded. Errors: as of `load`."""
    where = Path(spec.source).name if ":" not in spec.source else spec.source
    try:
        return _prepared(table, spec, dtype, where)
    except MemoryError as fault:
        raise data_files.too_large(where, fault) from None


def _prepared(table: SourceTable, spec: DataSpec, dtype: str, where: str) -> Dataset:
    used = [c for c in (spec.group, spec.split.column) if c is not None]
    _expect_columns(spec, table, used)
    column, is_changed = targets.read(table, where)
    task = targets.task(column, spec.task, where)
    unused = [table.target, *used, *spec.ignore]
    features = columns.choose(table.frame.drop(columns=unused, errors="ignore"), spec.columns)
    _fit_to_read(features, spec, table, where)
    groups = _groups(table, spec.group)
    names = targets.names(column, table) if task == "classification" else None
    parts = _divide(spec, table, names, groups)
    dataset = _assemble(spec, table, features.frame, column, names, parts, dtype)
    codes = None if groups is None else pd.factorize(groups)[0]
    return replace(
        dataset,
        facts=dataset.facts | {"left_out": features.left_out, "doubtful": features.doubtful},
        changed=_changed(features, dataset, {table.target: task} if is_changed else {}),
        groups={} if codes is None else {part: codes[rows] for part, rows in parts.items()},
    )


def _changed(
    features: columns.Features, dataset: Dataset, target: Mapping[str, str]
) -> dict[str, str]:
    """What columns were taken for, where versions before took them for something else."""
    words = [c for c in dataset.encoder.columns if isinstance(c, encode.CategoryColumn)]
    texts = {c.name: cells.texts(features.frame[c.name]) for c in words}
    # A word that only dev or test rows spell otherwise: it had no input.
    respelled = {c.name: "category" for c in words if c.known.has_other_spellings(texts[c.name])}
    return {**respelled, **features.changed, **target}


def _expect_columns(spec: DataSpec, table: SourceTable, used: list[str]) -> None:
    """All that the study names is there, and the target is nothing else too. Errors: Expected."""
    if table.target in (*spec.ignore, *used):
        raise Expected(
            "a target that is not ignored, grouped or split by", table.target, at="target"
        )
    named: list[tuple[str, str | None]] = [("ignore", name) for name in spec.ignore]
    named += [("group", spec.group), ("split.column", spec.split.column)]
    named += [(f"columns.{name}", name) for name in spec.columns]
    for at, name in named:
        if name is not None and name not in table.frame:
            known = [str(c) for c in table.frame.columns]
            raise Expected("a column of the data", name, did_you_mean(name, known), at=at)
    for name in spec.columns:
        if name in (table.target, *used, *spec.ignore):
            raise Expected(
                "a column that is an input, not the target, ignored, a group or a split",
                name,
                at=f"columns.{name}",
            )


def _fit_to_read(
    features: columns.Features, spec: DataSpec, table: SourceTable, where: str
) -> None:
    """There are inputs, and all of them can be read. Errors: UserError."""
    if features.frame.shape[1] == 0:
        left_out = "; ".join(f"{show(name)}: {why}" for name, why in features.left_out.items())
        hint = f" ({left_out})" if left_out else ""
        raise UserError(f"{where}: expected columns besides the target, got none{hint}")
    words = [name for name, kind in spec.columns.items() if kind == "category"]
    faults = column_faults.each(features.frame, table.lines, words)
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


def _divide(
    spec: DataSpec, table: SourceTable, names: pd.Series | None, groups: pd.Series | None
) -> dict[str, split.Rows]:
    remedy = "another seed, a larger share, or fewer classes"
    try:
        if spec.split.column is not None:
            remedy = "move rows of it there, or have fewer classes"
            parts = split.by_column(table.frame[spec.split.column], groups, table.lines)
        else:
            parts = split.divide(spec.split, names, groups, len(table.frame))
        lost = None if names is None else split.lost_class(parts, names, remedy)
        if lost is not None:
            raise lost
    except Expected as fault:
        raise fault.below("split") from None
    return parts


def _assemble(
    spec: DataSpec,
    table: SourceTable,
    frame: pd.DataFrame,
    column: pd.Series,
    names: pd.Series | None,
    parts: dict[str, split.Rows],
    dtype: str,
) -> Dataset:
    encoder = encode.fit(frame.iloc[parts["train"]], spec.standardize)
    x = encoder.encode(frame)
    with np.errstate(over="ignore"):
        fits = np.isfinite(x.astype(dtype)).all(axis=0)
    if not fits.all():
        at = encoder.inputs[int(fits.argmin())]
        raise UserError(f"column '{at}': expected numbers that {dtype} can hold, got larger ones")
    if names is None:
        target, codes = targets.standardized(table.target, column, parts["train"])
    else:
        target, codes = targets.coded(table, names)
    y = np.eye(len(target.classes))[codes] if target.task == "multiclass" else codes[:, None]
    data = {
        part: dnn.Data(x[rows].astype(dtype), y[rows].astype(dtype)) for part, rows in parts.items()
    }
    labels = {part: codes[rows] for part, rows in parts.items()}
    rows_seen = [row.tobytes() + code.tobytes() for row, code in zip(x, codes, strict=True)]
    train_rows = {rows_seen[row] for row in parts["train"]}
    facts = {
        "source": spec.source if ":" in spec.source else Path(spec.source).name,
        "sha256": table.sha256,
        "rows": len(x),
        "columns": frame.shape[1],
        "features": x.shape[1],
        **{part: len(rows) for part, rows in parts.items()},
        "split": _split_in_words(spec, names is not None),
        "duplicates": sum(rows_seen[row] in train_rows for row in parts["test"]),
    }
    constants = _constants(target, data)
    return Dataset(
        data, labels, target, encoder, table.sha256, facts, constants, decimal=spec.decimal
    )


def _split_in_words(spec: DataSpec, stratified: bool) -> str:
    if spec.split.column is not None:
        return f"by column '{spec.split.column}'"
    kind = "stratified" if stratified else "random"
    whole = f", each '{spec.group}' on one side" if spec.group else ""
    return f"{kind}{whole}, seed {spec.split.seed}"


def _constants(target: Target, data: dict[str, dnn.Data]) -> dict[str, float]:
    """Loss and error of the best constant predictor of the training rows, on each part."""
    mean = data["train"].y.mean(axis=0, dtype=np.float64)
    with np.errstate(divide="ignore"):
        logits: Array = {
            "binary": lambda: np.log(mean) - np.log1p(-mean),
            "multiclass": lambda: np.log(mean),
            "regression": lambda: mean,
        }[target.task]()
    loss = dnn.LOSSES[LOSS[target.task]]()
    constants = {}
    for part, rows in data.items():
        z = np.broadcast_to(logits[None, :, None], (1, len(logits), len(rows)))
        y = rows.y.astype(np.float64)
        constants[f"{part}_loss"] = float(loss.per_row(z, y).mean())
        error = loss.error_from_mean(np.asarray(loss.error_per_row(z, y).mean()))
        constants[f"{part}_error"] = float(error)
    return constants
