"""The scale of a network's number inputs: fitted on training rows, kept as plain arrays.

The encoder standardizes. What is here maps its inputs, as networks take them, on: as scikit-learn's
RobustScaler, MinMaxScaler and QuantileTransformer do, whose import takes a worker as long as a
trial; and of these the last draws a sample of the rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from dnn.arrays import Array
from sweeps.base.errors import Expected, Unquoted
from sweeps.data.arrays import normal_scores
from sweeps.data.arrays.dataset import Dataset
from sweeps.data.column.number_inputs import NumberInputs

STANDARDIZE = "standardize"  # what the encoder does
KEPT = 2  # scaled datasets that a worker keeps of one dataset

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scaling:
    """From standardized inputs to those on a scale: value·factor + shift, or by quantiles.

    at (k,): the inputs that are mapped. factor, shift: (k,), or (0,) where by quantiles (q, k):
    those of the training rows at equal steps from the least to the largest; these become the
    quantiles of a normal distribution.
    """

    NAMES: ClassVar[tuple[str, ...]] = ("at", "factor", "shift", "quantiles")

    at: NDArray[np.intp]
    factor: Numbers = field(default_factory=lambda: np.empty(0))
    shift: Numbers = field(default_factory=lambda: np.empty(0))
    quantiles: Numbers = field(default_factory=lambda: np.empty((0, 0)))

    def apply(self, x: Array) -> None:
        """Map inputs x (n, n_in) in place. A row's result does not depend on the other rows."""
        for place, at in enumerate(self.at):
            values = x[:, at].astype(np.float64)
            with np.errstate(over="ignore"):  # infinite: the network diverges
                x[:, at] = self._mapped(place, values)

    def _mapped(self, place: int, values: Numbers) -> Numbers:
        if len(self.quantiles):
            return normal_scores.scores(values, self.quantiles[:, place])
        return np.asarray(values * self.factor[place] + self.shift[place])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Its arrays by name, for a file."""
        return {name: getattr(self, name) for name in self.NAMES}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Scaling":
        """Back from `arrays`. Errors: ValueError for shapes that do not belong together."""
        if set(arrays) != set(cls.NAMES):
            raise ValueError("a scale of inputs without its numbers")
        made = cls(**arrays)
        count = len(made.at)
        shapes = made.factor.shape, made.shift.shape, made.quantiles.shape[1:]
        is_known = shapes in (((count,), (count,), (0,)), ((0,), (0,), (count,)))
        if made.at.dtype.kind != "i" or made.at.ndim != 1 or not is_known:
            raise ValueError("a scale of inputs without its numbers")
        return made


def _none(train: Array, numbers: NumberInputs) -> Scaling:
    """The numbers as they are in the data."""
    return Scaling(numbers.at, numbers.scale, numbers.mean)


def _robust(train: Array, numbers: NumberInputs) -> Scaling:
    """Median 0, and 1 from the first quartile to the third."""
    low, middle, high = _quantiles(train, numbers.at, np.array([0.25, 0.5, 0.75]))
    return _between(numbers.at, middle, high - low)


def _min_max(train: Array, numbers: NumberInputs) -> Scaling:
    """From 0 to 1."""
    low, high = _quantiles(train, numbers.at, np.array([0.0, 1.0]))
    return _between(numbers.at, low, high - low)


def _between(at: NDArray[np.intp], zero: Numbers, width: Numbers) -> Scaling:
    """(value - zero) / width; a width of 0 is none to divide by."""
    factor = 1 / np.where(width > 0, width, 1.0)
    return Scaling(at, factor, -zero * factor)


def _quantile(train: Array, numbers: NumberInputs) -> Scaling:
    """By the share of rows below. Numbers of which there are two at most have no shape to lose."""
    few = [len(np.unique(train[:, at])) <= 2 for at in numbers.at]
    at = numbers.at[~np.array(few, dtype=bool)]
    return Scaling(at, quantiles=_quantiles(train, at, normal_scores.shares(len(train))))


def _quantiles(train: Array, at: NDArray[np.intp], shares: Numbers) -> Numbers:
    """(len(shares), k) of training rows (n, n_in), column by column: no second copy of them."""
    each = [normal_scores.quantiles(train[:, one].astype(np.float64), shares) for one in at]
    return np.array(each).reshape(len(at), len(shares)).T


# By the word of the vocabulary, which has the default first: fit(train, numbers), train (n, n_in).
SCALINGS: Mapping[str, Callable[[Array, NumberInputs], Scaling]] = {
    "quantile": _quantile,
    "robust": _robust,
    "min-max": _min_max,
    "none": _none,
}


def fitted(dataset: Dataset, name: str) -> list[Scaling]:
    """One for each set of training rows, as `Dataset.each_trained`; none where it is the encoder's.

    The same numbers wherever it is called.
    """
    if name == STANDARDIZE:
        return []
    fit = SCALINGS[name]
    return [fit(own.parts["train"].x, own.number_inputs) for own in dataset.each_trained]


def expect_held(dataset: Dataset, where: str) -> None:
    """As they are in the data, the numbers fit into the network's type. Errors: Expected."""
    for own in dataset.each_trained:
        numbers = own.number_inputs
        for rows in own.parts.values():
            largest = np.abs(rows.x[:, numbers.at]).max(axis=0) * numbers.scale
            lost = np.abs(numbers.mean) + largest > np.finfo(rows.x.dtype).max
            if lost.any():
                column = dataset.encoder.inputs[numbers.at[lost.argmax()]]
                expected = f"numbers that {rows.x.dtype} can hold as they are"
                got = Unquoted(f"larger ones in column '{column}'")
                raise Expected(expected, got, "dtype: float64, or another scale", at=where)


_kept: "WeakKeyDictionary[Dataset, dict[str, Dataset]]" = WeakKeyDictionary()


def scaled(dataset: Dataset, name: str) -> Dataset:
    """A dataset with its inputs on a scale; each replicate's by its own training rows."""
    if name == STANDARDIZE:
        return dataset
    kept = _kept.setdefault(dataset, {})
    if name not in kept:
        while len(kept) >= KEPT:
            del kept[next(iter(kept))]
        kept[name] = _scaled(dataset, name)
    return kept[name]


def _scaled(dataset: Dataset, name: str) -> Dataset:
    parts = {part: replace(rows, x=rows.x.copy()) for part, rows in dataset.parts.items()}
    made = replace(dataset, parts=parts)
    for own, scaling in zip(made.each_trained, fitted(dataset, name), strict=True):
        for rows in own.parts.values():
            scaling.apply(rows.x)
    return made
