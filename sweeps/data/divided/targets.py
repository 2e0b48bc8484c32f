"""The target: what is predicted, classes or a number, and whether a column can be it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, UserError
from sweeps.data.arrays.dataset import Target
from sweeps.data.cell import cells, dates, dtypes, number_formats
from sweeps.data.column import column_faults, column_kinds
from sweeps.data.column.column_kinds import Taken
from sweeps.data.divided import target_gaps
from sweeps.data.divided.split import Rows
from sweeps.data.source import cell_places
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec, Declared

# A target of whole numbers with no more distinct values than this is taken for classes.
MOST_CODES = 20


@dataclass(frozen=True)
class TargetColumn:
    """The target's column as it is read, and its task: classification or regression.

    classes: in the order that the study says, if it does. changed: what it is taken for, where
    versions before took it for something else. more: the columns of other numbers. said, unsure: as
    of `column_kinds.Taken`.
    """

    values: pd.Series
    task: str
    classes: tuple[str, ...] = ()
    changed: Any = None
    more: tuple["TargetColumn", ...] = ()
    said: str = ""
    unsure: str = ""

    @property
    def each(self) -> tuple["TargetColumn", ...]:
        """The column of each target."""
        return (self, *self.more)


def read(table: SourceTable, spec: DataSpec, where: str) -> TargetColumn:
    """The target, as the study declares it, else as it looks; or several numbers.

    Errors: UserError for gaps, infinities, a few texts among numbers, and what is no target;
    Expected (below `columns`) for cells that are not what it is declared to be.
    """
    if not table.more:
        return _read(table, table.target, spec, where)
    if table.classes or spec.task == "classification":
        got = Unquoted(f"{len(table.targets)} targets")
        raise Expected("one target for classification", got, ALONE, at="target")
    first, *others = (_number(table, name, spec, where) for name in table.targets)
    return replace(first, more=tuple(others))


ALONE = "a study of its own predicts classes"


def _number(table: SourceTable, name: str, spec: DataSpec, where: str) -> TargetColumn:
    """One of several targets. Errors: Expected for what may be classes; as of `read`."""
    declared = spec.columns.get(name)
    if declared not in (None, "number"):
        raise Expected("number for one of several targets", declared, ALONE, at=f"columns.{name}")
    as_number = spec.model_copy(update={"task": "regression"})
    column = _read(table, name, as_number, where, f"as one of data.target; {ALONE}")
    if declared is None and spec.task == "auto" and _auto(column.values) == "classification":
        got = Unquoted(f"what may be classes in '{name}', {_span(column.values)}")
        hint = f"data.task: regression reads them as numbers; {ALONE}"
        raise Expected("numbers as several targets", got, hint, at="target")
    return column


def _read(
    table: SourceTable, name: str, spec: DataSpec, where: str, hint: str = ""
) -> TargetColumn:
    """hint: what to say beside where no number can be it."""
    column = table.frame[name]
    _expect_no_gaps(column, name, table, where)
    declared = spec.columns.get(name)
    if declared in ("ignore", "date"):
        raise Expected(
            "number, category, boolean or an order for the target", declared, at=f"columns.{name}"
        )
    taken = _taken(column, declared, spec, where, name)
    values = column if taken is None else taken.column
    _expect_no_gaps(values, name, table, where)
    fault = column_faults.of(values, table.lines, is_target=True, is_category=declared is not None)
    if fault is not None:
        raise UserError(f"{where}: target '{name}': {fault}")
    asked = spec.task
    if declared is not None and asked == "auto":
        asked = "regression" if declared == "number" else "classification"
    found = task(values, asked, where, hint)
    changed: Any = found if taken is not None else None
    if declared is None and found == "classification" and name in table.codes:
        return TargetColumn(table.codes[name], found, (), [found, "zeros kept"])
    if isinstance(declared, tuple):
        return TargetColumn(values, found, declared, list(declared))
    if declared is not None and spec.task == "auto" and _auto(values) != found:
        changed = found
    said, unsure = ("", "") if taken is None else (taken.said, taken.unsure)
    return TargetColumn(values, found, (), changed, said=said, unsure=unsure)


def _expect_no_gaps(column: pd.Series, name: str, table: SourceTable, where: str) -> None:
    missing = column.isna()
    if missing.any():
        row = int(missing.argmax())
        at = cell_places.place(table.lines, row, column)
        raise UserError(
            f"{where}: target '{name}': expected a value in every row, got none in "
            f"{missing.sum()} of {len(column)}{', first' if at else ''}{at} "
            f"({target_gaps.advice(table, name, row)})"
        )


def _taken(
    column: pd.Series, declared: Declared | None, spec: DataSpec, where: str, name: str
) -> Taken | None:
    """The column read otherwise than it stands. Errors: UserError, Expected."""
    if isinstance(declared, tuple):
        column_kinds.declared(name, column, declared, spec.decimal)  # every word has its place
        places = cells.Categories(declared).indices(cells.texts(column))
        words = pd.Series(np.array(declared, dtype=object)[places], column.index, name=name)
        return Taken(words, "ordered", order=declared)
    if declared in ("category", "number"):
        is_text = not dtypes.is_numeric(column.dtype, with_booleans=True)
        wanted = is_text or declared == "number"
        return column_kinds.declared(name, column, declared, spec.decimal) if wanted else None
    found = column_kinds.inferred(column, spec.decimal)
    if found is None or found.kind == "date":
        return None
    if found.unclear and number_formats.are_spelled(column):
        raise UserError(
            f"{where}: target '{name}': expected numbers or classes, got {found.unclear} "
            f"(or set data.columns: {{{name}: category}})"
        )
    # Digits that are texts were classes, and are classes.
    is_digits = found.kind == "number" and not found.said and not _are_decimals(column)
    return None if found.unclear or is_digits else found


def _are_decimals(column: pd.Series) -> bool:
    return isinstance(column_kinds.first(column), Decimal)


def _auto(column: pd.Series) -> str:
    """What a column looks like: whole numbers of few values are classes."""
    number = _is_number(column)
    codes = number and are_whole(column) and column.nunique() <= MOST_CODES
    return "classification" if codes or not number else "regression"


def are_whole(column: pd.Series) -> bool:
    """Whether numbers are whole ones, which may be classes or counts."""
    return _is_number(column) and bool((column == column.round()).all())


def other_reading(column: pd.Series, spec: DataSpec) -> str:
    """How to have whole numbers read as a number, where they were taken for classes; else ""."""
    if spec.task != "auto" or column.name in spec.columns:
        return ""
    if not _is_number(column) and dates.form(set(map(cells.text, column.unique()))) is not None:
        return "its cells are dates, read as classes; to predict when, write days as a number"
    if not are_whole(column):
        return ""
    return (
        f"its whole numbers {_span(column)} are read as classes; data.task: regression reads them "
        "as a number"
    )


def _span(column: pd.Series) -> str:
    return f"{int(column.min())} … {int(column.max())}"


def task(column: pd.Series, asked: str, where: str, hint: str = "") -> str:
    """Classification or regression. Errors: UserError, with the hint for what is no number."""
    number = _is_number(column)
    if asked == "regression" and not number:
        raise UserError(
            f"{where}: target '{column.name}': expected a number for regression, "
            f"got '{column.iloc[0]}'{f' ({hint})' if hint else ''}"
        )
    if asked == "auto":
        asked = _auto(column)
    if column.nunique() < 2:
        raise UserError(
            f"{where}: target '{column.name}': expected at least two different values, "
            f"got '{column.iloc[0]}' in every row"
        )
    if asked == "classification" and column.nunique() > min(1000, len(column) // 3):
        reasons = [] if number else number_formats.why_not_numbers(column)
        other = "data.task: regression, or another target" if number else "another target"
        written = number_formats.remedy(reasons) or number_formats.number_for(reasons)
        hint = "; ".join([*reasons, f"{written}, or another target" if written else other])
        raise UserError(
            f"{where}: target '{column.name}': expected classes with several rows each, got "
            f"{column.nunique()} in {len(column)} rows ({hint})"
        )
    return asked


def _is_number(column: pd.Series) -> bool:
    return dtypes.is_numeric(column.dtype, with_booleans=False)


def names(column: pd.Series, table: SourceTable) -> pd.Series:
    """The class of each row by name."""
    if table.classes:
        return column.map(lambda code: table.classes[int(code)])
    if _is_number(column):
        whole = (column == column.round()).all()
        return column.map(lambda v: str(int(v)) if whole else repr(float(v)))
    return column.map(cells.text)


def standardized(
    table: SourceTable, column: TargetColumn, train: Rows
) -> tuple[Target, NDArray[Any]]:
    """Numbers as a target, (n,) or of several (n, K), each in SDs of its own training rows.

    Errors: UserError.
    """
    pairs = zip(table.targets, column.each, strict=True)
    found = [_standardized(name, one.values, train) for name, one in pairs]
    if not column.more:
        return found[0]
    each, values = zip(*found, strict=True)
    return Target.of_several(each), np.column_stack(values)


def _standardized(name: str, column: pd.Series, train: Rows) -> tuple[Target, NDArray[Any]]:
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
    made = (values - target.mean) / target.scale
    if np.abs(made).max() > LARGEST:
        raise UserError(
            f"target '{name}': expected numbers of about the size of the training rows', which "
            f"have a standard deviation of {scale:g}, got {values[np.abs(made).argmax()]:g}"
        )
    return target, made


LARGEST = 1e18  # SDs, whose square float32 holds


def coded(
    table: SourceTable, names: pd.Series, order: tuple[str, ...] = ()
) -> tuple[Target, NDArray[Any]]:
    """Classes as a target, in an order if one is said, and the code (n,) of each row's."""
    there = set(names)
    said = tuple(name for name in order if name in there)
    classes = table.classes or said or tuple(sorted(there, key=_natural))
    codes = names.map({name: code for code, name in enumerate(classes)}).to_numpy()
    task = "binary" if len(classes) == 2 else "multiclass"
    return Target(table.target, task, classes), codes


def _natural(name: str) -> tuple[int, float, str]:
    """Numbers by size, then texts by letter."""
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name
