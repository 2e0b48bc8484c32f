"""What columns are taken for: an index of the rows is no input, unless the study asks for it."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.checks import provenance
from sweeps.base.errors import Expected, UserError
from sweeps.data.column.word_columns import CategoryColumn
from sweeps.data.datasets.loading import load
from sweeps.study.data_section import DataSpec
from tests.needs import shared
from tests.sweeps.helpers import sweeps

ROWS = 60
MIXED = np.random.default_rng(0).permutation(ROWS)
STUDY = (
    "name: leak\ndata: {source: t.csv, target: y}\nfixed: {epochs: 2, hidden: [3]}\n"
    "space: {l2: [0, 1]}\nreplicates: 2\nsearch: {trials: 2}\nconfirm: {top: 1, replicates: 2}\n"
)


def spec(source: str = "t.csv", **changes: Any) -> DataSpec:
    return DataSpec.model_validate({"source": source, "target": "y", **changes})


def table(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame({"u": rng.normal(size=ROWS), **columns, "y": ["a", "b"] * (ROWS // 2)})


@pytest.mark.parametrize(
    ("values", "is_index"),
    [
        (np.arange(ROWS), True),
        (np.arange(ROWS)[::-1] + 1, True),
        (MIXED + 1000.0, True),
        (MIXED - 7, True),
        (MIXED.astype(str), True),
        (MIXED * 2, False),
        (np.where(MIXED == 0, 1, MIXED), False),
        (MIXED / 2, False),
        (np.where(MIXED == 0, np.nan, MIXED), False),
    ],
    ids=["0..n-1", "n..1", "mixed", "negative", "texts", "even", "twice", "halves", "gap"],
)
def test_consecutive_whole_numbers_are_no_input(
    tmp_path: Path, values: Any, is_index: bool
) -> None:
    table(amount=values).to_parquet(tmp_path / "t.parquet")
    if values.dtype.kind == "U":
        with pytest.raises(UserError, match="like an id, or free text: 60 different texts"):
            load(spec("t.parquet", columns={"amount": "category"}), tmp_path, "float32")
    data = load(spec("t.parquet"), tmp_path, "float32")
    assert data.encoder.inputs[:1] == ["u"]
    assert (data.n_in == 1) == is_index
    said = {"amount": "consecutive whole numbers, like an index of the rows"} if is_index else {}
    assert data.facts["left_out"] == said
    kept = load(spec("t.parquet", columns={"amount": "number"}), tmp_path, "float32")
    assert kept.encoder.inputs[:2] == ["u", "amount"]


HOLES = np.array([row for row in range(2 * ROWS) if row % 13])[:ROWS]


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("amount", HOLES, "go one way"),
        ("amount", HOLES[::-1] * 1.0, "go one way"),
        ("amount", HOLES.astype(str), "go one way"),
        ("Unnamed: 0", HOLES, "go one way"),
        ("Unnamed: 0", HOLES[MIXED], "without a name"),
        ("amount", HOLES[MIXED], ""),
        ("amount", np.maximum(HOLES, 9), ""),
        ("amount", HOLES + 0.5, ""),
    ],
)
def test_an_index_of_chosen_rows_is_no_input(
    tmp_path: Path, name: str, values: Any, why: str
) -> None:
    table().assign(**{name: values}).to_parquet(tmp_path / "t.parquet")
    data = load(spec("t.parquet"), tmp_path, "float32")
    assert (name in data.facts["left_out"]) == bool(why)
    assert why in data.facts["left_out"].get(name, "")
    assert (name in data.encoder.inputs) == (not why)
    assert data.changed == ({name: "ignore"} if why else {})
    kept = load(spec("t.parquet", columns={name: "number"}), tmp_path, "float32")
    assert name in kept.encoder.inputs


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (MIXED * 10, "at one distance from each other"),
        (np.where(MIXED == 5, np.nan, MIXED * 10), ""),
        (np.tile(np.arange(ROWS // 2), 2), "begin again"),
        (np.tile(np.arange(ROWS // 10), 10), ""),
        (MIXED * 10.5, ""),
        (np.random.default_rng(0).choice(10**6, ROWS, replace=False), ""),
    ],
    ids=["tens", "one gone", "two files", "hours", "halves", "any"],
)
def test_what_may_count_the_rows_stays_and_is_told(tmp_path: Path, values: Any, why: str) -> None:
    table(amount=values).to_parquet(tmp_path / "t.parquet")
    data = load(spec("t.parquet"), tmp_path, "float32")
    assert "amount" in data.encoder.inputs
    assert why in data.facts["doubtful"].get("amount", "")
    assert ("amount" in data.facts["doubtful"]) == bool(why)
    quiet = load(spec("t.parquet", columns={"amount": "number"}), tmp_path, "float32")
    assert "amount" not in quiet.facts["doubtful"]


def test_whole_numbers_as_classes_are_told_of_the_other_reading(tmp_path: Path) -> None:
    ratings = np.resize([1, 2, 3, 4, 5], ROWS)
    table().assign(y=ratings).to_csv(tmp_path / "t.csv", index=False)
    for changes, is_told in (({}, True), ({"task": "classification"}, False)):
        rows = load(spec(**changes), tmp_path, "float32").facts["column_table"]
        remark = next(row["remark"] for row in rows if row["name"] == "y")
        assert ("data.task: regression reads them as a number" in remark) == is_told


def test_the_only_column_is_an_input_and_doubtful(tmp_path: Path) -> None:
    table(dose=HOLES)[["dose", "y"]].to_parquet(tmp_path / "t.parquet")
    data = load(spec("t.parquet"), tmp_path, "float32")
    assert data.encoder.inputs == ["dose"]
    assert "go one way" in data.facts["doubtful"]["dose"]


def test_each_file_counts_its_own_rows(tmp_path: Path) -> None:
    table(row=MIXED).to_parquet(tmp_path / "t.parquet")
    table(row=np.arange(ROWS) + 1).iloc[: ROWS // 2].to_parquet(tmp_path / "e.parquet")
    data = load(spec("t.parquet", test={"source": "e.parquet"}), tmp_path, "float32")
    assert list(data.facts["left_out"]) == ["row"]


@pytest.mark.parametrize("rows", [40, 30_000])
def test_different_values_are_counted_in_tables_of_any_length(tmp_path: Path, rows: int) -> None:
    rng = np.random.default_rng(0)
    few, many = rng.integers(0, 12, rows).astype(float), rng.normal(size=rows)
    frame = pd.DataFrame({"few": few, "many": many, "y": few * many + rng.normal(size=rows)})
    frame.loc[3:5, ["few", "many"]] = np.nan
    frame.to_csv(tmp_path / "t.csv", index=False)
    facts = load(DataSpec(source="t.csv", target="y"), tmp_path, "float32").facts
    told = {row["name"]: row["distinct"] for row in facts["column_table"]}
    assert told == frame.nunique().to_dict()


def test_a_boolean_is_one_in_every_row(tmp_path: Path) -> None:
    flag = (MIXED % 2).astype(float)
    part = np.where(np.arange(ROWS) < ROWS // 2, "train", "test")
    rare = np.where(np.arange(ROWS) == ROWS - 1, 2, flag)  # a value of a test row alone
    table(flag=flag, rare=rare, part=part).to_csv(tmp_path / "t.csv", index=False)
    facts = load(spec(split={"column": "part"}), tmp_path, "float32").facts
    told = {row["name"]: row["kind"] for row in facts["column_table"]}
    assert (told["flag"], told["rare"]) == ("boolean", "number")
    assert facts["column_kinds"]["boolean"] == 1


def test_columns_are_what_the_study_says(tmp_path: Path) -> None:
    district = np.resize([7, 12, 9.0], ROWS)
    table(district=district, size=["1", "2"] * 30, id=range(ROWS)).to_parquet(
        tmp_path / "t.parquet"
    )
    said = {"district": "category", "size": "number", "id": "ignore"}
    data = load(spec("t.parquet", columns=said), tmp_path, "float32")
    assert data.encoder.inputs == ["u", "district = 12", "district = 7", "district = 9", "size"]
    (words,) = (c for c in data.encoder.columns if isinstance(c, CategoryColumn))
    assert words.encode(pd.Series([9, 7]))[0].tolist() == [0, 0, 1]
    for name, kind, message in (
        ("u", "boolean", "expected true or false, or 1 or 0"),
        ("y", "date", "expected number, category, boolean or an order for the target"),
        ("distrct", "number", "did you mean 'district'"),
    ):
        with pytest.raises(Expected, match=message):
            load(spec("t.parquet", columns={name: kind}), tmp_path, "float32")
    table(word=["1", "x"] * 30).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(Expected, match="expected numbers in all of its cells, got 'x'") as caught:
        load(spec(columns={"word": "number"}), tmp_path, "float32")
    assert caught.value.at == "columns.word"


def test_only_what_is_read_otherwise_is_part_of_the_identity(tmp_path: Path) -> None:
    """So that a run of an earlier version goes on, or is refused: never with other numbers."""
    table(id=MIXED, plain=MIXED % 3).to_csv(tmp_path / "t.csv", index=False)

    def known(**changes: Any) -> Any:
        said = spec(**changes)
        return load(said, tmp_path, "float32").identity(said).get("columns")

    assert known(ignore=["id"]) is None
    assert known(columns={"id": "number"}) is None
    assert known(columns={"id": "number", "plain": "number"}) is None
    assert known() == {"id": "ignore"}
    assert known(columns={"plain": "category"}) == {"id": "ignore", "plain": "category"}


def test_an_index_is_told_and_an_earlier_run_with_it_goes_on(tmp_path: Path) -> None:
    """A run that began when the column was an input is refused in a line that says how."""
    table(row=range(ROWS)).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "leak.yaml").write_text(STUDY)
    keep = ("--set", "data.columns.row=number")
    told = sweeps("check", "leak.yaml", cwd=tmp_path, module="sweeps").stdout
    line = (
        "left out  column 'row': consecutive whole numbers, like an index of the rows "
        '(data.columns: {"row": number} keeps it)'
    )
    assert line in told
    told = sweeps("check", "leak.yaml", *keep, cwd=tmp_path, module="sweeps").stdout
    assert "left out  column" not in told
    sweeps("leak.yaml", *keep, "--jobs", "1", "--no-confirm", cwd=tmp_path)
    # What an earlier version wrote of the same run: it knew no data.columns.
    study = tmp_path / "runs/leak/study.yaml"
    text = study.read_text()
    assert "columns:" in text
    identity = json.loads((tmp_path / "runs/leak/artifacts/identity.json").read_text())
    assert "columns" not in identity["data"]
    done = sweeps("leak.yaml", "--jobs", "1", cwd=tmp_path, code=2)
    (line,) = done.stderr.splitlines()
    assert "data.columns.row: not set there, 'ignore' here" in line
    done = sweeps("leak.yaml", *keep, "--jobs", "1", cwd=tmp_path)
    assert "resumed   2 of 2 trials are done" in done.stdout


def test_the_report_tells_of_it_and_so_does_check_of_identifiers(tmp_path: Path) -> None:
    table(row=range(ROWS), user_id=MIXED * 3 + 1).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "leak.yaml").write_text(STUDY)
    told = sweeps("leak.yaml", "--jobs", "1", cwd=tmp_path).stdout
    assert "left out  column 'row': consecutive" in told
    assert (
        "warning   column 'user_id': another value in every row; if it tells nothing of the "
        "target, add it to data.ignore\n"
    ) in told
    found = provenance(tmp_path / "runs/leak/provenance.json")
    assert list(found["data"]["left_out"]) == ["row"]
    page = (tmp_path / "runs/leak/report.html").read_text()
    assert "row: consecutive whole numbers, like an index of the rows" in page


def test_the_case_by_the_command_line(tmp_path: Path) -> None:
    shutil.copytree(shared("cases/saved-index"), tmp_path, dirs_exist_ok=True)
    told = sweeps("check", "study.yaml", cwd=tmp_path, module="sweeps").stdout
    assert "150 rows × 3 columns;" in told
    assert "left out  column 'Unnamed: 0': consecutive" in told


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": {"test": 0.05}}, "split.test: expected test rows of every class, got 3 of"),
        ({"split": {"dev": 0.05}}, "split.dev: expected dev rows of every class, got 3 of"),
        ({"split": {"dev": 0.45, "test": 0.5}}, "split: expected train rows of every class, got 3"),
        ({"split": {"column": "part"}}, "split: expected every class among the dev rows, got 4 of"),
        (
            {"group": "whose", "split": {"test": 0.05}},
            "split: expected every class among the test rows, got 3 of",
        ),
    ],
)
def test_a_part_with_fewer_rows_than_classes(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    part = np.repeat(["train", "dev", "test"], [46, 4, 10])
    frame = table(part=part, whose=np.arange(ROWS) // 3).assign(y=list("abcdef") * 10)
    frame.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(Expected) as caught:
        load(spec(**changes), tmp_path, "float32")
    told = f"{caught.value.at}: {caught.value.message}"
    assert told.startswith(message)
    assert " of them for 6 classes (" in told


def test_a_class_with_too_few_rows_for_three_parts(tmp_path: Path) -> None:
    frame = table()
    frame.loc[:1, "y"] = "rare"
    frame.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(Expected, match="none of class 'rare', which has 2 in all"):
        load(spec(), tmp_path, "float32")
