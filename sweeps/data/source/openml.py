"""Data sets of openml.org, NAME@VERSION: fetched once, then read from the user's cache folder."""

import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from sweeps.base.errors import Expected, UserError, did_you_mean, printable
from sweeps.data.source.source_table import SourceTable, digest

PREFIX = "openml:"
NAME = re.compile(r"(?P<name>[\w.()+-]{1,200})@(?P<version>[1-9]\d{0,8})", re.ASCII)
SECONDS = 30.0  # that it waits for an answer
TARGET = b"sweeps.target"  # what the kept table says of itself


def folder() -> Path:
    """Where sets are kept: of this user, for all studies."""
    given = os.environ.get("XDG_CACHE_HOME")
    home = (
        Path(os.environ.get("LOCALAPPDATA", "~")) if sys.platform == "win32" else Path("~/.cache")
    )
    return (Path(given) if given else home.expanduser()) / "dnn-sweeps" / "openml"


def kept(source: str) -> Path:
    """The file in which a set is kept once it has been fetched. Errors: Expected."""
    name = source.removeprefix(PREFIX)
    if not NAME.fullmatch(name) or name.startswith("."):
        raise Expected("NAME@VERSION of a set of openml.org", name, "like titanic@1")
    return folder() / f"{name}.parquet"


def is_kept(source: str) -> bool:
    """Whether a set can be read without asking anybody."""
    try:
        return kept(source).is_file()
    except Expected:
        return True  # nobody is asked for it either


def read(
    name: str, options: Mapping[str, Any], target: str | tuple[str, ...] | None = None
) -> SourceTable:
    """A set by its name and version, for its own target or any column. Errors: Expected, UserError.

    Only what lies in the cache is read without the network.
    """
    path = kept(name)
    if not path.is_file():
        _keep(path, *_fetched(name))
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(path)
        own = (table.schema.metadata or {}).get(TARGET, b"").decode()
        frame = table.to_pandas()
    except (ArrowException, OSError, ValueError) as fault:
        raise UserError(
            f"{path}: expected a kept set of openml.org, got: {printable(str(fault))} (remove it)"
        ) from None
    first = target[0] if isinstance(target, tuple) else target
    chosen = first or own
    names = [str(column) for column in frame.columns]
    if chosen not in names:
        hint = did_you_mean(chosen, names) if chosen else f"columns: {', '.join(names[:12])}"
        raise Expected("a column of the set", first, hint, at="target")
    return SourceTable(frame, chosen, digest(frame))


def _fetched(name: str) -> tuple[pd.DataFrame, str]:
    """A set's rows, and the name of its target. Errors: UserError."""
    from sklearn import datasets

    found = NAME.fullmatch(name)
    assert found  # `kept` has seen to it
    try:
        with _waiting(SECONDS), tempfile.TemporaryDirectory() as passing:
            bunch = datasets.fetch_openml(
                found["name"],
                version=int(found["version"]),
                as_frame=True,
                parser="pandas",
                data_home=passing,
                n_retries=1,
                delay=0.1,
            )
    except (OSError, ValueError, LookupError) as fault:
        told = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
        raise UserError(
            f"{PREFIX}{name}: expected an answer of openml.org, got: {printable(told)} (a set that "
            "was fetched once is kept; or download its table, and name that file)"
        ) from None
    frame: pd.DataFrame = bunch.frame
    for column in frame.columns[[d.name == "category" for d in frame.dtypes]]:
        frame[column] = frame[column].astype(frame[column].cat.categories.dtype)
    targets = bunch.target_names or [""]
    return frame, str(targets[0])


@contextmanager
def _waiting(seconds: float) -> Iterator[None]:
    """scikit-learn would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _keep(path: Path, frame: pd.DataFrame, target: str) -> None:
    """Write a set into the cache, whole or not at all. Errors: UserError."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), TARGET: target})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            parquet.write_table(table, file)
        os.replace(file.name, path)
    except OSError as fault:
        raise UserError(
            f"{path}: expected a file to write, got {fault.strerror} (XDG_CACHE_HOME sets the "
            "cache folder)"
        ) from None
