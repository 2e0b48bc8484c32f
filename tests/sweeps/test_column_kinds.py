"""Columns typed once: spelled numbers, dates, orders, many words, and the target.

Each kind is read alike in training and in prediction.
"""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeps.base.errors import Expected, UserError
from sweeps.data import Dataset
from sweeps.data.cell import dtypes, number_spellings
from sweeps.data.column.encode import Encoder
from sweeps.data.datasets import loading, whole_dataset
from sweeps.data.divided.divided_table import DividedTable
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec
from tests.sweeps.helpers import sweeps

ROWS = 120
RNG = np.random.default_rng(7)
Y = ["a", "b", "b"] * (ROWS // 3)


def spec(**changes: Any) -> DataSpec:
    return DataSpec.model_validate({"source": "t.csv", "target": "y", **changes})


def divided(frame: pd.DataFrame, **changes: Any) -> DividedTable:
    return loading.divided(SourceTable(frame, "y", ""), spec(**changes))


def made(cells: Any, **changes: Any) -> tuple[Dataset, pd.DataFrame]:
    """A dataset with such a column `x`, beside one of numbers, and its rows."""
    u = np.random.default_rng(1).normal(size=ROWS)
    frame = pd.DataFrame({"u": u, "x": np.resize(np.array(cells, dtype=object), ROWS), "y": Y})
    return loading.encoded(divided(frame, **changes), "float64"), frame


def raw(values: list[float]) -> pd.Series:
    return pd.Series(np.resize(values, ROWS))


SPELLED: Mapping[str, tuple[list[Any], list[float], str]] = {
    "thousands": (["1,234", "950", "1,234,567.5"], [1234, 950, 1234567.5], "."),
    "rupees": (["₹10,116", "₹ 5"], [10116, 5], "."),
    "reais": (["R$ 10.116,50", "R$5"], [10116.5, 5], ","),
    "Swiss": (["10’116", "950"], [10116, 950], "."),
    "thin spaces": (["10\u2009116", "950"], [10116, 950], "."),
    "percent": (["12%", "3.5 %", "-4%"], [12, 3.5, -4], "."),
    "money": (["$5,000.00", "-$3", "$0.5"], [5000, -3, 0.5], "."),
    "money behind": (["1.234,50 €", "3 €", "0,5 €"], [1234.5, 3, 0.5], ","),
    "footnotes": (["3.1*", "4 †", "5[1]"], [3.1, 4, 5], "."),
    "a dash": (["8", "-", "9.5"], [8, np.nan, 9.5], "."),
    "spreadsheets": (["8", "#N/A", "#DIV/0!"], [8, np.nan, np.nan], "."),
    "minus": (["−8", "7", "6"], [-8, 7, 6], "."),
    "apostrophes": (["1'000", "12", "2'000'000"], [1000, 12, 2e6], "."),
    "digits": (["8", "9", "10.5"], [8, 9, 10.5], "."),
}


@pytest.mark.parametrize(("cells", "numbers", "decimal"), SPELLED.values(), ids=SPELLED.keys())
def test_numbers_in_a_spelling(cells: list[Any], numbers: list[float], decimal: str) -> None:
    data, frame = made(cells, standardize=False, decimal=decimal)
    again = Encoder.from_plain(data.encoder.plain())
    x = again.encode(frame)[:, 1]
    there = ~np.isnan(raw(numbers))
    np.testing.assert_array_equal(x[there], raw(numbers)[there])
    assert data.changed == {"x": "number"}
    # The same rows as numbers, of a file that has its own type for them.
    np.testing.assert_array_equal(again.encode(frame.assign(x=raw(numbers))), again.encode(frame))


@pytest.mark.parametrize(
    "words",
    [["12,5", "13,75", "8"], ["$5", "€5"], ["12%", "5"], ["01067", "04109"], ["1,23", "4"]],
    ids=["a decimal comma", "two currencies", "percents and numbers", "codes", "no thousands"],
)
def test_what_may_be_something_else_is_no_number(words: list[str]) -> None:
    assert number_spellings.of(words, ".") is None


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (["5 kg", "7 kg", "300 g", "8 kg", "9 g"], "'5 kg' looks like a number with a unit"),
        (["<5", "7", "8", "9"], "'<5' looks like a number with a unit"),
        (["5-", "7", "8-"], "looks like a number with a unit"),
        (["3h 5m", "1h 2m", "7m"], "looks like a number with a unit"),
        (["12/20", "5/7", "1 1/2"], "looks like a fraction"),
        (["05 Jan 2024", "1 February 2023"], "looks like a date"),
        (["Jan 1 2000", "Dec-31-1999"], "looks like a date"),
        (["12A", "13B", "14C", "12D", "12E"], ""),
        (["18-25", "26-40"], ""),
        (["170", "171a", "221a", "221b", "300b"], ""),
        (["0-5yrs", "6-11yrs", "12+ yrs"], ""),
        (["J45", "E11.9"], ""),
    ],
)
def test_numbers_that_no_reading_knows_are_told(cells: list[str], what: str) -> None:
    data, _ = made(cells)
    told = data.facts["unclear"].get("x", "")
    assert what in told
    assert bool(told) == bool(what)


def test_mostly_numbers_are_told_and_no_target() -> None:
    data, frame = made(["12,5", "13,75", "8", "9"])
    (unclear,) = data.facts["unclear"].values()
    assert unclear == (
        "'12,5' looks like a decimal comma: read as categories (set data.decimal: ',')"
    )
    odd = frame.assign(y=frame["x"])
    with pytest.raises(UserError, match=r"numbers or classes, got '12,5'.*\{y: category\}"):
        divided(odd)
    assert divided(odd, columns={"y": "category"}).column.task == "classification"


DATES = [f"2023-{month:02}-{day:02}" for month in (1, 4, 8, 12) for day in (2, 13, 24)]
DATES += [f"2025-0{month}-11 1{month}:30" for month in (1, 2, 3)]


def moments(frame: pd.DataFrame, name: str = "x") -> pd.Series:
    return pd.to_datetime(frame[name], format="mixed")


OTHERWISE = {
    "timestamps": moments,
    "nanoseconds": lambda frame: moments(frame).astype("datetime64[ns]"),
    "of a zone": lambda frame: moments(frame).dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"),
    "by Arrow": lambda frame: moments(frame).astype("timestamp[us][pyarrow]"),
    "ISO": lambda frame: moments(frame).map(lambda moment: moment.isoformat()),
    "objects": lambda frame: moments(frame).dt.to_pydatetime().astype(object),
    "slashes": lambda frame: moments(frame).dt.strftime("%Y/%m/%d %H:%M"),
}


def test_dates_are_numbers_however_they_are_typed() -> None:
    data, frame = made(DATES)
    circles = [f"x ({of} {what})" for of in ("month", "weekday", "hour") for what in ("sin", "cos")]
    assert data.encoder.inputs == ["u", "x (time)", *circles]
    right = data.encoder.encode(frame)
    for name, spell in OTHERWISE.items():
        told = frame.assign(x=spell(frame))
        np.testing.assert_array_equal(data.encoder.encode(told), right, err_msg=name)
        again = loading.encoded(divided(told), "float64")
        assert again.encoder == data.encoder, name
    seconds = moments(frame).to_numpy().astype("datetime64[s]").astype(float)
    np.testing.assert_allclose(np.corrcoef(right[:, 1], seconds)[0, 1], 1)
    april = np.flatnonzero(moments(frame).dt.month == 4)
    np.testing.assert_allclose(right[april, 2:4], [[1, 0]] * len(april), atol=1e-12)
    with pytest.raises(Expected, match="expected dates in column 'x', got 'soon'"):
        data.encoder.encode(frame.assign(x="soon"))


@pytest.mark.parametrize(
    ("cells", "inputs"),
    [
        (["18.03.2024", "02.04.2024", None], ["x (time)", "x (weekday sin)", "x (weekday cos)"]),
        (["03/18/2024", "03/05/2024"], ["x (time)", "x (weekday sin)", "x (weekday cos)"]),
        (["2024-03-18", "2024-03-19"], ["x (time)"]),
        (["2024-03-18 08:00", "2024-03-19 20:00"], ["x (time)", "x (hour sin)", "x (hour cos)"]),
    ],
    ids=["day first", "month first", "two days", "hours"],
)
def test_circles_are_those_that_the_rows_go_round(cells: list[Any], inputs: list[str]) -> None:
    data, _ = made(cells)
    gap = ["x is missing"] if None in cells else []
    assert data.encoder.inputs[1:] == [*inputs, *gap]


def test_days_and_months_that_cannot_be_told_apart_are_told() -> None:
    data, frame = made(["03/04/2024", "05/06/2024"])
    assert "day and month cannot be told apart" in data.facts["unclear"]["x"]
    with pytest.raises(Expected, match="day and month can be told apart"):
        divided(frame, columns={"x": "date"})


def test_an_order_is_one_input() -> None:
    data, frame = made(["low", "high", "middle"], columns={"x": ["low", "middle", "high"]})
    assert data.encoder.inputs == ["u", "x"]
    told = frame.assign(x=np.resize(["low", "middle", "high"], ROWS))
    steps = np.diff(data.encoder.encode(told)[:3, 1])
    assert 0 < steps[0] == pytest.approx(steps[1])
    assert data.changed == {"x": ["low", "middle", "high"]}
    with pytest.raises(Expected, match=r"got .middle. \(for .Middle. did you mean .middle.\?\)"):
        made(["low", "high", "middle"], columns={"x": ["low", "Middle", "high"]})
    with pytest.raises(Expected, match="words of the order low, high, got 'middle'"):
        made(["low", "high", "middle"], columns={"x": ["low", "high"]})
    ordered = divided(frame.assign(y=frame["x"]), columns={"y": ["low", "middle", "high"]})
    assert ordered.target(np.arange(ROWS))[0].classes == ("low", "middle", "high")


@pytest.mark.parametrize("kind", ["nonsense", ["one"], ["a", "a"], 3])
def test_what_a_column_cannot_be(kind: Any) -> None:
    with pytest.raises(ValueError, match=r"categories in order|two different words"):
        spec(columns={"x": kind})


def words(count: int) -> list[str]:
    """Common ones in most rows, and some that come once or twice."""
    return [f"rare {n}" if n % 2 == 0 else f"w{n % 3}" for n in range(count)]


def test_rare_words_share_an_input_and_new_ones_have_it() -> None:
    data, frame = made(words(ROWS), rare=0.05)
    assert data.encoder.inputs == ["u", "x = w0", "x = w1", "x = w2", "x is a rare word"]
    x = data.encoder.encode(frame.assign(x=["w1", "rare 4", "never seen"] * 40))[:3, 1:]
    assert x.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1]]
    assert data.identity(spec(rare=0.05))["rare"] == 0.05
    # A table without rare words is the same study as before there was the option.
    few, _ = made(["w0", "w1"])
    assert "rare" not in few.identity(spec())
    every, _ = made([f"rare {n // 5}" for n in range(ROWS)], rare=0.0)
    assert every.n_in > 20
    assert not every.merges


def test_many_words_are_refused_with_both_ways_or_read_by_the_target() -> None:
    many = [f"w{n // 2}" for n in range(ROWS)]
    with pytest.raises(UserError, match=r"data\.words: target .* or add it to data\.ignore"):
        made(many)
    data, frame = made(many, words="target")
    assert data.encoder.inputs == ["u", "x by the target"]
    again = Encoder.from_plain(data.encoder.plain())
    np.testing.assert_array_equal(again.encode(frame), data.encoder.encode(frame))
    assert data.identity(spec(words="target"))["words"] == "target"


def test_no_training_row_is_told_its_own_target() -> None:
    """Words that are met twice, at random: in-sample means would give the target away."""
    drawn = np.random.default_rng(3).integers(60, size=ROWS)
    data, _ = made([f"{n}th" for n in drawn], words="target")
    told, said = data.parts["train"].x[:, 1], data.labels["train"]
    assert abs(np.corrcoef(told, said)[0, 1]) < 0.4
    alone, frame = made([f"{n}th" for n in range(ROWS)], words="target")
    assert np.ptp(alone.parts["train"].x[:, 1]) < 0.5  # nothing but the folds' means
    assert len(np.unique(alone.encoder.encode(frame)[:, 1])) > 1


def test_a_model_of_all_rows_tells_no_row_its_target() -> None:
    frame = pd.DataFrame({"x": [f"{n}th" for n in range(ROWS)], "u": 1.5, "y": Y})
    table = divided(frame, words="target")
    every = whole_dataset.whole(table, loading.encoded(table, "float64"), "float64")
    assert np.ptp(every.parts["train"].x[:, 0]) < 0.5


def test_counts_are_told_both_readings(tmp_path: Path) -> None:
    counts = np.minimum(RNG.poisson(3, size=ROWS), 9)
    counts[0] = 12
    frame = pd.DataFrame({"u": RNG.normal(size=ROWS), "y": counts})
    message = r"its whole numbers 0 … 12 are read as classes; data\.task: regression reads them"
    with pytest.raises(Expected, match=message):
        divided(frame)
    assert divided(frame, columns={"y": "number"}).column.task == "regression"
    frame.to_csv(tmp_path / "t.csv", index=False)
    sweeps("new", "mine", "--data", "t.csv", "--target", "y", cwd=tmp_path, module="sweeps")
    text = (tmp_path / "mine.yaml").read_text()
    assert "  task: regression  # of its whole numbers, 0 … 12; classification reads" in text


STUDY = (
    "name: own\ndata: {source: t.csv, target: y}\nfixed: {epochs: 2, hidden: [3]}\n"
    "space: {l2: [0, 1]}\nreplicates: 2\nsearch: {trials: 2}\n"
    "confirm: {top: 1, replicates: 2, baselines: []}\n"
)


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        *((name, True) for name in ("store_id", "StoreType", "naics", "zip code", "Origin", "ZIP")),
        *((name, False) for name in ("humid", "rooms", "age", "typed", "kidney", "hours")),
    ],
)
def test_numbers_that_are_called_like_codes_are_doubted(name: str, may_be: bool) -> None:
    _, frame = made([3, 1, 2])
    data = loading.encoded(divided(frame.rename(columns={"x": name})), "float64")
    row = next(one for one in data.facts["column_table"] if one["name"] == name)
    assert ("codes?" in row["remark"]) == may_be


@pytest.mark.parametrize(("name", "may_be"), [("Freq", True), ("weight", False)])
def test_counts_of_rows_are_pointed_at(name: str, may_be: bool) -> None:
    _, frame = made([3, 1, 2])
    data = loading.encoded(divided(frame.rename(columns={"x": name})), "float64")
    row = next(one for one in data.facts["column_table"] if one["name"] == name)
    assert (row["remark"] == f"how often a row occurs? data.weight: {name}") == may_be


def test_columns_are_shown_and_new_rows_are_read_alike(tmp_path: Path) -> None:
    """In `check`, before a run, in the report; then `predict`, with a fault at its line."""
    cells = {"price": SPELLED["money"][0], "signup": DATES, "district": [3, 7, 12, 8]}
    columns = {name: np.resize(np.array(own, object), ROWS) for name, own in cells.items()}
    frame = pd.DataFrame({**columns, "word": words(ROWS), "y": Y})
    frame.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "own.yaml").write_text(STUDY)
    rare = ("--set", "data.rare=0.05")
    told = sweeps("check", "own.yaml", *rare, cwd=tmp_path, module="sweeps").stdout
    assert "columns   2 number, 1 date, 1 category, 1 target; 13 network inputs" in told
    for column, said in (
        ("price", "'$5,000.00' is 5000"),
        ("district", "codes? data.columns: {district: category}"),
    ):
        (line,) = [line for line in told.splitlines() if line.split()[:1] == [column]]
        assert line.endswith(said)
    run = sweeps("own.yaml", *rare, "--jobs", "1", cwd=tmp_path).stdout
    listed = [line[10:] for line in run.splitlines() if line.startswith("columns ")]
    assert listed[0] == "4 (13 network inputs): price, signup, district, word"
    assert "'district': codes? data.columns: {district: category}" in listed
    page = (tmp_path / "runs/own/report.html").read_text()
    assert "codes? data.columns: {district: category}" in page
    known = json.loads((tmp_path / "runs/own/artifacts/identity.json").read_text())
    assert known["data"]["columns"] == {"price": "number", "signup": "date"}

    def predicted(name: str, code: int = 0) -> Any:
        return sweeps("predict", "runs/own", name, cwd=tmp_path, code=code, module="sweeps")

    typed = frame.assign(price=raw(SPELLED["money"][1]), signup=moments(frame, "signup"))
    typed["district"] = typed["district"].astype(float)
    typed.to_parquet(tmp_path / "typed.parquet")
    of_text = pd.read_csv(io.StringIO(predicted("t.csv").stdout)).drop(columns="line")
    of_parquet = pd.read_csv(io.StringIO(predicted("typed.parquet").stdout))
    pd.testing.assert_frame_equal(of_parquet, of_text, check_exact=True)
    frame.assign(word="never").to_csv(tmp_path / "new.csv", index=False)
    assert (
        "not in the training data, so read as one of its rare words" in predicted("new.csv").stderr
    )
    frame.assign(signup=["soon", *frame["signup"][1:]]).to_csv(tmp_path / "bad.csv", index=False)
    done = predicted("bad.csv", 2)
    assert done.stderr == "bad.csv: line 2: signup: expected a date, got 'soon'\n"


def test_columns_are_found_by_name_whatever_else_a_frame_has() -> None:
    """A name that nobody uses may stand there twice, in front; no other stands for one amiss."""
    frame = pd.DataFrame({"a": np.arange(ROWS) % 7.0, "b": np.arange(ROWS) % 5.0, "y": Y})
    encoder = loading.encoded(divided(frame), "float64").encoder
    extra = frame.assign(u=7.0, v=8.0)[["u", "v", "b", "a"]].set_axis(["u", "u", "b", "a"], axis=1)
    np.testing.assert_array_equal(encoder.encode(extra), encoder.encode(frame))
    with pytest.raises(Expected, match=r"^expected a column of the data, got 'z' \(known: a, b, y"):
        dtypes.are_numeric(frame, ["a", "z"], with_booleans=True)


def test_an_earlier_run_keeps_its_rare_words_apart(tmp_path: Path) -> None:
    """Its identity says nothing of `data.rare`; so a study that does not either goes on."""
    cells = [f"rare {n // 2}" for n in range(40)] + [f"w{n % 20}" for n in range(360)]
    pd.DataFrame({"word": cells, "y": np.resize(Y, 400)}).to_csv(tmp_path / "t.csv", index=False)
    assert loading.load(spec(), tmp_path, "float32").merges
    (tmp_path / "own.yaml").write_text(STUDY)
    zero = ("--set", "data.rare=0", "--no-confirm", "--jobs", "1")
    sweeps("own.yaml", *zero, cwd=tmp_path)
    known = json.loads((tmp_path / "runs/own/artifacts/identity.json").read_text())
    assert "rare" not in known["data"]
    again = sweeps("own.yaml", "--no-confirm", "--jobs", "1", cwd=tmp_path)
    assert "2 of 2 trials are done" in again.stdout
    other = ("--set", "data.rare=0.1", "--no-confirm", "--jobs", "1")
    done = sweeps("own.yaml", *other, cwd=tmp_path, code=2)
    assert "data.rare: not set there, 0.1 here" in done.stderr
    assert "rare: 0.0" in (tmp_path / "runs/own/study.yaml").read_text()


def test_where_no_words_are_rare_a_run_that_goes_on_says_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(60) % 7, "word": ["u", "v"] * 30, "y": np.resize(Y, 60)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "own.yaml").write_text(STUDY)
    written = []
    for trials in ("1", "2"):
        sweeps("own.yaml", "--trials", trials, "--no-confirm", "--jobs", "1", cwd=tmp_path)
        written.append((tmp_path / "runs/own/study.yaml").read_text())
    assert "rare: 0.01" in written[0]
    assert written[1] == written[0].replace("trials: 1\n", "trials: 2\n")


def test_blanks_at_the_ends_of_words_make_no_difference() -> None:
    frame = pd.DataFrame({"w": ["a", "a ", " b", "b"] * 8, "x": np.arange(32) % 5, "y": Y[:32]})
    spec = DataSpec(source="t.csv", target="y")
    table = SourceTable(frame, "y", "")
    dataset = loading.prepared(table, spec, "float64")
    (words,) = [c for c in dataset.encoder.columns if c.name == "w"]
    assert words.inputs == ["w = a", "w = b"]
    bare = dataset.encoder.encode(frame.assign(w=frame["w"].str.strip()))
    np.testing.assert_array_equal(dataset.encoder.encode(frame), bare)
