"""Words read by the target: the mean of the target over the training rows that have the word.

scikit-learn's TargetEncoder fits, with its empirical-Bayes shrinkage (Micci-Barreca 2001); what it
fitted is kept as plain numbers. Training rows themselves are encoded by folds that leave them out,
so that a network is not told their own targets. A row that was drawn twice is in one fold.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweeps.data.cell import cells
from sweeps.data.cell.cells import Categories

if TYPE_CHECKING:
    import pandas as pd

FOLDS = 5


@dataclass(frozen=True)
class TargetEncodedColumn:
    """A column of words: for each of K outputs the word's mean target, standardized.

    means: a row of K for each word. default: the mean (K,) of all rows, which a new word is given.
    """

    name: str
    words: tuple[str, ...]
    means: tuple[tuple[float, ...], ...]
    default: tuple[float, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        if len(self.default) == 1:
            return [f"{self.name} by the target"]
        return [f"{self.name} by class {number}" for number in range(len(self.default))]

    @property
    def new_word(self) -> str:
        """What a word is read as that was not there in training."""
        return "as the mean of all its words"

    @cached_property
    def known(self) -> Categories:
        """The words, however they are spelled."""
        return Categories(self.words)

    def unseen(self, column: "pd.Series") -> NDArray[np.object_]:
        """The texts that were not there in training."""
        texts = cells.texts(column)
        return texts[self.known.indices(texts) < 0]

    def write(self, column: "pd.Series", x: NDArray[np.floating]) -> None:
        """Into (n, inputs)."""
        indices = self.known.indices(cells.texts(column))
        table = np.array([*self.means, self.default])  # -1 is the default
        self.write_means(table[indices], x)

    def write_means(self, means: NDArray[np.float64], x: NDArray[np.floating]) -> None:
        """Mean targets (n, K) as inputs."""
        x[:] = (means - np.array(self.mean)) / np.array(self.scale)

    def cross_fitted(
        self, column: "pd.Series", outcomes: NDArray[np.float64], units: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Mean targets (n, K) of training rows, each of rows that are not of its fold.

        units: a number (n,) that rows have in common which must not tell of each other.
        """
        codes = self.known.indices(cells.texts(column))
        _, unit = np.unique(units, return_inverse=True)
        count = int(unit.max()) + 1
        fold = np.random.default_rng(0).permutation(count)[unit] % FOLDS
        found = np.empty_like(outcomes)
        for number in range(FOLDS):
            inside, outside = fold == number, fold != number
            if inside.any():
                if not outside.any():
                    found[inside] = self.default
                    continue
                table, default = _means(codes[outside], outcomes[outside], len(self.words))
                found[inside] = np.vstack([table, default])[codes[inside]]
        return found


def outcomes(task: str, classes: int, codes: NDArray[np.generic]) -> NDArray[np.float64]:
    """What is averaged (n, K): standardized numbers, 0 and 1, or a column for each class."""
    if task == "multiclass":
        return np.eye(classes)[codes.astype(np.intp)]
    return np.asarray(codes, np.float64).reshape(len(codes), -1)


def fit(
    column: "pd.Series", outcomes: NDArray[np.float64], standardize: bool
) -> TargetEncodedColumn:
    """Of training rows (n,) and what they are to say (n, K)."""
    texts = cells.texts(column)
    words = tuple(sorted(set(texts)))
    codes = Categories(words).indices(texts)
    table, default = _means(codes, outcomes, len(words))
    each = table[codes]
    scale = np.where(each.std(axis=0) > 0, each.std(axis=0), 1.0)
    mean = each.mean(axis=0)
    if not standardize:
        mean, scale = np.zeros_like(mean), np.ones_like(scale)
    plain = (tuple(map(float, values)) for values in (default, mean, scale))
    means = tuple(tuple(map(float, row)) for row in table)
    return TargetEncodedColumn(str(column.name), words, means, *plain)


def _means(
    codes: NDArray[np.intp], outcomes: NDArray[np.float64], words: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(words, K) shrunken means, the mean of all where a word has no row, and that (K,)."""
    from sklearn.preprocessing import TargetEncoder

    default = outcomes.mean(axis=0)
    table = np.tile(default, (words, 1))
    for output, own in enumerate(outcomes.T):
        if own.min() == own.max():
            continue
        # Each class against the others is what TargetEncoder does of several, too.
        fitted = TargetEncoder(target_type="continuous").fit(codes[:, None], own)
        table[fitted.categories_[0], output] = fitted.encodings_[0]
    return table, default
