"""Where rows come from: scikit-learn's bundled sets, its generators, and the user's own files."""

import csv
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sweeps import files
from sweeps.faults import Expected, UserError, did_you_mean, printable, show
from sweeps.study.kinds import Number


@dataclass(frozen=True)
class Table:
    """Rows as they were read. `line` is row 0's in its file; None where there is none."""

    frame: pd.DataFrame
    target: str
    sha256: str
    classes: tuple[str, ...] = ()  # names of the target's codes 0, 1, …, where the source has them
    line: int | None = None


def _bundled(name: str) -> Table:
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    frame = bunch.frame
    classes = tuple(str(c) for c in bunch.target_names) if "target_names" in bunch else ()
    target = BUNDLED[name]
    frame = frame.rename(columns={"target": target})
    return Table(frame, target, _digest(frame), classes)


# The target's name in the field's own words; the sets are scikit-learn's.
BUNDLED: Mapping[str, str] = {
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
    "digits": "digit",
    "iris": "species",
    "wine": "cultivar",
}


def _plane(make: str) -> Callable[..., pd.DataFrame]:
    def generate(rows: int, noise: float, seed: int) -> pd.DataFrame:
        from sklearn import datasets

        x, y = getattr(datasets, make)(n_samples=rows, noise=noise, random_state=seed)
        return pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "class": y})

    return generate


def _blobs(rows: int, noise: float, seed: int) -> pd.DataFrame:
    from sklearn import datasets

    x, y = datasets.make_blobs(n_samples=rows, cluster_std=noise, random_state=seed)
    return pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "class": y})


@dataclass(frozen=True)
class Generator:
    """A generator of rows and the defaults of its options."""

    make: Callable[..., pd.DataFrame]
    rows: int
    noise: float


SYNTHETIC: Mapping[str, Generator] = {
    "moons": Generator(_plane("make_moons"), rows=300, noise=0.2),
    "circles": Generator(_plane("make_circles"), rows=300, noise=0.05),
    "blobs": Generator(_blobs, rows=300, noise=1.0),
}
OPTIONS = {
    "rows": Number(low=10, high=10_000_000, integer=True),
    "noise": Number(low=0),
    "seed": Number(low=0, high=2**32 - 1, integer=True),
}


def _generated(name: str, options: Mapping[str, Any]) -> Table:
    generator = SYNTHETIC[name]
    given: dict[str, Any] = {"rows": generator.rows, "noise": generator.noise, "seed": 0}
    for key, value in options.items():
        if key not in OPTIONS:
            raise Expected("a known option", key, did_you_mean(key, OPTIONS), at=f"options.{key}")
        try:
            given[key] = OPTIONS[key].check(value)
        except Expected as fault:
            raise fault.below(f"options.{key}") from None
    frame = generator.make(**given)
    return Table(frame, "class", _digest(frame))


def _digest(frame: pd.DataFrame) -> str:
    digest = hashlib.sha256(repr([str(c) for c in frame.columns]).encode())
    for column in frame.columns:
        digest.update(frame[column].to_numpy().tobytes())
    return digest.hexdigest()


# What a cell without a value may hold. "None" is not among them: it is a word like others.
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?")


def csv_options(path: Path) -> dict[str, Any]:
    """How pandas reads such a file here. Errors: ValueError for a header that it would misread."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        separator = max(",;\t", key=first.count)
        file.seek(0)
        rows = csv.reader(file, delimiter=separator, skipinitialspace=True)
        header, second = next(rows, []), next(rows, [])
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise ValueError(f"the column {show(repeated[0])} twice")
    # pandas would take the first column for a name of the row, and shift all the others.
    if len(second) > len(header):
        raise ValueError(f"{len(second)} fields in line 2 below {len(header)} in the header")
    return {
        "sep": separator,
        "encoding": "utf-8-sig",
        "skipinitialspace": True,
        "keep_default_na": False,
        "na_values": list(MISSING),
        "low_memory": False,
    }


def _read_csv(path: Path, decimal: str) -> pd.DataFrame:
    frame: pd.DataFrame = pd.read_csv(path, **csv_options(path), decimal=decimal)
    for name in frame.columns if decimal == "," else ():
        values, is_number = ungrouped(frame[name])
        if is_number.any() and (is_number | values.isna()).all():
            frame[name] = pd.to_numeric(values)
    return frame


# Beside a decimal comma. "0.500" is none, and "18.03.2024" neither.
GROUPED = r"[-+]?([1-9]\d{0,2}([.' \u00a0\u202f]\d{3})+|\d+)(,\d+)?"


def ungrouped(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """A column with its numbers such as "1.234,5" as "1234.5", and where they are.

    pandas leaves a column with one of them as texts; its own `thousands` makes numbers of dates.
    """
    if not pd.api.types.is_string_dtype(column):
        return column, pd.Series(False, index=column.index)
    texts = column.astype(str).str.strip()
    is_number = texts.str.fullmatch(GROUPED) & column.notna()
    plain = texts.str.replace(r"[.' \u00a0\u202f]", "", regex=True).str.replace(",", ".")
    return column.astype(object).where(~is_number, plain), is_number


def _read_parquet(path: Path) -> pd.DataFrame:
    return plain_columns(pd.read_parquet(path))


def plain_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """A Parquet table's index and categories as columns. Errors: ValueError for lists in cells."""
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(level=named) if named else frame
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame[name] = frame[name].astype(frame[name].cat.categories.dtype)
        elif frame[name].map(lambda cell: isinstance(cell, list | dict | set | np.ndarray)).any():
            raise ValueError(f"lists in the column {show(str(name))}")
    return frame


TEXTS = (".csv", ".tsv")
TABLES = (*TEXTS, ".parquet")
KNOWN = "a file (.csv, .tsv, .parquet), sklearn:NAME or synthetic:NAME"
SHEETS = (".xlsx", ".xls", ".ods")
LATER = (".npz", ".h5", ".hdf5", ".mat")


def _file(path: Path, target: str | None, decimal: str) -> Table:
    suffix = path.suffix.lower()
    if suffix in LATER:
        raise Expected("a .csv, .tsv or .parquet file", path.name, "it comes with a later version")
    if suffix not in TABLES:
        hint = "save its sheet as .csv" if suffix in SHEETS else ""
        raise Expected(KNOWN, path.name, hint)
    files.expect_regular(path)
    if not _is_file(path):
        near = [p.name for p in path.parent.glob(f"*{suffix}")] if path.parent.is_dir() else []
        raise Expected(
            "a file", path.name, did_you_mean(path.name, near) if near else "no such file"
        )
    try:
        frame = _read_csv(path, decimal) if suffix in TEXTS else _read_parquet(path)
    except (ValueError, OSError) as fault:
        raise unreadable(path.name, path, fault) from None
    if frame.empty:
        raise UserError(f"{path.name}: expected rows below a header, got none")
    columns = [str(c) for c in frame.columns]
    frame.columns = pd.Index(columns)
    repeated = sorted({c for c in columns if columns.count(c) > 1})
    if repeated:
        raise UserError(f"{path.name}: expected each column once, got {repeated[0]} twice")
    if target is None:
        raise Expected("the name of a column", None, f"columns: {_few(columns)}", at="target")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Table(frame, target, digest, line=None if suffix == ".parquet" else 2)


def unreadable(where: str, path: Path, fault: Exception) -> UserError:
    """What is said, at `where`, of a table that cannot be read."""
    if isinstance(fault, UnicodeDecodeError):
        got = f"byte 0x{fault.object[fault.start]:02x}{_first_other_line(path)}"
        return UserError(f"{where}: expected UTF-8, got {got} (save it as UTF-8)")
    reason = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
    kind = path.suffix.lower()
    return UserError(f"{where}: expected a {kind} table, got: {printable(reason)}")


def _first_other_line(path: Path) -> str:
    """Where a file's first line is that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return f" in line {number}"
    return ""


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file system takes
        return False


def _few(names: list[str], most: int = 12) -> str:
    rest = f", … ({len(names)} in all)" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def read(
    source: str, target: str | None, options: Mapping[str, Any], base: Path, decimal: str = "."
) -> Table:
    """Read `data.source`; files are relative to `base`, `decimal` is the mark of a CSV's numbers.

    Errors: Expected (below `data`) for a source, target or option that is not there; UserError for
    a file that cannot be read.
    """
    kind, colon, name = source.partition(":")
    tables: Mapping[str, Mapping[str, Any]] = {"sklearn": BUNDLED, "synthetic": SYNTHETIC}
    try:
        if not colon:
            table = _file(base / source, target, decimal)
        elif kind == "openml":
            raise Expected("sklearn:NAME, synthetic:NAME or a file", source, "openml comes later")
        elif kind not in tables:
            raise Expected("sklearn:NAME, synthetic:NAME or a file", source)
        elif name not in tables[kind]:
            raise Expected(f"a known {kind} set", name, did_you_mean(name, tables[kind]))
        else:
            table = _bundled(name) if kind == "sklearn" else _generated(name, options)
    except Expected as fault:
        raise fault if fault.at else fault.below("source") from None
    if options and kind != "synthetic":
        raise Expected("no options for this source", dict(options), at="options")
    if decimal != "." and not source.lower().endswith(TEXTS):
        raise Expected("'.' for all but .csv and .tsv files", decimal, at="decimal")
    if target is not None and colon and target != table.target:
        raise Expected(f"'{table.target}' (or nothing) for this source", target, at="target")
    if table.target not in table.frame:
        columns = [str(c) for c in table.frame.columns]
        near = did_you_mean(table.target, columns)
        hint = near if near.startswith("known") else f"{near} columns: {_few(columns)}"
        raise Expected("a column of the data", table.target, hint, at="target")
    return table
