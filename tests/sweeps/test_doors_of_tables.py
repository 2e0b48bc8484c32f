"""Tables that are none, or hold what is no number and no word: one line each, and no traceback."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sweeps.base.errors import UserError
from sweeps.data.datasets.loading import load
from sweeps.data.readers import parquet, text_tables
from sweeps.data.source.file_kinds import Reader
from sweeps.study.data_section import DataSpec

ROWS = 60
Y = ["a", "b"] * (ROWS // 2)
X = np.random.default_rng(0).normal(size=ROWS)

COLUMNS: Mapping[str, tuple[list[Any], str]] = {
    "bytes": ([b"\xff\xfe"] * ROWS, "got bytes that are no text"),
    "lists": ([[1]] * ROWS, "got lists"),
    "mappings": ([{"a": 1}] * ROWS, "got mappings"),
    "durations": ([pd.Timedelta(1, "h")] * ROWS, "got durations"),
}
TEXTS: Mapping[str, tuple[bytes, str]] = {
    "a long header": (
        b"x," + b"n" * 200_000 + b",y\n1,2,a\n",
        "a name of 200,000 characters in the",
    ),
    "an open header": (b'x,"y\n' + b"1,a\n" * 99, "quotes in line 1 that are not closed"),
    "NUL": (b"x\0,y\n1,a\n", "a NUL byte in the first row"),
    "UTF-16": ("x,y\n1,a\n".encode("utf-16"), "expected UTF-8, got byte 0xff in line 1"),
    "nothing": (b"", "got: nothing in it"),
    "a header": (b"x,y\n\n", "expected rows below a header, got none"),
}


def spec(source: str, **changes: Any) -> DataSpec:
    return DataSpec.model_validate({"source": source, "target": "y", **changes})


@pytest.mark.parametrize(("cells", "said"), COLUMNS.values(), ids=COLUMNS.keys())
def test_a_column_that_is_neither_numbers_nor_words(
    tmp_path: Path, cells: list[Any], said: str
) -> None:
    pd.DataFrame({"x": X, "odd": cells, "y": Y}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(UserError) as caught:
        load(spec("t.parquet"), tmp_path, "float32")
    assert str(caught.value) == (
        f"t.parquet: column 'odd': expected numbers or categories, {said} (add it to data.ignore)"
    )
    assert load(spec("t.parquet", ignore=["odd"]), tmp_path, "float32").n_in == 1
    with pytest.raises(UserError, match=f"target 'odd': expected .*{said}$"):
        load(spec("t.parquet", target="odd", ignore=["y"]), tmp_path, "float32")


def test_bytes_and_decimals_of_a_parquet_file_are_texts_and_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"price": map(Decimal, X.round(3).astype(str)), "y": Y})
    frame["word"] = [word.encode() for word in Y]
    frame.to_parquet(tmp_path / "t.parquet")
    data = load(spec("t.parquet"), tmp_path, "float32")
    assert data.encoder.inputs == ["price", "word = a", "word = b"]
    assert data.changed == {"price": "number"}


@pytest.mark.parametrize(("text", "said"), TEXTS.values(), ids=TEXTS.keys())
def test_a_text_that_is_no_table(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "t.csv").write_bytes(text)
    with pytest.raises(UserError) as caught:
        load(spec("t.csv"), tmp_path, "float32")
    assert str(caught.value).startswith("t.csv: expected ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_long_field_is_a_field(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": X, "note": ["w" * 200_000, *["v"] * (ROWS - 1)], "y": Y})
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert load(spec("t.csv"), tmp_path, "float32").n_in >= 1


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_table_that_does_not_fit_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(*_: object) -> pd.DataFrame:
        raise MemoryError("malloc of size 64 failed")

    pd.DataFrame({"x": X, "y": Y}).to_csv(tmp_path / "t.csv", index=False)
    pd.DataFrame({"x": X, "y": Y}).to_parquet(tmp_path / "t.parquet")
    for module in (text_tables, parquet):
        monkeypatch.setattr(module, "READER", Reader(full))
    with pytest.raises(UserError) as caught:
        load(spec(name), tmp_path, "float32")
    assert str(caught.value) == (
        f"{name}: expected a table that fits into memory, got: malloc of size 64 failed"
    )


def test_damaged_notes_of_pandas_in_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"x": X, "y": Y}).to_parquet(path)
    table = pq.read_table(path)
    notes = table.schema.metadata[b"pandas"].replace(b"numpy_type", b"numpy_tipe")
    pq.write_table(table.replace_schema_metadata({b"pandas": notes}), path)
    with pytest.raises(UserError, match=r"expected a .parquet table, got: damaged notes of pandas"):
        load(spec("t.parquet"), tmp_path, "float32")
