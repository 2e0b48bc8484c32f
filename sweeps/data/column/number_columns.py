"""Columns of numbers as network inputs, many at a time: a table may have a hundred thousand.

Missing ones get the training median, and a column that had any gets an indicator beside it; then
standardized. By hand, not by scikit-learn's imputer and scaler: a column's sums must not depend on
its neighbours, nor on how many columns are read at a time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected
from sweeps.data.cell import dtypes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers: (value or fill − mean)/scale, then 1 where it was missing.

    is_flag: whether it held nothing but 0 and 1, or booleans. spelling: the decimal mark of numbers
    in a spelling (`number_spellings`); "" where they were plain. unit: of those, "" for none; None
    where it is not known, as of plain ones.
    """

    name: str
    fill: float
    mean: float
    scale: float
    indicator: bool
    # Models of versions that did not store it read booleans as numbers in any column.
    is_flag: bool = True
    spelling: str = ""
    unit: str | None = None

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        return [self.name, f"{self.name} is missing"] if self.indicator else [self.name]


@dataclass(frozen=True, eq=False)
class NumberColumns:
    """Columns of numbers (k,), each fitted value of a `NumberColumn` as an array of its own."""

    name: NDArray[np.object_]
    fill: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    indicator: NDArray[np.bool_]
    is_flag: NDArray[np.bool_]
    spelling: NDArray[np.object_]
    unit: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.name)

    @classmethod
    def of(cls, columns: Iterable[NumberColumn]) -> "NumberColumns":
        """Of single ones."""
        known = list(columns)
        each = {of: [getattr(column, of) for column in known] for of in TYPES}
        return cls(**{of: np.array(each[of], kind) for of, kind in TYPES.items()})

    @classmethod
    def joined(cls, some: Iterable["NumberColumns"]) -> "NumberColumns":
        """One after the other."""
        every = [cls.of([]), *some]
        return cls(**{of: np.concatenate([getattr(one, of) for one in every]) for of in TYPES})

    def take(self, places: Any) -> "NumberColumns":
        """Those at some places."""
        return type(self)(**{of: getattr(self, of)[places] for of in TYPES})

    def columns(self) -> list[NumberColumn]:
        """Single ones."""
        return list(map(NumberColumn, *(getattr(self, of).tolist() for of in TYPES)))


# Of the arrays, in the order of a single column's fields.
TYPES: Mapping[str, type] = {
    "name": object,
    "fill": np.float64,
    "mean": np.float64,
    "scale": np.float64,
    "indicator": np.bool_,
    "is_flag": np.bool_,
    "spelling": object,
    "unit": object,
}


@dataclass(frozen=True, eq=False)
class NumberBlock:
    """Some columns of numbers, read: (k, n), gaps NaN; `wrong` where a cell is no number.

    places: (k,) of them among all number columns.
    """

    columns: NumberColumns
    places: NDArray[np.intp]
    numbers: NDArray[np.float64]
    wrong: NDArray[np.bool_]

    def scaled(self) -> NDArray[np.float64]:
        """The inputs (k, n)."""
        made, missing = self.numbers, np.isnan(self.numbers)
        if missing.any():
            made = np.where(missing, self.columns.fill[:, None], made)
        made = made - self.columns.mean[:, None]
        made /= self.columns.scale[:, None]
        return np.asarray(made)


def fit(
    frame: "pd.DataFrame",
    standardize: bool,
    spelled: Mapping[str, str],
    train: NDArray[np.intp] | None = None,
    units: Mapping[str, str] = MappingProxyType({}),
) -> NumberColumns:
    """Of a frame's columns of numbers, by its training rows (None: all of them).

    spelled, units: as in `ColumnReadings`. Errors: Expected for numbers too large to scale.
    """
    numeric = dtypes.numeric_columns(frame)
    each = (_fit(*some, standardize) for some in dtypes.numeric_arrays(frame, numeric, train))
    made = NumberColumns.joined(each)
    for at, name in enumerate(numeric) if spelled else ():
        made.spelling[at], made.unit[at] = spelled.get(name, ""), units.get(name)
    return made


def _fit(names: list[str], values: NDArray[np.float64], standardize: bool) -> NumberColumns:
    """Of columns' training values (columns, n)."""
    missing = np.isnan(values)
    has_gaps = np.asarray(missing.any(axis=1))
    fill = _medians(values)
    for at in np.flatnonzero(has_gaps):
        fill[at] = 0.0 if missing[at].all() else np.median(values[at][~missing[at]])
    filled = np.where(missing, fill[:, None], values) if has_gaps.any() else values
    with np.errstate(over="ignore", invalid="ignore"):
        mean, scale = np.zeros(len(names)), np.ones(len(names))
        if standardize:
            mean, scale = filled.mean(axis=1), filled.std(axis=1)
        lost = np.flatnonzero(~np.isfinite(mean + scale))
    if len(lost):
        name = names[lost[0]]
        largest = float(filled[lost[0]].max())
        raise Expected(f"numbers small enough to be scaled in column '{name}'", largest)
    # A constant column has no spread to divide by; it becomes 0.
    scale = np.where(scale > 1e-12 * np.maximum(1.0, np.abs(mean)), scale, 1.0)
    is_flag = (missing | (values == 0) | (values == 1)).all(axis=1)
    named, plain = np.array(names, object), np.full(len(names), "", object)
    unknown = np.full(len(names), None, object)
    return NumberColumns(named, fill, mean, scale, has_gaps, is_flag, plain, unknown)


def _medians(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of columns (columns, n); those with gaps have any. As numpy.median's, in a seventh of it."""
    middle = values.shape[1] // 2
    parted = np.partition(values, middle, axis=1)
    if values.shape[1] % 2:
        return parted[:, middle]
    return np.asarray((parted[:, :middle].max(axis=1) + parted[:, middle]) / 2)
