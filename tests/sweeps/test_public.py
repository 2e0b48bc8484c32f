"""The public face: signatures, documentation with examples that run, results read and shown."""

import doctest
import inspect
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sweeps
from sweeps.base.errors import UserError
from sweeps.results.figures import Figures
from sweeps.results.kept_frames import KeptFrames
from sweeps.results.result import Result
from sweeps.running import calls

# The examples speak of this run, and of the one that the example of `sweeps.run` leaves.
STUDY: dict[str, Any] = {
    "name": "confirmed",
    "data": {"source": "synthetic:moons", "options": {"rows": 100}},
    "fixed": {"hidden": [4], "epochs": 5},
    "space": {"learning_rate": [0.001, 0.1]},
    "replicates": {"count": 2, "resample": "none"},
    "confirm": {"top": 1, "replicates": 3, "baselines": ["constant"]},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the examples run."""
    folder = tmp_path_factory.mktemp("examples")
    sweeps.run(STUDY, out=folder / "runs", trials=2, jobs=1, quiet=True)
    with chdir(folder):
        run_example("sweeps.run", sweeps.run)
    return folder


def run_example(name: str, of: Any) -> None:
    (test,) = doctest.DocTestFinder(recurse=False).find(of, name, globs={})
    assert len(test.examples) > 1
    wrong: list[str] = []
    doctest.DocTestRunner().run(test, out=wrong.append)
    assert not wrong, "".join(wrong)


@pytest.fixture(autouse=True)
def _there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def members() -> Iterator[tuple[str, Any]]:
    """What a result has."""
    for name, member in {**vars(KeptFrames), **vars(Result)}.items():
        if not name.startswith("_") and name != "folder":
            yield f"Result.{name}", getattr(member, "func", getattr(member, "fget", member))


PUBLIC = {
    "sweeps.run": sweeps.run,
    "sweeps.load": sweeps.load,
    "Result": Result,
    "Figures": Figures,
    **dict(members()),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_examples_run(name: str) -> None:
    run_example(name, PUBLIC[name])


@pytest.mark.parametrize("name", sorted(PUBLIC.keys() - {"Figures", "Result", "Result.report"}))
def test_documentation_is_whole(name: str) -> None:
    """What goes in by its name, what comes out, what it raises."""
    text = inspect.getdoc(PUBLIC[name]) or ""
    told = set(
        re.findall(r"^    (\w+): ", text.partition("Args:")[2].partition("Returns:")[0], re.M)
    )
    assert told == inspect.signature(PUBLIC[name]).parameters.keys() - {"self"}
    assert "\nReturns:\n" in text
    assert "\nRaises:\n" in text


def test_what_is_public_is_said() -> None:
    assert sweeps.__all__ == ["UserError", "load", "run"]
    assert sweeps.UserError is UserError
    public = {name for name in vars(sweeps) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(sweeps, name))}
    assert public - modules - {"Any", "Sequence", "TYPE_CHECKING"} == set(sweeps.__all__)


def test_the_signature_is_whole() -> None:
    known = inspect.signature(sweeps.run).parameters
    kinds = {one.kind for one in list(known.values())[1:]}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
    defaults = {name: known[name].default for name in calls.DEFAULTS}
    assert defaults == {**calls.DEFAULTS, "set": ()}
    with pytest.raises(TypeError, match="jops"):
        sweeps.run(STUDY, jops=1)  # type: ignore[call-arg]


def test_an_import_of_the_door_leaves_the_function() -> None:
    code = "import sweeps, sweeps.run; f = sweeps.run; import sweeps.run as g; print(f is g, f)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("True <function run at ")


# --- read again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [str, Path])
def test_a_result_is_read_again(folder: Path, kind: Any) -> None:
    result = sweeps.load(kind(folder / "runs" / "confirmed"))
    assert type(result) is Result
    pd.testing.assert_frame_equal(result.trials, Result(folder / "runs" / "confirmed").trials)
    assert result.best["learning_rate"] in STUDY["space"]["learning_rate"]
    assert eval(repr(result)) == result


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder / "runs" / "confirmed", tmp_path / "copy"))


@pytest.mark.parametrize(
    "name", ["trials.parquet", "curves.parquet", "confirm.parquet", "predictions.npz"]
)
@pytest.mark.parametrize("content", [None, b"", b"PAR1 no"])
def test_what_is_damaged_is_one_line(copy: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (copy / name).unlink()
        if name == "confirm.parquet":
            return  # a search alone
    else:
        (copy / name).write_bytes(content)
    with pytest.raises(UserError) as told:
        sweeps.load(copy)
    assert name in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_what_is_no_finished_run_is_one_line(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    (copy / "provenance.json").unlink()
    (copy / "trials.parquet").unlink()
    for path, got in {
        "file": "got a file",
        "empty": "got one without a run's files",
        "none": "got no such folder",
        "copy": "got one that was interrupted",
    }.items():
        with pytest.raises(UserError, match=got) as told:
            sweeps.load(tmp_path / path)
        assert len(str(told.value).splitlines()) == 1


# --- shown ---------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """The tags and the words of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_a_result_is_shown_with_verdict_table_and_report(folder: Path) -> None:
    result = sweeps.load("runs/confirmed")
    text, page = str(result), Tags(result._repr_html_())
    assert max(map(len, text.splitlines())) <= 100
    words = " ".join(page.words)
    for said in (
        *("Against the defaults:", "Against the best baseline:", "What remains:"),
        *("Setting", "Role", "Test error", "majority class", "winner"),
        "runs/confirmed/report.html",
    ):
        assert said in text
        assert said in words
    row = result.table.iloc[0]
    assert f"{100 * row['dev_error']:.1f}" in text
    assert "No room here, but in the report:" in " ".join(text.split())
    assert page.tags == {
        *("p", "b", "code", "pre", "ol", "li", "details", "summary", "iframe"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }


def test_a_search_alone_shows_its_best_and_that_it_is_selected() -> None:
    result = sweeps.load("runs/moons")
    text, page = str(result), Tags(result._repr_html_())
    for shown in (text, " ".join(page.words)):
        assert "Nothing is confirmed yet" in shown
        assert "learning_rate" in shown
        assert "dev_loss" in shown
        assert "runs/moons/report.html" in shown


def test_where_there_is_no_winner(copy: Path) -> None:
    frame = pd.read_parquet(copy / "confirm.parquet")
    frame.loc[frame["kind"] == "network", "status"] = "diverged"
    frame.to_parquet(copy / "confirm.parquet")
    result = sweeps.load(copy)
    for shown in (str(result), " ".join(Tags(result._repr_html_()).words)):
        assert "there is no winner" in shown
        assert "Majority class" in shown
    (copy / "confirm.parquet").unlink()
    path = copy / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"confirm": None}))
    trials = pd.read_parquet(copy / "trials.parquet")
    trials.assign(state="failed", rank=0, value=float("nan")).to_parquet(copy / "trials.parquet")
    assert "No trial was completed" in str(sweeps.load(copy))
    assert sweeps.load(copy).best == {}


def test_what_a_study_says_is_no_markup(folder: Path, tmp_path: Path) -> None:
    """Names of a run that came from elsewhere are text, in a notebook and in a terminal."""
    evil = "<script>alert(1)</script>\x1b[2J"
    copy = Path(shutil.copytree(folder / "runs" / "confirmed", tmp_path / "copy"))
    frame = pd.read_parquet(copy / "confirm.parquet")
    frame["settings"] = frame["settings"].str.replace('"relu"', '"<script>alert(1)</script>"')
    frame.to_parquet(copy / "confirm.parquet")
    result = sweeps.load(copy)
    assert "<script" not in result._repr_html_()
    moved = Path(shutil.copytree(copy, tmp_path / "a<b>"))
    assert "<b>/" not in sweeps.load(moved)._repr_html_()
    assert "\x1b" not in str(Result(Path(shutil.copytree(copy, tmp_path / evil.replace("/", "")))))
