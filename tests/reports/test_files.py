"""Tables of a run folder that unpack to far more than a run writes."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow.parquet import ParquetWriter

from reports import files
from reports.faults import RunFolderError


def test_a_table_that_unpacks_is_refused_before(tmp_path: Path) -> None:
    """Hundreds of megabytes in a few thousand bytes: each group is a number and how often."""
    path = tmp_path / "trials.parquet"
    group = pa.table({"trial": pa.array([0] * 100_000)})
    with ParquetWriter(path, group.schema) as writer:
        for _ in range(400):
            writer.write_table(group)
    with pytest.raises(RunFolderError, match="expected a table of a run, got 320,000,000 bytes"):
        files.table(path)


def test_a_table_of_a_run_is_read_as_pandas_reads_it(tmp_path: Path) -> None:
    frame = pd.DataFrame({"trial": [0, 1], "state": ["complete", None], "value": [0.5, None]})
    frame.to_parquet(tmp_path / "trials.parquet", index=False)
    found = files.table(tmp_path / "trials.parquet")
    pd.testing.assert_frame_equal(found, pd.read_parquet(tmp_path / "trials.parquet"))
