"""Digits that are words stay as they are written: large numbers beside gaps, zeros in front."""

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from sweeps.data.datasets import loading
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.given import given_tables
from sweeps.data.readers import leading_zeros
from sweeps.study.data_section import DataSpec

ROWS = 60
U = np.random.default_rng(3).normal(size=ROWS).round(3).tolist()
Y = ["a", "b"] * (ROWS // 2)


def read(folder: Path, source: str, **changes: Any) -> DividedTable:
    return loading.read(
        DataSpec.model_validate({"source": source, "target": "y", **changes}), folder
    )


def write_csv(path: Path, **columns: list[Any]) -> None:
    rows = zip(*columns.values(), strict=True)
    cells = (",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    path.write_text("\n".join([",".join(columns), *cells]) + "\n")


def write_json(path: Path, **columns: list[Any]) -> None:
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join(map(json.dumps, rows)))


WRITERS: Mapping[str, Callable[..., None]] = {
    "t.csv": write_csv,
    "t.jsonl": write_json,
    "t.parquet": lambda path, **columns: parquet.write_table(pa.table(columns), path),
    "t.feather": lambda path, **columns: feather.write_feather(pa.table(columns), path),
}
LARGE = [2**60, None, 2**60 + 1, 2**60 + 2]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("missing", [[], [7]], ids=["gaps", "a number that is a gap"])
def test_large_numbers_are_told_apart_beside_gaps(
    tmp_path: Path, name: str, missing: list[int]
) -> None:
    cells = [7 if missing and cell is None else cell for cell in LARGE] * (ROWS // 4)
    WRITERS[name](tmp_path / name, u=U, z=cells, y=Y)
    found = read(tmp_path, name, columns={"z": "category"}, missing=missing)
    encoder = loading.encoded(found, "float64").encoder
    assert encoder.inputs[1:] == [
        "z = (missing)",
        *(f"z = {number}" for number in LARGE if number is not None),
    ]
    # As numbers, which nobody tells apart, they are read as before.
    assert read(tmp_path, name, missing=missing).features.frame["z"].isna().sum() == ROWS // 4


def test_large_numbers_of_a_given_table(tmp_path: Path) -> None:
    given = pa.table({"u": U, "z": LARGE * (ROWS // 4), "y": Y})
    frame, _ = given_tables.frame(given, "y")
    assert frame["z"].dropna().nunique() == 3


def test_numbers_of_64_bits_without_sign_have_gaps(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", u=U, z=[2**63 + 1, None, 2**63 + 2] * (ROWS // 3), y=Y)
    found = read(tmp_path, "t.csv", columns={"z": "category"})
    assert loading.encoded(found, "float64").encoder.inputs[1:] == [
        "z = (missing)",
        f"z = {2**63 + 1}",
        f"z = {2**63 + 2}",
    ]


CODES = ["01067", "1067", "02111", "90210", None]


@pytest.mark.parametrize("form", ["t.csv", "t.csv.gz", "semicolons", "UTF-16", "no header", "long"])
def test_declared_codes_keep_their_zeros(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: dict[str, Any] = {"columns": {"z": "category"}}
    cells = (CODES * ROWS)[:ROWS]
    write_csv(tmp_path / "t.csv", u=U, z=cells, y=Y)
    text = (tmp_path / "t.csv").read_text()
    if form == "t.csv.gz":
        (tmp_path / form).write_bytes(gzip.compress(text.encode()))
        changes["source"] = form
    elif form == "semicolons":
        (tmp_path / "t.csv").write_text(text.replace(",", ";").replace(";01067;", ';"01067";'))
    elif form == "UTF-16":
        (tmp_path / "t.csv").write_bytes(text.encode("utf-16"))
        changes["encoding"] = "utf-16"
    elif form == "no header":
        (tmp_path / "t.csv").write_text(text.partition("\n")[2])
        changes |= {"header": False, "target": "x3", "columns": {"x2": "category"}}
    elif form == "long":
        monkeypatch.setattr(leading_zeros, "PIECE", 40)
        monkeypatch.setattr(leading_zeros, "PIECES", 2)
    found = read(tmp_path, **{"source": "t.csv", **changes})
    inputs = loading.encoded(found, "float64").encoder.inputs[1:]
    words = ["(missing)", "01067", "02111", "1067", "90210"]
    assert [one.partition(" = ")[2] for one in inputs] == words


def test_undeclared_codes_are_told(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", u=U, z=["10115", "20095", "01067", "80331"] * (ROWS // 4), y=Y)
    found = read(tmp_path, "t.csv")
    assert found.features.unclear == {
        "z": "'01067' has zeros in front, and is read as a number: codes? "
        "(data.columns: {z: category}, or number)"
    }
    assert found.features.changed == {}
    assert found.features.frame["z"].iloc[2] == 1067
    for kind in ("number", "category"):
        assert read(tmp_path, "t.csv", columns={"z": kind}).features.unclear == {}


@pytest.mark.parametrize("changes", [{}, {"columns": {"y": "category"}}])
def test_classes_keep_their_zeros(tmp_path: Path, changes: dict[str, Any]) -> None:
    write_csv(tmp_path / "t.csv", u=U, y=["01", "02", "10", "1"] * (ROWS // 4))
    found = read(tmp_path, "t.csv", **changes)
    assert set(loading.encoded(found, "float64").target.classes) == {"01", "1", "02", "10"}
    number = read(tmp_path, "t.csv", task="regression")
    assert number.column.task == "regression"


def test_groups_keep_their_zeros_and_lose_blanks(tmp_path: Path) -> None:
    for words, count in ((["007", "7", "08", "8", "100"], 5), (["a ", "a", "b", "c", "d"], 4)):
        write_csv(tmp_path / "t.csv", u=U, g=words * (ROWS // 5), y=Y)
        found = read(tmp_path, "t.csv", group="g", split={"dev": 0.3, "test": 0.3})
        assert found.groups is not None
        assert found.groups.nunique() == count
        sides: dict[str, set[str]] = {word: set() for word in found.groups.unique()}
        for part, rows in found.parts.items():
            for word in found.groups.iloc[rows]:
                sides[word].add(part)
        assert all(len(own) == 1 for own in sides.values())
    numbers = [7, 8, 9, 10, 11] * (ROWS // 5)
    write_csv(tmp_path / "t.csv", u=U, g=numbers, y=Y)
    assert read(tmp_path, "t.csv", group="g").features.changed == {}


def test_codes_of_a_test_file_are_those_of_the_others(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", u=U, z=["10115", "20095"] * (ROWS // 2), y=Y)
    write_csv(tmp_path / "e.csv", u=U, z=["10115", "01067"] * (ROWS // 2), y=Y)
    found = read(tmp_path, "t.csv", columns={"z": "category"}, test={"source": "e.csv"})
    assert set(found.table.frame["z"]) == {"10115", "20095", "01067"}


def test_numbers_without_zeros_in_front_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dates = [f"0{number % 9 + 1}.02.2024 08:30" for number in range(ROWS)]
    write_csv(tmp_path / "t.csv", u=U, z=[100, 205] * (ROWS // 2), d=dates, y=Y)
    reads: list[Any] = []
    true = pd.read_csv
    monkeypatch.setattr(pd, "read_csv", lambda *a, **k: (reads.append(k), true(*a, **k))[1])
    assert read(tmp_path, "t.csv", columns={"z": "category"}).table.codes == {}
    assert len(reads) == 1
