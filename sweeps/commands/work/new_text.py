"""The text of the study file that `sweeps new` writes, with its comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import printable
from sweeps.commands.work import new_gaps
from sweeps.commands.work.new_columns import ColumnRemarks
from sweeps.data import Dataset
from sweeps.data.arrays.dataset import Target
from sweeps.data.divided import targets
from sweeps.data.remarks import skewed
from sweeps.data.source import sources
from sweeps.data.source.file_kinds import alternatives
from sweeps.data.source.read_options import ReadOptions
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec


@dataclass(frozen=True)
class Size:
    """What suits data of up to so many training rows."""

    rows: float
    hidden: str
    batch_sizes: tuple[int, ...]
    replicates: int
    trials: int

    def batches(self, rows: int) -> tuple[int, ...]:
        """Those of no more rows than train, for larger ones are all of these rows."""
        return tuple(size for size in self.batch_sizes if size <= rows) or self.batch_sizes[:1]


SIZES = (
    Size(300, "[[], [8], [16], [16, 8]]", (8, 16, 32), 5, 60),
    Size(3_000, "[[], [16], [32, 16], [64, 32]]", (16, 32, 64), 5, 60),
    Size(30_000, "[[16], [64], [64, 32], [128, 64]]", (64, 128, 256), 5, 40),
    Size(float("inf"), "[[64], [128, 64], [256, 128]]", (256, 512, 1024), 3, 30),
)


def of(
    name: str, data: DataSpec, columns: ColumnRemarks, dataset: Dataset, table: SourceTable
) -> str:
    """A study of that name, of data as they were read, with comments."""
    facts, size = dataset.facts, next(s for s in SIZES if dataset.facts["train"] <= s.rows)
    kind, batches = dataset.target.task, size.batches(facts["train"])
    if kind == "regression":
        aim = f"the number{'s' * bool(table.more)} {dataset.target.name}"
        converged, unit = 0.5, ", in SDs of the target"
    else:
        aim = f"the {len(dataset.target.classes)} classes of {dataset.target.name}"
        converged, unit = 0.05, ""
    changed = ReadOptions.of(data).changed
    how = "".join(READ_AS[name].format(value) for name, value in changed.items() if name in READ_AS)
    return f"""\
# sweeps run {name}.yaml      does all of it; again: goes on where it stopped
# sweeps schema              for completion in an editor: docs/reference.md says how
name: {_scalar(name)}
description: {_scalar(f"Which settings predict {aim} best?")}
data:
  # {_comment(f"{facts['rows']} rows × {facts['columns']} columns, {kind}: {aim}")}
{_read(dataset)}\
  source: {_scalar(data.source)}  # {alternatives(("a file beside this one", *sources.NAMES))}
{_target(data)}{_gaps(data)}{_task(table, data, dataset)}{how}\
{_columns(columns)}\
{_group(columns)}\
  split: {{dev: 0.2, test: 0.2, seed: 0}}  # the test rows are met by the confirmation alone
# fixed: {{epochs: 100}}  # not searched; else as many as suit the rows, and the best counts
space:  # searched: a list is a choice, low/high a range
  hidden: {size.hidden}  # widths of the hidden layers; [] is a linear model
  activation: [relu, tanh]
  learning_rate: {{low: 1e-4, high: 1e-1, log: true}}
  batch_size: {list(batches)}
  l2: {{choices: [0, {{low: 1e-3, high: 10, log: true}}]}}  # λ of the penalty λ/(2m)·Σ‖W‖²
  l1: {{choices: [0, {{low: 0.03, high: 10, log: true}}]}}  # of Σ|W|: against useless columns
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
# targets: {{dev_error: {converged}}}  # what counts as converged{unit}
"""


# How a file is read, where that is not the default.
READ_AS = {
    "encoding": "  encoding: {}  # of its text\n",
    "decimal": '  decimal: "{}"  # the mark of its numbers\n',
    "header": "  header: false  # the first row is one like the others\n",
}


def _columns(columns: ColumnRemarks) -> str:
    """Texts that are gaps, columns that are left out, and codes, each with its reason."""
    found = ""
    if columns.gaps:
        told = [f"{name}: {new_gaps.in_words(texts)}" for name, texts in columns.gaps.items()]
        note = f"texts among numbers that are gaps; {'; '.join(told)}"
        words = ", ".join(map(_quoted, new_gaps.words(columns.gaps)))
        found += f"  missing: [{words}]  # {_comment(note)}\n"
    if columns.rare:
        note = "; ".join(f"{name}: {why}" for name, why in columns.rare.items())
        found += f"  words: target  # {_comment(note)}: by the mean of the target of each\n"
    if columns.ignored:
        found += "  ignore:  # columns that are left out, and why\n"
    for column, reason in columns.ignored.items():
        found += f"    {_scalar(column)}: {_scalar(_comment(reason))}\n"
    if columns.codes or columns.numbers:
        found += "  columns:  # what is not seen by itself\n"
    for column, reason in columns.codes.items():
        found += f"    {_scalar(column)}: category  # {_comment(reason)}\n"
    for column, reason in columns.numbers.items():
        found += f"    {_scalar(column)}: number  # {_comment(reason)}\n"
    return found


def _target(data: DataSpec) -> str:
    if data.target is None:
        return ""
    if isinstance(data.target, str):
        return f"  target: {_scalar(data.target)}  # the column to predict\n"
    names = ", ".join(map(_scalar, data.target))
    return f"  target: [{names}]  # the columns to predict, all numbers\n"


def _gaps(data: DataSpec) -> str:
    """A line on rows without a target, if there are such."""
    if data.target_gaps == "refuse":
        return ""
    return "  target_gaps: leave_out  # rows without a target neither train nor test\n"


def _read(dataset: Dataset) -> str:
    """A comment on what was made of the source, if anything is to be said."""
    return "".join(f"  # {_comment(text)}\n" for text in dataset.facts.get("read", ()))


def _group(columns: ColumnRemarks) -> str:
    """A line to uncomment: the likeliest column, or the word alone."""
    meaning = "all rows of one of them stay on one side of the split"
    for column, what in columns.groups.items():
        what += ", to be taken out of columns above then" * (column in columns.codes)
        return f"  # group: {_scalar(column)}  # {_comment(what)}: {meaning}\n"
    return f"  # group: COLUMN  # of customers, say: {meaning}\n"


# Of all numbers above 0 the largest by the least, from which on small ones are lost beside it.
MANY_SIZES = 1000


def _of_many_sizes(dataset: Dataset) -> str:
    """A line to uncomment, where the numbers go through orders of magnitude."""
    for target, labels in _numbers(dataset):
        numbers = labels * target.scale + target.mean
        least, largest = float(numbers.min()), float(numbers.max())
        if least > 1e-12 * largest and largest >= MANY_SIZES * least:
            span = f"{least:.3g} to {largest:.3g}"
            note = f"{span}: log gets small ones right; the RMSE may become worse"
            return f"  # target_scale: [standardize, log]  # {note}\n"
    return ""


def _numbers(dataset: Dataset) -> Iterator[tuple[Target, NDArray[np.float64]]]:
    """Each target with its standardized training numbers (n,)."""
    labels = dataset.labels["train"]
    yield from zip(dataset.target.each, labels.reshape(len(labels), -1).T, strict=True)


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
        from reports.stats.lints.row_lints import outliers

        note = "huber: rows far off pull less; search it by objective mean_absolute_error"
        found = [outliers(labels) for _, labels in _numbers(dataset)]
        if few := [one for one in found if one is not None]:
            of = dataset.facts["train"]
            note = f"half of the variance is of {few[0]} of {of} rows; {note}"
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
    return _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


# What YAML would not take for a text.
WORDS = {"true", "false", "null", "yes", "no", "on", "off"}


def _comment(text: str) -> str:
    """On one line."""
    return printable(" ".join(text.split()))


def _task(table: SourceTable, made: DataSpec, dataset: Dataset) -> str:
    """How whole numbers of few values are read, and how to have the other reading."""
    column = table.frame[table.target]
    if table.more:
        return "  task: regression  # also of whole numbers\n" * (made.task == "regression")
    if table.classes or not targets.are_whole(column):
        return "" if made.task == "auto" else f"  task: {made.task}\n"
    few, span = column.nunique(), f"{int(column.min())} … {int(column.max())}"
    if made.task == "regression":
        other = "classification reads them as classes, with enough rows of each"
        return f"  task: regression  # of its whole numbers, {span}; {other}\n"
    if made.task == "auto" and (dataset.target.task != "multiclass" or few > targets.MOST_CODES):
        return ""
    other = "regression reads them as a number"
    return f"  task: classification  # its whole numbers, {span}, are classes; {other}\n"
