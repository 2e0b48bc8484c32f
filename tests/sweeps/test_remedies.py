"""Tables that cannot be read as they are: the line names the spelling, the place and what to do."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps.base.errors import Expected, UserError
from sweeps.data.datasets import loading
from sweeps.data.divided.divided_table import DividedTable
from sweeps.study.data_section import DataSpec

ROWS = 90
X = np.random.default_rng(0).normal(size=(60, 3))
Y = ["a", "b"] * (ROWS // 2)


def read(folder: Path, text: str, **changes: Any) -> DividedTable:
    (folder / "t.csv").write_text(text)
    spec = DataSpec.model_validate({"source": "t.csv", "target": "y", **changes})
    return loading.read(spec, folder)


def lines(cell: Callable[[int], str], y: Callable[[int], str] = lambda row: "ab"[row % 2]) -> str:
    rows = (f'0.{row * 37 % 89},"{cell(row)}",{y(row)}' for row in range(ROWS))
    return "\n".join(["u,x,y", *rows])


SPELLED: Mapping[str, tuple[Callable[[int], str], str, str]] = {
    "brackets": (
        lambda row: f"(2,{100 + row})" if row % 3 else f"2,{100 + row}",
        "a negative number in brackets",
        "write -2607 for (2,607)",
    ),
    "Indian": (lambda row: f"1,23,{100 + row}", "an Indian number", "write 123456 for"),
    "times": (lambda row: f"{row % 24}:{10 + row % 50}", "a time of day", "22.47 for 22:28"),
    "quarters": (lambda row: f"{1900 + row}Q{row % 4 + 1}", "a quarter", "as 2024-05-01"),
    "months": (lambda row: f"{1900 + row}-0{row % 9 + 1}", "a quarter", "as 2024-05-01"),
    "days": (lambda row: f"0{row % 9 + 1}/0{row // 10 + 1}/2024", "a date", "as 2024-05-02"),
    "short years": (lambda row: f"0{row % 9 + 1}/{10 + row // 9}/24", "a date", "as 2024-05-02"),
}


@pytest.mark.parametrize(("cell", "what", "remedy"), SPELLED.values(), ids=SPELLED.keys())
def test_a_spelling_that_is_not_read_is_named(
    tmp_path: Path, cell: Callable[[int], str], what: str, remedy: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, lines(cell))
    said = str(caught.value)
    assert what in said
    assert remedy in said
    assert "data.words" not in said


def test_a_comma_behind_a_zero_is_a_decimal_one(tmp_path: Path) -> None:
    text = "\n".join(["x;y", *(f"{('1,288', '0,532')[row % 2]};{Y[row]}" for row in range(ROWS))])
    (told,) = read(tmp_path, text).features.unclear.values()
    assert told.endswith("read as categories (set data.decimal: ',')")


def test_a_bad_date_is_named(tmp_path: Path) -> None:
    text = lines(lambda row: f"2024-02-{30 if row == 50 else row % 28 + 1:02}")
    (told,) = read(tmp_path, text).features.unclear.values()
    assert told.startswith("'2024-02-30' in 1 row is no date")
    for kind, got in (("date", "'2024-02-30'"), ("number", "'2024-02-01'")):
        with pytest.raises(Expected) as caught:
            read(tmp_path, text, columns={"x": kind})
        assert f"got {got} (line {52 if kind == 'date' else 2})" in str(caught.value)


def test_a_class_that_is_read_as_a_gap_is_named(tmp_path: Path) -> None:
    text = lines(lambda row: str(row % 7), lambda row: ("EU", "NA", "US")[row % 3])
    with pytest.raises(UserError, match=r"leaves such rows out; 'NA' is a gap"):
        read(tmp_path, text)


def test_a_target_of_dates_is_named(tmp_path: Path) -> None:
    text = lines(lambda row: str(row % 7), lambda row: f"2024-01-{row % 28 + 1:02}")
    with pytest.raises(Expected, match="its cells are dates, read as classes"):
        read(tmp_path, text)


def test_a_column_that_only_the_test_rows_have_is_left_out_and_told(tmp_path: Path) -> None:
    text = lines(lambda row: str(row % 7))
    (tmp_path / "e.csv").write_text(text.replace("u,x,y", "x,z,y"))
    with pytest.raises(Expected, match=r"the columns of t\.csv, got 'u' missing, 'z' more"):
        read(tmp_path, text, test={"source": "e.csv"})
    more = "\n".join(f"{line},{at or 'z'}" for at, line in enumerate(text.splitlines()))
    (tmp_path / "e.csv").write_text(more)
    found = read(tmp_path, text, test={"source": "e.csv"})
    assert found.table.notes == ("e.csv without 'z': not in t.csv",)
    assert "z" not in found.table.frame


ARRAYS: Mapping[str, tuple[Any, Any, str]] = {
    "no rows": (np.zeros((0, 3)), np.zeros(0), "got: no examples"),
    "objects": (X, np.array(["a", 1] * 30, object), "got: pickled objects, which could run code"),
    "bytes": (X, np.array([b"a", b"b\xff"] * 30), "got bytes that are no text in 'y'"),
}


@pytest.mark.parametrize(("x", "y", "said"), ARRAYS.values(), ids=ARRAYS.keys())
def test_arrays_that_are_no_table(tmp_path: Path, x: Any, y: Any, said: str) -> None:
    np.savez(tmp_path / "t.npz", x=x, y=y)
    with pytest.raises((Expected, UserError)) as caught:
        read(tmp_path, "", source="t.npz")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,2 1:3", "'1,2' in line 2, no number, or pair such as 3:0.5"),
        ("1 1:abc", "'1:abc' in line 2, no number, or pair such as 3:0.5"),
        ("1 1:2 x", "'x' in line 2, no number, or pair such as 3:0.5"),
    ],
)
def test_a_line_of_sparse_rows_that_is_none(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "t.svm").write_text(f"1 1:3\n{row}\n")
    with pytest.raises(UserError, match=said):
        read(tmp_path, "", source="t.svm")


def test_rows_of_queries_are_not_read_as_others(tmp_path: Path) -> None:
    (tmp_path / "t.svm").write_text("1 qid:2 1:3\n" * 9)
    with pytest.raises(UserError, match=r"qid in line 1 \(rows of queries"):
        read(tmp_path, "", source="t.svm")


def test_a_home_folder_is_written_out(tmp_path: Path) -> None:
    with pytest.raises(Expected, match=r"got 'd\.csv' \(~ is no folder here"):
        read(tmp_path, "", source="~/d.csv")
