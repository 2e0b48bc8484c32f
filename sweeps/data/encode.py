"""Columns to network inputs: fitted on the training rows, kept with the model as plain values.

Numbers: missing ones get the training median, and a column that had any gets an indicator beside
it; then standardized. Texts: one input per category seen in training, missing being one of them;
a category never seen is all zeros. `sweeps.data.cells` reads single cells, the same for every file
and frame.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, did_you_mean
from sweeps.data import cells, dtypes
from sweeps.data.cells import Categories

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers: (value or fill − mean)/scale, then 1 where it was missing.

    is_flag: whether it held nothing but 0 and 1, or booleans.
    """

    name: str
    fill: float
    mean: float
    scale: float
    indicator: bool
    # Models of versions that did not store it read booleans as numbers in any column.
    is_flag: bool = True

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        return [self.name, f"{self.name} is missing"] if self.indicator else [self.name]


@dataclass(frozen=True)
class CategoryColumn:
    """A column of texts: 1 at the category's input, 0 elsewhere."""

    name: str
    categories: tuple[str, ...]

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        return [f"{self.name} = {category}" for category in self.categories]

    @cached_property
    def known(self) -> Categories:
        """The categories, however they are spelled."""
        return Categories(self.categories)

    def unseen(self, column: "pd.Series") -> NDArray[np.object_]:
        """The texts that have no input."""
        texts = cells.texts(column)
        return texts[self.known.indices(texts) < 0]

    def encode(self, column: "pd.Series") -> NDArray[np.float64]:
        """(n, inputs)."""
        indices = self.known.indices(cells.texts(column))
        return np.asarray(indices[:, None] == np.arange(len(self.categories)), dtype=np.float64)


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
        filled = np.where(np.isnan(self.numbers), self._fitted("fill"), self.numbers)
        return np.asarray((filled - self._fitted("mean")) / self._fitted("scale"))


@dataclass(frozen=True)
class Encoder:
    """All columns, in the data's order."""

    columns: tuple[NumberColumn | CategoryColumn, ...]

    @property
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
            values, wrong = cells.numbers(frame[name], known[name].is_flag)
            yield NumberBlock([known[name]], values[None], wrong[None])

    def encode(self, frame: "pd.DataFrame") -> NDArray[np.float64]:
        """(n, n_inputs). Errors: Expected for a column that is not there, or texts for numbers."""
        self._expect_columns(frame)
        ends = np.cumsum([len(column.inputs) for column in self.columns])
        at = {c.name: int(end) - len(c.inputs) for c, end in zip(self.columns, ends, strict=True)}
        x = np.empty((len(frame), int(ends[-1])))
        for some in self.numbers(frame):
            if some.wrong.any():
                place, row = np.argwhere(some.wrong)[0]
                name = some.columns[place].name
                raise Expected(f"numbers in column '{name}'", frame[name].iloc[row])
            x[:, [at[column.name] for column in some.columns]] = some.scaled().T
            for column, own in zip(some.columns, some.numbers, strict=True):
                if column.indicator:
                    x[:, at[column.name] + 1] = np.isnan(own)
        for category in self.columns:
            if isinstance(category, CategoryColumn):
                start = at[category.name]
                end = start + len(category.categories)
                x[:, start:end] = category.encode(frame[category.name])
        return x

    def _expect_columns(self, frame: "pd.DataFrame") -> None:
        names = Counter(frame.columns)
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
        made: list[NumberColumn | CategoryColumn] = []
        for column in columns:
            if "categories" in column:
                made.append(CategoryColumn(column["name"], tuple(column["categories"])))
            else:
                made.append(NumberColumn(**column))
        return cls(tuple(made))


def encoded_as(frame: "pd.DataFrame", own: Encoder, whole: Encoder) -> NDArray[np.float64]:
    """(n, n_inputs) by one encoder, each input where another, of these rows and more, has it.

    Inputs that the own encoder does not have are 0. Errors: as of `Encoder.encode`.
    """
    x = np.zeros((len(frame), len(whole.inputs)))
    x[:, places(own, whole)] = own.encode(frame)
    return x


def places(encoder: Encoder, layout: Encoder) -> NDArray[np.intp]:
    """Where an encoder's inputs stand among those of one that was fitted on these rows and more."""
    found: list[int] = []
    start = 0
    for own, whole in zip(encoder.columns, layout.columns, strict=True):
        if isinstance(own, CategoryColumn) and isinstance(whole, CategoryColumn):
            numbers = {category: n for n, category in enumerate(whole.categories, start)}
            found += [numbers[category] for category in own.categories]
        else:
            found += range(start, start + len(own.inputs))
        start += len(whole.inputs)
    return np.array(found, dtype=np.intp)


def fit(train: "pd.DataFrame", standardize: bool) -> Encoder:
    """The encoder of these training rows. Errors: Expected for numbers too large to scale."""
    made: dict[str, NumberColumn | CategoryColumn] = {}
    for names, values in dtypes.numeric_arrays(train, dtypes.numeric_columns(train)):
        made |= {column.name: column for column in _of_numbers(names, values, standardize)}
    for name in dtypes.other_columns(train):
        made[name] = CategoryColumn(name, tuple(sorted(set(cells.texts(train[name])))))
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
    filled = np.where(missing, fill[:, None], values)
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
    is_flag = missing | (values == 0) | (values == 1)
    for place, name in enumerate(names):
        plain = float(fill[place]), float(mean[place]), float(scale[place])
        yield NumberColumn(name, *plain, bool(has_gaps[place]), bool(is_flag[place].all()))
