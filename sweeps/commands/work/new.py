"""`sweeps new`: a study file to begin with, fitted to the data's task and size."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sweeps.base.errors import Expected, UserError, printable, show
from sweeps.commands.work import new_columns, new_gaps, new_reading, new_text
from sweeps.commands.work.new_columns import ColumnRemarks
from sweeps.data import Dataset
from sweeps.data.column import code_columns
from sweeps.data.datasets.loading import prepared
from sweeps.data.divided import target_gaps, targets
from sweeps.data.source import source_names
from sweeps.data.source.source_table import SourceTable
from sweeps.study import spec
from sweeps.study.data_section import DataSpec
from sweeps.views import doubts

EXAMPLE = "sklearn:wine"


@dataclass(frozen=True)
class NewStudy:
    """The study file, what it makes of the data's columns, and a remark on the target, if any."""

    path: Path
    columns: ColumnRemarks
    facts: Mapping[str, Any]
    remark: str = ""


def create(
    name: str, data: str | None, target: str | Sequence[str] | None, task: str = "auto"
) -> NewStudy:
    """Write NAME.yaml in the working directory. Errors: UserError; a file is never written over.

    target: one, several, or none for that of the source. task: as `data.task`.
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
    found = _read(data or EXAMPLE, asked, task)
    text = new_text.of(name, found.made, found.columns, found.dataset, found.table)
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
    remark = _remark(found) if task == "auto" else ""
    return NewStudy(path, found.columns, found.dataset.facts, remark)


def table(made: NewStudy) -> Mapping[str, Any]:
    """The facts of its columns; why one is ignored stands in `remarks`, and is not said twice."""
    rows = [
        row | {"remark": ""} if row["kind"] == "ignored" else row
        for row in made.facts["column_table"]
    ]
    return {**made.facts, "column_table": rows}


def remarks(made: NewStudy) -> Iterator[str]:
    """A line for each thing that its reader has to know of the data."""
    for note in made.facts.get("read", ()):
        if "data.target_gaps" in note:
            yield printable(note)
    if made.remark:
        yield made.remark
    columns = made.columns
    gaps = {name: new_gaps.in_words(texts) for name, texts in columns.gaps.items()}
    for what, reasons, key in (
        ("ignored", columns.ignored, ""),
        ("read as categories", columns.words | columns.codes, ""),
        ("gaps in", gaps, " (data.missing)"),
        ("read by the mean of the target", columns.rare, " (data.words)"),
        ("read as a number", columns.numbers, ""),
        ("perhaps a group", columns.groups, "; data.group keeps the rows of one together"),
    ):
        yield from (f"{what} {show(name)}: {printable(why)}{key}" for name, why in reasons.items())
    for word, line in made.facts.get("doubts", ()):
        if word != "groups":
            yield f"warning {line}"
    for line in doubts.dated(made.facts):
        yield f"warning {line}"


@dataclass(frozen=True)
class _Read:
    """The rows, what the study says of them, and what comes of that."""

    table: SourceTable
    made: DataSpec
    columns: ColumnRemarks
    dataset: Dataset


def _remark(found: _Read) -> str:
    """What is said where a target that looks like classes is read as a number."""
    if found.made.task == "auto":
        return ""
    names = ", ".join(map(show, found.table.targets))
    return (
        f"read as a number {names}: its whole numbers have too few rows each for classes "
        "(--task classification reads classes, with enough rows of each)"
    )


def _read(data: str, asked: Sequence[str], task: str) -> _Read:
    """Errors: UserError."""
    source = source_names.from_folder(data, Path(), Path())
    if twice := [one for one in asked if asked.count(one) > 1]:
        raise UserError(f"--target: expected each target once, got {show(twice[0])} twice")
    try:
        target = asked[0] if len(asked) == 1 else (tuple(asked) or None)
        table, reading = new_reading.table(source, target)
        if gaps := new_gaps.found(table):
            with_gaps = replace(reading, missing=new_gaps.words(gaps))
            table, reading = new_reading.again(source, target, with_gaps)
        said = {"source": source, "target": target, "task": task}
        has_gaps = bool(table.frame[[*table.targets]].isna().any(axis=None))
        said |= {"target_gaps": "leave_out"} if has_gaps else {}
        made = DataSpec.model_validate(said | reading.changed)
        table = target_gaps.left_out(code_columns.found(table, made), made)
        columns = new_columns.remarks(table, made, gaps)
        kinds = dict.fromkeys(columns.codes, "category") | dict.fromkeys(columns.numbers, "number")
        words: Literal["target", "one_hot"] = "target" if columns.rare else "one_hot"
        read_as = {"ignore": columns.ignored, "columns": kinds, "words": words}
        made = made.model_copy(update=read_as)
        made, dataset = _prepared(table, made)
    except Expected as fault:
        option = "--target" if fault.at == "target" else "--data"
        raise UserError(f"{option}: {_by_option(fault.message)}") from None
    except UserError as fault:
        raise UserError(f"--data: {_by_option(str(fault))}") from None
    return _Read(table, made, columns, dataset)


def _by_option(message: str) -> str:
    """A message that advises an option where a study would have a line."""
    return message.replace("data.task: ", "--task ")


def _prepared(table: SourceTable, made: DataSpec) -> tuple[DataSpec, Dataset]:
    """The data; of whole numbers that are too rare for classes, as numbers. Errors: Expected."""
    try:
        return made, prepared(table, made, "float32")
    except (Expected, UserError):
        whole = [table.frame[name] for name in table.targets if not table.classes]
        whole = [one for one in whole if one.nunique() > 2]  # two values are never a number
        if not any(targets.other_reading(one, made) and targets.are_whole(one) for one in whole):
            raise
    made = made.model_copy(update={"task": "regression"})
    return made, prepared(table, made, "float32")
