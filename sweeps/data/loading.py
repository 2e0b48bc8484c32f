"""From the study's `data:` to a dataset: read the table, divide its rows, encode its columns."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import dnn
from dnn.arrays import Array
from sweeps.data import encode, sources, spellings, split
from sweeps.data.dataset import LOSS, Dataset, Target
from sweeps.faults import Expected, UserError, Words, did_you_mean
from sweeps.study.spec import DataSpec

# A target of whole numbers with no more distinct values than this is taken for classes.
MOST_CODES = 20


def load(spec: DataSpec, base: Path, dtype: str) -> Dataset:
    """Read, divide and encode. Errors: Expected (below `data`) or UserError."""
    table = sources.read(spec.source, spec.target, spec.options, base, spec.decimal)
    where = Path(spec.source).name if ":" not in spec.source else spec.source
    used = [c for c in (spec.group, spec.split.column) if c is not None]
    if table.target in (*spec.ignore, *used):
        raise Expected(
            "a target that is not ignored, grouped or split by", table.target, at="target"
        )
    named: list[tuple[str, str | None]] = [("ignore", name) for name in spec.ignore]
    named += [("group", spec.group), ("split.column", spec.split.column)]
    for at, name in named:
        if name is not None and name not in table.frame:
            known = [str(c) for c in table.frame.columns]
            raise Expected("a column of the data", name, did_you_mean(name, known), at=at)
    column = table.frame[table.target]
    _no_gaps(column, table, where)
    _readable(column, table, where)
    task = _task(column, spec.task, where)
    features = table.frame.drop(columns=[table.target, *used, *spec.ignore], errors="ignore")
    if features.shape[1] == 0:
        raise UserError(f"{where}: expected columns besides the target, got none")
    faults = encode.numeric_faults(features, table.line)
    if faults:
        raise UserError("\n".join(f"{where}: {fault}" for fault in faults))
    groups = table.frame[spec.group] if spec.group else None
    if groups is not None and groups.isna().any():
        raise Expected("a group in every row", Words(f"{groups.isna().sum()} empty"), at="group")
    names = _names(column, table) if task == "classification" else None
    parts = _divide(spec, table.frame, names, groups)
    dataset = _assemble(spec, table, features, column, names, parts, dtype)
    if groups is None:
        return dataset
    codes = pd.factorize(groups)[0]
    return replace(dataset, groups={part: codes[rows] for part, rows in parts.items()})


def _no_gaps(column: pd.Series, table: sources.Table, where: str) -> None:
    missing = column.isna()
    if missing.any():
        first = (
            "" if table.line is None else f", first in line {table.line + int(missing.argmax())}"
        )
        raise UserError(
            f"{where}: target '{table.target}': expected a value in every row, "
            f"got none in {missing.sum()} of {len(column)}{first} (leave such rows out)"
        )


def _readable(column: pd.Series, table: sources.Table, where: str) -> None:
    """Errors: UserError for infinities, and for a few texts among numbers."""
    name = f"target '{table.target}'"
    fault = encode.column_fault(name, column, table.line, is_target=True)
    if fault is not None:
        raise UserError(f"{where}: {fault}")


def _task(column: pd.Series, asked: str, where: str) -> str:
    """Classification or regression. Errors: UserError."""
    number = encode.is_number(column) and not pd.api.types.is_bool_dtype(column)
    if asked == "regression" and not number:
        raise UserError(
            f"{where}: target '{column.name}': expected a number for regression, "
            f"got '{column.iloc[0]}'"
        )
    if asked == "auto":
        whole = number and bool((column == column.round()).all())
        codes = whole and column.nunique() <= MOST_CODES
        asked = "classification" if codes or not number else "regression"
    if column.nunique() < 2:
        raise UserError(
            f"{where}: target '{column.name}': expected at least two different values, "
            f"got '{column.iloc[0]}' in every row"
        )
    if asked == "classification" and column.nunique() > min(1000, len(column) // 3):
        spelled = [] if number else spellings.clauses(column)
        other = "data.task: regression, or another target" if number else "another target"
        hint = "; ".join([*spelled, spellings.remedy(spelled)] if spelled else [other]).rstrip("; ")
        raise UserError(
            f"{where}: target '{column.name}': expected classes with several rows each, got "
            f"{column.nunique()} in {len(column)} rows ({hint})"
        )
    return asked


def _names(column: pd.Series, table: sources.Table) -> pd.Series:
    """The class of each row by name."""
    if table.classes:
        return column.map(lambda code: table.classes[int(code)])
    if encode.is_number(column) and not pd.api.types.is_bool_dtype(column):
        whole = (column == column.round()).all()
        return column.map(lambda v: str(int(v)) if whole else repr(float(v)))
    return column.map(str)


def _divide(
    spec: DataSpec, frame: pd.DataFrame, names: pd.Series | None, groups: pd.Series | None
) -> dict[str, split.Rows]:
    try:
        if spec.split.column is not None:
            parts = split.by_column(frame[spec.split.column], groups)
        else:
            parts = split.divide(spec.split, names, groups, len(frame))
        lost = None if names is None else split.lost_class(parts, names)
        if lost is not None:
            raise lost
    except Expected as fault:
        raise fault.below("split") from None
    return parts


def _assemble(
    spec: DataSpec,
    table: sources.Table,
    features: pd.DataFrame,
    column: pd.Series,
    names: pd.Series | None,
    parts: dict[str, split.Rows],
    dtype: str,
) -> Dataset:
    encoder = encode.fit(features.iloc[parts["train"]], spec.standardize)
    x = encoder.encode(features)
    with np.errstate(over="ignore"):
        fits = np.isfinite(x.astype(dtype)).all(axis=0)
    if not fits.all():
        at = encoder.inputs[int(fits.argmin())]
        raise UserError(f"column '{at}': expected numbers that {dtype} can hold, got larger ones")
    if names is None:
        target, codes = _standardized(table.target, column, parts["train"])
    else:
        target, codes = _coded(table, names)
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
        "columns": features.shape[1],
        "features": x.shape[1],
        **{part: len(rows) for part, rows in parts.items()},
        "split": _split_in_words(spec, names is not None),
        "duplicates": sum(rows_seen[row] in train_rows for row in parts["test"]),
    }
    constants = _constants(target, data)
    return Dataset(
        data, labels, target, encoder, table.sha256, facts, constants, decimal=spec.decimal
    )


def _standardized(name: str, column: pd.Series, train: split.Rows) -> tuple[Target, NDArray[Any]]:
    """A number as a target, and its values (n,) in SDs of the training rows. Errors: UserError."""
    values = column.to_numpy(np.float64)
    with np.errstate(over="ignore"):
        mean, scale = values[train].mean(), values[train].std()
    if not 0 < scale < np.inf or scale <= 1e-12 * abs(mean):
        raise UserError(
            f"target '{name}': expected numbers that differ among the training rows, "
            f"got a standard deviation of {scale:g} around {mean:g}"
        )
    target = Target(name, "regression", (), float(mean), float(scale))
    return target, (values - target.mean) / target.scale


def _coded(table: sources.Table, names: pd.Series) -> tuple[Target, NDArray[Any]]:
    """Classes as a target, and the code (n,) of each row's."""
    classes = table.classes or tuple(sorted(names.unique(), key=_natural))
    codes = names.map({name: code for code, name in enumerate(classes)}).to_numpy()
    task = "binary" if len(classes) == 2 else "multiclass"
    return Target(table.target, task, classes), codes


def _natural(name: str) -> tuple[int, float, str]:
    """Numbers by size, then texts by letter."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


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
        error = loss.error_from_mean(np.asarray(loss.mistakes(z, y).mean()))
        constants[f"{part}_error"] = float(error)
    return constants
