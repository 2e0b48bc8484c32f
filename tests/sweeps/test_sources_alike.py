"""The same rows, however they come: bitwise the same inputs, in training and in prediction.

A kind of file is a row of WRITERS: whoever adds one to FILE_KINDS says here how it is written.
"""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.io import savemat
from sklearn.datasets import dump_svmlight_file

from sweeps.base.errors import UserError
from sweeps.commands.work import new, predict
from sweeps.data.arrays.dataset import Dataset
from sweeps.data.datasets.loading import load
from sweeps.data.source import data_files, read_options, unpacking
from sweeps.data.source.file_kinds import FILE_KINDS
from sweeps.results.model import Model
from sweeps.study.data_section import DataSpec
from tests.sweeps.test_reading import model_of

Known = tuple[Dataset, Model, pd.DataFrame]
Writer = Callable[[pd.DataFrame, Path], object]
PACKERS: Mapping[str, Callable[[bytes, Path], object]] = {
    ".gz": lambda text, path: path.write_bytes(gzip.compress(text)),
    ".bz2": lambda text, path: path.write_bytes(bz2.compress(text)),
    ".xz": lambda text, path: path.write_bytes(lzma.compress(text)),
    ".zip": lambda text, path: zip_one(text, path),
}


def zip_one(text: bytes, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(path.stem, text)


def write_json_lines(frame: pd.DataFrame, path: Path) -> None:
    frame.to_json(path, orient="records", lines=True, double_precision=15)


def write_workbook(frame: pd.DataFrame, path: Path) -> None:
    pytest.importorskip("openpyxl", reason="pip install -e '.[excel]'")
    frame.to_excel(path, index=False)


def write_arff(frame: pd.DataFrame, path: Path) -> None:
    lines = ["% made by a test", "@RELATION rows"]
    for name, column in frame.items():
        words = "{" + ", ".join(f'"{word}"' for word in column.dropna().unique()) + "}"
        is_number = column.dtype.kind in "if"
        lines.append(f"@attribute '{name}' {'real' if is_number else words}")
    body = frame.to_csv(index=False, header=False, na_rep="?", quotechar='"', lineterminator="\n")
    path.write_text("\n".join([*lines, "@DATA", body]))


def write_svmlight(frame: pd.DataFrame, path: Path) -> None:
    """Of numbers alone: the target y, and columns x1, x2, …."""
    x, y = frame.drop(columns="y").to_numpy(np.float64), frame["y"].to_numpy()
    dump_svmlight_file(x, y, str(path), zero_based=False)


# How a test writes a file of each kind.
def arrays(frame: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """A column an array, texts not as objects."""
    return {
        name: column.to_numpy(None if column.dtype.kind in "biuf" else str)
        for name, column in frame.items()
    }


def records(frame: pd.DataFrame) -> NDArray[Any]:
    columns = arrays(frame)
    made = np.empty(len(frame), [(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        made[name] = column
    return made


def to_hdf5(frame: pd.DataFrame, path: Path) -> None:
    with h5py.File(path, "w", track_order=True) as file:
        for name, column in arrays(frame).items():
            file[name] = column.tolist() if column.dtype.kind == "U" else column


WRITERS: Mapping[str, Writer] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    ".txt": lambda frame, path: frame.to_csv(path, index=False, sep=" ", na_rep="NA"),
    ".jsonl": write_json_lines,
    ".ndjson": write_json_lines,
    ".parquet": lambda frame, path: frame.to_parquet(path),
    ".feather": lambda frame, path: frame.to_feather(path),
    ".xlsx": write_workbook,
    ".arff": write_arff,
    **dict.fromkeys((".libsvm", ".svm", ".svmlight"), write_svmlight),
    ".npz": lambda frame, path: np.savez(path, **arrays(frame)),
    ".npy": lambda frame, path: np.save(path, records(frame)),
    **dict.fromkeys((".h5", ".hdf5"), lambda frame, path: to_hdf5(frame, path)),
    ".mat": lambda frame, path: savemat(path, arrays(frame)),
}
# Kinds that hold numbers without gaps alone.
NUMBERS_ALONE = (".libsvm", ".svm", ".svmlight")
PACKED = (".csv.gz", ".tsv.bz2", ".txt.xz", ".csv.zip", ".jsonl.gz", ".arff.xz", ".svm.bz2")
ENDS = [*FILE_KINDS, *PACKED]


def rows(numbers_alone: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x1": rng.normal(size=60).round(9), "x2": rng.integers(-5, 900, 60)})
    if numbers_alone:
        return frame.assign(y=rng.integers(0, 2, 60))
    frame.loc[3, "x1"] = np.nan
    frame["two words"] = rng.choice(["dark red", "blue, light", "it's grün"], 60)
    frame["flag"] = rng.choice([True, False], 60)
    return frame.assign(y=np.where(rng.random(60) < 0.5, "big", "small"))


def written(folder: Path, end: str, frame: pd.DataFrame) -> Path:
    """A file of the frame, its name ending so."""
    path = folder / f"rows{end}"
    packing = unpacking.packing(path)
    plain = path.with_name(f"rows{end.removesuffix(packing)}")
    WRITERS[end.removesuffix(packing)](frame, plain)
    if packing:
        PACKERS[packing](plain.read_bytes(), path)
        plain.unlink()
    return path


def spec(path: Path) -> DataSpec:
    return DataSpec(source=path.name, target="y")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Mapping[bool, Known]:
    """What plain CSV gives, of all columns (False) or of numbers alone."""
    folder = tmp_path_factory.mktemp("plain")
    made = {}
    for numbers_alone in (False, True):
        path = written(folder, ".csv", rows(numbers_alone))
        dataset = load(spec(path), folder, "float64")
        model = model_of(dataset)
        made[numbers_alone] = dataset, model, predicted(model, path)
    return made


def predicted(model: Model, path: Path) -> pd.DataFrame:
    out = io.StringIO()
    notes = predict.write(model, path, [], out)
    assert not notes.unknown
    return pd.read_csv(io.StringIO(out.getvalue()))


@pytest.mark.parametrize("end", ENDS)
def test_every_kind_gives_the_same_inputs_and_predictions(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    known: Mapping[bool, Known],
    end: str,
) -> None:
    numbers_alone = any(end.startswith(kind) for kind in NUMBERS_ALONE)
    dataset, model, expected = known[numbers_alone]
    path = written(tmp_path, end, rows(numbers_alone))
    found = load(spec(path), tmp_path, "float64")
    assert found.encoder.plain() == dataset.encoder.plain()
    for name, part in dataset.parts.items():
        assert found.parts[name].x.tobytes() == part.x.tobytes()
        assert found.parts[name].y.tobytes() == part.y.tobytes()
    monkeypatch.setattr(predict, "CHUNK", 7)  # chunks of few rows have types of their own
    told = predicted(model, path).drop(columns="line", errors="ignore")  # of text alone
    pd.testing.assert_frame_equal(told, expected.drop(columns="line"))
    monkeypatch.chdir(tmp_path)
    new.create("mine", path.name, "y")
    assert f"source: {path.name}" in Path("mine.yaml").read_text()


def test_every_kind_has_a_writer() -> None:
    assert set(WRITERS) == set(FILE_KINDS)


BROKEN: Mapping[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[: len(content) // 2],
    "nothing": lambda content: b"",
    "another kind": lambda content: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
    "a few bytes changed": lambda content: content[:40] + b"\xff\0\xfe\"'{[" + content[47:],
}
# Half of a text may be a table of fewer rows.
MAY_BE_READ = {("truncated", ".csv"), ("truncated", ".tsv"), ("truncated", ".txt")}
MAY_BE_READ |= {("truncated", end) for end in (".svm", ".libsvm", ".svmlight")}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("end", ENDS)
def test_a_damaged_file_of_every_kind_is_one_line(tmp_path: Path, end: str, how: str) -> None:
    path = written(tmp_path, end, rows(any(end.startswith(kind) for kind in NUMBERS_ALONE)))
    path.write_bytes(BROKEN[how](path.read_bytes()))
    fault = fault_of(path)
    if fault is None:
        assert how == "a few bytes changed" or (how, end) in MAY_BE_READ
        return
    assert fault.startswith(f"rows{end}: ")
    assert "\n" not in fault
    assert len(fault) < 400


def fault_of(path: Path) -> str | None:
    """What is said of a file that cannot be read."""
    try:
        data_files.read(path, data_files.expect(path, ""), read_options.DEFAULTS)
    except UserError as fault:
        return str(fault)
    return None


ARFF: Mapping[str, str] = {
    "a row": "1, 'it\\'s', '2024-01-02', b",
    "double quotes": '1.0,"it\'s","2024-01-02",b',
    "sparse": "{0 1, 1 'it\\'s', 2 2024-01-02, 3 b}",
}


@pytest.mark.parametrize("row", ARFF.values(), ids=ARFF.keys())
def test_rows_of_arff(tmp_path: Path, row: str) -> None:
    head = "@relation r\n@attribute x real\n@attribute 'a word' string\n"
    rest = "@attribute d date 'yyyy-MM-dd'\n@attribute y {a, b}\n% a remark\n@data\n"
    (tmp_path / "t.arff").write_text(head + rest + row + "\n?,?,?,a\n")
    found = data_files.read(tmp_path / "t.arff", FILE_KINDS[".arff"], read_options.DEFAULTS)
    assert list(found) == ["x", "a word", "d", "y"]
    assert list(found.iloc[0]) == [1.0, "it's", "2024-01-02", "b"]
    assert list(found.iloc[1].isna()) == [True, True, True, False]
    (tmp_path / "t.arff").write_text(head + rest + row + "\n1,2,3,c\n")
    fault = fault_of(tmp_path / "t.arff")
    assert fault is not None
    assert "line 9: 'c', no value of the attribute 'y'" in fault
