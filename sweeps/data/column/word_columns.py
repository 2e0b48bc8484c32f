"""Columns of words as network inputs: one a category, or one for a place in an order.

Words are hand-read, not by scikit-learn's encoders: those know one spelling of `True`, `1` or a
date, and would make another category of each other one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected, nearest
from sweeps.data.cell import cells
from sweeps.data.cell.cells import Categories
from sweeps.data.column.column_readings import MANY_WORDS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CategoryColumn:
    """A column of texts: 1 at the category's input, 0 elsewhere.

    rare: words of training with too few rows for an input each. They share one, which a word that
    was not there in training takes too; without rare words it has no input.
    """

    name: str
    categories: tuple[str, ...]
    rare: tuple[str, ...] = ()

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        found = [f"{self.name} = {category}" for category in self.categories]
        return [*found, f"{self.name} is a rare word"] if self.rare else found

    @property
    def new_word(self) -> str:
        """What a word is read as that was not there in training."""
        return "as one of its rare words" if self.rare else "as none of its categories"

    @cached_property
    def known(self) -> Categories:
        """The categories, then the rare words, however they are spelled."""
        return Categories((*self.categories, *self.rare))

    def unseen(self, column: "pd.Series") -> NDArray[np.object_]:
        """The texts that were not there in training."""
        texts = cells.texts(column)
        return texts[self.known.indices(texts) < 0]

    def indices(self, column: "pd.Series") -> NDArray[np.intp]:
        """The input (n,) that is 1 in each row; -1 for none."""
        found, last = self.known.indices(cells.texts(column)), len(self.categories)
        is_rare = (found < 0) | (found >= last)
        return np.where(is_rare, last, found) if self.rare else found

    def encode(self, column: "pd.Series") -> NDArray[np.float32]:
        """(n, inputs)."""
        x = np.zeros((len(column), len(self.inputs)), np.float32)
        self.write(column, x)
        return x

    def write(self, column: "pd.Series", x: NDArray[np.floating]) -> None:
        """Into zeros (n, inputs), in their own precision: words may be thousands."""
        indices = self.indices(column)
        rows = np.flatnonzero(indices >= 0)
        x[rows, indices[rows]] = 1


def fit(column: "pd.Series", rare: float) -> CategoryColumn:
    """Of training rows. rare: the share of them below which words are merged, of many words."""
    counts = Counter(cells.texts(column))
    words = sorted(counts)
    least = rare * len(column) if len(words) > MANY_WORDS else 0
    merged = tuple(word for word in words if counts[word] < least and word != cells.MISSING)
    if len(merged) < 2:  # one word alone is no merger
        merged = ()
    kept = set(merged)
    return CategoryColumn(str(column.name), tuple(w for w in words if w not in kept), merged)


def joined(columns: Sequence[CategoryColumn]) -> CategoryColumn:
    """One with the inputs of all of them."""
    words = {word for column in columns for word in column.categories}
    rare = {word for column in columns for word in column.rare}
    return CategoryColumn(columns[0].name, tuple(sorted(words)), tuple(sorted(rare)))


@dataclass(frozen=True)
class OrderedColumn:
    """A column of words in an order: its place from 0 on, standardized; then 1 where it has none.

    fill: the place that a gap, or a word that is not in the order, is given.
    """

    name: str
    order: tuple[str, ...]
    fill: float
    mean: float
    scale: float
    indicator: bool

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        return [self.name, f"{self.name} is missing"] if self.indicator else [self.name]

    @property
    def new_word(self) -> str:
        """What a word is read as that is not in the order."""
        return "as a gap"

    @cached_property
    def known(self) -> Categories:
        """The words, however they are spelled."""
        return Categories(self.order)

    def unseen(self, column: "pd.Series") -> NDArray[np.object_]:
        """The texts that are not in the order."""
        texts = cells.texts(column)
        is_new = (self.known.indices(texts) < 0) & (texts != cells.MISSING)
        return np.asarray(texts[is_new])

    def write(self, column: "pd.Series", x: NDArray[np.floating]) -> None:
        """Into (n, inputs)."""
        place = self.known.indices(cells.texts(column))
        x[:, 0] = (np.where(place < 0, self.fill, place) - self.mean) / self.scale
        if self.indicator:
            x[:, 1] = place < 0


def fit_ordered(column: "pd.Series", order: tuple[str, ...], standardize: bool) -> OrderedColumn:
    """Of training rows."""
    place = Categories(order).indices(cells.texts(column))
    there = place[place >= 0]
    fill = float(np.median(there)) if len(there) else 0.0
    filled = np.where(place < 0, fill, place)
    mean, scale = (float(filled.mean()), float(filled.std())) if standardize else (0.0, 1.0)
    has_gaps = bool((place < 0).any())
    return OrderedColumn(str(column.name), order, fill, mean, scale or 1.0, has_gaps)


def expect_in_order(column: "pd.Series", order: tuple[str, ...], at: str) -> None:
    """Every word of a column has a place. Errors: Expected."""
    texts = cells.texts(column)
    lost = (Categories(order).indices(texts) < 0) & (texts != cells.MISSING)
    if lost.any():
        got = texts[int(lost.argmax())]
        raise Expected(f"words of the order {', '.join(order)}", got, _meant(got, order, texts), at)


def _meant(got: str, order: tuple[str, ...], texts: NDArray[np.object_]) -> str:
    """Which word of the order, that no cell has, is meant by a cell's."""
    there = set(texts)
    unused = [word for word in order if word not in there]
    near = nearest(got, unused)
    return f"for '{near}' did you mean '{got}'?" if near else ""
