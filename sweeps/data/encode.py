"""Columns to network inputs: fitted on the training rows, kept with the model as plain values.

Numbers: missing ones get the training median, and a column that had any gets an indicator beside
it; then standardized. Texts: one input per category seen in training, missing being one of them;
a category never seen is all zeros.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.data import spellings
from sweeps.faults import Expected, Words, did_you_mean, show

if TYPE_CHECKING:
    import pandas as pd

MISSING = "(missing)"
MOST_CATEGORIES = 50


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers: (value or fill − mean)/scale, then 1 where it was missing."""

    name: str
    fill: float
    mean: float
    scale: float
    indicator: bool

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        return [self.name, f"{self.name} is missing"] if self.indicator else [self.name]

    def encode(self, column: "pd.Series") -> NDArray[np.float64]:
        """(n, inputs)."""
        import pandas as pd

        numbers = pd.to_numeric(column, errors="coerce")
        texts = numbers.isna() & column.notna()
        if texts.any():
            raise Expected(f"numbers in column '{self.name}'", column[texts].iloc[0])
        values = numbers.to_numpy(np.float64, na_value=np.nan)
        missing = np.isnan(values)
        scaled = (np.where(missing, self.fill, values) - self.mean) / self.scale
        return np.stack([scaled, missing] if self.indicator else [scaled], axis=1)


@dataclass(frozen=True)
class CategoryColumn:
    """A column of texts: 1 at the category's input, 0 elsewhere."""

    name: str
    categories: tuple[str, ...]

    @property
    def inputs(self) -> list[str]:
        """Names of its inputs."""
        return [f"{self.name} = {category}" for category in self.categories]

    def unseen(self, column: "pd.Series") -> "pd.Series":
        """The texts that have no input."""
        texts = _texts(column)
        return texts[~texts.isin(self.categories)]

    def encode(self, column: "pd.Series") -> NDArray[np.float64]:
        """(n, inputs)."""
        texts = _texts(column).to_numpy(dtype=object)
        same = texts[:, None] == np.array(self.categories, dtype=object)
        return np.asarray(same, dtype=np.float64)


@dataclass(frozen=True)
class Encoder:
    """All columns, in the data's order."""

    columns: tuple[NumberColumn | CategoryColumn, ...]

    @property
    def inputs(self) -> list[str]:
        """Names of the network's inputs."""
        return [name for column in self.columns for name in column.inputs]

    def encode(self, frame: "pd.DataFrame") -> NDArray[np.float64]:
        """(n, n_inputs). Errors: Expected for a column that is not there, or texts for numbers."""
        for column in self.columns:
            if column.name not in frame:
                known = [str(name) for name in frame.columns[:20]]
                hint = did_you_mean(column.name, known)
                got = Words(f"no column '{column.name}'")
                raise Expected("all the columns of the study", got, hint)
        return np.concatenate([c.encode(frame[c.name]) for c in self.columns], axis=1)

    def plain(self) -> list[dict[str, Any]]:
        """As JSON says it."""
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


def _texts(column: "pd.Series") -> "pd.Series":
    return column.astype(object).where(column.notna(), MISSING).map(str)


def is_number(column: "pd.Series") -> bool:
    """True for numbers and booleans; False for texts and categories."""
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column))


def numeric_faults(frame: "pd.DataFrame", line: int | None) -> list[str]:
    """One line a column that can be neither numbers nor categories."""
    found = (column_fault(f"column '{name}'", frame[name], line) for name in frame.columns)
    return [fault for fault in found if fault is not None]


def column_fault(
    name: str, column: "pd.Series", line: int | None, is_target: bool = False
) -> str | None:
    """What is wrong with a column, if anything. A target may have any number of texts: classes."""
    if column.notna().sum() == 0:
        return f"{name}: expected values, got none (add it to data.ignore)"
    if not is_number(column):
        return _text_fault(name, column, line, is_target)
    infinite = np.isinf(column.to_numpy(np.float64, na_value=np.nan))
    if infinite.any():
        return f"{name}: expected finite numbers, got infinity{_line(line, int(infinite.argmax()))}"
    return None


def _text_fault(name: str, column: "pd.Series", line: int | None, is_target: bool) -> str | None:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        return f"{name}: expected numbers or categories, got dates (add it to data.ignore)"
    texts = pd.to_numeric(column, errors="coerce").isna() & column.notna()
    # A few texts among numbers are typing mistakes; many are categories.
    if 0 < texts.sum() <= 0.05 * column.notna().sum():
        first = int(texts.to_numpy().argmax())
        advice = "" if is_target else "empty such cells, or add it to data.ignore"
        advice = _advice(spellings.clauses(column[texts]), line, advice)
        return (
            f"{name}: expected a number in every row, got text in {texts.sum()} of {len(column)}, "
            f"first {show(column.iloc[first])}{_line(line, first)}{advice}"
        )
    alike = spellings.alike(column)
    if alike is not None:
        one, other = map(show, alike)
        return f"{name}: expected words that differ by more than spaces, got {one} and {other}"
    distinct = 0 if is_target else column.nunique()
    if distinct > MOST_CATEGORIES and distinct > 0.2 * len(column):
        clauses = spellings.clauses(column)
        got = [f"{distinct} different texts in {len(column)} rows", *clauses]
        return (
            f"{name}: expected numbers or at most {MOST_CATEGORIES} categories, "
            f"got {'; '.join(got)}{_advice(clauses, line, 'add it to data.ignore')}"
        )
    return None


def _advice(clauses: list[str], line: int | None, otherwise: str) -> str:
    """In brackets. A table without lines has numbers of its own, and no decimal mark."""
    both = (spellings.remedy(clauses) if line else "", otherwise)
    advice = ", or ".join(part for part in both if part)
    return f" ({advice})" if advice else ""


def _line(first: int | None, row: int) -> str:
    return "" if first is None else f" in line {first + row}"


def fit(train: "pd.DataFrame", standardize: bool) -> Encoder:
    """The encoder of these training rows."""
    columns: list[NumberColumn | CategoryColumn] = []
    for name in train.columns:
        column = train[name]
        if not is_number(column):
            columns.append(CategoryColumn(str(name), tuple(sorted(set(_texts(column))))))
            continue
        values = column.to_numpy(np.float64, na_value=np.nan)
        missing = np.isnan(values)
        fill = 0.0 if missing.all() else float(np.median(values[~missing]))
        filled = np.where(missing, fill, values)
        with np.errstate(over="ignore", invalid="ignore"):
            mean, scale = (float(filled.mean()), float(filled.std())) if standardize else (0.0, 1.0)
        if not np.isfinite(mean + scale):
            raise Expected(f"numbers of a sensible size in column '{name}'", float(filled.max()))
        # A constant column has no spread to divide by; it becomes 0.
        columns.append(
            NumberColumn(
                str(name),
                fill,
                mean,
                scale if scale > 1e-12 * max(1.0, abs(mean)) else 1.0,
                bool(missing.any()),
            )
        )
    return Encoder(tuple(columns))
