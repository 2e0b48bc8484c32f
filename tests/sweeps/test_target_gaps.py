"""Rows without a target are left out where the study says so, and no other row loses its place."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import Expected, UserError
from sweeps.commands.work import new
from sweeps.data.arrays.dataset import Dataset
from sweeps.data.datasets import loading
from sweeps.phases.prepare import prepare
from sweeps.study.data_section import DataSpec
from sweeps.study.file.documents import read

ROWS = 90
LEFT_OUT = "data.target_gaps: leave_out leaves such rows out"


def rows() -> pd.DataFrame:
    """Every third row has no target; x is the number of the row, spread."""
    places = np.arange(ROWS)
    return pd.DataFrame({"x": places * 1.5, "y": np.where(places % 3, places % 2 + 0.5, np.nan)})


def loaded(folder: Path, **data: Any) -> Dataset:
    said = {"source": "t.csv", "target": "y", "task": "regression", "target_gaps": "leave_out"}
    return loading.load(DataSpec.model_validate(said | data), folder, "float64")


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_that_are_left_keep_their_places(tmp_path: Path, form: str) -> None:
    frame = rows()
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    dataset = loaded(tmp_path, source=f"t.{form}", standardize=False)
    assert dataset.facts["rows"] == 60
    assert dataset.facts["read"] == ["30 of 90 rows without 'y' left out (data.target_gaps)"]
    assert dataset.places is not None
    for part, given in dataset.parts.items():
        where = dataset.places.of(part)
        np.testing.assert_allclose(frame["x"].to_numpy()[where["row"]], given.x[:, 0])
        assert ("line" in where) == (form == "csv")
        np.testing.assert_array_equal(where.get("line", where["row"] + 2), where["row"] + 2)


def test_they_are_left_out_of_files_of_their_own_too(tmp_path: Path) -> None:
    rows().to_csv(tmp_path / "t.csv", index=False)
    test = rows().iloc[::-1].reset_index(drop=True)
    test.to_csv(tmp_path / "e.csv", index=False)
    dataset = loaded(tmp_path, test={"source": "e.csv"}, standardize=False)
    assert dataset.places is not None
    where = dataset.places.of("test")
    assert (dataset.facts["test"], dataset.facts["train"] + dataset.facts["dev"]) == (60, 60)
    np.testing.assert_allclose(test["x"].to_numpy()[where["row"]], dataset.parts["test"].x[:, 0])
    np.testing.assert_array_equal(where["line"], where["row"] + 2)


def test_a_fault_names_the_line_of_the_file(tmp_path: Path) -> None:
    frame = rows().astype(object)
    frame.loc[4, "x"] = "oops"
    frame.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UserError, match=r"first 'oops' in line 6 "):
        loaded(tmp_path)


def test_without_the_key_they_are_refused_with_it(tmp_path: Path) -> None:
    rows().to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises((Expected, UserError), match=LEFT_OUT):
        loaded(tmp_path, target_gaps="refuse")
    rows().assign(y=np.nan).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises((Expected, UserError), match=r"none in 90 of 90.* \(another target\)"):
        loaded(tmp_path)


def test_new_leaves_them_out_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows().to_csv("t.csv", index=False)
    made = new.create("t", "t.csv", "y")
    assert made.facts["read"] == ["30 of 90 rows without 'y' left out (data.target_gaps)"]
    study, dataset = prepare(read(Path("t.yaml")), tmp_path, [])
    assert study.data.target_gaps == "leave_out"
    assert dataset.facts["rows"] == 60
