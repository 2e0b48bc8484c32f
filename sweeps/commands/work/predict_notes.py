"""What is said of rows that were predicted: columns not used, gaps and words that are new."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Unquoted, printable, show
from sweeps.data.cell import cells, detection_limits, number_spellings
from sweeps.data.cell.cells import MISSING
from sweeps.data.column.encode import WordColumn
from sweeps.data.column.number_columns import NumberColumn
from sweeps.results.predicting import Predictor

NAMED = 8  # columns or words that a line names


@dataclass
class UnknownCategories:
    """A column's texts that were not there in training: the first of them, and their rows."""

    words: list[str] = field(default_factory=list)
    rows: int = 0
    instead: str = "as none of its categories"

    def add(self, texts: Iterable[str]) -> None:
        """More of them, a row each."""
        texts = list(texts)
        self.rows += len(texts)
        self.words = list(dict.fromkeys([*self.words, *texts]))[: NAMED + 1]

    def __str__(self) -> str:
        words = some([show(Unquoted(w) if w == MISSING else w) for w in self.words])
        return f"{words} in {_rows(self.rows)}: not in the training data, so read {self.instead}"


@dataclass
class Notes:
    """What is to be said of the rows: columns that were not used, and words not met in training.

    filled: rows with a gap, by column, where training had none. bare: numbers without the % that
    their columns had in training: the first, and their rows.
    """

    unused: list[str] = field(default_factory=list)
    unknown: dict[str, UnknownCategories] = field(default_factory=dict)
    filled: Counter[str] = field(default_factory=Counter)
    bare: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, frame: pd.DataFrame, model: Predictor) -> None:
        """What these rows have in them."""
        for name in model.encoder.numbers.name[model.encoder.numbers.unit == "%"]:
            self._add_bare(frame[name])
        for column in model.encoder.others:
            if isinstance(column, WordColumn):
                texts = column.unseen(frame[column.name])
                if len(texts):
                    new = UnknownCategories(instead=column.new_word)
                    self.unknown.setdefault(column.name, new).add(texts)

    def add_gaps(self, names: Iterable[str], gaps: NDArray[np.intp]) -> None:
        """Rows (k,) with a gap in columns that had none."""
        for name, count in zip(names, gaps.tolist(), strict=True):
            if count:
                self.filled[name] += count

    def _add_bare(self, column: pd.Series) -> None:
        """Numbers without a unit."""
        texts = column.dropna().map(cells.text).astype(str).str.strip()
        bare = texts[texts.str.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*")]
        if len(bare):
            first, rows = self.bare.get(str(column.name), (bare.iloc[0], 0))
            self.bare[str(column.name)] = first, rows + len(bare)

    def lines(self) -> list[str]:
        """A line each."""
        found = [f"{name}: {unknown}" for name, unknown in self.unknown.items()]
        for name, (first, rows) in self.bare.items():
            found.append(f"{name}: {show(first)} in {_rows(rows)}: without %, read as {first} %")
        if self.filled:
            each = some([f"{name} ({_rows(rows)})" for name, rows in self.filled.items()])
            found.append(f"gaps, read as the median of training, which had none: {each}")
        if self.unused:
            found.append(f"not used: {some(self.unused)}")
        return [printable(line) for line in found]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def some(names: list[str]) -> str:
    """The first of them."""
    return ", ".join(names[:NAMED]) + ", …" * (len(names) > NAMED)


def number_hint(cell: pd.Series, column: NumberColumn) -> str:
    """What to say of a cell (1,) that is a number, but not one of its column; else nothing."""
    return _other_unit(cell, column) or _limit(cell, column)


def _limit(cell: pd.Series, column: NumberColumn) -> str:
    """What to say of a limit (1,) where training had none; else nothing."""
    behind = detection_limits.bare(cells.text(cell.iloc[0]))
    if column.spelling or behind is None or not cells.NUMBER.fullmatch(behind):
        return ""
    return f" (training had no limits in it: write {behind})"


def _other_unit(cell: pd.Series, column: NumberColumn) -> str:
    """What to say of a number (1,) in another unit than the column's in training; else nothing."""
    found = number_spellings.parse(cells.text(cell.iloc[0]), column.spelling or ".")
    if found is None or not number_spellings.is_other_unit(found, column.unit):
        return ""
    return f" (the study's are {f'in {column.unit}' if column.unit else 'without a unit'})"
