"""Columns to network inputs: fitted on the training rows, kept with the model as plain values.

Numbers, words and dates are in files of their own; `sweeps.data.cell.cells` reads single cells, the
same for every file and frame.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, did_you_mean
from sweeps.data.cell import cells, dates, dtypes
from sweeps.data.column import date_columns, number_columns, target_words, word_columns
from sweeps.data.column.column_readings import AS_IT_STANDS, ColumnReadings
from sweeps.data.column.date_columns import DateColumn
from sweeps.data.column.number_columns import NumberBlock, NumberColumn, NumberColumns
from sweeps.data.column.target_words import TargetEncodedColumn
from sweeps.data.column.word_columns import CategoryColumn, OrderedColumn

if TYPE_CHECKING:
    import pandas as pd

CELLS = 4_000_000  # that `encode_rows` reads at a time
# Columns that words are read from, which may be new ones.
WordColumn = CategoryColumn | OrderedColumn | TargetEncodedColumn
OtherColumn = WordColumn | DateColumn
Column = NumberColumn | OtherColumn


@dataclass(frozen=True, eq=False)
class Encoder:
    """All columns, in the data's order.

    numbers: those of numbers, at `places` (k,) among all. others: the rest, in their order.
    """

    numbers: NumberColumns
    places: NDArray[np.intp]
    others: tuple[OtherColumn, ...]

    @classmethod
    def of(cls, columns: Iterable[Column]) -> "Encoder":
        """Of single columns."""
        known = list(columns)
        places = [at for at, column in enumerate(known) if isinstance(column, NumberColumn)]
        numbers = NumberColumns.of(c for c in known if isinstance(c, NumberColumn))
        others = tuple(c for c in known if not isinstance(c, NumberColumn))
        return cls(numbers, np.array(places, np.intp), others)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Encoder) and self.columns == other.columns

    def __hash__(self) -> int:
        return hash(self.columns)

    def __getstate__(self) -> dict[str, Any]:
        """Without what is made of them when asked: a worker is sent no second copy."""
        return {"numbers": self.numbers, "places": self.places, "others": self.others}

    @property
    def columns(self) -> tuple[Column, ...]:
        """Each by itself, which takes its time in a table of many."""
        found = np.empty(len(self.numbers) + len(self.others), object)
        for places, some in (
            (self.places, self.numbers.columns()),
            (self.other_places, self.others),
        ):
            for place, column in zip(places.tolist(), some, strict=True):
                found[place] = column
        return tuple(found)

    @cached_property
    def names(self) -> list[str]:
        """Of the columns."""
        found = np.empty(len(self.numbers) + len(self.others), object)
        found[self.places] = self.numbers.name
        found[self.other_places] = [column.name for column in self.others]
        names: list[str] = found.tolist()
        return names

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """(columns + 1,) the first input of each column, and how many inputs there are."""
        ends = np.zeros(len(self.numbers) + len(self.others) + 1, np.intp)
        ends[1 + self.places] = 1 + self.numbers.indicator
        ends[1 + self.other_places] = [len(column.inputs) for column in self.others]
        return np.cumsum(ends)

    @cached_property
    def inputs(self) -> list[str]:
        """Names of the network's inputs."""
        found, starts = np.empty(self.starts[-1], object), self.starts[self.places]
        found[starts] = self.numbers.name
        has_gaps = self.numbers.indicator
        found[starts[has_gaps] + 1] = [f"{name} is missing" for name in self.numbers.name[has_gaps]]
        for column, at in self.each_other():
            found[at] = column.inputs
        names: list[str] = found.tolist()
        return names

    @cached_property
    def other_places(self) -> NDArray[np.intp]:
        """Of the others among all columns."""
        is_number = np.zeros(len(self.numbers) + len(self.others), bool)
        is_number[self.places] = True
        return np.flatnonzero(~is_number)

    def each_other(self) -> Iterator[tuple[OtherColumn, slice]]:
        """The columns that are not of numbers, and where their inputs are."""
        for place, column in zip(self.other_places, self.others, strict=True):
            yield column, slice(self.starts[place], self.starts[place + 1])

    def read_numbers(self, frame: "pd.DataFrame") -> Iterator[NumberBlock]:
        """A frame's columns of numbers, some at a time."""
        known = self.numbers
        is_plain = dtypes.are_numeric(frame, known.name, known.is_flag)
        places, names = np.flatnonzero(is_plain), known.name[is_plain].tolist()
        done = 0
        for some, values in dtypes.numeric_arrays(frame, names):
            own = places[done : done + len(some)]
            done += len(some)
            yield NumberBlock(known.take(own), own, values, np.zeros(values.shape, bool))
        for at in np.flatnonzero(~is_plain):
            name, own = known.name[at], np.array([at])
            how = known.is_flag[at], known.spelling[at], known.unit[at]
            values, wrong = cells.numbers(frame[name], *how)
            yield NumberBlock(known.take(own), own, values[None], wrong[None])

    def encode(self, frame: "pd.DataFrame", dtype: str = "float64") -> NDArray[Any]:
        """(n, n_inputs) of the dtype, infinite where that holds no such number.

        Errors: Expected for a column that is not there, or texts for numbers or dates.
        """
        self._expect_columns(frame)
        x = np.zeros((len(frame), self.starts[-1]), dtype)
        with np.errstate(over="ignore"):
            self._write_numbers(frame, x)
            for column, at in self.each_other():
                if isinstance(column, DateColumn):
                    column.write(self._seconds(frame, column), x[:, at])
                else:
                    column.write(frame[column.name], x[:, at])
        return x

    def encode_rows(
        self, frame: "pd.DataFrame", rows: NDArray[np.intp], dtype: str
    ) -> NDArray[Any]:
        """As `encode`, of some rows (n,): so many at a time that no second copy of them is made."""
        x = np.empty((len(rows), self.starts[-1]), dtype)
        step = max(1, CELLS // max(1, frame.shape[1]))
        for start in range(0, len(rows), step):
            some = slice(start, start + step)
            x[some] = self.encode(frame.iloc[rows[some]], dtype)
        return x

    def _write_numbers(self, frame: "pd.DataFrame", x: NDArray[Any]) -> None:
        for some in self.read_numbers(frame):
            if some.wrong.any():
                place, row = np.argwhere(some.wrong)[0]
                name = some.columns.name[place]
                raise Expected(f"numbers in column '{name}'", frame[name].iloc[row])
            at = self.starts[self.places[some.places]]
            are_neighbours = at[-1] - at[0] == len(at) - 1
            into: Any = slice(at[0], at[-1] + 1) if are_neighbours else at
            x[:, into] = some.scaled().T
            has_gaps = some.columns.indicator
            if has_gaps.any():
                x[:, at[has_gaps] + 1] = np.isnan(some.numbers[has_gaps]).T

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
        for column, at in self.each_other():
            if isinstance(column, TargetEncodedColumn):
                means = column.cross_fitted(frame[column.name], outcomes, units)
                column.write_means(means, x[:, at])

    def _expect_columns(self, frame: "pd.DataFrame") -> None:
        there = frame.columns.tolist()  # ten times faster than the index itself
        if there == self.names and frame.columns.is_unique:
            return
        names = Counter(there)
        for name in self.names:
            if name not in names:
                got = Unquoted(f"no column '{name}'")
                hint = did_you_mean(name, list(map(str, there[:20])))
                raise Expected("all the columns of the study", got, hint)
            if names[name] > 1:
                got = Unquoted(f"the column '{name}' {names[name]} times")
                raise Expected("each column once", got)

    def plain(self) -> list[dict[str, Any]]:
        """As plain values, for JSON."""
        return [asdict(column) for column in self.columns]

    @classmethod
    def from_plain(cls, columns: list[dict[str, Any]]) -> "Encoder":
        """Back from `plain`."""
        return cls.of(map(_from_plain, columns))


def _from_plain(column: dict[str, Any]) -> Column:
    """A column by the fields that only its kind has; lists were tuples."""
    own = {name: _tuples(value) for name, value in column.items()}
    for field, kind in KINDS.items():
        if field in own:
            return kind(**own)
    return NumberColumn(**own)


KINDS: dict[str, type[CategoryColumn | OrderedColumn | TargetEncodedColumn | DateColumn]] = {
    "categories": CategoryColumn,
    "order": OrderedColumn,
    "words": TargetEncodedColumn,
    "circles": DateColumn,
}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def fit(
    frame: "pd.DataFrame",
    standardize: bool,
    readings: ColumnReadings = AS_IT_STANDS,
    outcomes: NDArray[np.float64] | None = None,
    train: NDArray[np.intp] | None = None,
) -> Encoder:
    """The encoder of a frame's training rows (None: all of them).

    outcomes: what they are to say, where words are read by it (`target_words`). Errors: Expected
    for numbers too large to scale.
    """
    numbers = number_columns.fit(frame, standardize, readings.spelled, train, readings.units)
    others: list[OtherColumn] = []
    for name in dtypes.other_columns(frame):
        column = frame[name] if train is None else frame[name].iloc[train]
        if name in readings.dates or dates.are_moments(column):
            form = readings.dates.get(name, "iso")
            others.append(date_columns.fit(column, form, standardize))
        elif name in readings.orders:
            order = readings.orders[name]
            others.append(word_columns.fit_ordered(column, order, standardize))
        elif name in readings.by_target and outcomes is not None:
            others.append(target_words.fit(column, outcomes, standardize))
        else:
            others.append(word_columns.fit(column, readings.rare))
    places = np.flatnonzero(dtypes.are_numeric(frame, frame.columns, np.True_))
    return Encoder(numbers, places, tuple(others))
