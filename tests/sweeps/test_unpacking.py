"""Packed files that are no table, or unpack to more than a memory holds: one line, and soon."""

import bz2
import gzip
import lzma
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import UserError
from sweeps.data.datasets.loading import load
from sweeps.data.source import frames, room, sources, unpacking
from sweeps.data.source.file_kinds import FileKind, Reader
from sweeps.study.data_section import DataSpec
from tests.sweeps.helpers import sweeps

OPENERS: Mapping[str, Callable[..., Any]] = {
    ".csv.gz": gzip.open,
    ".jsonl.bz2": bz2.open,
    ".arff.xz": lzma.open,
}


def fault(folder: Path, source: str) -> str:
    with pytest.raises(UserError) as caught:
        sources.read(source, "y", {}, folder)
    return str(caught.value)


@pytest.mark.parametrize("end", [*OPENERS, ".csv.zip"])
def test_a_file_that_unpacks_to_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(unpacking, "FREE", 3_000_000)
    path, content = tmp_path / f"t{end}", b"0," * 2_000_000
    if end == ".csv.zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("t.csv", content)
    else:
        with OPENERS[end](path, "wb") as file:
            file.write(content)
    said = fault(tmp_path, path.name)
    assert said.startswith(f"t{end}: expected a {end} table, got: {path.stat().st_size:,} bytes ")
    assert "bytes that unpack to more than 3,000,000 (unpack it yourself" in said
    monkeypatch.setattr(unpacking, "FREE", 5_000_000)
    unpacking._check.cache_clear()
    assert "unpack" not in fault(tmp_path, path.name)


def test_a_workbook_that_unpacks_to_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openpyxl", reason="pip install -e '.[excel]'")
    from sweeps.data.readers import excel

    monkeypatch.setattr(excel, "LARGEST", 1_000_000)
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(1_000_001))
    assert "more than 1,000,000 (save the sheet as .csv)" in fault(tmp_path, "t.xlsx")


def test_a_sheet_with_gaps_faults_and_a_cell_far_out(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="pip install -e '.[excel]'")
    book = openpyxl.Workbook()
    for row in (
        [],
        ["x", None, "y"],
        [1, True, "a"],
        [],
        ["#DIV/0!", False, "b"],
        ["NA", None, "a"],
    ):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    found = sources.read("t.xlsx", "y", {}, tmp_path).frame
    assert list(found) == ["x", "Unnamed: 1", "y"]
    np.testing.assert_array_equal(found["x"], [1, np.nan, np.nan])
    book.active.cell(1_048_576, 16_384, 1)
    book.save(tmp_path / "t.xlsx")
    assert sources.read("t.xlsx", "y", {}, tmp_path).frame.shape == (4, 16_384)


def test_rows_that_would_not_fit_are_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t.svm").write_text("1 1:2\n0 2000000000:1\n" * 100)
    assert "GB of numbers, where" in fault(tmp_path, "t.svm")
    path = tmp_path / "t.parquet"
    pd.DataFrame({"x": np.zeros(1_000_000), "y": 1}).to_parquet(path)
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(room, "_free", lambda: 30e6)
    assert "got: 1,000,000 rows × 2 columns, 0.0 GB of numbers" in fault(tmp_path, "t.parquet")


def test_several_files_or_none_in_a_zip(tmp_path: Path) -> None:
    for names in ([], ["a.csv", "b.csv"]):
        with zipfile.ZipFile(tmp_path / "t.csv.zip", "w") as archive:
            for name in names:
                archive.writestr(name, "x,y\n1,2\n")
        assert f"got: {len(names)} files in it (pack one alone)" in fault(tmp_path, "t.csv.zip")


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    for name in ("t.pkl", "t.pickle", "t.joblib"):
        (tmp_path / name).write_bytes(pickle.dumps({"x": [1]}))
        done = sweeps("new", "a", "--data", name, cwd=tmp_path, code=2, module="sweeps")
        assert "(it could run code when it is read: save tables as .parquet" in done.stderr


Y = ["a", "b"] * 10
FOUND: Mapping[str, tuple[Any, str]] = {
    "a list": ([1, 2], "got: a list (a table of rows and columns is needed)"),
    "nothing": (None, "got: a NoneType (a table"),
    "a column twice": (pd.DataFrame([[1, 2]], columns=["x", "x"]), "the column 'x' twice"),
    "no rows": (pd.DataFrame({"x": [], "y": []}), "expected rows below a header, got none"),
    "a list among numbers": (
        pd.DataFrame({"x": [[1], *range(19)], "y": Y}),
        "column 'x': expected numbers or categories, got lists",
    ),
    "bytes among words": (
        pd.DataFrame({"x": ["a"] * 19 + [b"\xff"], "y": Y}),
        "column 'x': expected numbers or categories, got bytes that are no text",
    ),
    "complex numbers": (
        pd.DataFrame({"x": [1, 2j] * 10, "y": Y}),
        "column 'x': expected numbers or categories, got values of the type complex",
    ),
    "objects": (
        pd.DataFrame({"x": [object()] * 20, "y": Y}),
        "column 'x': expected numbers or categories, got values of the type object",
    ),
}


@pytest.mark.parametrize("what", FOUND)
def test_what_a_reader_may_not_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    found, said = FOUND[what]
    (tmp_path / "t.csv").touch()
    monkeypatch.setattr(FileKind, "reader", Reader(lambda path, options: found))
    with pytest.raises(UserError) as caught:
        load(DataSpec(source="t.csv", target="y"), tmp_path, "float32")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_index_categories_and_types_of_pandas_own_become_plain_columns() -> None:
    index = pd.Index(range(5, 25), name="row")
    frame = pd.DataFrame({("a", 1): pd.Categorical(Y), 2: pd.array([1, None] * 10)}, index=index)
    frame["sparse"] = pd.arrays.SparseArray([0.0, 1.0] * 10)
    frame["period"] = pd.period_range("2020-01", periods=20, freq="M")
    found = frames.standard(frame)
    assert list(found) == ["row", "a 1", "2", "sparse", "period"]
    assert list(found.index) == list(range(20))
    assert found["a 1"].dtype == "str"
    assert found["sparse"].dtype == np.float64
    assert found["period"].dtype.kind == "M"
