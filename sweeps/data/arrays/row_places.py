"""Where the rows of each part stand in the file that they are from: row and line.

Workers get it, so pandas is not imported here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweeps.data.source.lines import Lines, LinesOfFiles


@dataclass(frozen=True, eq=False)
class RowPlaces:
    """numbers: by part, those of its rows in the table, of count rows. lines: of a file of text."""

    numbers: Mapping[str, NDArray[np.intp]]
    count: int
    lines: Lines | LinesOfFiles | None

    def of(self, part: str) -> dict[str, NDArray[np.intp]]:
        """`row` (n,), from 0 on in its file, and `line` (n,), if that is one of text as it was."""
        numbers = self.numbers[part]
        if self.lines is None:
            return {"row": numbers}
        rows = np.array([self.lines.own_row(int(number)) for number in numbers], np.intp)
        try:
            lines = np.array(self.lines.each(self.count), np.intp)
        except OSError:  # it is gone by now
            return {"row": rows}
        return {"row": rows, "line": lines[numbers]} if len(lines) == self.count else {"row": rows}
