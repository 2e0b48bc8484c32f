"""One reading for training and prediction: the same rows, however they are spelled and typed."""

import io
import shutil
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dnn
from sweeps.commands.work import predict
from sweeps.data import Dataset
from sweeps.data.cell.cells import Categories
from sweeps.data.column import encode
from sweeps.data.column.encode import Encoder
from sweeps.data.column.number_columns import NumberColumn
from sweeps.data.column.word_columns import CategoryColumn
from sweeps.data.datasets.loading import load
from sweeps.data.source import data_files
from sweeps.results.model import Model
from sweeps.study.data_section import DataSpec
from tests.needs import shared
from tests.sweeps.helpers import sweeps

ROWS = 60


def table(seed: int) -> pd.DataFrame:
    """Objects as Python has them, None where there is a gap; every word occurs often."""
    rng = np.random.default_rng(seed)

    def some(values: list[Any], gaps: bool) -> list[Any]:
        drawn = [values[at] for at in rng.integers(len(values), size=ROWS)]
        return [None if gaps and rng.random() < 0.2 else value for value in drawn]

    return pd.DataFrame(
        {
            "x": some([0.5, -1.25, 3.0, 8.0], gaps=True),
            "count": some([3, 4, 11], gaps=True),
            "flag": some([True, False], gaps=True),
            "full": some([True, False], gaps=False),
            "bit": some([1, 0], gaps=True),
            "code": some(["01", "2", "x"], gaps=False),
            "word": some(["None", "blue", "no"], gaps=True),
            "day": some([date(2024, 3, 1), date(2024, 3, 2)], gaps=True),
            "y": ["a", "b"] * (ROWS // 2),
        },
        dtype=object,
    )


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """As pandas likes its columns."""
    kinds = {"x": "Float64", "count": "Int64", "flag": "boolean", "full": bool, "bit": "Int64"}
    return frame.astype(kinds)


def each(frame: pd.DataFrame, spell: Callable[[Any], Any], *names: str) -> pd.DataFrame:
    """Some columns spelled otherwise; gaps stay."""
    return frame.assign(**{name: frame[name].map(spell, na_action="ignore") for name in names})


def csv(frame: pd.DataFrame, **spelled: Callable[[Any], Any]) -> str:
    """Text of it, the columns that are named spelled otherwise."""
    for name, spell in spelled.items():
        frame = each(frame, spell, name)
    return frame.to_csv(index=False)


TRUTHS = {True: cycle(["TRUE", "true", "1"]), False: cycle(["0", "False", "FALSE"])}


def mixed(truth: bool) -> str:
    return next(TRUTHS[truth])


def read(text: str, **options: Any) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), **options)


FRAMES: Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "objects": lambda frame: frame,
    "typed": typed,
    "read by pandas": lambda frame: read(csv(frame), keep_default_na=False, na_values=[""]),
    "of strings": lambda frame: read(csv(frame), dtype=str, keep_default_na=False),
    "categorical": lambda frame: typed(frame).astype(
        dict.fromkeys(("flag", "code", "word", "count"), "category")
    ),
    "of decimals": lambda frame: each(frame, lambda v: Decimal(str(v)), "x", "count", "bit"),
    "of floats": lambda frame: each(frame, float, "count", "flag", "full", "bit"),
    "of bytes": lambda frame: each(frame, str.encode, "code", "word"),
    "by Arrow": lambda frame: read(
        csv(frame), dtype_backend="pyarrow", keep_default_na=False, na_values=[""]
    ),
    "with moments": lambda frame: frame.assign(day=pd.to_datetime(frame["day"])),
}
TEXTS: Mapping[str, Callable[[pd.DataFrame], str]] = {
    "plain": csv,
    "any case": lambda frame: csv(frame, flag=mixed, full=mixed),
    "bits": lambda frame: csv(frame, flag=int, full=int, bit=bool),
    "floats": lambda frame: csv(frame, count=float, bit=float, x="{:.3f}".format),
    "zeros": lambda frame: csv(frame, code=lambda code: code.lstrip("0"), count="{:03}".format),
    "moments": lambda frame: csv(frame, day="{} 00:00:00".format),
}


def model_of(dataset: Dataset) -> Model:
    """Networks that have not learned; that they are told apart is enough."""
    network = dnn.Network(dataset.n_in, (5,), dataset.n_out)
    theta = np.random.default_rng(0).normal(size=(2, network.n_parameters)).astype(np.float32)
    return Model(network, theta, dataset.encoder, dataset.target, dataset.reading)


def trained(folder: Path, frame: pd.DataFrame, source: str) -> Model:
    if source == "t.csv":
        (folder / source).write_text(csv(frame))
    else:
        typed(frame).to_parquet(folder / source)
    made = load(DataSpec(source=source, target="y"), folder, "float32")
    again = Encoder.from_plain(made.encoder.plain())
    assert again == made.encoder
    return model_of(made)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1), source=st.sampled_from(["t.csv", "t.parquet"]))
def test_the_same_rows_give_the_same_predictions(tmp_path: Path, seed: int, source: str) -> None:
    frame = table(seed)
    model = trained(tmp_path, frame, source)
    right = model.outputs(frame)
    assert len(np.unique(right[:, 0])) > ROWS / 2
    for name, make in FRAMES.items():
        np.testing.assert_array_equal(model.outputs(make(frame)), right, err_msg=name)
    typed(frame).to_parquet(tmp_path / "typed.parquet")
    for name, make_text in TEXTS.items():
        (tmp_path / f"{name}.csv").write_text(make_text(frame))
    for name in ("typed.parquet", *(f"{name}.csv" for name in TEXTS)):
        (found,) = predict._chunks(tmp_path / name, data_files.expect(tmp_path / name, ""), model)
        np.testing.assert_array_equal(model.outputs(found), right, err_msg=name)
        notes = predict.Notes()
        notes.add(found, model)
        assert notes.lines() == [], name


def test_what_is_spelled_apart_in_training_stays_apart() -> None:
    known = Categories(("01", "1", "NA", "(missing)", "x"))
    cells = np.array(["01", "1", "NA", "", "(missing)", "1.0", "X"], dtype=object)
    assert known.indices(cells).tolist() == [0, 1, 2, 3, 3, -1, -1]
    column = CategoryColumn("code", ("01", "02"))
    assert column.unseen(pd.Series(["1", "02", "3", "001"])).tolist() == ["3"]
    booleans = Categories(("False", "True", "unknown"))
    assert booleans.indices(np.array(["TRUE", "1"], dtype=object)).tolist() == [1, -1]


def test_a_truth_is_a_number_only_where_there_were_but_zeros_and_ones() -> None:
    frame = pd.DataFrame({"n": [1, 2, 1, 0], "bit": [1, 0, 1, 0]})
    model = encode.fit(frame, standardize=False)
    assert [c.is_flag for c in model.columns if isinstance(c, NumberColumn)] == [False, True]
    told = pd.DataFrame({"n": [1, 2], "bit": ["TRUE", False]})
    assert model.encode(told)[:, 1].tolist() == [1, 0]
    with pytest.raises(ValueError, match="expected numbers in column 'n', got true"):
        model.encode(told.assign(n=[True, 2]))


@pytest.mark.parametrize("rows", [1, 2, 7, 8])
def test_a_gap_is_filled_with_the_median(rows: int) -> None:
    values = np.random.default_rng(rows).normal(size=(rows, 3))
    values[0, 0] = np.nan
    frame = pd.DataFrame(values, columns=["gaps", "a", "b"])
    columns = encode.fit(frame, standardize=True).numbers
    medians = frame.median().fillna(0)
    assert columns.fill.tolist() == medians.tolist()


def test_rows_are_encoded_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = table(0)
    rows = np.random.default_rng(0).integers(0, ROWS, ROWS)
    of_words = encode.fit(frame, standardize=True)
    expected = of_words.encode(frame.iloc[rows], "float32")
    monkeypatch.setattr(encode, "CELLS", 7 * frame.shape[1])
    assert np.array_equal(of_words.encode_rows(frame, rows, "float32"), expected)
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(4_000, 500)))
    of_numbers = encode.fit(wide, standardize=True)
    monkeypatch.setattr(encode, "CELLS", 100_000)
    tracemalloc.start()
    made = of_numbers.encode_rows(wide, np.arange(4_000), "float32")
    assert tracemalloc.get_traced_memory()[1] < 1.4 * made.nbytes
    tracemalloc.stop()


def test_a_model_of_an_earlier_version_predicts() -> None:
    plain = encode.fit(pd.DataFrame({"n": [1, 0, 3]}), standardize=True).plain()
    del plain[0]["is_flag"]
    flags = {"name": "flag", "categories": ["(missing)", "False", "True"]}
    encoder = Encoder.from_plain([*plain, flags])
    told = pd.DataFrame({"n": ["1", None, "3"], "flag": ["true", "", "FALSE"]})
    assert encoder.encode(told)[:, 1:].tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    "values", [["true", "TRUE", "1", "0", "False", "0"], [True, False, True] * 2]
)
def test_a_target_of_truths_has_two_classes(tmp_path: Path, values: list[Any]) -> None:
    x = np.random.default_rng(0).normal(size=60)
    pd.DataFrame({"x": x, "y": values * 10}).to_csv(tmp_path / "t.csv", index=False)
    data = load(DataSpec(source="t.csv", target="y"), tmp_path, "float32")
    assert data.target.classes == ("False", "True")
    # Where earlier versions saw other classes, it is another study.
    changed = {"y": "classification"} if values[0] == "true" else None
    assert data.identity(DataSpec(source="t.csv", target="y")).get("columns") == changed


def test_the_training_rows_again_by_the_command_line(tmp_path: Path) -> None:
    """The case, and all its spellings in a file of a few columns."""
    folder = shared("cases/bools-with-gaps")
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    options = ("--jobs", "1", "--trials", "2", "--set", "confirm.replicates=2")
    sweeps("study.yaml", *options, cwd=tmp_path)
    told = {}
    for name in ("data.csv", "new.csv"):
        done = sweeps("predict", "runs/bools", name, cwd=tmp_path, module="sweeps")
        assert done.stderr.splitlines()[0] == "not used: y"
        told[name] = read(done.stdout)
    pd.testing.assert_frame_equal(told["new.csv"], told["data.csv"].head(len(told["new.csv"])))
