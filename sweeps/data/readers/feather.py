"""Feather, which is Arrow's own file, as a frame."""

from pathlib import Path

import pandas as pd

from sweeps.data.readers import arrow_tables
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.read_options import ReadOptions


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """A whole file. Errors: ValueError, OSError, MemoryError; NotImplementedError of Arrow's."""
    from pyarrow import feather

    table = feather.read_table(path, memory_map=False)
    arrow_tables.expect_each_name_once(table.schema.names)
    return arrow_tables.frame(table, has_threads=table.num_rows >= arrow_tables.LONG)


READER = Reader(read)
