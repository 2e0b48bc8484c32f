"""A folder of pictures: its classes, what is made of a picture, and what is refused."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from sweeps.commands.work import predict
from sweeps.data.datasets import loading
from sweeps.data.datasets.loading import load
from sweeps.study.data_section import DataSpec
from tests.sweeps.helpers import sweeps

BRIGHTNESS = {"cat": 60, "dog": 180}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Pictures of 12 × 9 pixels, twenty of each class; other files beside them."""
    rng = np.random.default_rng(0)
    for name, mean in BRIGHTNESS.items():
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(20):
            pixels = np.clip(rng.normal(mean, 40, (9, 12, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:02}.png")
        (folder / ".DS_Store").write_text("no picture")
        (folder / "notes.txt").write_text("no picture")
    (tmp_path / "photos" / "__MACOSX").mkdir()
    return tmp_path / "photos"


def study(folder: Path, **data: object) -> None:
    keys = "".join(f", {key}: {value}" for key, value in data.items())
    (folder / "a.yaml").write_text(
        f"name: a\ndata: {{source: photos{keys}}}\nfixed: {{epochs: 3}}\nspace: {{l2: [0, 1]}}\n"
        "replicates: {count: 2, resample: none}\nsearch: {trials: 1}\n"
        "confirm: {top: 1, replicates: 2, baselines: none, learning_curve: 0}\n"
    )


def test_each_folder_is_a_class_and_each_picture_a_row(photos: Path) -> None:
    table = loading.read(DataSpec(source="photos", size=6, color="gray"), photos.parent).table
    assert table.classes == ("cat", "dog")
    assert table.frame.shape == (40, 6 * 6 + 1)
    names = sorted((photos / "dog").glob("*.png"))
    pixels = Image.open(names[3]).convert("L").resize((6, 6))
    np.testing.assert_allclose(table.frame.iloc[23, :36], np.asarray(pixels).ravel() / 255)
    mean = table.frame.drop(columns="class").mean(axis=1).groupby(table.frame["class"]).mean()
    np.testing.assert_allclose(mean * 255, list(BRIGHTNESS.values()), atol=5)


def test_a_changed_picture_is_other_data(photos: Path) -> None:
    spec = DataSpec(source="photos", size=4)
    first = load(spec, photos.parent, "float32").sha256
    assert load(spec, photos.parent, "float32").sha256 == first
    (photos / "cat" / "00.png").rename(photos / "cat" / "99.png")
    assert load(spec, photos.parent, "float32").sha256 != first


def test_sixteen_bits_and_turned_pictures_are_read_as_they_look(photos: Path) -> None:
    deep = np.full((9, 12), 180 * 256, dtype=np.uint16)
    Image.fromarray(deep).save(photos / "dog" / "20.png")
    turned, tag = Image.new("RGB", (8, 4), "black"), Image.Exif()
    turned.paste("white", (0, 0, 4, 4))
    tag[0x0112] = 6  # a camera that was held upright: turn to the right
    turned.save(photos / "dog" / "21.png", exif=tag)
    spec = DataSpec(source="photos", size=2, color="gray")
    table = loading.read(spec, photos.parent).table.frame.iloc[-2:, :4]
    np.testing.assert_allclose(table.iloc[0], 180 / 255, rtol=1e-6)
    assert (table.iloc[1, :2] > table.iloc[1, 2:].max()).all()


def test_a_folder_is_run_and_another_predicted(photos: Path) -> None:
    study(photos.parent, size=4)
    assert "pictures made to 4 × 4, rgb" in sweeps("a.yaml", cwd=photos.parent).stdout
    arguments = ("predict", "runs/a", "photos", "--keep", "file")
    done = sweeps(*arguments, cwd=photos.parent, module="sweeps")
    found = pd.read_csv(StringIO(done.stdout))
    assert found["file"].tolist()[19:21] == ["cat/19.png", "dog/00.png"]
    frame = loading.read(DataSpec(source="photos", size=4), photos.parent).table.frame
    expected = predict.load(photos.parent / "runs" / "a").outputs(frame)
    np.testing.assert_allclose(found[["p.cat", "p.dog"]], expected, rtol=1e-5)


def _other(photos: Path) -> None:
    (photos / "cat" / "x.jpg").write_text("no picture")


def _cut(photos: Path) -> None:
    picture = photos / "cat" / "00.png"
    picture.write_bytes(picture.read_bytes()[:200])


def _one_class(photos: Path) -> None:
    (photos / "dog").rename(photos.parent / "dog")


def _large(photos: Path) -> None:
    Image.new("1", (9000, 9000)).save(photos / "cat" / "x.png")


@pytest.mark.parametrize(
    ("spoil", "data", "expected"),
    [
        (_other, {}, "photos/cat/x.jpg: expected a picture, got: no picture that Pillow knows"),
        (_cut, {}, "photos/cat/00.png: expected a picture, got: "),
        (_large, {}, "photos/cat/x.png: expected at most 50,000,000 pixels, got 9000 × 9000"),
        (_one_class, {}, "photos: expected a folder of pictures for each of two classes or more, "),
        (Path.touch, {"size": 0}, "a.yaml:2: data.size: expected a number >= 1, got 0"),
        (Path.touch, {"color": "red"}, "a.yaml:2: data.color: expected gray or rgb, got 'red'"),
        (Path.touch, {"inputs": "X"}, "a.yaml:2: data.inputs: expected nothing for all but .npz"),
        (Path.touch, {"target": "kind"}, "a.yaml:2: data.target: expected 'class' (or nothing)"),
    ],
)
def test_what_is_wrong_is_one_line(
    photos: Path, spoil: Callable[[Path], object], data: dict[str, object], expected: str
) -> None:
    spoil(photos)
    study(photos.parent, **data)
    done = sweeps("check", "a.yaml", cwd=photos.parent, code=2, module="sweeps")
    assert len(done.stderr.splitlines()) == 1
    assert expected in done.stderr
