"""From a user's own table to arrays: what works, and what each fault says."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import Expected, UserError
from sweeps.data import Dataset
from sweeps.data.cell import number_formats
from sweeps.data.column import encode
from sweeps.data.column.encode import Encoder
from sweeps.data.datasets.loading import load
from sweeps.data.source import sources
from sweeps.data.source.read_options import ReadOptions
from sweeps.data.source.sources import FORMS
from sweeps.study.data_section import DataSpec
from sweeps.study.metrics import worst


def churn(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": np.arange(rows),
            "customer": np.arange(rows) // 2,
            "age": rng.integers(18, 80, rows).astype(float),
            "plan": rng.choice(["basic", "plus", "pro"], rows),
            "active": rng.random(rows) < 0.5,
            "churn": rng.choice(["yes", "no"], rows),
        }
    )
    frame.loc[3, "age"] = np.nan
    frame.loc[:9, "plan"] = None
    return frame


def write(folder: Path, frame: pd.DataFrame, name: str = "my.csv") -> Path:
    frame.to_csv(folder / name, index=False)
    return folder


def spec(**changes: Any) -> DataSpec:
    return DataSpec.model_validate({"source": "my.csv", "target": "churn", **changes})


def rows(dataset: Dataset) -> int:
    return sum(len(part) for part in dataset.parts.values())


def test_numbers_categories_gaps_words_ignored_and_grouped(tmp_path: Path) -> None:
    data = load(spec(ignore=["id"], group="customer"), write(tmp_path, churn()), "float32")
    assert data.target.classes == ("no", "yes")
    assert data.encoder.inputs[-5:] == [
        *("plan = (missing)", "plan = basic", "plan = plus", "plan = pro", "active")
    ]
    assert rows(data) == 120
    for part in data.parts.values():
        assert np.isfinite(part.x).all()
        assert part.x.dtype == part.y.dtype == np.float32
    # Every row has one plan; numbers are standardized on the training rows.
    plans = [n for n, name in enumerate(data.encoder.inputs) if name.startswith("plan =")]
    np.testing.assert_array_equal(data.parts["dev"].x[:, plans].sum(axis=1), 1)
    train = data.parts["train"].x
    assert abs(train[:, 0].mean()) < 1e-6
    assert train[:, 0].std() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("seed", range(5))
def test_a_group_stays_on_one_side(tmp_path: Path, seed: int, task: str) -> None:
    frame = churn()
    # The group is kept as a number beside the features, so that it can be found again.
    frame["marker"] = frame["customer"]
    if task == "regression":
        frame["churn"] = np.random.default_rng(1).standard_normal(len(frame))
    write(tmp_path, frame)
    chosen = spec(group="customer", ignore=["id"], split={"seed": seed}, standardize=False)
    data = load(chosen, tmp_path, "float64")
    at = data.encoder.inputs.index("marker")
    groups = {part: set(rows.x[:, at]) for part, rows in data.parts.items()}
    assert sum(len(g) for g in groups.values()) == 60
    assert not groups["train"] & groups["dev"]
    assert not groups["test"] & (groups["train"] | groups["dev"])
    for part, rows in data.parts.items():  # whose row it is, by a number of the group's own
        pairs = set(zip(data.groups[part], rows.x[:, at], strict=True))
        assert len(pairs) == len(set(data.groups[part])) == len(groups[part])
    assert set(data.without("test").groups) == {"train", "dev"}


def test_a_split_column(tmp_path: Path) -> None:
    frame = churn()
    frame["part"] = np.resize(["train", "train", "train", "dev", "test"], len(frame))
    write(tmp_path, frame)
    data = load(spec(split={"column": "part"}), tmp_path, "float32")
    assert [len(data.parts[p]) for p in ("train", "dev", "test")] == [72, 24, 24]
    assert not any("part" in name for name in data.encoder.inputs)
    frame.loc[0, "part"] = "valid"
    write(tmp_path, frame)
    with pytest.raises(Expected, match=r"expected train, dev or test in every row.*'valid'"):
        load(spec(split={"column": "part"}), tmp_path, "float32")


def test_the_encoding_is_fitted_on_the_training_rows_alone(tmp_path: Path) -> None:
    frame = churn()
    frame["part"] = np.resize(["train", "train", "train", "dev", "test"], len(frame))
    write(tmp_path, frame)
    before = load(spec(split={"column": "part"}), tmp_path, "float64")
    frame.loc[frame["part"] != "train", "age"] = 1000.0
    frame.loc[frame["part"] != "train", "plan"] = "never seen"
    write(tmp_path, frame)
    after = load(spec(split={"column": "part"}), tmp_path, "float64")
    assert before.encoder == after.encoder
    np.testing.assert_array_equal(before.parts["train"].x, after.parts["train"].x)
    plans = [n for n, name in enumerate(after.encoder.inputs) if name.startswith("plan =")]
    assert not after.parts["test"].x[:, plans].any()


def test_a_decimal_comma(tmp_path: Path) -> None:
    frame = churn().assign(weight=np.random.default_rng(0).normal(size=120).round(4))
    write(tmp_path, frame)
    points = load(spec(ignore=["id"]), tmp_path, "float64")
    frame.to_csv(tmp_path / "my.csv", index=False, sep=";", decimal=",")
    with pytest.raises(UserError, match=r"a decimal comma \(set data\.decimal: ',', or add it to "):
        load(spec(ignore=["id"]), tmp_path, "float64")
    commas = load(spec(ignore=["id"], decimal=","), tmp_path, "float64")
    assert commas.encoder == points.encoder
    np.testing.assert_array_equal(commas.parts["dev"].x, points.parts["dev"].x)
    # Runs that are older than the word go on.
    assert "decimal" not in points.identity(spec(ignore=["id"]))
    assert commas.identity(spec(decimal=","))["decimal"] == ","
    for other in ("sklearn:iri", "my.parquet"):
        with pytest.raises(Expected):
            load(spec(source=other, decimal=","), tmp_path, "float64")


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1.234,5", None, "12", "-1.000.000", "3 100,25"], [1234.5, np.nan, 12, -1e6, 3100.25]),
        (["18.03.2024", "19.03.2024"], None),
        (["0.500", "1.234"], None),
        (["1.234,5", "1.5"], None),
    ],
    ids=["grouped", "dates", "points", "mixed"],
)
def test_numbers_beside_a_decimal_comma(
    tmp_path: Path, texts: list[str | None], numbers: list[float] | None
) -> None:
    path = tmp_path / "t.csv"
    pd.DataFrame({"x": texts, "y": 0}).to_csv(path, sep=";", index=False)
    read = sources.read("t.csv", "y", {}, tmp_path, ReadOptions(decimal=",")).frame["x"]
    if numbers is None:
        assert read.tolist() == texts
    else:
        np.testing.assert_array_equal(read, numbers)


def test_the_encoder_survives_being_written() -> None:
    frame = churn().drop(columns="churn")
    encoder = encode.fit(frame, standardize=True)
    again = Encoder.from_plain(encoder.plain())
    assert again == encoder
    np.testing.assert_array_equal(again.encode(frame), encoder.encode(frame))
    with pytest.raises(Expected, match="got no column 'plan'"):
        encoder.encode(frame.drop(columns="plan"))


@pytest.mark.parametrize("name", ["breast_cancer", "diabetes", "digits", "iris", "wine"])
def test_bundled_sets(name: str) -> None:
    data = load(DataSpec(source=f"sklearn:{name}"), Path(), "float32")
    tasks = {"breast_cancer": "binary", "diabetes": "regression"}
    assert data.target.task == tasks.get(name, "multiclass")
    assert data.n_out == (len(data.target.classes) if data.target.task == "multiclass" else 1)
    if data.target.task != "regression":
        shares = [np.bincount(codes) / len(codes) for codes in data.labels.values()]
        np.testing.assert_allclose(shares[0], shares[2], atol=0.02)  # stratified
    # The constant predictor: log-loss and error of the classes' shares.
    assert data.constants["dev_error"] > 0.3
    assert worst(data, "dev_loss") == 10 * data.constants["dev_loss"]


def test_a_split_depends_on_its_seed_alone() -> None:
    first, again, other = (
        load(
            DataSpec.model_validate({"source": "sklearn:iris", "split": {"seed": s}}),
            Path(),
            "float64",
        )
        for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.parts["test"].x, again.parts["test"].x)
    assert not np.array_equal(first.parts["test"].x, other.parts["test"].x)


def change(**columns: Any) -> pd.DataFrame:
    frame = churn()
    for name, values in columns.items():
        frame[name] = values
    return frame


def with_value(column: str, row: int, value: Any) -> pd.DataFrame:
    frame = churn()
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("frame", "changes", "message"),
    [
        (churn(), {"target": "chrun"}, r"got 'chrun' \(did you mean 'churn'\? columns: id, cust"),
        (churn(), {"target": "zzz"}, r"got 'zzz' \(known: id, customer, age, plan, active, churn\)"),
        (churn(), {"target": None}, r"expected the name of a column, got nothing \(columns: id"),
        (churn(), {"ignore": ["ids"]}, r"a column of the data, got 'ids' \(did you mean 'id'"),
        (churn(), {"group": "custmer"}, r"got 'custmer' \(did you mean 'customer'"),
        (churn(), {"source": "mine.csv"}, r"a file, got 'mine.csv' \(did you mean 'my.csv'\?\)"),
        (churn(), {"source": "my.ods"}, rf"expected {re.escape(FORMS)}, got 'my.ods' \(save its sheet as .csv\)"),
        (churn(), {"source": "my.pkl"}, r"got 'my.pkl' \(it could run code when it is read"),
        (churn(), {"source": "sklearn:iriss"}, r"known sklearn set.*did you mean 'iris'\?"),
        (churn(), {"source": "synthetic:moon"}, r"known synthetic set.*did you mean 'moons'\?"),
        (churn(), {"options": {"rows": 5}}, r"expected no options for this source"),
        (with_value("age", 14, "old"), {}, r"my.csv: column 'age': expected a number in every row, got text in 1 of 120, first 'old' in line 16 \(data.missing: \[\"old\"\] reads them as gaps, or add it to data.ignore\)"),
        (with_value("churn", 7, np.nan), {}, r"my.csv: target 'churn': expected a value in every row, got none in 1 of 120, first in line 9"),
        (change(churn="no"), {}, r"my.csv: target 'churn': expected at least two different values, got 'no' in every row"),
        (change(name=[f"n{i}" for i in range(120)]), {}, r"column 'name': it looks like an id, or free text: 120 different texts in 120 rows \(add it to data.ignore\)$"),
        (change(name=[f"n{i % 100}" for i in range(120)]), {}, r"column 'name': expected numbers or at most 50 categories, got 100 different texts in 120 rows \(set data.words: target to read it by the mean of the target, or add it to data.ignore\)"),
        (change(empty=np.nan), {}, r"column 'empty': expected values, got none"),
        (with_value("age", 2, np.inf), {}, r"column 'age': expected finite numbers, got infinity in line 4"),
        (churn(), {"task": "regression"}, r"target 'churn': expected a number for regression, got '(yes|no)'"),
        (churn(), {"target": "id", "task": "classification"}, r"expected classes with several rows each, got 120 in 120 rows"),
        (with_value("churn", 7, "maybe"), {}, r"enough rows of every class for each part, got 1 of class 'maybe' for two parts"),
        (churn()[["churn"]], {}, r"expected columns besides the target, got none"),
        (churn().head(0), {}, r"my.csv: expected rows below a header, got none"),
        (churn(), {"split": {"dev": 0.001}}, r"expected some dev rows, got none of 120"),
        (churn(), {"split": {"test": 0.001}}, r"expected some test rows, got none of 120"),
    ],
)  # fmt: skip
def test_faults(tmp_path: Path, frame: pd.DataFrame, changes: dict[str, Any], message: str) -> None:
    write(tmp_path, frame)
    with pytest.raises((Expected, UserError), match=message):
        load(spec(**changes), tmp_path, "float32")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["12,5", "1.009,30", "7"], ["'12,5' looks like a decimal comma"]),
        (["1,234", "12", "1,234,567.5"], ["'1,234,567.5' looks like thousands separators"]),
        (["1,234", "2,5"], ["'2,5' looks like a decimal comma"]),
        (["1 234", "2 345,5"], ["'2 345,5' looks like a decimal comma"]),
        (["1 234", "2"], ["'1 234' looks like thousands separators"]),
        (["5%", "7.5 %", None], ["'5%' looks like a percent sign"]),
        (["1", "2", "-", "-", "3"], ["'-' in 2 rows is no number"]),
        (["1,5", "-", "2"], ["'1,5' looks like a decimal comma", "'-' in 1 row is no number"]),
        (["1", "a", "b"], []),
        (["1", "2", "3", "4", "a", "b", "c", "d"], []),
        (["2020-01-01", "2020-01-02"], ["'2020-01-01' looks like a date"]),
        (["3.12.2020 10:30", "31.1.21"], ["'3.12.2020 10:30' looks like a date"]),
        (["€16,793", "$ 5.50", "7 EUR"], ["'€16,793' looks like an amount of money"]),
        (["1-2", "3-4", "5-6-7"], []),
        ([None, None], []),
    ],
)
def test_numbers_that_are_spelled_otherwise_are_told(values: list[Any], said: list[str]) -> None:
    assert number_formats.why_not_numbers(pd.Series(values, dtype=object)) == said


@pytest.mark.parametrize("row", [0, 50_000])
def test_a_file_that_is_not_utf_8_is_said_to_be_none(tmp_path: Path, row: int) -> None:
    lines = ["age,city,churn", *["30,Köln,no", "40,Ulm,yes"] * row, "30,Köln,no"]
    latin = [*map(str.encode, lines[:-1]), lines[-1].encode("latin-1")]
    (tmp_path / "my.csv").write_bytes(b"\n".join(latin))
    with pytest.raises(UserError) as caught:
        load(spec(), tmp_path, "float32")
    assert str(caught.value) == (
        f"my.csv: expected UTF-8, got byte 0xf6 in line {len(lines)} "
        "(save it as UTF-8, or set data.encoding: cp1252)"
    )


@pytest.mark.parametrize("rare", [2, 5, 40])
def test_groups_with_rare_classes(tmp_path: Path, rare: int) -> None:
    """No warning, no traceback: a split that fits as well as whole groups can, or a clear fault."""
    frame = churn()
    frame["churn"] = ["yes"] * rare + ["no"] * (len(frame) - rare)
    write(tmp_path, frame)
    if rare < 6:
        with pytest.raises(Expected, match="every class among the"):
            load(spec(group="customer"), tmp_path, "float32")
        return
    data = load(spec(group="customer", split={"test": 0.4, "dev": 0.2}), tmp_path, "float32")
    assert len(data.parts["test"]) == pytest.approx(48, abs=4)
    shares = [labels.mean() for labels in data.labels.values()]
    np.testing.assert_allclose(shares, 1 / 3, atol=0.08)


def test_a_split_column_must_not_divide_a_group(tmp_path: Path) -> None:
    frame = churn()
    frame["part"] = np.resize(["train", "train", "train", "dev", "test"], len(frame))
    write(tmp_path, frame)
    with pytest.raises(Expected, match="each group in one part of the split column, got '"):
        load(spec(split={"column": "part"}, group="customer"), tmp_path, "float32")


@pytest.mark.parametrize(
    ("word", "meant"), [("Train", "train"), ("valid", "dev"), (" Holdout", "test"), ("x", "")]
)
def test_a_part_of_a_split_column_that_is_nearly_named(
    tmp_path: Path, word: str, meant: str
) -> None:
    frame = churn()
    frame["part"] = np.resize(["train", "test"], len(frame))
    frame.loc[4, "part"] = word
    write(tmp_path, frame)
    with pytest.raises(Expected, match="train, dev or test in every row") as caught:
        load(spec(split={"column": "part"}), tmp_path, "float32")
    said = str(caught.value)
    assert (f"did you mean '{meant}'?" in said) if meant else ("did you mean" not in said)


def test_a_text_that_is_nearly_a_named_gap_is_told(tmp_path: Path) -> None:
    frame = churn()
    frame["plan"] = np.resize(["a", "b", "unknown"], len(frame))
    write(tmp_path, frame)
    for named, is_told in (("Unknown", True), ("unknown", False)):
        data = load(spec(missing=[named]), tmp_path, "float32")
        assert ("did you mean 'unknown'?" in data.facts["unclear"].get("plan", "")) == is_told
        assert ("plan = unknown" in data.encoder.inputs) == is_told


def test_words_that_differ_in_capitals_alone_are_told(tmp_path: Path) -> None:
    frame = churn()
    frame["plan"] = np.resize(["New  York", "new york", "Rome"], len(frame))
    frame["churn"] = np.where(np.arange(len(frame)) % 5, frame["churn"], "Yes")
    write(tmp_path, frame)
    unclear = load(spec(), tmp_path, "float32").facts["unclear"]
    assert unclear["plan"].startswith("'New  York' and 'new york' are two categories")
    assert "are two categories" in unclear["churn"]


def test_classes_that_differ_in_blanks_at_their_ends_are_one_and_not_told(tmp_path: Path) -> None:
    frame = churn()
    frame.loc[:3, "churn"] += " "
    write(tmp_path, frame)
    data = load(spec(), tmp_path, "float32")
    assert len(data.target.classes) == 2
    assert "churn" not in data.facts["unclear"]


def test_a_target_that_no_network_can_reach_is_refused(tmp_path: Path) -> None:
    frame = churn().drop(columns="customer")
    frame["churn"] = np.random.default_rng(0).normal(size=len(frame))
    frame["part"] = np.resize(["train", "train", "test"], len(frame))
    frame.loc[2, "churn"] = 1e30
    write(tmp_path, frame)
    with pytest.raises(UserError, match=r"about the size of the training rows', .* got 1e\+30"):
        load(spec(split={"column": "part"}), tmp_path, "float32")


def test_texts_for_numbers_are_refused_when_predicting() -> None:
    frame = churn().drop(columns="churn")
    encoder = encode.fit(frame, standardize=True)
    frame["age"] = frame["age"].astype(object)
    frame.loc[7, "age"] = "old"
    with pytest.raises(Expected, match="expected numbers in column 'age', got 'old'"):
        encoder.encode(frame)


@pytest.mark.parametrize("seed", [2**32 - 2, 0])
def test_any_seed_that_is_allowed_works(tmp_path: Path, seed: int) -> None:
    write(tmp_path, churn())
    assert rows(load(spec(split={"seed": seed}), tmp_path, "float32")) == 120
    with pytest.raises(ValueError, match="less than or equal"):
        spec(split={"seed": 2**32 - 1})


def test_a_class_that_a_part_lacks_is_named(tmp_path: Path) -> None:
    frame = churn()
    frame["part"] = np.resize(["train", "train", "train", "dev", "test"], len(frame))
    frame.loc[frame["part"] == "dev", "churn"] = "no"
    write(tmp_path, frame)
    with pytest.raises(
        Expected, match="expected every class among the dev rows, got none of class 'yes'"
    ):
        load(spec(split={"column": "part"}), tmp_path, "float32")


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text('a,b\n1,2\n1,2,3,4\n"')
    with pytest.raises(UserError, match=r"my.csv: expected a .csv table, got: "):
        load(spec(), tmp_path, "float32")
    (tmp_path / "my.parquet").write_bytes(b"no")
    with pytest.raises(UserError, match=r"my.parquet: expected a .parquet table, got: "):
        load(spec(source="my.parquet"), tmp_path, "float32")


def test_other_separators_and_a_byte_order_mark(tmp_path: Path) -> None:
    churn().to_csv(tmp_path / "my.csv", index=False, sep=";", encoding="utf-8-sig")
    assert rows(load(spec(), tmp_path, "float32")) == 120
    churn().to_parquet(tmp_path / "my.parquet")
    assert rows(load(spec(source="my.parquet"), tmp_path, "float32")) == 120


def test_duplicates_between_train_and_test_are_counted(tmp_path: Path) -> None:
    frame = churn(60).drop(columns=["id", "customer"])
    write(tmp_path, pd.concat([frame] * 4, ignore_index=True))
    assert load(spec(), tmp_path, "float32").facts["duplicates"] > 20


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,y,y\n1,0,1\n", "my.csv: expected a .csv table, got: the column 'y' twice"),
        ("a,churn\n1,2,0\n", "got: 3 fields in line 2 below 2 in the header (row names of R?"),
        ("a,churn\n1,0,\n", "got: 3 fields in line 2 below 2 in the header"),
        (
            "a,churn\n" + "".join(f"{n},{n}.5\n" for n in range(30)) + "1,x\n",
            "my.csv: target 'churn': expected a number in every row, got text in 1 of 31, first 'x' in line 32",
        ),
        (
            "a,churn\n" + "".join(f"{n},{n}.5\n" for n in range(30)) + "1,inf\n",
            "my.csv: target 'churn': expected finite numbers, got infinity in line 32",
        ),
        (
            "a,churn\n" + "".join(f"{n % 7},{n}e200\n" for n in range(30)),
            "target 'churn': expected numbers that differ among the training rows, got a standard",
        ),
        (
            "a,churn\n" + "".join(f"{n}e300,{n % 2}\n" for n in range(30)),
            "expected numbers small enough to be scaled in column 'a'",
        ),
    ],
)
def test_tables_that_would_be_misread(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "my.csv").write_text(text)
    with pytest.raises((Expected, UserError)) as caught:
        load(spec(), tmp_path, "float32")
    assert message in str(caught.value)


def test_a_regression_target_that_is_constant_where_it_is_trained_on(tmp_path: Path) -> None:
    part = np.resize(["train", "train", "train", "dev", "test"], 50)
    y = np.where(part == "train", 5.0, np.arange(50) + 0.5)
    write(tmp_path, pd.DataFrame({"a": np.arange(50) % 7, "churn": y, "part": part}))
    with pytest.raises(UserError, match="numbers that differ among the training rows"):
        load(spec(split={"column": "part"}, task="regression"), tmp_path, "float32")


def test_numbers_that_the_dtype_cannot_hold(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(60) * 1e60, "churn": np.arange(60) % 2})
    write(tmp_path, frame)
    with pytest.raises(UserError, match="column 'a': expected numbers that float32 can hold"):
        load(spec(standardize=False), tmp_path, "float32")
    assert rows(load(spec(standardize=False), tmp_path, "float64")) == 60


def test_none_is_a_word_and_a_question_mark_is_a_gap(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(40).astype(str), "churn": np.resize(["None", "some"], 40)})
    frame.loc[[3, 7], "a"] = "?"
    write(tmp_path, frame)
    data = load(spec(), tmp_path, "float32")
    assert data.target.classes == ("None", "some")
    assert data.encoder.inputs[0] == "a"


def test_parquet_with_categories_an_index_or_lists(tmp_path: Path) -> None:
    frame = churn().set_index("customer")
    frame["churn"] = pd.Categorical(frame["churn"], categories=["no", "yes", "maybe"])
    frame.to_parquet(tmp_path / "my.parquet")
    data = load(spec(source="my.parquet", group="customer"), tmp_path, "float32")
    assert data.target.classes == ("no", "yes")
    frame["lists"] = [[1, 2]] * len(frame)
    frame.to_parquet(tmp_path / "my.parquet")
    with pytest.raises(UserError, match=r"column 'lists': expected numbers or categories, got lis"):
        load(spec(source="my.parquet"), tmp_path, "float32")
    assert rows(load(spec(source="my.parquet", ignore=["lists"]), tmp_path, "float32")) == 120


def test_a_target_cannot_be_ignored_too(tmp_path: Path) -> None:
    write(tmp_path, churn())
    with pytest.raises(Expected, match="a target that is not ignored, grouped or split by"):
        load(spec(ignore=["churn"]), tmp_path, "float32")


def test_groups_that_cannot_be_divided(tmp_path: Path) -> None:
    frame = churn()
    frame["customer"] = np.arange(len(frame)) % 4
    frame["churn"] = np.arange(len(frame)) + 0.5
    write(tmp_path, frame)
    with pytest.raises(Expected, match="expected enough groups for train, dev and test, got 4"):
        load(spec(group="customer", split={"dev": 0.1, "test": 0.8}), tmp_path, "float32")
