"""Sets by their names: those that come along, those that are made up, and those of openml.org."""

import json
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.utils import Bunch

import sweeps as package
from sweeps.base.errors import Expected, UserError
from sweeps.data.datasets import loading
from sweeps.data.datasets.loading import load
from sweeps.data.generators.plane import border
from sweeps.data.source import bundled, source_names, sources, synthetic
from sweeps.study.data_section import DataSpec
from tests.sweeps.helpers import sweeps

MADE = synthetic.GENERATORS


def drawn(name: str, **options: Any) -> pd.DataFrame:
    return sources.read(f"synthetic:{name}", None, options, Path()).frame


def test_every_prefix_has_its_source() -> None:
    assert tuple(sources.SOURCES) == source_names.PREFIXES
    assert set(bundled.TARGETS) == {
        name.removeprefix("load_")
        for name in dir(datasets)
        if name.startswith("load_") and not name.endswith(("file", "files", "image", "images"))
    }


def test_a_set_of_several_targets_has_one_of_them() -> None:
    found = sources.read("sklearn:linnerud", "Pulse", {}, Path())
    assert list(found.frame) == ["Chins", "Situps", "Jumps", "Pulse"]
    assert list(sources.read("sklearn:linnerud", None, {}, Path()).frame)[-1] == "Weight"


@pytest.mark.parametrize("name", MADE)
def test_parts_are_draws_of_their_own_from_the_same_law(name: str) -> None:
    alone = drawn(name, rows=400, seed=3)
    found = sources.read(
        f"synthetic:{name}",
        None,
        {"rows": 400, "test_rows": 3000, "dev_rows": 50, "seed": 3},
        Path(),
    )
    assert found.parts is not None
    assert found.parts.value_counts().to_dict() == {"train": 400, "dev": 50, "test": 3000}
    by_part = dict(list(found.frame.groupby(found.parts)))
    pd.testing.assert_frame_equal(by_part["train"], alone)
    assert not set(by_part["train"]["x1"]) & set(by_part["test"]["x1"])
    target = by_part["train"].iloc[:, -1]
    for _, rows in by_part["train"].groupby(target if target.nunique() <= 20 else lambda _: 0):
        same = by_part["test"]
        if target.nunique() <= 20:
            same = same[same.iloc[:, -1] == rows.iloc[0, -1]]
        apart = (rows.mean() - same.mean()).abs() / (rows.std() + 1e-9) * len(rows) ** 0.5
        assert apart.max() < 5  # standard errors: what all draws share is the same
    assert not drawn(name, rows=400, seed=4).equals(alone)


def test_the_flower_is_the_courses() -> None:
    first = drawn("flower", seed=1).iloc[[0, 1]]
    expected = [[1.204442292254319, 3.5761141481288448], [0.15870990398255372, -1.4821709003683443]]
    np.testing.assert_allclose(first[["x1", "x2"]], expected, rtol=1e-9)


def _football(frame: pd.DataFrame, noise: float) -> Any:
    return frame["x2"] > border(frame["x1"].to_numpy())


def _mixture(frame: pd.DataFrame, noise: float) -> Any:
    """The nearest class by means from many rows: of round classes no rule is better."""
    means = frame.groupby("class").mean().to_numpy()
    x = frame.drop(columns="class").to_numpy()
    return ((x[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)


@pytest.mark.parametrize(
    ("name", "options", "best"),
    [
        ("football", {"noise": 0.4}, _football),
        ("gaussian_mixture", {}, _mixture),
        ("gaussian_mixture", {"classes": 4, "columns": 3, "noise": 1.5}, _mixture),
    ],
)
def test_the_reference_is_the_error_of_the_best_rule(
    name: str, options: dict[str, Any], best: Any
) -> None:
    options = {"rows": 40_000, "noise": 1.0, "seed": 1, **options}
    found = sources.read(f"synthetic:{name}", None, options, Path())
    error = float((best(found.frame, options["noise"]) != found.frame["class"]).mean())
    assert error > 0.05
    assert found.reference == pytest.approx(error, abs=0.006)


def test_a_teachers_reference_is_the_noise_that_it_adds() -> None:
    options = {"rows": 20_000, "noise": 0.5}
    quiet, noisy = drawn("teacher", **{**options, "noise": 0}), drawn("teacher", **options)
    assert (noisy["y"] - quiet["y"]).std() == pytest.approx(0.5, rel=0.03)
    classes = {**options, "classes": 3}
    found = sources.read("synthetic:teacher", None, classes, Path())
    likeliest = drawn("teacher", **{**classes, "noise": 0})["class"]
    error = float((likeliest != found.frame["class"]).mean())
    assert found.reference == pytest.approx(error, abs=0.01)
    friedman = sources.read("synthetic:friedman1", None, {"noise": 2}, Path())
    assert friedman.reference == 2


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("moons", {"classes": 3}, r"known option, got 'classes'"),
        ("spirals", {"classes": 1}, r"number >= 2 and <= 20, got 1"),
        ("friedman1", {"columns": 4}, r"number >= 5 and <= 1000, got 4"),
        ("moons", {"test_rows": 5}, r"number >= 10"),
        ("teacher", {"rows": 10**7, "columns": 1000}, r"at most 200,000,000 numbers in all rows"),
    ],
)
def test_options_are_bounded(source: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(Expected, match=message) as caught:
        drawn(source, **options)
    assert caught.value.at.startswith("options")


def test_a_known_reference_reaches_the_run(tmp_path: Path) -> None:
    study = {
        "name": "a",
        "data": {"source": "synthetic:teacher", "options": {"rows": 60, "test_rows": 40}},
        "fixed": {"epochs": 2},
        "space": {"l2": [0, 1]},
        "replicates": {"count": 2, "resample": "none"},
        "search": {"trials": 1},
        "confirm": {"top": 1, "replicates": 2, "baselines": "none", "learning_curve": 0},
    }
    for given in (None, 0.7):
        said = {} if given is None else {"reference": given}
        done = package.run({**study, **said}, out=tmp_path / str(given), jobs=1, quiet=True)
        kept = json.loads((done.folder / "provenance.json").read_text())
        assert kept["data"]["test"] == 40
        noise = kept["reference"] * kept["data"]["target_sd"]
        assert kept["reference"] == given or noise == pytest.approx(0.3)
        giver = "the study gives it" if given else "made-up data have it"
        assert f"(as {giver})" in (done.folder / "report.html").read_text()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dnn-sweeps" / "openml"


def cars(**_: Any) -> Bunch:
    kinds = pd.Series(["a", "b"] * 20, dtype="category")
    frame = pd.DataFrame({"weight": np.arange(40.0) ** 1.5, "maker": kinds, "fast": [1, 0] * 20})
    return Bunch(frame=frame, target_names=["fast"])


def test_a_set_of_openml_is_fetched_once(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def fetch(name: str, **how: Any) -> Bunch:
        asked.append((name, how["version"]))
        return cars()

    monkeypatch.setattr(datasets, "fetch_openml", fetch)
    tables = [sources.read("openml:cars@2", None, {}, Path()) for _ in range(2)]
    assert asked == [("cars", 2)]
    assert [table.target for table in tables] == ["fast", "fast"]
    assert tables[0].sha256 == tables[1].sha256
    assert list(tables[0].frame["maker"][:2]) == ["a", "b"]
    assert sources.read("openml:cars@2", "maker", {}, Path()).target == "maker"
    # What is kept needs no permission.
    (tmp_path / "a.yaml").write_text(
        "name: a\ndata: {source: openml:cars@2}\nspace: {l2: [0, 1]}\n"
    )
    assert "openml:cars@2: 40 rows" in sweeps("a.yaml", "--dry-run", cwd=tmp_path).stdout


def test_without_a_network_it_is_one_line(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_: Any, **__: Any) -> Bunch:
        raise URLError("Name or service not known")

    monkeypatch.setattr(datasets, "fetch_openml", fetch)
    with pytest.raises(UserError, match=r"^openml:cars@2: expected an answer of openml"):
        sources.read("openml:cars@2", None, {}, Path())
    assert not cache.exists()
    for name in ("cars", "cars@0", "../cars@1", "a/b@1", ".@1"):
        with pytest.raises(Expected, match=r"NAME@VERSION of a set of openml\.org"):
            sources.read(f"openml:{name}", None, {}, Path())


def test_a_kept_set_that_is_damaged_is_one_line(cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "cars@2.parquet").write_text("no table")
    with pytest.raises(UserError, match=r"expected a kept set of .* \(remove it\)"):
        sources.read("openml:cars@2", None, {}, Path())


def test_a_name_with_a_colon_is_a_file(tmp_path: Path) -> None:
    frame = datasets.load_iris(as_frame=True).frame
    for name in ("a:b.csv", "C:\\data\\x.csv", "sklearn-copy: 2.csv"):
        frame.to_csv(tmp_path / name, index=False)
        spec = DataSpec(source=name, target="target")
        assert load(spec, tmp_path, "float32").facts["source"] == name
        absolute = DataSpec(source=str(tmp_path / name), target="target")
        assert (
            loading.read(absolute, Path()).table.sha256 == loading.read(spec, tmp_path).table.sha256
        )
    assert source_names.from_folder("a:b.csv", tmp_path, tmp_path / "runs" / "a") == "../../a:b.csv"


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("sklean:iris", "no such file, and 'sklean:' is no source: did you mean 'sklearn'?"),
        ("a:b.csv", "no such file, and 'a:' is no source: known: sklearn, openml, synthetic"),
        ("C:\\data\\x.csv", "no such file"),
        ("https://a.org/b.csv", "nothing is read from an address: download the file, and name it"),
    ],
)
def test_an_unknown_prefix_names_both_readings(tmp_path: Path, source: str, hint: str) -> None:
    (tmp_path / "a.yaml").write_text(
        f"name: a\ndata: {{source: '{source}', target: y}}\nspace: {{l2: [0, 1]}}\n"
    )
    done = sweeps("check", "a.yaml", cwd=tmp_path, code=2, module="sweeps")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("a.yaml:2: data.source: expected a .csv, ")
    assert done.stderr.endswith(f"got '{source}' ({hint})\n")
