"""What a run keeps of its table once it is encoded: where rows stand, and two columns."""

from dataclasses import dataclass

import pandas as pd

from sweeps.data.loading import DividedTable
from sweeps.data.split import Rows


@dataclass(frozen=True)
class TableRows:
    """Of the table as it was read: row numbers by part, and both inputs where there are two."""

    parts: dict[str, Rows]
    plane: pd.DataFrame | None

    @classmethod
    def of(cls, divided: DividedTable) -> "TableRows":
        """What is kept of rows that were read, for they may be many."""
        frame = divided.features.frame
        return cls(divided.parts, frame if frame.shape[1] == 2 else None)
