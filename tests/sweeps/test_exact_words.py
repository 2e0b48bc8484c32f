"""Digits that are words stay as they are written: large numbers beside gaps, zeros in front."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from sweeps.data import given_tables, loading
from sweeps.data.loading import DividedTable
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
