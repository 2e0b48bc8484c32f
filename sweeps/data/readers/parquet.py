"""Parquet as a frame, whole or so many rows at a time."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from sweeps.data.readers.arrow_tables import LONG, expect_each_name_once, frame
from sweeps.data.source import room
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.read_options import ReadOptions


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """A whole file. Errors: ValueError, OSError, MemoryError; NotImplementedError of Arrow's."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        expect_each_name_once(file.schema_arrow.names)
        room.expect(file.metadata.num_rows, file.metadata.num_columns)
        has_threads = file.metadata.num_rows >= LONG
        return frame(file.read(use_threads=has_threads), has_threads)


def chunks(
    path: Path, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """So many rows at a time, at least one frame. Errors: as of `read`."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        expect_each_name_once(file.schema_arrow.names)
        if file.metadata.num_rows == 0:
            yield frame(file.read())
        for batch in file.iter_batches(batch_size=rows):
            yield frame(batch)


READER = Reader(read, chunks)
