"""Files of arrays: which arrays are inputs and target, how they become rows, what is refused."""

import json
import pickle
import time
import tracemalloc
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import io

from sweeps.base.errors import Expected, UserError
from sweeps.commands.work import predict
from sweeps.data.arrays.dataset import Dataset
from sweeps.data.datasets import loading
from sweeps.data.datasets.loading import load
from sweeps.data.source import data_files
from sweeps.data.source.read_options import ReadOptions
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import DataSpec
from tests.needs import shared
from tests.sweeps.helpers import sweeps

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).round(3)
Y = (X[:, 0] + RNG.normal(size=60) > 0).astype(np.int64)


def to_hdf5(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file[name] = values


def to_hdf5_of_matlab(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """As MATLAB saves version 7.3: after a header, all axes turned around."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in arrays.items():
            file[name] = np.atleast_2d(values).T
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file".ljust(512, b" "))


WRITERS: Mapping[str, Callable[[Path, Mapping[str, NDArray[Any]]], object]] = {
    "a.npz": lambda path, arrays: np.savez(path, **arrays),
    "a.h5": to_hdf5,
    "a.mat": io.savemat,
    "v73.mat": to_hdf5_of_matlab,
}


@pytest.fixture(params=WRITERS)
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """Writes arrays into a file of each kind, and returns its name."""

    def written(**arrays: NDArray[Any]) -> str:
        WRITERS[request.param](tmp_path / request.param, arrays)
        return str(request.param)

    return written


def table(folder: Path, **data: Any) -> SourceTable:
    return loading.read(DataSpec(**data), folder).table


@pytest.mark.parametrize(
    ("inputs", "target"),
    [
        (X, Y),
        (X, Y[:, None]),
        (X, Y[None]),
        (X, np.eye(2)[Y]),
        (X.T, Y),
        (X.T, Y[None]),
        (X.T, np.eye(2)[Y].T),
    ],
    ids=["n", "n x 1", "1 x n", "one-hot", "columns", "columns, 1 x n", "columns, one-hot"],
)
def test_the_targets_length_tells_where_examples_lie(
    write: Callable[..., str], tmp_path: Path, inputs: NDArray[Any], target: NDArray[Any]
) -> None:
    found = table(tmp_path, source=write(X=inputs, y=target))
    assert list(found.frame) == ["x1", "x2", "x3", "x4", "y"]
    np.testing.assert_array_equal(found.frame.drop(columns="y"), X)
    np.testing.assert_array_equal(found.frame["y"], Y)
    assert found.notes[0].startswith("inputs and target from X (")


def test_images_are_flattened_and_divided(write: Callable[..., str], tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (30, 4, 4, 3), dtype=np.uint8)
    name = write(train_set_x=images, train_set_y=np.tile([0, 1], 15))
    found = table(tmp_path, source=name)
    inputs = found.frame.drop(columns="train_set_y").to_numpy()
    np.testing.assert_allclose(inputs, images.reshape(30, 48) / 255, rtol=1e-6)
    assert found.notes[0].endswith("divided by 255")
    undivided = table(tmp_path, source=name, scale=1)
    np.testing.assert_array_equal(undivided.frame.iloc[:, :48], images.reshape(30, 48))


def test_classes_have_the_names_that_the_file_has(
    write: Callable[..., str], tmp_path: Path
) -> None:
    for first in (0, 1):  # MATLAB counts from 1
        name = write(X=X, y=Y + first, names=np.array([7, 9]))
        data = load(DataSpec(source=name, classes="names"), tmp_path, "float32")
        assert data.target.classes == ("7", "9")
        assert sum((codes == 1).sum() for codes in data.labels.values()) == Y.sum()


def test_names_of_classes_may_be_bytes(tmp_path: Path) -> None:
    to_hdf5(tmp_path / "a.h5", {"X": X, "y": Y, "names": np.array([b"non-cat", b"cat"])})
    data = load(DataSpec(source="a.h5", classes="names"), tmp_path, "float32")
    assert data.target.classes == ("non-cat", "cat")


def test_nested_arrays_are_named_by_their_path(tmp_path: Path) -> None:
    to_hdf5(tmp_path / "a.h5", {"train/data": X, "train/labels": Y})
    io.savemat(tmp_path / "a.mat", {"train": {"data": X, "labels": Y}})
    for name in ("a.h5", "a.mat"):
        found = table(tmp_path, source=name, inputs="train/data", target="train/labels")
        np.testing.assert_array_equal(found.frame.iloc[:, :4], X)


def test_an_npy_has_its_target_beside_it_or_in_a_column(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y)
    beside = table(tmp_path, source="x.npy", target="y.npy")
    np.testing.assert_array_equal(beside.frame["y.npy"], Y)
    np.save(tmp_path / "y.npy", 1 - Y)
    assert table(tmp_path, source="x.npy", target="y.npy").sha256 != beside.sha256
    assert table(tmp_path, source="x.npy", target="x4").target == "x4"


def test_the_football_field_as_matlab_saved_it() -> None:
    folder = shared("seeds")
    field = table(folder, source="data.mat", inputs="X", target="y")
    points = pd.read_csv(folder / "football.csv")
    rows = points[points.iloc[:, -1] == "train"] if points.shape[1] > 3 else points.head(211)
    np.testing.assert_allclose(field.frame[["x1", "x2"]], rows.iloc[:, :2], rtol=1e-12)


def test_a_run_predicts_arrays_of_another_name(write: Callable[..., str], tmp_path: Path) -> None:
    name = write(train_x=X.T, train_y=Y[None])
    text = (
        f"name: a\ndata: {{source: {name}}}\nfixed: {{epochs: 2}}\nspace: {{l2: [0, 1]}}\n"
        "replicates: {count: 2, resample: none}\nsearch: {trials: 1}\n"
        "confirm: {top: 1, replicates: 2, baselines: none, learning_curve: 0}\n"
    )
    (tmp_path / "a.yaml").write_text(text)
    sweeps("new", "b", "--data", name, cwd=tmp_path, module="sweeps")
    assert "  # inputs and target from train_x" in (tmp_path / "b.yaml").read_text()
    said = sweeps("a.yaml", "--jobs", "1", cwd=tmp_path).stdout
    assert "an example a column" in said
    write(test_x=X.T[:, :9])
    done = sweeps("predict", "runs/a", name, cwd=tmp_path, module="sweeps").stdout
    assert len(pd.read_csv(StringIO(done))) == 9
    model = predict.load(tmp_path / "runs" / "a")
    expected = model.outputs(pd.DataFrame(X[:9], columns=["x1", "x2", "x3", "x4"]))
    found = pd.read_csv(StringIO(done))[["p.0", "p.1"]]
    np.testing.assert_allclose(found, np.column_stack([expected[:, 0], expected[:, 1]]), rtol=1e-5)
    kept = json.loads((tmp_path / "runs" / "a" / "provenance.json").read_text())["data"]
    assert kept["read"][0].startswith("inputs and target from train_x (4, 60)")


SEVERAL = {"y1": 3 * X[:, 0] + X[:, 1] ** 2, "more": 900 + 50 * X[:, 2]}


def test_several_targets_are_arrays_of_their_own(write: Callable[..., str], tmp_path: Path) -> None:
    targets = ("more", "y1")
    name = write(X=X.T, y1=SEVERAL["y1"][None], more=SEVERAL["more"], other=X.T)
    text = (
        f"name: a\ndata: {{source: {name}, inputs: X, target: [more, y1]}}\n"
        "fixed: {epochs: 2}\nspace: {l2: [0, 1]}\n"
        "replicates: {count: 2, resample: none}\nsearch: {trials: 1}\n"
        "confirm: {top: 1, replicates: 2, baselines: none, learning_curve: 0}\n"
    )
    (tmp_path / "a.yaml").write_text(text)
    said = sweeps("check", "a.yaml", cwd=tmp_path, module="sweeps").stdout
    assert "targets 'more', 'y1', 2 numbers" in said
    sweeps("a.yaml", "--jobs", "1", cwd=tmp_path)
    done = sweeps("predict", "runs/a", name, cwd=tmp_path, module="sweeps").stdout
    found = pd.read_csv(StringIO(done))[[f"prediction.{target}" for target in targets]]
    frame = pd.DataFrame(X, columns=["x1", "x2", "x3", "x4"])
    expected = predict.load(tmp_path / "runs" / "a").networks(frame).mean(axis=0)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_several_targets_of_single_arrays_and_of_columns(tmp_path: Path) -> None:
    for name, values in {"x": X, **SEVERAL}.items():
        np.save(tmp_path / f"{name}.npy", values)
    np.savez(tmp_path / "columns.npz", a=X[:, 0], b=X[:, 1], **SEVERAL)
    beside = table(tmp_path, source="x.npy", target=("y1.npy", "more.npy"))
    columns = table(tmp_path, source="columns.npz", target=("y1", "more"))
    of_one = table(tmp_path, source="x.npy", target=("x4", "x2"))
    assert beside.targets == ("y1.npy", "more.npy")
    assert columns.targets == ("y1", "more")
    assert list(columns.frame) == ["a", "b", "y1", "more"]
    assert of_one.targets == ("x4", "x2")
    for found in (beside, columns):
        each = found.frame[list(found.targets)]
        np.testing.assert_array_equal(each, np.column_stack(list(SEVERAL.values())))
    np.save(tmp_path / "more.npy", X[:, 0])
    assert table(tmp_path, source="x.npy", target=("y1.npy", "more.npy")).sha256 != beside.sha256


def _h5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["X"], file["y"], file["z"] = X, Y, RNG.normal(size=(60, 2))


def _external(path: Path) -> None:
    (path.parent / "secret").write_bytes(b"x" * 8000)
    with h5py.File(path, "w") as file:
        where = [(str(path.parent / "secret"), 0, 960)]
        file.create_dataset("X", (60, 2), "f8", external=where)
        file["y"] = Y


def _elsewhere(path: Path) -> None:
    """Links out of the file, within it, to nothing, and in a circle."""
    to_hdf5(path.parent / "other.h5", {"X": X, "y": Y})
    with h5py.File(path, "w") as file:
        file["X"], file["y"] = h5py.ExternalLink("other.h5", "X"), h5py.SoftLink("/z")
        file["z"], file["gone"] = Y, h5py.SoftLink("/nowhere")
        group = file.create_group("group")
        group["again"] = group


def _bomb(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("X", (60, 10**8), "f8", chunks=(1, 10**4), compression="gzip")
        file["y"] = Y


def _packed_bomb(path: Path) -> None:
    np.savez_compressed(path, X=np.zeros((60, 600_000)), y=Y)


def _half(write: Callable[[Path], object]) -> Callable[[Path], None]:
    def cut(path: Path) -> None:
        write(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return cut


def _pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps({"X": X, "y": Y}))


def _npz(path: Path) -> None:
    np.savez(path, X=X, y=Y)


# By the file's name and what is said of `data`: how it is written, and part of the one line.
MALFORMED: dict[str, tuple[str, Callable[[Path], object], dict[str, str], str]] = {
    "cut npz": ("a.npz", _half(_npz), {}, "a.npz: expected a .npz table, got: File is not"),
    "cut npy": ("a.npy", _half(lambda path: np.save(path, X)), {"target": "x1"}, "(cut off?)"),
    "cut hdf5": ("a.h5", _half(_h5), {}, "a.h5: expected a .h5 table, got: Unable"),
    "cut mat": ("a.mat", _half(lambda p: io.savemat(p, {"X": X, "y": Y})), {}, "a.mat: expected"),
    "no hdf5": ("a.h5", lambda path: path.write_text("x,y\n1,2"), {}, "a.h5: expected a .h5 table"),
    "empty mat": ("a.mat", Path.touch, {}, "a.mat: expected a .mat table, got: "),
    "pickle": ("a.npz", _pickled, {}, "a pickle, which could run code when it is read"),
    "pickled npy": ("a.npy", _pickled, {"target": "x1"}, "a pickle, which could run code"),
    "objects": (
        "a.npz",
        lambda path: np.savez(path, X=np.array([{}] * 60), y=Y),
        {"inputs": "X", "target": "y"},
        "a.yaml:2: data.inputs: expected an array of numbers, got objects in 'X'",
    ),
    "complex": (
        "a.npz",
        lambda path: np.savez(path, X=X * 1j, y=Y),
        {"inputs": "X", "target": "y"},
        "data.inputs: expected an array of numbers, got complex numbers in 'X'",
    ),
    "a wrong name": (
        "a.h5",
        _h5,
        {"inputs": "x", "target": "y"},
        "a.yaml:2: data.inputs: expected an array of the file, got 'x' (did you mean 'X'? arrays: ",
    ),
    "two ways": (
        "a.h5",
        lambda path: to_hdf5(path, {"a": X, "b": X, "c": Y}),
        {"target": "c"},
        "data.inputs: expected the name of an array, got nothing (arrays: a (60, 4), b (60, 4))",
    ),
    "square": (
        "a.npz",
        lambda path: np.savez(path, X=X[:4], y=Y[:4]),
        {},
        "data.examples: expected examples: rows or examples: columns, got inputs (4, 4), target",
    ),
    "other lengths": (
        "a.npz",
        lambda path: np.savez(path, X=X, y=Y[:9]),
        {},
        "data.target: expected as many targets as examples, got inputs (60, 4), target (9,)",
    ),
    "other lengths of several": (
        "a.npz",
        lambda path: np.savez(path, X=X, y=X[:, 0], z=Y[:9]),
        {"inputs": "X", "target": "[y, z]"},
        "data.target: expected as many targets as examples, got inputs (60, 4), target (9,)",
    ),
    "several of several": (
        "a.npz",
        lambda path: np.savez(path, X=X, y=X[:, 0], z=X[:, :2]),
        {"inputs": "X", "target": "[y, z]"},
        "data.target: expected one value an example in each of several targets, got z (60, 2)",
    ),
    "several, one unknown": (
        "a.npz",
        lambda path: np.savez(path, X=X, y=X[:, 0]),
        {"inputs": "X", "target": "[y, z]"},
        "data.target: expected an array of the file, got 'z' (arrays: X (60, 4), y (60,))",
    ),
    "several classes": (
        "a.npz",
        lambda path: np.savez(path, X=X, y=X[:, 0], z=Y),
        {"inputs": "X", "target": "[y, z]"},
        "data.target: expected numbers as several targets, got what may be classes in 'z', 0 … 1",
    ),
    "not one-hot": (
        "a.npz",
        lambda path: np.savez(path, X=X, y=np.tile([0.25, 0.75], (60, 1))),
        {},
        "data.target: expected one value an example, one-hot rows, or up to 100 numbers, got 2 val",
    ),
    "too few names": (
        "a.npz",
        lambda path: np.savez(path, X=X, y=Y + 2, names=np.array(["a", "b"])),
        {"classes": "names"},
        "data.classes: expected a name for each code of the target, got codes from 2 to 3 for 2",
    ),
    "a bomb": ("a.h5", _bomb, {}, "unpacked from"),
    "a packed bomb": ("a.npz", _packed_bomb, {}, "unpacked from"),
    "links": (
        "a.h5",
        _elsewhere,
        {},
        "data.inputs: expected an array of the file, got 'X' (it is a link to 'X' of the file "
        "'other.h5': links are not followed, copy that into this file)",
    ),
    "a target within": (
        "a.h5",
        _elsewhere,
        {"inputs": "z", "target": "y"},
        "data.target: expected an array of the file, got 'y' (it is a link to '/z': links are not "
        "followed, name 'z' itself)",
    ),
    "a link to nothing": (
        "a.h5",
        _elsewhere,
        {"inputs": "z", "target": "gone"},
        "'gone' (it is a link to '/nowhere', which the file does not have: links are not followed,",
    ),
    "another file": ("a.h5", _external, {}, "that lie in another file"),
    "key of others": ("a.npz", _npz, {"size": "64"}, "data.size: expected nothing for all but fol"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_is_one_line(tmp_path: Path, name: str) -> None:
    file, write, data, expected = MALFORMED[name]
    write(tmp_path / file)
    keys = "".join(f", {key}: {value}" for key, value in data.items())
    text = f"name: a\ndata: {{source: {file}{keys}}}\nspace: {{l2: [0, 1]}}\n"
    (tmp_path / "a.yaml").write_text(text)
    done = sweeps("check", "a.yaml", cwd=tmp_path, code=2, module="sweeps")
    assert len(done.stderr.splitlines()) == 1
    assert expected in done.stderr


def test_a_link_that_is_not_needed_is_said_not_to_be_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"], file["y"], file["more"] = X, Y, h5py.ExternalLink("other.h5", "X")
    _, note = table(tmp_path, source="a.h5").notes
    assert note.startswith("more is a link to 'X' of the file 'other.h5': links are not followed")


@pytest.mark.parametrize("name", ["a bomb", "a packed bomb"])
def test_a_bomb_is_refused_before_it_takes_room(tmp_path: Path, name: str) -> None:
    file, write, *_ = MALFORMED[name]
    write(tmp_path / file)
    began = time.process_time()
    tracemalloc.start()
    with pytest.raises(UserError, match="unpacked from"):
        table(tmp_path, source=file)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert time.process_time() - began < 5


def test_rows_to_predict_need_one_way_to_read_them(tmp_path: Path) -> None:
    _h5(tmp_path / "a.h5")
    kind = data_files.expect(tmp_path / "a.h5", "")
    reading = ReadOptions(inputs="train_x")
    with pytest.raises(UserError, match=r"^a\.h5: expected an array of the file, got 'train_x' \("):
        list(data_files.chunks(tmp_path / "a.h5", kind, reading, (), 5))


def test_images_of_many_columns_are_read_quickly(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (60, 64, 64, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", X=images, y=Y)
    began = time.process_time()
    data: Dataset = load(DataSpec(source="a.npz"), tmp_path, "float32")
    assert time.process_time() - began < 5  # a call of pandas a column takes three times as long
    assert data.n_in == 12_288


def test_a_name_that_is_no_array_is_at_its_key(tmp_path: Path) -> None:
    _npz(tmp_path / "a.npz")
    with pytest.raises(Expected) as caught:
        table(tmp_path, source="a.npz", classes="names")
    assert caught.value.at == "classes"
