"""Columns to network inputs: fitted on the training rows, kept with the model as plain values.

Numbers: missing ones get the training median, and a column that had any gets an indicator beside
it; then standardized. By hand, not by scikit-learn's imputer and scaler: a column's sums must not
depend on its neighbours, nor on how many columns are read at a time. Words and dates are in files
of their own; `sweeps.data.cells` reads single cells, the same for every file and frame.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, did_you_mean
from sweeps.data import cells, date_columns, dates, dtypes, target_words, word_columns
from sweeps.data.column_readings import AS_IT_STANDS, ColumnReadings
from sweeps.data.date_columns import DateColumn
from sweeps.data.target_words import TargetColumn
from sweeps.data.word_columns import CategoryColumn, OrderedColumn

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers: (value or fill − mean)/scale, then 1 where it was missing.

    is_flag: whether it held nothing but 0 and 1, or booleans. spelling: the decimal mark of numbers
    in a spelling (`number_spellings`); "" where they were plain.
    """

    name: str
    fill: float
    mean: float
    scale: float
    indicator: bool
    # Models of versions that did not store it read booleans as numbers in any column.
    is_flag: bool = True
    spelling: str = ""

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        return [self.name, f"{self.name} is missing"] if self.indicator else [self.name]


Column = NumberColumn | CategoryColumn | OrderedColumn | TargetColumn | DateColumn
# Columns that words are read from, which may be new ones.
WordColumn = CategoryColumn | OrderedColumn | TargetColumn


@dataclass(frozen=True)
class NumberBlock:
    """Some columns of numbers, read: (columns, n), gaps NaN; `wrong` where a cell is no number."""

    columns: list[NumberColumn]
    numbers: NDArray[np.float64]
    wrong: NDArray[np.bool_]

    def _fitted(self, name: str) -> NDArray[Any]:
        """What each column was fitted with, such as its `mean`: (columns, 1)."""
        return np.array([getattr(column, name) for column in self.columns])[:, None]

    def scaled(self) -> NDArray[np.float64]:
        """The inputs (columns, n)."""
        made = np.where(np.isnan(self.numbers), self._fitted("fill"), self.numbers)
        made -= self._fitted("mean")
        made /= self._fitted("scale")
        return np.asarray(made)


@dataclass(frozen=True)
class Encoder:
    """All columns, in the data's order."""

    columns: tuple[Column, ...]

    @cached_property
    def inputs(self) -> list[str]:
        """Names of the network's inputs."""
        return [name for column in self.columns for name in column.inputs]

    def numbers(self, frame: "pd.DataFrame") -> Iterator[NumberBlock]:
        """A frame's columns of numbers, some at a time."""
        known = {c.name: c for c in self.columns if isinstance(c, NumberColumn)}
        numeric = {flag: set(dtypes.numeric_columns(frame, flag)) for flag in (False, True)}
        plain = [name for name, column in known.items() if name in numeric[column.is_flag]]
        for names, values in dtypes.numeric_arrays(frame, plain):
            yield NumberBlock([known[name] for name in names], values, np.zeros(values.shape, bool))
        done = set(plain)
        for name in [name for name in known if name not in done]:
            values, wrong = cells.numbers(frame[name], known[name].is_flag, known[name].spelling)
            yield NumberBlock([known[name]], values[None], wrong[None])

    def encode(self, frame: "pd.DataFrame", dtype: str = "float64") -> NDArray[Any]:
        """(n, n_inputs) of the dtype, infinite where that holds no such number.

        Errors: Expected for a column that is not there, or texts for numbers or dates.
        """
        self._expect_columns(frame)
        x = np.zeros((len(frame), len(self.inputs)), dtype)
        ends = np.cumsum([0, *(len(column.inputs) for column in self.columns)]).tolist()
        at = {c.name: start for c, start in zip(self.columns, ends, strict=False)}
        with np.errstate(over="ignore"):
            self._write_numbers(frame, x, at)
            for column in self.columns:
                if isinstance(column, NumberColumn):
                    continue
                own = x[:, at[column.name] : at[column.name] + len(column.inputs)]
                if isinstance(column, DateColumn):
                    column.write(self._seconds(frame, column), own)
                else:
                    column.write(frame[column.name], own)
        return x

    def _write_numbers(self, frame: "pd.DataFrame", x: NDArray[Any], at: dict[str, int]) -> None:
        for some in self.numbers(frame):
            if some.wrong.any():
                place, row = np.argwhere(some.wrong)[0]
                name = some.columns[place].name
                raise Expected(f"numbers in column '{name}'", frame[name].iloc[row])
            places = [at[column.name] for column in some.columns]
            are_neighbours = places == [*range(places[0], places[0] + len(places))]
            into: Any = slice(places[0], places[0] + len(places)) if are_neighbours else places
            x[:, into] = some.scaled().T
            for column, own in zip(some.columns, some.numbers, strict=True):
                if column.indicator:
                    x[:, at[column.name] + 1] = np.isnan(own)

    def _seconds(self, frame: "pd.DataFrame", column: DateColumn) -> NDArray[np.float64]:
        found, wrong = dates.seconds(frame[column.name], column.form)
        if wrong.any():
            got = frame[column.name].iloc[int(wrong.argmax())]
            raise Expected(f"dates in column '{column.name}'", got)
        return found

    def encode_training(
        self,
        frame: "pd.DataFrame",
        outcomes: NDArray[np.float64],
        units: NDArray[np.intp],
        x: NDArray[Any],
    ) -> None:
        """Into the inputs (n, n_inputs) of training rows what must not tell of a row's own target.

        outcomes, units: as of `target_words`.
        """
        start = 0
        for column in self.columns:
            end = start + len(column.inputs)
            if isinstance(column, TargetColumn):
                means = column.cross_fitted(frame[column.name], outcomes, units)
                column.write_means(means, x[:, start:end])
            start = end

    def _expect_columns(self, frame: "pd.DataFrame") -> None:
        names = Counter(frame.columns.tolist())  # ten times faster than the index itself
        for column in self.columns:
            if column.name not in names:
                known = [str(name) for name in frame.columns[:20]]
                got = Unquoted(f"no column '{column.name}'")
                raise Expected(
                    "all the columns of the study", got, did_you_mean(column.name, known)
                )
            if names[column.name] > 1:
                got = Unquoted(f"the column '{column.name}' {names[column.name]} times")
                raise Expected("each column once", got)

    def plain(self) -> list[dict[str, Any]]:
        """As plain values, for JSON."""
        return [asdict(column) for column in self.columns]

    @classmethod
    def from_plain(cls, columns: list[dict[str, Any]]) -> "Encoder":
        """Back from `plain`."""
        return cls(tuple(_from_plain(column) for column in columns))


def _from_plain(column: dict[str, Any]) -> Column:
    """A column by the fields that only its kind has; lists were tuples."""
    own = {name: _tuples(value) for name, value in column.items()}
    for field, kind in KINDS.items():
        if field in own:
            return kind(**own)
    return NumberColumn(**own)


KINDS: dict[str, type[CategoryColumn | OrderedColumn | TargetColumn | DateColumn]] = {
    "categories": CategoryColumn,
    "order": OrderedColumn,
    "words": TargetColumn,
    "circles": DateColumn,
}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def fit(
    train: "pd.DataFrame",
    standardize: bool,
    readings: ColumnReadings = AS_IT_STANDS,
    outcomes: NDArray[np.float64] | None = None,
) -> Encoder:
    """The encoder of these training rows.

    outcomes: what they are to say, where words are read by it (`target_words`). Errors: Expected
    for numbers too large to scale.
    """
    made: dict[str, Column] = {}
    for names, values in dtypes.numeric_arrays(train, dtypes.numeric_columns(train)):
        found = _of_numbers(names, values, standardize)
        for column in found:
            mark = readings.spelled.get(column.name, "")
            made[column.name] = replace(column, spelling=mark) if mark else column
    for name in dtypes.other_columns(train):
        if name in readings.dates or dates.are_moments(train[name]):
            form = readings.dates.get(name, "iso")
            made[name] = date_columns.fit(train[name], form, standardize)
        elif name in readings.orders:
            order = readings.orders[name]
            made[name] = word_columns.fit_ordered(train[name], order, standardize)
        elif name in readings.by_target and outcomes is not None:
            made[name] = target_words.fit(train[name], outcomes, standardize)
        else:
            made[name] = word_columns.fit(train[name], readings.rare)
    return Encoder(tuple(made[name] for name in train.columns))


def _of_numbers(
    names: list[str], values: NDArray[np.float64], standardize: bool
) -> Iterator[NumberColumn]:
    """Of columns' training values (columns, n)."""
    missing = np.isnan(values)
    has_gaps = np.asarray(missing.any(axis=1))
    fill = np.median(values, axis=1)
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
    fitted = (of.tolist() for of in (fill, mean, scale, has_gaps, is_flag))
    yield from map(NumberColumn, names, *fitted)
