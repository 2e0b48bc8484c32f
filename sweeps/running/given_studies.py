"""Studies whose rows a Python program gives: each table becomes a Parquet file of the run folder.

So such a run is resumed, shown and predicted with as any other, and the same table goes on with it.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base import files
from sweeps.base.errors import Expected, Unquoted, UserError
from sweeps.phases.prepared_run import PreparedRun
from sweeps.running import given_parts, python_faults
from sweeps.storage import atomic

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "tables"  # in the run folder
NAME = "table"  # of a study that is not named


def of_table(table: Any, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The study of a table; beside: its name, of its data, space, fixed; None where not given."""
    given = {key: value for key, value in beside.items() if value is not None}
    if "space" not in given:
        raise UserError(
            "sweeps.run: expected space={…}, what is searched, beside a table, got none"
        )
    data = {key: given.pop(key) for key in python_faults.OF_DATA if key in given}
    name = given.pop("name", NAME) or NAME
    return {"name": name, "data": {"source": table, **data}, **given}


@contextmanager
def as_files(
    study: Mapping[str, Any], out: Path, is_table: bool = False
) -> Iterator[tuple[dict[str, Any], Path | None]]:
    """The study with a file in the place of each table, and the folder of those that are new.

    out: the folder of runs. is_table: whether a table was given, and no study. Errors: UserError,
    which speaks of tables, as the user does.
    """
    data = study.get("data")
    if not isinstance(data, Mapping) or not any(_tables(data)):
        yield deepcopy(dict(study)), None
        return
    with tempfile.TemporaryDirectory(prefix="sweeps-") as made:
        kept = out / str(study.get("name", NAME)) / FOLDER
        try:
            own = _written(data, Path(made), kept)
        except Expected as fault:
            where = ": ".join(filter(None, ("study", fault.below("data").at)))
            raise UserError(f"{where}: {fault.message}") from None
        rest = {key: deepcopy(value) for key, value in study.items() if key != "data"}
        try:
            yield {**rest, "data": own}, Path(made)
        except UserError as fault:
            of_tables = partial(python_faults.of_tables, is_table=is_table)
            raise python_faults.said_by(of_tables, fault) from None


def keep(run: PreparedRun) -> PreparedRun:
    """The same run on the files of its folder, of which those that are new are copied there."""
    made = run.options.tables
    if made is None:
        return run

    def kept(source: str) -> str:
        if Path(source).parent != made:
            return source
        files.make_folder(run.folder / FOLDER)
        there = run.folder / FOLDER / Path(source).name
        with atomic.AtomicFile(there) as file, Path(source).open("rb") as table:
            shutil.copyfileobj(table, file)
        return str(there)

    data = run.study.data
    apart = {
        part: one.model_copy(update={"source": kept(one.source)})
        for part, one in data.apart.items()
    }
    data = data.model_copy(update={"source": kept(data.source), **apart})
    return replace(run, study=run.study.model_copy(update={"data": data}))


def _tables(data: Mapping[str, Any]) -> Iterator[str]:
    """Where in `data` a table stands: "source", "test" or "dev"."""
    from sweeps.data.given import given_tables

    for key in ("source", "test", "dev"):
        value = data.get(key)
        inner = value["source"] if isinstance(value, Mapping) and "source" in value else value
        if given_tables.is_table(inner):
            yield key


def _is_section(value: Any) -> bool:
    return isinstance(value, Mapping) and "source" in value


def _written(data: Mapping[str, Any], made: Path, kept: Path) -> dict[str, Any]:
    """`data` with paths for tables. Errors: Expected."""
    own, tables = dict(data), list(_tables(data))
    for key in sorted(tables, key=lambda one: one != "source"):
        section = dict(data[key]) if _is_section(data[key]) else {"source": data[key]}
        target = section.get("target", own.get("target"))
        try:
            table, target = _frame(section["source"], target)
        except Expected as fault:
            raise fault.below(key) from None
        if key == "source":
            table = given_parts.with_rows(table, own)
        try:
            path = _file("data" if key == "source" else key, table, made, kept)
        except Expected as fault:
            raise fault.below(key) from None
        if key == "source":
            own |= {"source": str(path), **({} if target is None else {"target": target})}
            own |= _with_categories(section["source"], own)
        else:
            own[key] = section | {"source": str(path)}
    if isinstance(own.get("split"), Mapping) and "rows" in own["split"]:
        hint = "of a file a column says which part each row is of: split: {column: NAME}"
        expected = "rows beside a table that is given in Python"
        raise Expected(expected, Unquoted("a file"), hint, given_parts.SPLIT)
    return {key: value if key in tables else deepcopy(value) for key, value in own.items()}


def _with_categories(table: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """`columns` with what the table's types say of those of which the study says nothing."""
    from sweeps.data.given import given_categories

    said, split = data.get("columns", {}), data.get("split")
    split = split if isinstance(split, Mapping) else {}
    if not isinstance(said, Mapping):
        return {}
    others = {data.get("group"), data.get("weight"), split.get("column"), split.get("time")}
    ignored = data.get("ignore", ())
    others |= {ignored} if isinstance(ignored, str) else set(map(str, ignored))
    known = given_categories.declared(table)
    found = {name: kind for name, kind in known.items() if name not in others and name not in said}
    return {"columns": {**said, **found}} if found else {}


def _frame(table: Any, target: Any) -> "tuple[pd.DataFrame, Any]":
    from sweeps.data.given import given_tables

    return given_tables.frame(table, target)


def _file(name: str, table: "pd.DataFrame", made: Path, kept: Path) -> Path:
    """A new file with the table, or the run folder's own, where that has the same rows."""
    path, there = made / f"{name}.parquet", kept / f"{name}.parquet"
    try:
        table.to_parquet(path, index=False)
    except (ValueError, TypeError, NotImplementedError, OverflowError) as fault:  # Arrow's
        why = str(fault).strip().partition("\n")[0]
        raise Expected("columns that a Parquet file can hold", Unquoted(why)) from None
    return there if there.is_file() and _is_same(there, path) else path


def _is_same(there: Path, here: Path) -> bool:
    """Whether two files have the same rows, whichever version of Arrow wrote them."""
    import pandas as pd

    if there.read_bytes() == here.read_bytes():
        return True
    try:
        return bool(pd.read_parquet(there).equals(pd.read_parquet(here)))
    except (ValueError, OSError):
        return False  # damaged: the identity says so
