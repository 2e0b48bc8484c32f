"""Cells below or above a limit, as "<0.1": the limit is their number, in training and after it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sweeps
from sweeps.base.errors import UserError
from sweeps.commands.work import new
from sweeps.data.cell import number_spellings
from sweeps.data.datasets import loading
from sweeps.data.datasets.loading import DividedTable
from sweeps.study.data_section import DataSpec
from tests.sweeps.helpers import sweeps as command

ROWS = 200
NUMBERS = [f"{1 + n / 10:.1f}" for n in range(ROWS)]
TINY = {"space": {"learning_rate": [0.01]}, "fixed": {"hidden": [], "epochs": 2}}

SMALL = ["fixed.epochs=2", "replicates=2", "confirm.replicates=2", "confirm.baselines=[]"]


def column(*cells: str) -> list[str]:
    """Numbers, and such cells in front."""
    return [*cells, *NUMBERS[len(cells) :]]


def table(path: Path, crp: list[str], **more: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"crp": crp, "a": np.arange(ROWS) % 7, **more, "y": ["n", "y"] * 100})
    frame.to_csv(path, index=False)
    return frame


def read(path: Path, **data: Any) -> DividedTable:
    return loading.read(DataSpec(source=path.name, target="y", **data), path.parent)


@pytest.mark.parametrize(
    ("text", "number", "decimal"),
    [("<0.1", 0.1, "."), ("< 0,1", 0.1, "."), (">200", 200, "."), ("≤5 %", 5, "."),
     ("<.5", 0.5, "."), ("<0.1", 0.1, ","), ("<1.000", 1000, ","),
     (">=1,5", 1.5, ","), ("> -3", -3, "."), ("90+", 90, "."), ("1,000+ ", 1000, "."),
     ("1,5 +", 1.5, ",")],
)  # fmt: skip
def test_a_limit_is_its_number(text: str, number: float, decimal: str) -> None:
    assert number_spellings.value(text, decimal) == number
    twice = f"{text.strip()}+" if "+" in text else text[:1] + text
    assert number_spellings.value(twice, decimal) is None


def test_few_limits_are_numbers_and_told(tmp_path: Path) -> None:
    table(tmp_path / "t.csv", column("<0.1", "<0,1", "<0.1", ">200"))
    features = read(tmp_path / "t.csv").features
    assert features.frame["crp"].tolist()[:5] == [0.1, 0.1, 0.1, 200, 1.4]
    told = "4 cells below or above a limit, as '<0.1', are read as the limit 0.1"
    assert features.said == {"crp": told}
    assert features.changed == {"crp": "number"}


@pytest.mark.parametrize("old", ["90+", " 90 + "])
def test_a_plus_behind_a_number_is_a_limit_where_few(tmp_path: Path, old: str) -> None:
    grades = ["0", "1+", "2+", "A+"] * 50
    table(tmp_path / "t.csv", column(old, old), grade=grades)
    features = read(tmp_path / "t.csv").features
    assert features.frame["crp"].tolist()[:3] == [90, 90, 1.2]
    told = "2 cells below or above a limit, as '90"
    assert features.said["crp"].startswith(told)
    assert set(features.frame["grade"]) == {"0", "1+", "2+", "A+"}


def test_the_study_can_call_them_gaps(tmp_path: Path) -> None:
    table(tmp_path / "t.csv", column("<0.1", "<0,1"))
    features = read(tmp_path / "t.csv", missing=("<0.1", "<0,1")).features
    assert features.frame["crp"].isna().sum() == 2
    assert not features.said


@pytest.mark.parametrize(
    ("values", "limits", "is_number"),
    [(8, 10, True), (8, 11, False), (30, 100, True), (30, 101, False)],
    ids=["5 %", "more", "half, of many values", "most"],
)
def test_where_limits_are_many_they_are_words(
    tmp_path: Path, values: int, limits: int, is_number: bool
) -> None:
    crp = ["<1"] * limits + [str(1 + n % values) for n in range(ROWS - limits)]
    table(tmp_path / "t.csv", crp)
    kind = read(tmp_path / "t.csv").features.frame["crp"].dtype.kind
    assert (kind == "f") == is_number


def test_declared_numbers_may_be_limits_alone(tmp_path: Path) -> None:
    table(tmp_path / "t.csv", ["<1", ">5"] * 100)
    assert set(read(tmp_path / "t.csv").features.frame["crp"]) == {"<1", ">5"}
    numbers = read(tmp_path / "t.csv", columns={"crp": "number"}).features
    assert set(numbers.frame["crp"]) == {1, 5}
    assert numbers.said["crp"].startswith("200 cells below or above a limit")


def test_a_study_is_begun_run_and_predicted_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    crp = column("<0.1", "<0,1", "<0,2", "<0.3", "<0,4", "<0,5")
    table(tmp_path / "t.csv", [cell if "<" in cell else cell.replace(".", ",") for cell in crp])
    made = new.create("t", "t.csv", "y")
    assert not made.columns.ignored
    assert 'decimal: ","' in Path("t.yaml").read_text()  # though no other column shows it
    done = command(
        *("run", "t.yaml", "--trials", "1", "--jobs", "1"),
        *(one for text in SMALL for one in ("--set", text)),
        cwd=tmp_path,
        module="sweeps",
    )
    told = "6 cells below or above a limit, as '<0,1', are read as the limit 0.1"
    assert told in done.stdout
    new_rows = pd.DataFrame({"crp": ["<0,1", "0,1", "< 0.1"], "a": 3})
    new_rows.to_csv("new.csv", index=False)
    out = command("predict", "runs/t", "new.csv", cwd=tmp_path, module="sweeps").stdout
    each = [line.split(",", 2)[2] for line in out.splitlines()[1:4]]
    assert len(set(each)) == 1
    new_rows.assign(crp="<x").to_csv("new.csv", index=False)
    out = command("predict", "runs/t", "new.csv", cwd=tmp_path, module="sweeps", code=2).stderr
    assert "expected a finite number, got '<x'" in out


def test_rows_to_predict_are_told_how_to_write_one_where_training_had_none(tmp_path: Path) -> None:
    frame = table(tmp_path / "t.csv", column())
    options: dict[str, Any] = {"trials": 1, "jobs": 1, "out": tmp_path, "set": SMALL}
    sweeps.run(frame.assign(crp=frame["crp"].astype(float)), target="y", **TINY, **options)
    (tmp_path / "new.csv").write_text("crp,a\n<0.1,3\n")
    out = command("predict", "table", "new.csv", cwd=tmp_path, module="sweeps", code=2).stderr
    told = "got '<0.1' (training had no limits in it: write 0.1)"
    assert f"new.csv: line 2: crp: expected a finite number, {told}" in out


def test_a_frame_is_read_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = table(tmp_path / "t.csv", column())
    cells = frame["crp"].astype(float).astype(object)
    cells[:3] = ["<0.1", ">30", "<0.1"]
    options: dict[str, Any] = {"trials": 1, "jobs": 1, "out": tmp_path, "set": SMALL}
    result = sweeps.run(frame.assign(crp=cells), target="y", **TINY, **options)
    assert "3 cells below or above a limit, as '<0.1', are read as the" in capsys.readouterr().out
    rows = pd.DataFrame({"crp": ["<0.1", 0.1], "a": 1})
    np.testing.assert_array_equal(*result.model.outputs(rows))


@pytest.mark.parametrize("decimal", [",", "."])
@pytest.mark.parametrize("part", ["train", "test"])
def test_a_file_of_its_own_may_have_them_alone(tmp_path: Path, part: str, decimal: str) -> None:
    for name in ("train", "test"):
        crp = column("<0.1", "<0.1") if name == part else column()
        table(tmp_path / f"{name}.csv", [cell.replace(".", decimal) for cell in crp])
    read_ = read(tmp_path / "train.csv", decimal=decimal, test={"source": "test.csv"})
    numbers = read_.features.frame["crp"].tolist()
    first = 0 if part == "train" else ROWS
    assert numbers[first : first + 3] == [0.1, 0.1, 1.2]
    assert numbers[ROWS - first] == 1.0
    assert "2 cells below" in read_.features.said["crp"]


def test_a_target_of_numbers_may_have_them(tmp_path: Path) -> None:
    table(tmp_path / "t.csv", column(), z=column("<0.1"))
    made = loading.read(DataSpec(source="t.csv", target="z"), tmp_path)
    assert made.column.task == "regression"
    assert made.column.values[0] == 0.1
    assert "as '<0.1', is read as the limit 0.1" in made.column.said


def test_what_is_no_limit_is_no_number(tmp_path: Path) -> None:
    table(tmp_path / "t.csv", column("<b>1</b>"))
    with pytest.raises(UserError, match="first '<b>1</b>' in line 2"):
        read(tmp_path / "t.csv")
