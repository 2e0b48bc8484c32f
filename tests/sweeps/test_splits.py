"""Rows of test and dev of their own, a split column with parts missing, by time, no test rows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import UserError
from sweeps.data import Dataset
from sweeps.data.datasets import loading, resampled_dataset
from sweeps.data.divided import resampling
from sweeps.data.divided.divided_table import DividedTable
from sweeps.phases import prepare
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents
from sweeps.study.spec import Study
from sweeps.views import plan_warnings
from tests.sweeps import helpers as small


def table(rows: int, seed: int = 0) -> pd.DataFrame:
    """A day a row, from 2024 on; two numbers, a word, and which of two classes they make."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, rows)).round(3)
    days = pd.date_range("2024-01-01", periods=rows).strftime("%Y-%m-%d")
    classes = np.where(a + b + rng.normal(size=rows) / 2 > 0, "yes", "no")
    return pd.DataFrame(
        {"day": days, "a": a, "b": b, "word": rng.choice(list("uvw"), rows), "y": classes}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed, (name, rows) in enumerate({"data": 90, "test": 31, "dev": 23}.items()):
        table(rows, seed).to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


TEXT = """
name: s
data: {source: data.csv, target: y, ignore: [day], DATA}
fixed: {hidden: [3], epochs: 2}
space: {learning_rate: {low: 1e-3, high: 1e-1, log: true}}
replicates: 3
search: {trials: 2}
confirm: {top: 1, replicates: 6, learning_curve: 0}
"""


def prepared(folder: Path, data: str, *assignments: str) -> tuple[Study, Dataset]:
    document = documents.parse(TEXT.replace("DATA", data), "s.yaml")
    return prepare.prepare(document, folder, list(assignments))


def fault(folder: Path, data: str, *assignments: str) -> str:
    with pytest.raises(UserError) as raised:
        prepared(folder, data, *assignments)
    assert len(raised.value.faults) == 1
    return str(raised.value)


def divided(folder: Path, **data: Any) -> DividedTable:
    spec = {"source": "data.csv", "target": "y", "ignore": ["day"], **data}
    return loading.read(DataSpec.model_validate(spec), folder)


def sizes(found: DividedTable) -> dict[str, int]:
    return {part: len(rows) for part, rows in found.parts.items()}


# --- files of their own --------------------------------------------------------------------------


def test_test_and_dev_rows_of_files_of_their_own(folder: Path) -> None:
    found = divided(folder, test={"source": "test.csv"}, dev={"file": "dev.csv"})
    assert sizes(found) == {"train": 90, "dev": 23, "test": 31}
    words = "dev from dev.csv, test from test.csv"
    assert found.division.words == words
    ours = found.table.frame.iloc[found.parts["test"]].reset_index(drop=True)
    given = pd.read_csv(folder / "test.csv")
    pd.testing.assert_frame_equal(ours, given, check_column_type=False)
    alone = divided(folder, test={"source": "test.csv"})
    assert sizes(alone) == {"train": 72, "dev": 18, "test": 31}  # dev: a fifth of what is no test


def test_what_is_fitted_is_fitted_on_the_training_file(folder: Path) -> None:
    marked = table(31, 1).assign(a=1e6, word="new")
    marked.to_csv(folder / "marked.csv", index=False)
    each = [
        loading.encoded(divided(folder, test={"source": name}), "float32")
        for name in ("test.csv", "marked.csv")
    ]
    plain, other = (one.parts["train"].x for one in each)
    np.testing.assert_array_equal(plain, other)
    assert each[0].encoder.inputs == each[1].encoder.inputs


def test_a_run_knows_the_digest_of_each_file(folder: Path) -> None:
    study, before = prepared(folder, "test: {source: test.csv}")
    assert study.replicates.resample == "kfold"  # of train and dev
    table(31, 9).to_csv(folder / "test.csv", index=False)
    _, after = prepared(folder, "test: {source: test.csv}")
    assert before.identity(study.data) != after.identity(study.data)
    assert set(after.facts["files"]) == {"train", "test"}
    (folder / "elsewhere.csv").write_bytes((folder / "test.csv").read_bytes())
    moved, other = prepared(folder, "test: {source: elsewhere.csv}")
    assert other.identity(moved.data) == after.identity(study.data)


def test_other_columns_are_said_in_a_line(folder: Path) -> None:
    table(31).drop(columns="a").assign(extra=1, z=2).to_csv(folder / "test.csv", index=False)
    assert fault(folder, "test: {source: test.csv}") == (
        "s.yaml:3: data.test.source: expected the columns of data.csv, got 'a' missing, "
        "'extra', 'z' more"
    )


@pytest.mark.parametrize(
    "ignored", [{"ignore": ["day", "n", "word"]}, {"columns": {"n": "ignore", "word": "ignore"}}]
)
def test_a_file_need_not_have_what_is_ignored(folder: Path, ignored: dict[str, Any]) -> None:
    table(90).assign(n=range(90)).to_csv(folder / "data.csv", index=False)
    table(31, 1).to_csv(folder / "with.csv", index=False)
    table(31, 1).drop(columns="word").to_csv(folder / "test.csv", index=False)
    for name in ("test.csv", "with.csv"):
        found = divided(folder, test={"source": name}, dev={"file": name}, **ignored)
        dataset = loading.encoded(found, "float32")
        assert dataset.encoder.inputs == ["a", "b"]
        assert len(dataset.parts["test"].x) == 31
        assert np.isfinite(dataset.parts["test"].x).all()


def test_a_text_where_the_training_rows_have_numbers(folder: Path) -> None:
    rows = table(31).astype({"a": str})
    rows.loc[4, "a"] = "much"
    rows.to_csv(folder / "test.csv", index=False)
    assert fault(folder, "test: {source: test.csv}") == (
        "test.csv: column 'a': expected numbers, as in data.csv, got 'much' in line 6"
    )


DAYS = pd.date_range("2024-01-05", periods=90, freq="9D")


@pytest.mark.parametrize(
    ("form", "is_told"),
    [("%d.%m.%Y", True), ("%m/%d/%Y", True), ("%d/%m/%Y %H:%M", True), ("%Y%m%d", False)],
)
def test_the_past_trains_however_days_are_written(folder: Path, form: str, is_told: bool) -> None:
    rows = table(90).assign(day=DAYS.strftime(form)).sample(frac=1, random_state=1)
    rows.to_csv(folder / "data.csv", index=False)
    data = loading.load(DataSpec(source="data.csv", target="y"), folder, "float32")
    assert ("day" in data.facts.get("dated", ())) == is_told
    by_time = {"source": "data.csv", "target": "y", "split": {"time": "day"}}
    parts = loading.read(DataSpec.model_validate(by_time), folder).parts
    past, future = (np.asarray(rows.index)[parts[part]] for part in ("train", "test"))
    assert past.max() < future.min()


@pytest.mark.parametrize(
    ("name", "unit", "is_told"),
    [
        ("created_at", 1, True),
        ("timestamp", 1000, True),
        ("phone", 1, False),
        ("uptime", 9e9, False),
    ],
)
def test_seconds_since_1970_are_told_to_be_times(
    folder: Path, name: str, unit: float, is_told: bool
) -> None:
    seconds = (DAYS - pd.Timestamp("1970-01-01")) // pd.Timedelta(seconds=1)
    rows = table(90).drop(columns="day").assign(**{name: np.asarray(seconds) * unit})
    rows.sample(frac=1, random_state=1).to_csv(folder / "data.csv", index=False)
    data = loading.load(DataSpec(source="data.csv", target="y"), folder, "float32")
    assert (name in data.facts.get("dated", ())) == is_told


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (DAYS.strftime("%d%m%Y"), "got 5012024 in line 2 (days whose year is last do not go up"),
        (np.resize(["01/02/2024", "03/04/2024"], 90), "day and month cannot be told apart"),
        (DAYS.strftime("%d %b %Y"), "got '05 Jan 2024' in line 2"),
    ],
)
def test_days_that_would_be_put_in_a_wrong_order_are_refused(
    folder: Path, days: Any, said: str
) -> None:
    table(90).assign(day=days).to_csv(folder / "data.csv", index=False)
    assert said in fault(folder, "split: {time: day}")


def test_a_fault_names_the_file_of_its_line(folder: Path) -> None:
    rows = table(31)
    rows["y"] = rows["y"].where(rows.index != 2)
    rows.to_csv(folder / "test.csv", index=False)
    assert "line 4 of test.csv" in fault(folder, "test: {source: test.csv}")


@pytest.mark.parametrize(
    ("data", "more", "said"),
    [
        ("test: {source: gone.csv}", (), "data.test.source: expected a file, got 'gone.csv'"),
        ("test: {file: a.csv, source: b.csv}", (), "expected one of source and file, got both"),
        ("test: {source: test.csv}", ("confirm.nested=3",), "confirm.nested: expected none with "),
        ("split: {time: day}", ("confirm.nested=3",), "expected none with data.split.time, got 3"),
        ("split: {column: word, time: day}", (), "expected one of column and time"),
        ("split: {time: word}", (), "data.split.time: expected numbers, or dates such as"),
        ("split: {time: dya}", (), "data.split.time: expected a column of the data, got 'dya'"),
        ("split: {time: day}, group: word", (), "data.group: expected none with data.split.time"),
        (
            "split: {time: day}",
            ("replicates={resample: kfold}",),
            "rolling or none with split.time",
        ),
        ("split: {test: 0}", ("replicates={resample: rolling}",), "data.split.time with rolling"),
        ("split: {dev: 0}", ("replicates={resample: none}",), "data.split.dev: expected some dev"),
        ("split: {dev: 0}", ("replicates=1",), "one replicate makes no folds"),
    ],
)
def test_what_does_not_go_together(
    folder: Path, data: str, more: tuple[str, ...], said: str
) -> None:
    assert said in fault(folder, data, *more)


# --- a column with parts missing -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["train", "train", "test"], {"train": 48, "dev": 12, "test": 30}),
        (["train", "train", "dev"], {"train": 60, "dev": 30, "test": 0}),
        (["train"], {"train": 72, "dev": 18, "test": 0}),
    ],
)
def test_a_column_with_parts_missing(
    folder: Path, parts: list[str], expected: dict[str, int]
) -> None:
    rows = table(90)
    rows["part"] = np.resize(parts, 90)
    rows.to_csv(folder / "data.csv", index=False)
    assert sizes(divided(folder, split={"column": "part"})) == expected
    study, _ = prepared(folder, "split: {column: part}")
    assert study.replicates.is_resampled == ("dev" not in parts)


# --- by time -------------------------------------------------------------------------------------


def shuffled(folder: Path, day: Any) -> pd.DataFrame:
    rows = table(90).assign(day=day).sample(frac=1, random_state=0)
    rows.to_csv(folder / "data.csv", index=False)
    return rows.reset_index(drop=True)


@pytest.mark.parametrize(
    "day",
    [
        np.arange(90) // 2,
        pd.date_range("2024-01-01", periods=90),
        pd.date_range("2023-12-31T22:00", periods=90, freq="h").strftime("%Y-%m-%dT%H:%MZ"),
    ],
    ids=["numbers in pairs", "dates", "timestamps"],
)
def test_the_past_trains_and_the_future_tests(folder: Path, day: Any) -> None:
    rows = shuffled(folder, day)
    found = divided(folder, split={"time": "day", "dev": 0.2, "test": 0.2})
    train, dev, test = (rows["day"].iloc[found.parts[p]] for p in ("train", "dev", "test"))
    assert train.max() < dev.min()
    assert dev.max() < test.min()
    assert sizes(found) == {"train": 54, "dev": 18, "test": 18}
    assert "day" not in found.features.frame


@pytest.mark.parametrize("purpose", [resampling.SEARCH, resampling.CONFIRMATION])
def test_no_network_trains_on_what_is_later_than_its_dev_rows(
    folder: Path, purpose: tuple[int, ...]
) -> None:
    rows = shuffled(folder, np.arange(90) // 3)
    study, dataset = prepared(folder, "split: {time: day}")
    assert study.replicates.resample == "rolling"
    pool = resampled_dataset.pool(divided(folder, split={"time": "day"}), purpose)
    drawn = resampling.draw(study.replicates, study.data.split, pool)
    assert len(drawn) == study.replicates.count
    for one in drawn:
        assert rows["day"].iloc[one.train].max() < rows["day"].iloc[one.dev].min()
    assert dataset.folded is not None
    assert dataset.folded.folds is not None
    design = dataset.folded.folds.design
    assert (design.repeats, design.replicates) == (1, 6)


def test_what_comes_later_changes_nothing_earlier(folder: Path) -> None:
    rows = shuffled(folder, np.arange(90))
    _, before = prepared(folder, "split: {time: day}")
    late = rows["day"] >= 66  # the last dev block of three, and the test rows
    rows.assign(a=rows["a"].mask(late, 1e6)).to_csv(folder / "data.csv", index=False)
    _, after = prepared(folder, "split: {time: day}")
    for seen, other in ((before.resampled, after.resampled), (before.folded, after.folded)):
        assert seen is not None
        assert other is not None
        for replicate in (0, 1):
            for part in ("train", "dev"):
                ours, theirs = seen.of(replicate).parts[part], other.of(replicate).parts[part]
                np.testing.assert_array_equal(ours.x, theirs.x)


def test_a_column_of_dates_is_pointed_at(folder: Path) -> None:
    each = [prepared(folder, data) for data in ("", "split: {time: day}")]
    hints = [plan_warnings.lines(*one, jobs=1) for one in each]
    assert [len([hint for hint in each if "holds dates" in hint]) for each in hints] == [1, 0]


# --- runs ----------------------------------------------------------------------------------------


def test_no_test_rows_is_said_wherever_it_matters(folder: Path) -> None:
    path = small.study(folder, TEXT.replace("DATA", "split: {test: 0, dev: 0}"))
    told = small.sweeps(str(path), cwd=folder).stdout
    assert "of 90 rows, and no test rows" in told
    assert "There are no test rows" in told
    assert "test error" not in told
    page = (folder / "runs" / "s" / "report.html").read_text()
    assert "no unseen rows" in page
    assert "test error" not in page
    first = json.loads((folder / "runs" / "s" / "summary.json").read_text())["confirmed"][0]
    assert first["test_error"] is None
    assert first["dev_error"] is not None
    small.sweeps("compare", "runs/s", "runs/s", cwd=folder, module="sweeps")
    listed = small.sweeps("ls", cwd=folder, module="sweeps").stdout
    assert "nan" not in listed


def test_a_run_on_files_of_its_own_and_by_time(folder: Path) -> None:
    data = "split: {time: day}, test: {file: test.csv}"
    path = small.study(folder, TEXT.replace("DATA", data))
    checked = small.sweeps("check", str(path), cwd=folder, module="sweeps").stdout
    assert "test from test.csv" in checked
    told = small.sweeps(str(path), cwd=folder).stdout
    assert "3 rolling origins" in told
    provenance = json.loads((folder / "runs" / "s" / "provenance.json").read_text())
    assert provenance["data"]["files"]["test"]["source"] == "test.csv"
    assert provenance["confirm"]["folds"] * provenance["confirm"]["seeds"] == 6
    small.sweeps("resume", "runs/s", cwd=folder, module="sweeps")
    said = np.load(folder / "runs" / "s" / "predictions.npz")
    assert said["test_row"].tolist() == list(range(31))
    assert said["test_line"].tolist() == list(range(2, 33))
    dates = pd.read_csv(folder / "data.csv")["day"]
    assert dates.iloc[said["dev_row"]].min() > dates.iloc[: said["dev_row"].min()].max()
