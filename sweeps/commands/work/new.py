"""`sweeps new`: a study file to begin with, fitted to the data's task and size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sweeps.base.errors import Expected, UserError, show
from sweeps.commands.work import new_columns, new_gaps, new_reading, new_text
from sweeps.commands.work.new_columns import ColumnRemarks
from sweeps.data import (
    Dataset,
    code_columns,
    source_names,
    targets,
)
from sweeps.data.loading import prepared
from sweeps.data.source_table import SourceTable
from sweeps.study import spec
from sweeps.study.data_section import DataSpec

EXAMPLE = "sklearn:wine"


@dataclass(frozen=True)
class NewStudy:
    """The study file, and what it makes of the data's columns."""

    path: Path
    columns: ColumnRemarks
    facts: Mapping[str, Any]


def create(name: str, data: str | None, target: str | Sequence[str] | None) -> NewStudy:
    """Write NAME.yaml in the working directory. Errors: UserError; a file is never written over.

    target: one, several, or none for that of the source.
    """
    asked = [target] if isinstance(target, str) else list(target or ())
    name = name.removesuffix(".yaml")
    if not spec.NAME.fullmatch(name):
        raise UserError(
            "NAME: expected 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit, "
            f"got {show(name)}"
        )
    if data is None and asked:
        raise UserError(f"--target: expected --data with it, got {show(asked[0])} alone")
    path = Path(f"{name}.yaml")
    text, columns, facts = _text(name, data or EXAMPLE, asked)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UserError(
            f"{path}: expected a file that is not there yet, got one that is "
            "(choose another name, or remove it)"
        ) from None
    except OSError as fault:
        raise UserError(f"{path}: expected a file to write, got {fault.strerror}") from None
    return NewStudy(path, columns, facts)


def _text(
    name: str, data: str, asked: Sequence[str]
) -> tuple[str, ColumnRemarks, Mapping[str, Any]]:
    source = source_names.from_folder(data, Path(), Path())
    if twice := [one for one in asked if asked.count(one) > 1]:
        raise UserError(f"--target: expected each target once, got {show(twice[0])} twice")
    try:
        target = asked[0] if len(asked) == 1 else (tuple(asked) or None)
        table, reading = new_reading.table(source, target)
        if gaps := new_gaps.found(table):
            with_gaps = replace(reading, missing=new_gaps.words(gaps))
            table, reading = new_reading.again(source, target, with_gaps)
        made = DataSpec(source=source, target=target, **reading.changed)
        table = code_columns.found(table, made)
        columns = new_columns.remarks(table, made, gaps)
        codes = dict.fromkeys(columns.codes, "category")
        made = made.model_copy(update={"ignore": columns.ignored, "columns": codes})
        made, dataset = _prepared(table, made)
    except Expected as fault:
        option = "--target" if fault.at == "target" else "--data"
        raise UserError(f"{option}: {fault.message}") from None
    except UserError as fault:
        raise UserError(f"--data: {fault}") from None
    text = new_text.of(name, made, columns, dataset, table)
    return text, columns, dataset.facts


def _prepared(table: SourceTable, made: DataSpec) -> tuple[DataSpec, Dataset]:
    """The data; of whole numbers that are too rare for classes, as numbers. Errors: Expected."""
    try:
        return made, prepared(table, made, "float32")
    except Expected:
        if not any(targets.other_reading(table.frame[one], made) for one in table.targets):
            raise
    made = made.model_copy(update={"task": "regression"})
    return made, prepared(table, made, "float32")
