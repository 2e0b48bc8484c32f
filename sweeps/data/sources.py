"""Where rows come from: scikit-learn's bundled sets, its generators, and the user's own files."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.base import files
from sweeps.base.errors import Expected, UserError, did_you_mean, printable, show
from sweeps.data import parquet, text_tables
from sweeps.data.lines import Lines
from sweeps.study.hyperparameters.kinds import Number


@dataclass(frozen=True)
class Table:
    """Rows as they were read. `lines` says where they stand in a file of text."""

    frame: pd.DataFrame
    target: str
    sha256: str
    classes: tuple[str, ...] = ()  # names of the target's codes 0, 1, …, where the source has them
    lines: Lines | None = None


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
    frame, lines = _frame(path, decimal)
    if frame.empty:
        raise UserError(f"{path.name}: expected rows below a header, got none")
    columns = [str(c) for c in frame.columns]
    frame.columns = pd.Index(columns)
    repeated = sorted(c for c, times in Counter(columns).items() if times > 1)
    if repeated:
        raise UserError(f"{path.name}: expected each column once, got {show(repeated[0])} twice")
    if target is None:
        raise Expected("the name of a column", None, f"columns: {_few(columns)}", at="target")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Table(frame, target, digest, lines=lines)


def _frame(path: Path, decimal: str) -> tuple[pd.DataFrame, Lines | None]:
    try:
        if path.suffix.lower() in TEXTS:
            return text_tables.read(path, decimal)
        return parquet.read(path), None
    except UNREADABLE as fault:
        raise unreadable(path.name, path, fault) from None


# What pandas and Arrow raise at a file that is no table, or none that they know how to read.
UNREADABLE = (ValueError, OSError, MemoryError, NotImplementedError)


def unreadable(where: str, path: Path, fault: Exception) -> UserError:
    """What is said, at `where`, of a table that cannot be read."""
    if isinstance(fault, UnicodeDecodeError):
        got = f"byte 0x{fault.object[fault.start]:02x}{_first_other_line(path)}"
        return UserError(f"{where}: expected UTF-8, got {got} (save it as UTF-8)")
    if isinstance(fault, MemoryError):
        return too_large(where, fault)
    kind = path.suffix.lower()
    return UserError(f"{where}: expected a {kind} table, got: {printable(_reason(fault))}")


def too_large(where: str, fault: MemoryError) -> UserError:
    """What is said, at `where`, of a table for which there is not enough memory."""
    return UserError(f"{where}: expected a table that fits into memory, got: {_reason(fault)}")


def _reason(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0]


def _first_other_line(path: Path) -> str:
    """Where a file's first line is that is not UTF-8."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for number, line in enumerate(file, start=1):
            if not line.isascii() and any("\udc80" <= letter <= "\udcff" for letter in line):
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
