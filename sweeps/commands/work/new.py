"""`sweeps new`: a study file to begin with, fitted to the data's task and size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted, UserError, printable, show
from sweeps.data import (
    Dataset,
    cells,
    column_faults,
    columns,
    dtypes,
    encodings,
    file_kinds,
    number_formats,
    repeated,
    skewed,
    source_names,
    sources,
    targets,
)
from sweeps.data.file_kinds import DEFAULTS, ReadOptions, alternatives
from sweeps.data.loading import prepared
from sweeps.data.source_table import SourceTable
from sweeps.study import spec
from sweeps.study.data_section import DataSpec

EXAMPLE = "sklearn:wine"


@dataclass(frozen=True)
class Size:
    """What suits data of up to so many training rows."""

    rows: float
    hidden: str
    batch_size: str
    replicates: int
    trials: int


SIZES = (
    Size(300, "[[], [8], [16], [16, 8]]", "[8, 16, 32]", 5, 60),
    Size(3_000, "[[], [16], [32, 16], [64, 32]]", "[16, 32, 64]", 5, 60),
    Size(30_000, "[[16], [64], [64, 32], [128, 64]]", "[64, 128, 256]", 5, 40),
    Size(float("inf"), "[[64], [128, 64], [256, 128]]", "[256, 512, 1024]", 3, 30),
)


@dataclass(frozen=True)
class ColumnRemarks:
    """Those of which something is to be said: column → reason.

    ignored: left out of the data; words: read as categories, though most of it looks like numbers;
    groups: those whose values come back, as a customer's do, whose rows may belong together.
    """

    ignored: dict[str, str]
    words: dict[str, str]
    groups: dict[str, str]


@dataclass(frozen=True)
class NewStudy:
    """The study file, and what it makes of the data's columns."""

    path: Path
    columns: ColumnRemarks
    facts: Mapping[str, Any]


def create(name: str, data: str | None, target: str | None) -> NewStudy:
    """Write NAME.yaml in the working directory. Errors: UserError; a file is never written over."""
    name = name.removesuffix(".yaml")
    if not spec.NAME.fullmatch(name):
        raise UserError(
            "NAME: expected 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit, "
            f"got {show(name)}"
        )
    if data is None and target is not None:
        raise UserError(f"--target: expected --data with it, got {show(target)} alone")
    path = Path(f"{name}.yaml")
    text, columns, facts = _text(name, data or EXAMPLE, target)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UserError(f"{path}: expected a file that is not there yet, got one that is") from None
    except OSError as fault:
        raise UserError(f"{path}: expected a file to write, got {fault.strerror}") from None
    return NewStudy(path, columns, facts)


def _text(name: str, data: str, target: str | None) -> tuple[str, ColumnRemarks, Mapping[str, Any]]:
    source = source_names.from_folder(data, Path(), Path())
    try:
        table, reading = _table(source, target)
        made = DataSpec(source=source, target=target, **reading.changed)
        columns = _columns(table, made)
        made = made.model_copy(update={"ignore": tuple(columns.ignored)})
        made, dataset = _prepared(table, made)
    except Expected as fault:
        option = "--target" if fault.at == "target" else "--data"
        raise UserError(f"{option}: {fault.message}") from None
    except UserError as fault:
        raise UserError(f"--data: {fault}") from None
    task = _task(table, made, dataset)
    return _study(name, made, columns, dataset, task), columns, dataset.facts


def _prepared(table: SourceTable, made: DataSpec) -> tuple[DataSpec, Dataset]:
    """The data; of whole numbers that are too rare for classes, as numbers. Errors: Expected."""
    try:
        return made, prepared(table, made, "float32")
    except Expected:
        if not targets.other_reading(table.frame[table.target], made):
            raise
    made = made.model_copy(update={"task": "regression"})
    return made, prepared(table, made, "float32")


def _task(table: SourceTable, made: DataSpec, dataset: Dataset) -> str:
    """How whole numbers of few values are read, and how to have the other reading."""
    column = table.frame[table.target]
    if table.classes or not targets.are_whole(column):
        return ""
    few, span = column.nunique(), f"{int(column.min())} … {int(column.max())}"
    if made.task == "regression":
        other = "classification reads them as classes, with enough rows of each"
        return f"  task: regression  # of its whole numbers, {span}; {other}\n"
    if dataset.target.task != "multiclass" or few > targets.MOST_CODES:
        return ""
    other = "regression reads them as a number"
    return f"  task: classification  # its whole numbers, {span}, are classes; {other}\n"


def _table(source: str, target: str | None) -> tuple[SourceTable, ReadOptions]:
    """The rows, and how they are read, where that is not the default and can be seen."""
    kind = file_kinds.find(Path(source))
    heeded = () if kind is None or ":" in source else kind.options
    reading = ReadOptions(encoding=_encoding(Path(source))) if "encoding" in heeded else DEFAULTS
    try:
        table = sources.read(source, target, {}, Path(), reading)
    except (Expected, UserError):
        if "header" not in heeded or not NUMBERED.fullmatch(str(target)):
            raise
        reading = replace(reading, header=False)
        table = sources.read(source, target, {}, Path(), reading)
    texts = (table.frame[name] for name in dtypes.other_columns(table.frame))
    if "decimal" not in heeded or not any(
        number_formats.remedy(number_formats.why_not_numbers(column)) for column in texts
    ):
        return table, reading
    reading = replace(reading, decimal=",")
    return sources.read(source, target, {}, Path(), reading), reading


NUMBERED = re.compile(r"x[1-9]\d*")  # a column of a file without a header


def _encoding(path: Path) -> str:
    """The encoding of a file of text; the default where it cannot be read, which is then told."""
    try:
        return encodings.likely(path) if path.is_file() else DEFAULTS.encoding
    except (OSError, ValueError):
        return DEFAULTS.encoding


def _columns(table: SourceTable, spec: DataSpec) -> ColumnRemarks:
    """Ignored are those that say nothing (numbers of rows, constants) or cannot be read."""
    raw = table.frame.drop(columns=[table.target])
    chosen = columns.choose(raw, spec)
    features = raw.assign(**{str(name): column for name, column in chosen.frame.items()})
    faults = column_faults.each(chosen.frame, table.lines, rare=spec.rare)
    constant, indices = set(_constant(features)), set(chosen.left_out)
    dates = chosen.readings.dates
    texts = set(dtypes.other_columns(features)) - set(dates)
    ignored: dict[str, str] = {}
    words: dict[str, str] = {}
    groups: dict[str, str] = {}
    for name in features.columns:
        if "add it to data.ignore" in faults.get(name, ""):
            ignored[name] = faults[name].rpartition(" (")[0]
        elif name in constant:
            ignored[name] = "the same value in every row"
        elif columns.NAMES.fullmatch(name) and columns.is_identifier(features[name]):
            ignored[name] = columns.DISTINCT
        elif name in indices:
            ignored[name] = columns.INDEX
        elif name in texts and (found := number_formats.why_not_numbers(features[name])):
            words[name] = "; ".join(found)
        if name not in dates and repeated.names_groups(str(name), features[name]):
            groups[name] = f"{features[name].nunique()} values in {len(features)} rows"
    if features.shape[1] == len(ignored):
        reasons = "; ".join(f"{show(name)}: {reason}" for name, reason in ignored.items())
        raise Expected("columns that can help to predict the target", Unquoted("none"), reasons)
    return ColumnRemarks(ignored, words, groups)


def _constant(frame: pd.DataFrame) -> list[str]:
    """The columns with the same value in every row."""
    others = dtypes.other_columns(frame)
    found = [name for name in others if len(set(cells.texts(frame[name]))) == 1]
    for names, values in dtypes.numeric_arrays(frame, dtypes.numeric_columns(frame)):
        same = (values == values[:, :1]).all(axis=1)
        found += [names[at] for at in np.flatnonzero(same)]
    return found


def _study(name: str, data: DataSpec, columns: ColumnRemarks, dataset: Dataset, task: str) -> str:
    facts, size = dataset.facts, next(s for s in SIZES if dataset.facts["train"] <= s.rows)
    kind = dataset.target.task
    aim = (
        f"the number {dataset.target.name}"
        if kind == "regression"
        else f"the {len(dataset.target.classes)} classes of {dataset.target.name}"
    )
    target = (
        f"  target: {_scalar(str(data.target))}  # the column to predict\n" if data.target else ""
    )
    changed = ReadOptions.of(data).changed
    how = "".join(READ_AS[name].format(value) for name, value in changed.items())
    ignored = "".join(
        f"    - {_scalar(column)}  # {_comment(reason)}\n"
        for column, reason in columns.ignored.items()
    )
    ignored = f"  ignore:  # columns that are left out, and why\n{ignored}" if ignored else ""
    return f"""\
# sweeps run {name}.yaml      does all of it; again: goes on where it stopped
# sweeps schema              for completion in an editor: docs/reference.md says how
name: {_scalar(name)}
description: {_scalar(f"Which settings predict {aim} best?")}
data:
  # {_comment(f"{facts['rows']} rows × {facts['columns']} columns, {kind}: {aim}")}
{_read(dataset)}\
  source: {_scalar(data.source)}  # {alternatives(("a file beside this one", *sources.NAMES))}
{target}{task}{how}{ignored}\
{_group(columns.groups)}\
  split: {{dev: 0.2, test: 0.2, seed: 0}}  # the test rows are met by the confirmation alone
# fixed: {{epochs: 100}}  # not searched; else as many as suit the rows, and the best counts
space:  # searched: a list is a choice, low/high a range
  hidden: {size.hidden}  # widths of the hidden layers; [] is a linear model
  learning_rate: {{low: 1e-4, high: 1e-1, log: true}}
  batch_size: {size.batch_size}
  l2: {{choices: [0, {{low: 1e-3, high: 10, log: true}}]}}  # λ of the penalty λ/(2m)·Σ‖W‖²
  keep_prob: {{choices: [1, {{low: 0.6, high: 0.95}}]}}  # share of hidden units that dropout keeps
  initializer: [he, xavier]
  optimizer:
    choices:
      momentum: {{beta: {{low: 0.8, high: 0.99}}}}
      rmsprop: {{}}
      adam: {{}}
{_inputs(dataset)}{_trained_on(dataset)}\
objective: {{metric: dev_loss}}  # or dev_error
replicates: {size.replicates}  # networks a trial, each from its own seed; of few rows, each a fold
search: {{sampler: tpe, pruner: median, trials: {size.trials}}}
confirm: {{top: 3, replicates: 20}}  # the best again, on fresh seeds, folds and the test rows
# targets: {{dev_error: 0.05}}  # what counts as converged
"""


# How a file is read, where that is not the default.
READ_AS = {
    "encoding": "  encoding: {}  # of its text\n",
    "decimal": '  decimal: "{}"  # the mark of its numbers\n',
    "header": "  header: false  # the first row is one like the others\n",
}


def _read(dataset: Dataset) -> str:
    """A comment on what was made of the source, if anything is to be said."""
    return "".join(f"  # {_comment(text)}\n" for text in dataset.facts.get("read", ()))


def _group(groups: dict[str, str]) -> str:
    """A line to uncomment: the likeliest column, or the word alone."""
    meaning = "all rows of one of them stay on one side of the split"
    for column, what in groups.items():
        return f"  # group: {_scalar(column)}  # {_comment(what)}: {meaning}\n"
    return f"  # group: COLUMN  # of customers, say: {meaning}\n"


# Of all numbers above 0 the largest by the least, from which on small ones are lost beside it.
MANY_SIZES = 1000


def _of_many_sizes(dataset: Dataset) -> str:
    """A line to uncomment, where the numbers go through orders of magnitude."""
    target = dataset.target
    numbers = dataset.labels["train"] * target.scale + target.mean
    least, largest = float(numbers.min()), float(numbers.max())
    if least <= 1e-12 * largest or largest < MANY_SIZES * least:
        return ""
    note = f"{least:.3g} to {largest:.3g}: log gets small ones right; the RMSE may become worse"
    return f"  # target_scale: [standardize, log]  # {note}\n"


def _inputs(dataset: Dataset) -> str:
    """A scale by rank beside the usual one, where numbers are skewed."""
    found = skewed.columns(dataset)
    if not found:
        return ""
    name, skewness = next(iter(found.items()))
    others = f" and {len(found) - 1} more" if len(found) > 1 else ""
    note = f"skewed: {name}{others} (skewness {skewness:.1f}, beyond ±{skewed.SKEWED:g})"
    return f"  inputs: [standardize, quantile]  # {_comment(note)}\n"


# Beyond this many rows of the commonest class for one of the rarest, classes are called uneven.
UNEVEN = 3


def _trained_on(dataset: Dataset) -> str:
    """A line to uncomment, where what is trained on may matter: uneven classes, and numbers."""
    if not dataset.target.classes:
        from reports.stats.row_lints import outliers

        note = "huber: rows far off pull less; search it by objective mean_absolute_error"
        labels = dataset.labels["train"]
        if (few := outliers(labels)) is not None:
            note = f"half of the variance is of {few} of {len(labels)} rows; {note}"
        return f"  # loss: [auto, huber]  # {note}\n{_of_many_sizes(dataset)}"
    counts = np.bincount(dataset.labels["train"])
    if counts.max() < UNEVEN * counts.min():
        return ""
    rarest = f"{dataset.target.classes[counts.argmin()]} has {counts.min()} of {counts.sum()} rows"
    note = _comment(f"{rarest}; search it by objective balanced_error")
    return f"  # class_weights: [none, balanced]  # {note}\n"


def _scalar(text: str) -> str:
    """A text as YAML: plain where it is a plain word or path."""
    if re.fullmatch(r"[A-Za-z_][\w./-]*( [\w-]+)*", text, re.ASCII) and text.lower() not in WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


# What YAML would not take for a text.
WORDS = {"true", "false", "null", "yes", "no", "on", "off"}


def _comment(text: str) -> str:
    """On one line."""
    return printable(" ".join(text.split()))
