"""`sweeps new`: a study file that is valid and runs as it stands, for any table."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import UserError
from sweeps.commands.work import new, new_reading
from sweeps.phases.prepare import prepare
from sweeps.study.file import parsing
from sweeps.study.file.documents import read
from sweeps.views import plan_warnings
from tests.sweeps.helpers import sweeps

SMALL = ("--trials", "2", "--set", "fixed.epochs=2", "--set", "confirm.replicates=2", "--jobs", "1")


def table(rows: int, **columns: object) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=rows), "b": rng.choice(["x", "y"], rows)})
    return frame.assign(**columns, y=(frame["a"] > 0).map({True: "good", False: "bad"}))


def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    told = sweeps("new", "first", cwd=tmp_path, module="sweeps").stdout
    first, said, *rows, last = told.splitlines()
    assert (first, last) == ("first.yaml", "go on with: sweeps run first.yaml")
    assert said == "columns   13 number, 1 target; 13 network inputs"
    assert len(rows) == 1 + 12 + 1  # a header, and that there are more
    told = sweeps("first.yaml", *SMALL, cwd=tmp_path).stdout
    assert "winner: trial" in told


def test_for_a_table_of_ones_own(tmp_path: Path) -> None:
    rows = 200
    dates = pd.date_range("2020-01-01", periods=rows).astype(str)
    awkward = 'a: "b" # \\ {c}'
    frame = table(
        rows,
        customer_id=range(rows),
        when=dates,
        empty=np.nan,
        **{awkward: [f"text {n}" for n in range(rows)], "täglich \U0001f600": 1.0},
    )
    (tmp_path / "my data").mkdir()
    frame.to_csv(tmp_path / "my data" / "t.csv", index=False)
    sweeps(
        *("new", "mine.yaml", "--data", str(tmp_path / "my data/t.csv"), "--target", "y"),
        cwd=tmp_path,
        module="sweeps",
    )
    study = parsing.study(read(tmp_path / "mine.yaml"))
    assert study.name == "mine"
    assert study.data.source == "my data/t.csv"
    assert set(study.data.ignore) == {"customer_id", "when", "empty", awkward, "täglich \U0001f600"}
    text = (tmp_path / "mine.yaml").read_text()
    assert "    customer_id: another value in every row\n" in text
    assert str(tmp_path) not in text
    assert "winner: trial" in sweeps("mine.yaml", *SMALL, cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("values", "is_group"),
    [
        ([f"P{n // 3}" for n in range(120)], True),
        (np.arange(120) // 3, False),  # numbers, and their name says nothing
        ([f"city {n % 15}" for n in range(120)], False),
        (pd.date_range("2020-01-01", periods=120).astype(str).repeat(2)[:120], False),
    ],
    ids=["patients", "numbers", "cities", "dates"],
)
def test_a_column_that_may_be_a_group_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: object, is_group: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    table(120, of=values).to_csv("t.csv", index=False)
    assert new.create("t", "t.csv", "y").columns.groups == (
        {"of": "40 values in 120 rows"} if is_group else {}
    )
    text = Path("t.yaml").read_text()
    assert ("# group: of  # 40 values in 120 rows: all" in text) == is_group
    parsing.study(read(Path("t.yaml")))
    if is_group:
        Path("t.yaml").write_text(text.replace("# group: of", "group: of"))
        _, dataset = prepare(read(Path("t.yaml")), tmp_path, [])
        assert dataset.facts["split"] == "stratified, each 'of' on one side, seed 0"


def test_numbers_that_identify_may_be_a_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    visits = np.arange(120) // 3
    whose = ("patient_id", "Patient", "customerNo", "user.number", "familyid", "id")
    named = dict.fromkeys((*whose, "users", "impatient"), visits)
    codes = [f"{n}a" for n in visits]  # no numbers, and none with a unit
    named |= {"id": [*range(80), *range(40)], "subject": codes}
    table(120, **named, row_id=range(120)).to_csv("t.csv", index=False)
    columns = new.create("t", "t.csv", "y").columns
    assert list(columns.groups) == [*whose, "subject"]
    assert list(columns.ignored) == ["row_id"]


def test_a_target_that_a_few_rows_are_all_of_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cost = np.random.default_rng(0).normal(size=2000)
    for name in ("even", "uneven"):
        table(2000, cost=cost).to_csv(f"{name}.csv", index=False)
        new.create(name, f"{name}.csv", "cost")
        cost[::200] = 1000.0
    assert "rows; huber" not in Path("even.yaml").read_text()
    told = Path("uneven.yaml").read_text()
    assert re.search(r"# half of the variance is of \d of 1200 rows; huber", told)


def test_a_decimal_comma_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    frame = table(100, price=[f"{n}.{n:03},5" for n in range(1, 101)])
    frame.to_csv("t.csv", index=False, sep=";", decimal=",")
    assert new.create("t", "t.csv", "y").columns.ignored == {}
    assert 'decimal: ","  # the mark of its numbers' in Path("t.yaml").read_text()
    _, data = prepare(read(Path("t.yaml")), tmp_path, [])
    assert data.encoder.inputs == ["a", "b = x", "b = y", "price"]
    frame.to_parquet("t.parquet")
    assert new.create("u", "t.parquet", "y").columns.ignored == {}


def test_a_file_is_read_once_whatever_its_first_rows_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frame, read = table(100, price=[f"{n},5" for n in range(1, 101)]), []
    frame.to_csv("t.csv", index=False, header=False, sep=";")
    reader = new_reading.sources.read
    monkeypatch.setattr(new_reading.sources, "read", lambda *a: read.append(a) or reader(*a))
    new.create("t", "t.csv", f"x{1 + list(frame).index('y')}")
    assert len(read) == 1
    text = Path("t.yaml").read_text()
    assert "header: false" in text
    assert 'decimal: ","' in text


def test_each_column_that_is_left_out_is_told(tmp_path: Path) -> None:
    texts = [f"text {n}" for n in range(100)]
    prices = {"rebate": ["5%", "7%"] * 50}
    columns = {"customer_id": range(100), "when": texts, "empty": np.nan, **prices}
    columns |= {"sold": pd.date_range("2020-01-01", periods=100).astype(str), "currency": "EUR"}
    columns |= {"rooms": [*range(99), "-"], "paid": ["03/04/2024", "05/06/2024"] * 50}
    table(100, **columns).to_csv(tmp_path / "t.csv")
    told = sweeps(
        *("new", "mine", "--data", "t.csv", "--target", "y"), cwd=tmp_path, module="sweeps"
    ).stdout
    lines = told.splitlines()
    assert told.count("like an index that was saved") == 1
    assert lines[1] == (
        "columns   5 ignored, 3 number, 2 category, 1 date, 1 target; 10 network inputs"
    )
    assert [line for line in lines if not line.startswith(("columns ", "    "))] == [
        "mine.yaml",
        "ignored 'Unnamed: 0': no name, and another value in every row, like an index that was "
        "saved",
        "ignored 'customer_id': another value in every row",
        "ignored 'when': it looks like an id, or free text: 100 different texts in 100 rows",
        "ignored 'empty': expected values, got none",
        "ignored 'currency': the same value in every row",
        "read as categories 'paid': '03/04/2024' looks like a date",
        "warning column 'sold' holds dates: to train on the past and test on the latest rows, "
        "write split: {time: 'sold'}",
        "go on with: sweeps run mine.yaml",
    ]


def test_no_batch_is_proposed_that_is_more_than_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table(40).to_csv("t.csv", index=False)
    new.create("t", "t.csv", "y")
    study, dataset = prepare(read(Path("t.yaml")), tmp_path, [])
    assert list(study.space.values("batch_size")) == [8, 16]
    assert not [line for line in plan_warnings.lines(study, dataset, 1) if "batch_size" in line]


@pytest.mark.parametrize("rows", [60, 2_000, 20_000, 60_000])
def test_the_space_suits_the_size(
    tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table(rows).to_parquet("t.parquet")
    new.create("t", "t.parquet", "y")
    study = parsing.study(read(Path("t.yaml")))
    train = int(rows * 0.6)
    sizes = [
        size
        for leaf in study.space.parameters()
        if leaf.name == "batch_size"
        for size in leaf.options  # type: ignore[union-attr]
    ]
    assert max(sizes) <= train
    assert min(sizes) >= train / 500


def test_a_number_is_a_regression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table(100).assign(y=np.random.default_rng(1).normal(size=100)).to_csv("t.csv", index=False)
    new.create("t", "t.csv", "y")
    assert "regression: the number y" in Path("t.yaml").read_text()


@pytest.mark.parametrize(
    ("target", "line"),
    [
        (np.random.default_rng(1).normal(size=100), "loss: [auto, huber]"),
        (["a\nb"] * 80 + ["c"] * 20, "class_weights: [none, balanced]"),
        (["a"] * 60 + ["c"] * 40, ""),
    ],
    ids=["numbers", "uneven", "even"],
)
def test_what_is_trained_on_can_be_uncommented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: object, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    table(100).assign(y=target).to_parquet("t.parquet")
    new.create("t", "t.parquet", "y")
    text = Path("t.yaml").read_text()
    offered = [one for one in ("loss:", "class_weights:") if f"# {one}" in text]
    assert offered == ([line.partition(" ")[0]] if line else [])
    Path("t.yaml").write_text(text.replace(f"# {line}", line) if line else text)
    study, _ = prepare(read(Path("t.yaml")), tmp_path, [])
    assert {"loss", "class_weights"} & study.space.searched == {
        one.removesuffix(":") for one in offered
    }


def test_skewed_numbers_are_offered_by_rank_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    even = pd.DataFrame({"a": rng.normal(size=300), "rare": rng.random(300) < 0.03})
    even = even.assign(y=rng.choice(["ill", "well"], 300))
    even.to_parquet("even.parquet")
    even.assign(size=np.exp(rng.normal(0, 2, 300))).to_parquet("skewed.parquet")
    for name in ("even", "skewed"):
        new.create(name, f"{name}.parquet", "y")
    assert "inputs:" not in Path("even.yaml").read_text()
    assert "  # skewed: size (skewness " in Path("skewed.yaml").read_text()
    study, _ = prepare(read(Path("skewed.yaml")), tmp_path, [])
    assert "inputs" in study.space.searched


def test_a_target_of_many_sizes_can_have_its_logarithm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    numbers = np.random.default_rng(0).normal(size=200)
    for name, y in {
        "few": 10 + numbers,
        "signed": np.sinh(5 * numbers),
        "many": np.exp(3 * numbers),
    }.items():
        table(200).assign(y=y).to_parquet(f"{name}.parquet")
        new.create(name, f"{name}.parquet", "y")
    line = "# target_scale: [standardize, log]"
    assert [line in Path(f"{name}.yaml").read_text() for name in ("few", "signed", "many")] == [
        False,
        False,
        True,
    ]
    text = Path("many.yaml").read_text()
    Path("many.yaml").write_text(text.replace(line, line.removeprefix("# ")))
    study, _ = prepare(read(Path("many.yaml")), tmp_path, [])
    assert "target_scale" in study.space.searched


FEW = pd.DataFrame(
    {"a": np.random.default_rng(0).normal(size=20), "y": np.arange(40, 91)[::5].repeat(2)[:20]}
).assign(y=lambda f: f["y"] + np.arange(20) % 2)


@pytest.mark.parametrize("source", ["sklearn:linnerud", "t.csv"])
def test_whole_numbers_that_are_too_rare_for_classes_are_a_number(
    tmp_path: Path, source: str
) -> None:
    FEW.to_csv(tmp_path / "t.csv", index=False)
    target = ("--target", "y") if source == "t.csv" else ()
    told = sweeps("new", "n", "--data", source, *target, cwd=tmp_path, module="sweeps").stdout
    [line] = [line for line in told.splitlines() if line.startswith("read as a number")]
    assert "(--task classification reads classes" in line
    assert "  task: regression  # of its whole numbers, " in (tmp_path / "n.yaml").read_text()
    _, dataset = prepare(read(tmp_path / "n.yaml"), tmp_path, [])
    assert dataset.target.task == "regression"


def test_two_values_are_classes_however_rare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for rare in (3, 2):
        table(40, died=[1] * rare + [0] * (40 - rare)).to_csv("t.csv", index=False)
        if rare == 2:  # of three parts one has none of them
            with pytest.raises(UserError, match=r"which has 2 in all \(rare classes can"):
                new.create("two", "t.csv", "died")
            continue
        new.create("three", "t.csv", "died")
        _, dataset = prepare(read(Path("three.yaml")), tmp_path, [])
        assert dataset.target.task == "binary"
        assert [labels.sum() for labels in dataset.labels.values()] == [1, 1, 1]
        assert [len(labels) for labels in dataset.labels.values()] == [24, 8, 8]


def test_the_task_can_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table(100, grade=np.arange(100) % 5).to_csv("t.csv", index=False)
    FEW.to_csv("few.csv", index=False)
    for task, found in {"regression": "regression", "classification": "multiclass"}.items():
        assert new.create(task, "t.csv", "grade", task).remark == ""
        study, dataset = prepare(read(Path(f"{task}.yaml")), tmp_path, [])
        assert (study.data.task, dataset.target.task) == (task, found)
    with pytest.raises(UserError, match=r"expected classes with .* \(--task regression, or"):
        new.create("x", "few.csv", "y", "classification")
    with pytest.raises(UserError, match="expected a number for regression, got"):
        new.create("x", "t.csv", "b", "regression")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    done = sweeps("new", "mine", cwd=tmp_path, code=2, module="sweeps")
    assert done.stderr == (
        "mine.yaml: expected a file that is not there yet, got one that is "
        "(choose another name, or remove it)\n"
    )
    assert (tmp_path / "mine.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("../x", None, None), "NAME: expected 1 to 64 of a-z"),
        (("X", None, None), "NAME: expected 1 to 64 of a-z"),
        (("x", None, "y"), "--target: expected --data with it"),
        (("x", "t.csv", None), "--target: expected the name of a column, got nothing"),
        (("x", "t.csv", "z"), "--target: expected a column of the data, got 'z'"),
        (("x", "u.csv", "y"), "--data: expected a file, got 'u.csv' (did you mean 't.csv'?)"),
        (("x", "sklearn:iri", None), "--data: expected a known sklearn set, got 'iri'"),
        (
            ("x", "t.csv", "a"),
            "--data: t.csv: target 'a': expected classes with several rows each, got 50 in 50 "
            "rows ('2020-01-01' looks like a date; to predict when, write days as a number, or "
            "another target)",
        ),
        (
            ("x", "id.csv", "y"),
            "--data: expected columns that can help to predict the target, got none ("
            "'id': another value in every row; 'empty': expected values, got none; add columns, "
            "as of values of rows before, or name another target)",
        ),
    ],
)
def test_its_faults_are_a_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, str | None, str | None],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    days = pd.date_range("2020-01-01", periods=50).astype(str)
    table(50).assign(a=days).to_csv("t.csv", index=False)
    pd.DataFrame({"id": range(50), "empty": np.nan, "y": ["a", "b"] * 25}).to_csv(
        "id.csv", index=False
    )
    with pytest.raises(UserError) as caught:
        new.create(*arguments)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("*.yaml"))
