"""What a run keeps of its table once it is encoded: where rows stand, and two columns."""

from dataclasses import dataclass

import pandas as pd

from sweeps.data.divided.divided_table import DividedTable


@dataclass(frozen=True)
class TableRows:
    """Both columns of inputs as they were read, where there are two."""

    plane: pd.DataFrame | None

    @classmethod
    def of(cls, divided: DividedTable) -> "TableRows":
        """What is kept of rows that were read, for they may be many."""
        frame = divided.features.frame
        return cls(frame if frame.shape[1] == 2 else None)
