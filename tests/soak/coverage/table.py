"""Counting studies cell by cell, and the table of what came of them."""

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tests.soak.coverage import (
    chosen,
    classes,
    differences,
    errors,
    folds,
    gaps,
    numbers,
    parts,
    seeds,
    until,
    verdicts,
)
from tests.soak.coverage.cells import Cell

MODULES = (
    *(errors, numbers, classes, differences, chosen, gaps, parts, seeds, verdicts, folds),
    until,
)
CELLS: tuple[Cell, ...] = tuple(cell for module in MODULES for cell in module.CELLS)
LEAST, MOST = 0.93, 0.98
FALSE = 0.05
PART = 100  # studies that a worker takes at a time


@dataclass(frozen=True)
class Count:
    """How many studies there were of a cell, how many answered, and what missed on which side."""

    studies: int = 0
    answered: int = 0
    below: int = 0
    above: int = 0

    def __add__(self, other: "Count") -> "Count":
        pairs = ((getattr(one, name) for one in (self, other)) for name in self.__match_args__)
        return Count(*(sum(pair) for pair in pairs))

    @property
    def covered(self) -> float:
        """Of those that answered; of verdicts the share that is not false."""
        return 1 - (self.below + self.above) / self.answered if self.answered else math.nan

    def bounds(self) -> tuple[float, float]:
        """Wilson's for `covered`."""
        held = self.answered - self.below - self.above
        found = stats.binomtest(held, self.answered).proportion_ci(0.95, method="wilson")
        return float(found.low), float(found.high)


def count(cell: Cell, first: int, studies: int) -> Count:
    """Studies `first` and on: each has a generator of its own, in whatever process."""
    key = zlib.crc32(cell.name.encode())
    each = [
        cell.study(np.random.default_rng([key, number])) for number in range(first, first + studies)
    ]
    answers = [one for one in each if one.answered]
    below, above = (sum(one.miss == side for one in answers) for side in (-1, 1))
    return Count(len(each), len(answers), below, above)


def parts(cells: Sequence[Cell], studies: int) -> Iterator[tuple[str, int, int]]:
    """(cell, first study, how many) for the workers."""
    for cell in cells:
        for first in range(0, studies, PART):
            yield cell.name, first, min(PART, studies - first)


def fault(cell: Cell, found: Count) -> str:
    """What is wrong, chance heeded; "" where nothing is."""
    if not found.answered:
        return "" if cell.kind == "verdict" or cell.exception else "never printed"
    if cell.kind == "verdict":
        false = stats.binomtest(found.above, found.studies).proportion_ci(0.95, method="wilson")
        return "false too often" if false.low > FALSE else ""
    low, high = found.bounds()
    return "too narrow" if high < LEAST else "too wide" if low > MOST else ""


def line(cell: Cell, found: Count) -> list[str]:
    """A row of the table."""
    low, high = found.bounds() if found.answered else (math.nan, math.nan)
    wrong = fault(cell, found)
    judged = f"{wrong}: {cell.exception}" if wrong and cell.exception else wrong.upper()
    if cell.kind == "verdict":
        share = found.above / found.studies
        return [cell.of, cell.name, f"false {share:.3f}", "", "", f"{found.answered}", judged]
    return [
        cell.of, cell.name, f"{found.covered:.3f} [{low:.3f}, {high:.3f}]",
        f"{found.below}", f"{found.above}", f"{found.answered}", judged,
    ]  # fmt: skip


HEADS = ("printed", "studies of", "covered", "below", "above", "answered", "")


def markdown(counts: dict[str, Count], cells: Sequence[Cell]) -> str:
    """The table as it is kept."""
    studies = max((found.studies for found in counts.values()), default=0)
    lines = [
        "# Coverage",
        "",
        f"`python -m tests.soak.coverage --markdown`: {studies} studies a cell. Covered: the "
        "share of printed 95 % intervals that hold the truth, with Wilson's bounds; wanted is "
        f"{LEAST:.2f} to {MOST:.2f}. Below and above: intervals that lie wholly on that side of "
        f"it. Of verdicts: the share of studies with a false one; wanted is {FALSE:.2f} or less. "
        "Where a cell falls short, the words are those of the page.",
        "",
        _row(HEADS),
        _row(["---"] * len(HEADS)),
        *(_row(line(cell, counts[cell.name])) for cell in cells),
    ]
    return "\n".join(lines) + "\n"


def _row(words: Sequence[str]) -> str:
    return f"| {' | '.join(words)} |"
