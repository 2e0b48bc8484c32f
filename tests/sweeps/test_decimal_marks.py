"""Numbers whose comma may be of two meanings: never read in silence, in no column."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeps.base.errors import Expected, UserError
from sweeps.data.datasets import loading
from sweeps.data.divided.divided_table import DividedTable
from sweeps.study.data_section import DataSpec
from tests.sweeps.helpers import sweeps

ROWS = 60
WHOLE = [str(number % 7) for number in range(ROWS)]
HALVES = [f"{number % 7},5" for number in range(ROWS)]
POINTS = [f"0.{number % 7 + 1}" for number in range(ROWS)]
UNSURE = [f"{50 + number % 40},{number * 137 % 1000:03}" for number in range(ROWS)]
Y = ["a", "b"] * (ROWS // 2)


def read(folder: Path, mark: str, table: Any, **changes: Any) -> DividedTable:
    """A file of columns by name, with such a mark between its fields."""
    quoted = [[f'"{cell}"' if mark in cell else cell for cell in cells] for cells in table.values()]
    lines = [mark.join(table), *(mark.join(row) for row in zip(*quoted, strict=True))]
    (folder / "t.csv").write_text("\n".join(lines))
    spec = DataSpec.model_validate({"source": "t.csv", "target": "y", **changes})
    return loading.read(spec, folder)


BOTH = [
    (";", {"x": WHOLE, "y": UNSURE}, {}, "y"),
    (";", {"x": HALVES, "y": UNSURE}, {}, "y"),
    (",", {"x": HALVES, "y": UNSURE}, {}, "y"),
    (";", {"x": UNSURE, "y": Y}, {}, "x"),
    (";", {"x": [f"${cell}" for cell in UNSURE], "y": Y}, {}, "x"),
    (";", {"x": UNSURE, "y": Y}, {"columns": {"x": "number"}}, "x"),
    (";", {"x": WHOLE, "w": UNSURE, "y": Y}, {"weight": "w"}, "w"),
]


@pytest.mark.parametrize(("mark", "columns", "changes", "name"), BOTH)
def test_a_comma_of_two_meanings_has_to_be_told(
    tmp_path: Path, mark: str, columns: Any, changes: Any, name: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, mark, columns, **changes)
    cell = columns[name][0]
    assert str(caught.value) == (
        f"t.csv: column '{name}': expected numbers of one meaning, got '{cell}' in line 2, where "
        "the comma may be a decimal one or set thousands apart (set data.decimal: ',', or "
        f"data.thousands: ',' where it means {cell.replace(',', '')})"
    )
    both = read(tmp_path, mark, columns, **changes, thousands=",")
    assert both.table.frame[name].iloc[0] == cell
    if "$" not in cell:
        read(tmp_path, mark, columns, **changes, decimal=",")


@pytest.mark.parametrize(
    ("mark", "columns"),
    [
        (",", {"x": WHOLE, "y": UNSURE}),
        (";", {"x": POINTS, "y": UNSURE}),
        (";", {"x": WHOLE, "y": ["1,234,567", *UNSURE[1:]]}),
        (";", {"x": WHOLE, "y": ["1,234.5", *UNSURE[1:]]}),
    ],
    ids=["commas between fields", "points in another", "two commas", "a point"],
)
def test_a_comma_that_a_table_explains_is_read_and_said(
    tmp_path: Path, mark: str, columns: Any
) -> None:
    found = read(tmp_path, mark, columns)
    assert found.column.values.iloc[1] == 51137
    (row,) = [
        row for row in loading.encoded(found, "float64").facts["column_table"] if row["name"] == "y"
    ]
    assert row["remark"].startswith("regression; '")
    assert "," in row["remark"]


def test_how_weights_are_read_is_said(tmp_path: Path) -> None:
    weights = [f"{number % 9 + 1}%" for number in range(ROWS)]
    found = read(tmp_path, ",", {"x": POINTS, "w": weights, "y": Y}, weight="w")
    table = loading.encoded(found, "float64").facts["column_table"]
    assert {row["name"]: row["remark"] for row in table}["w"] == "'1%' is 1"
    assert found.weights is not None
    np.testing.assert_allclose(found.weights[:2] / found.weights[0], [1, 2])


@pytest.mark.parametrize(
    ("cells", "got"),
    [
        (["12%", "0.2", "0.5"], "'12%' beside '0.2'"),
        (["$5", "€6", "7"], "'€6' beside '$5'"),
        (["12%", "$5", "8%"], "'12%' beside '$5'"),
    ],
)
def test_numbers_that_are_declared_have_one_unit(tmp_path: Path, cells: Any, got: str) -> None:
    columns = {"x": cells * (ROWS // 3), "u": WHOLE, "y": Y}
    for change, at in (({"columns": {"x": "number"}}, "columns.x"), ({"weight": "x"}, "weight")):
        with pytest.raises(Expected, match="numbers of one unit in all of its cells") as caught:
            read(tmp_path, ",", columns, **change)
        assert caught.value.at == at
        assert got in str(caught.value)


def test_new_writes_a_study_of_a_file_with_such_numbers(tmp_path: Path) -> None:
    lines = [f"{x};{y}" for x, y in zip(WHOLE, UNSURE, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["x;y", *lines]))
    sweeps("new", "a", "--data", "t.csv", "--target", "y", cwd=tmp_path, module="sweeps")
    assert 'decimal: ","' in (tmp_path / "a.yaml").read_text()


def test_a_mark_is_not_both(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a mark of thousands that is not the decimal mark"):
        read(tmp_path, ";", {"x": WHOLE, "y": Y}, decimal=",", thousands=",")
