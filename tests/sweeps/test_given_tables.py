"""Tables that a Python program gives: read right or refused in a line, resumed, split by rows."""

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
from sklearn import datasets

import sweeps
from sweeps.base.errors import Expected, UserError
from sweeps.data.given import given_tables
from sweeps.running import calls, given_studies
from tests.sweeps import helpers as small

SPACE = {"learning_rate": [0.001, 0.1]}
FIXED = {"hidden": [3], "epochs": 2}


def table(rows: int = 60, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, rows))
    return pd.DataFrame({"a": a, "b": b, "y": np.where(a + b > 0, "yes", "no")})


class Exchanged:
    """A table of another library: nothing but the protocol."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._table = pyarrow.Table.from_pandas(frame)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


X, Y = table()[["a", "b"]].to_numpy(), table()["y"].to_numpy()


@pytest.mark.parametrize(
    "given",
    [table(), Exchanged(table()), (table()[["a", "b"]], table()["y"]), pyarrow.table(table())],
    ids=["pandas", "protocol", "a pair of frames", "Arrow"],
)
def test_the_same_table_however_it_is_given(given: Any) -> None:
    found, target = given_tables.frame(given, "y")
    assert target == "y"
    pd.testing.assert_frame_equal(found, table(), check_dtype=False)


def test_columns_are_called_by_numbers_and_by_levels() -> None:
    numbered = table().set_axis([0, 1, 2], axis=1)
    levels = table()
    levels.columns = pd.MultiIndex.from_tuples([("A", "a"), ("A", "b"), ("B", "y")])
    for given, target, names in (
        (numbered, 2, ["0", "1", "2"]),
        (numbered, np.int64(2), ["0", "1", "2"]),
        (numbered, [2], ["0", "1", "2"]),
        (levels, ("B", "y"), ["A.a", "A.b", "B.y"]),
    ):
        found, named = given_tables.frame(given, target)
        assert (list(found.columns), named) == (names, names[2])
    assert given_tables.frame(numbered, [0, 1])[1] == ["0", "1"]
    with pytest.raises(Expected, match=r"the name of a column, or a list of names, got 2\.5"):
        given_tables.frame(numbered, 2.5)


def test_whole_numbers_beyond_64_bits_are_kept_as_they_are() -> None:
    large = [2**70 + number for number in range(60)]
    found, _ = given_tables.frame(table().assign(large=large), "y")
    assert found["large"].tolist() == list(map(str, large))


def test_a_series_is_a_column() -> None:
    found, _ = given_tables.frame((table()["a"], Y), None)
    assert list(found.columns) == ["a", "y"]
    assert list(given_tables.frame(table()["a"], "a")[0].columns) == ["a"]

    class Column:
        """A series of polars: a stream of one column without a name."""

        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return pyarrow.chunked_array([[1.5, 2.5]]).__arrow_c_stream__(requested_schema)

    with pytest.raises(Expected, match=r"a table: a DataFrame, an Arrow table.*, got a Column"):
        given_tables.frame(Column(), "a")


def test_arrays_and_sets_of_scikit_learn() -> None:
    found, target = given_tables.frame((X, Y), None)
    assert (list(found.columns), target) == (["x1", "x2", "y"], "y")
    np.testing.assert_array_equal(found[["x1", "x2"]], X)
    images, _ = given_tables.frame((X.reshape(15, 4, 2), Y[:15]), None)
    assert images.shape == (15, 9)
    for as_frame in (False, True):
        iris, target = given_tables.frame(datasets.load_iris(as_frame=as_frame), None)
        assert target in ("y", "target")
        assert set(iris[target]) == {"setosa", "versicolor", "virginica"}
        assert "petal width (cm)" in iris


MONTHS = list(pd.date_range("2024-01-01", periods=4, freq="MS"))


def odd(**columns: Any) -> pd.DataFrame:
    return table(4).assign(**columns)


@pytest.mark.parametrize(
    ("frame", "column", "expected"),
    [
        (odd(c=pd.array([1, None, 3, 4], "Int64")), "c", [1, None, 3, 4]),
        (odd(c=pd.Categorical([2, 1, 2, 1])), "c", [2, 1, 2, 1]),
        (odd(c=pd.Series(["u", 1, None, 2.0], dtype=object)), "c", ["u", "1", None, "2"]),
        (odd(c=pd.arrays.SparseArray([0, 0, 5, 0])), "c", [0, 0, 5, 0]),
        (table(4).rename(columns={"a": 7}), "7", table(4)["a"].tolist()),
        (odd().set_index(pd.Index([4, 3, 2, 1], name="c")), "c", [4, 3, 2, 1]),
        (
            pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])),
            "a.c",
            [2],
        ),
        (odd(c=pd.period_range("2024-01", periods=4, freq="M")), "c", MONTHS),
        (odd(c=pd.Series(MONTHS).dt.date.astype("date32[pyarrow]")), "c", MONTHS),
        (odd(c=[Fraction(1, 2), Fraction(1), None, Fraction(2)]), "c", [0.5, 1, None, 2]),
        (table(4).set_index("a", drop=False), "a", table(4)["a"].tolist()),
    ],
    ids=[
        *("nullable", "category", "mixed", "sparse", "a number's name", "index", "levels"),
        *("periods", "Arrow's dates", "fractions", "an index that is a column, too"),
    ],
)
def test_odd_columns_are_read_right(frame: pd.DataFrame, column: str, expected: list[Any]) -> None:
    found, _ = given_tables.frame(frame, "y")
    ours = [None if pd.isna(cell) else cell for cell in found[column]]
    if expected is MONTHS:
        ours = list(pd.to_datetime(found[column]))
    assert ours == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (table().set_axis(["a", "a", "y"], axis=1), "expected each column once, got 'a' twice"),
        (odd(c=[1j] * 4), "expected numbers, words or dates, got complex numbers"),
        (odd(c=pd.Series([1j] * 4, dtype=object)), "expected numbers, words or dates, got complex"),
        ((X, Y[:5]), "expected a target of 60 numbers or words, one a row, got an array of"),
        (table(0), "expected some rows, got none"),
    ],
)
def test_what_no_file_can_hold_is_refused_in_a_line(given: Any, said: str) -> None:
    with pytest.raises(Expected) as raised:
        given_tables.frame(given, "y")
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"tets": [1]}, "data.split.rows: expected train, dev or test, got 'tets' (did you mean"),
        ({"test": [60]}, "data.split.rows.test: expected rows from 0 to 59, got 60"),
        ({"test": [1], "dev": [1]}, "expected each row once, in one part, got row 1 2 times"),
        ({"train": [1], "test": [0]}, "expected each row in a part, got row 2 in none"),
        ({"test": ["a"]}, "data.split.rows.test: expected whole numbers of rows, from 0 on"),
    ],
)
def test_rows_that_divide_nothing(tmp_path: Path, rows: dict[str, Any], said: str) -> None:
    study = {"name": "s", "data": {"source": table(), "target": "y", "split": {"rows": rows}}}
    with (
        pytest.raises(UserError) as raised,
        given_studies.as_files(study, tmp_path),
    ):
        pass
    assert said in str(raised.value)


@pytest.fixture
def here(tmp_path: Path) -> Any:
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def run(given: Any, **options: Any) -> Any:
    known = {"trials": 2, "jobs": 1, "quiet": True, "confirm": False}
    return sweeps.run(given, **{**known, **options})


def test_a_frame_is_run_gone_on_with_and_resumed_from_the_folder(here: Path) -> None:
    result = run(table(), target="y", space=SPACE, fixed=FIXED, name="t")
    assert len(result.trials) == 2
    first = (here / "runs/t/tables/data.parquet").read_bytes()
    assert len(run(table(), target="y", space=SPACE, fixed=FIXED, name="t", trials=3).trials) == 3
    with pytest.raises(UserError, match=r"expected this study, got another \(data.sha256: "):
        run(table(seed=1), target="y", space=SPACE, fixed=FIXED, name="t")
    assert (here / "runs/t/tables/data.parquet").read_bytes() == first
    small.sweeps("resume", "runs/t", "--trials", "4", "--no-confirm", cwd=here, module="sweeps")
    assert len(sweeps.load("runs/t").trials) == 4


def test_what_a_frames_types_say_is_heeded_in_training_and_prediction(here: Path) -> None:
    rng = np.random.default_rng(0)
    frame = table().assign(
        grade=pd.Categorical(rng.choice(["low", "mid", "top"], 60), ["low", "mid", "top"], True),
        district=pd.Categorical(rng.choice([7, 12, 9], 60)),
        spell=pd.Categorical(rng.choice([7, 12, 9], 60)),
        month=pd.period_range("2020-01", periods=60, freq="M"),
    )
    frame = frame.rename(columns={"b": 3}).set_axis(rng.permutation(60), axis=0)
    confirm = {"top": 1, "replicates": 2, "baselines": ["linear"]}
    data = {"source": frame, "target": "y", "columns": {"spell": "number"}}
    study = {"name": "t", "data": data, "space": SPACE, "fixed": FIXED, "confirm": confirm}
    result = run(study | {"replicates": 2}, confirm=True)
    known = {row["name"]: row["kind"] for row in result.run.provenance["data"]["column_table"]}
    assert known == {
        **{"a": "number", "3": "number", "y": "target", "grade": "ordered category"},
        **{"district": "category", "spell": "number", "month": "date"},
    }
    plain = frame.rename(columns=str).astype({"grade": str, "district": int, "spell": int})
    plain["month"] = frame["month"].dt.to_timestamp()
    for model in ("winner", "logistic regression"):
        found = result.predict(frame, model=model)
        pd.testing.assert_series_equal(found, result.predict(plain, model=model))
        assert found.index.equals(frame.index)


def test_a_frame_of_polars_is_run_like_its_own_of_pandas(here: Path) -> None:
    polars = pytest.importorskip("polars")
    words = ["u", "v", None] * 20
    known = table().assign(day=pd.date_range("2024-01-01", periods=60), word=words)
    known["kind"] = known["word"].astype("category")
    given = polars.DataFrame({name: known[name].tolist() for name in ("a", "b", "y")})
    given = given.with_columns(
        polars.Series("day", known["day"].dt.date.tolist()),
        polars.Series("word", words),
        polars.Series("kind", words, dtype=polars.Categorical),
    )
    outputs = []
    for name, rows in (("polars", given), ("pandas", known[given.columns])):
        result = run(rows, target="y", space=SPACE, fixed=FIXED, name=name)
        outputs.append(result.trials["value"].tolist())
    assert outputs[0] == outputs[1]


def test_rows_and_tables_of_parts_in_the_mapping(here: Path) -> None:
    is_test = np.arange(60) % 5 == 0
    by_rows = {"source": table(), "target": "y", "split": {"rows": {"test": is_test}}}
    apart = {"source": (X, Y), "test": {"source": (X[:20], Y[:20])}}
    for name, data, parts in (("r", by_rows, (38, 10, 12)), ("p", apart, (48, 12, 20))):
        document = {"name": name, "data": data, "space": SPACE, "fixed": FIXED}
        run({**document, "replicates": 2})
        facts = json.loads((here / "runs" / name / "provenance.json").read_text())["data"]
        assert tuple(facts[part] for part in ("train", "dev", "test")) == parts


def with_an_id(rows: int = 60, **columns: Any) -> pd.DataFrame:
    return table(rows).assign(customer_id=[f"c{number}" for number in range(rows)], **columns)


def test_an_id_is_said_to_be_one_and_an_argument_leaves_it_out(tmp_path: Path) -> None:
    given = {"space": SPACE, "fixed": FIXED, "trials": 1, "jobs": 1, "quiet": True}
    with pytest.raises(UserError) as raised:
        sweeps.run(with_an_id(), target="y", out=tmp_path, **given)  # type: ignore[arg-type]
    assert str(raised.value) == (
        "the table: column 'customer_id': it looks like an id, or free text: 60 different texts "
        "in 60 rows (ignore=['customer_id'] leaves it out)"
    )
    done = sweeps.run(
        *(with_an_id(),), target="y", ignore=["customer_id"], out=tmp_path, confirm=False, **given
    )  # type: ignore[arg-type]
    (step,) = done.recommendation.steps
    assert step.lines == (
        "sweeps.run(table, target='y', space={'learning_rate': [0.001, 0.1]}, "
        "fixed={'hidden': [3], 'epochs': 2}, ignore=['customer_id'], trials=1, "
        f"out={str(tmp_path)!r})"
    )


def test_a_study_of_a_table_is_told_of_its_own_keys_and_of_no_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = {"name": "s", "data": {"source": with_an_id(), "target": "y"}, "space": SPACE}
    with pytest.raises(UserError, match=r"^the table: column .* \(add it to data\.ignore\)$"):
        sweeps.run(study, out=tmp_path, quiet=True)
    wide = table().assign(**{f"x{number}": np.arange(60) % 7 for number in range(40)})
    study |= {"data": {"source": wide, "target": "y"}, "fixed": FIXED}
    done = sweeps.run(study, out=tmp_path, trials=1, jobs=1, confirm=False)
    told = capsys.readouterr().out
    assert "columns   " in told
    assert "sweeps check" not in told
    assert "sweeps check" not in done.report.read_text()


def test_long_arguments_and_secrets_do_not_stand_in_a_call() -> None:
    said = calls.written(
        "table",
        {"target": "y", "space": None, "split": {"rows": {"test": list(range(500))}}},
        {"storage": "postgresql://me:secret@host/db", "trials": None, "confirm": True},
    )
    assert said.startswith("sweeps.run(table, target='y', split=split, storage='postgresql://me:")
    assert "secret" not in said
