"""What ships beside the study files: drawn images, planted bugs, the run on PyTorch."""

from pathlib import Path

import numpy as np
import pytest

import studies
from dnn import gradcheck
from studies import gradient_check, images
from sweeps.data.datasets.loading import load
from sweeps.study.data_section import DataSpec
from tests import needs
from tests.sweeps.helpers import sweeps

SMALL = ("--trials", "2", "--set", "fixed.epochs=3", "--no-confirm", "--jobs", "1")


@pytest.mark.parametrize("bug", gradient_check.BUGS)
def test_the_check_finds_every_bug_and_no_other(bug: str) -> None:
    done = gradient_check.checked(bug)
    assert done.passed == (bug == "none")
    assert (done.difference > 1e4 * gradcheck.PASS_MARK) == (bug != "none")


def test_the_arms_of_the_study_are_bugs_that_its_maker_knows(tmp_path: Path) -> None:
    given = (str(studies.path("gradient_check")), *SMALL, "--allow-code", "--dry-run")
    told = sweeps(*given, cwd=tmp_path).stdout
    arms = told.split("bug ")[1].splitlines()[0].split(" | ")
    assert set(arms) == set(gradient_check.BUGS) - {"mask_forgotten"}  # no dropout there


def few(monkeypatch: pytest.MonkeyPatch, name: str, **rows: int) -> None:
    pytest.importorskip("h5py", reason="no h5py (pip install -e '.[hdf5]')")
    monkeypatch.setitem(images.SETS[name].rows, "train", rows["train"])
    monkeypatch.setitem(images.SETS[name].rows, "test", rows["test"])


@pytest.mark.parametrize("name", images.SETS)
def test_drawn_images_are_read_as_they_were_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Two files, images of bytes: what a course has."""
    few(monkeypatch, name, train=60, test=36)
    images.write(name, tmp_path)
    arrays = {"inputs": "train_set_x", "target": "train_set_y", "classes": "list_classes"}
    test = {"source": f"{name}_test.h5", "inputs": "test_set_x", "target": "test_set_y"}
    spec = DataSpec.model_validate(
        {"source": f"{name}_train.h5", **arrays, "test": test, "standardize": False}
    )
    found = load(spec, tmp_path, "float32")
    x, codes = images.draw(name, "test")
    assert found.target.classes == images.SETS[name].classes
    np.testing.assert_allclose(
        found.parts["test"].x, x.reshape(36, -1).astype(np.float32) / 255, atol=1e-6
    )
    assert (found.labels["test"] == codes).all()
    assert len(set(np.bincount(codes))) == 1
    assert x.std() > 10


def test_data_that_must_be_drawn_first_say_so(tmp_path: Path) -> None:
    path = str(studies.path("logistic_regression"))
    source = studies.path("logistic_regression").with_name("cats_none.h5")
    options = ("--set", f"data.source={source}", "--dry-run")
    (line,) = sweeps(path, *options, cwd=tmp_path, code=2).stderr.splitlines()
    assert "expected a file, got 'cats_none.h5'" in line
    assert line.endswith("(draw it first: python -m studies.images cats)")


def test_the_images_have_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, "cats", train=4, test=4)
    images.main(["cats", "--folder", str(tmp_path)])
    assert {file.name for file in tmp_path.iterdir()} == {"cats_train.h5", "cats_test.h5"}
    with pytest.raises(SystemExit, match="2"):
        images.main(["cat"])


def test_pytorch_trains_the_same_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="no PyTorch (pip install torch)")
    from studies import softmax_torch

    few(monkeypatch, "signs", train=60, test=6)
    images.write("signs", tmp_path)
    data = softmax_torch.read(60, tmp_path)
    ours, theirs = zip(*softmax_torch.side_by_side(data, 1e-3, 4), strict=True)
    assert ours[-1] < ours[0]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


# The line of a study that changes, so that it is of the course's own file.
COURSE = {
    "depth": ("circles.csv", "{source: %s, target: label, split: {column: split}}"),
    "planar": ("flower.csv", "{source: %s, target: label, split: {column: split}}"),
    "regularization": (
        "data.mat",
        "{source: %s, inputs: X, target: y, test: {source: %s, inputs: Xval, target: yval}}",
    ),
    "quickstart": ("football.csv", "{source: %s, target: label, split: {column: split}}"),
}
COUNTS = {"depth": (300, 100), "regularization": (211, 200), "quickstart": (211, 200)}


@pytest.mark.parametrize("name", COURSE)
def test_the_courses_files_take_one_changed_line(tmp_path: Path, name: str) -> None:
    file, line = COURSE[name]
    path = needs.shared("seeds") / file
    data = line.replace("%s", str(path))
    given = (str(studies.path(name)), "--set", f"data={data}", *SMALL)
    plan = sweeps(*given, "--dry-run", cwd=tmp_path).stdout
    assert "search    2/2 trials · took " in sweeps(*given, cwd=tmp_path).stdout
    splits = next(row for row in plan.splitlines() if row.startswith("splits"))
    if name in COUNTS:
        rest, test = COUNTS[name]
        assert f" {test} test" in splits
        assert f"the {rest} rows that are not test" in plan or name == "regularization"
