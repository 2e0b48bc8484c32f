"""`sweeps compare`: what it prints, and the gate."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from sweeps.commands.work import compare, compare_page
from tests.reports.folders import Made, write
from tests.reports.test_comparison import ERROR, shifted
from tests.sweeps.helpers import sweeps


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    write(tmp_path / "before", ERROR)
    shifted(write(tmp_path / "after", ERROR), wrong=30)
    return tmp_path


def test_side_by_side(cwd: Path) -> None:
    told = sweeps("compare", "before", "after", cwd=cwd, module="sweeps").stdout
    assert told.splitlines()[0].split() == ["before", "after"]
    told = told.replace("\N{NO-BREAK SPACE}", " ")
    assert "after against before: test error +26.3 points [" in told
    assert "]: worse for new rows\n" in told
    assert "these rows alone: [+26.3, +26.3] t on paired differences, n = 10; covers new" in told
    assert "paired crossed bootstrap, n = 114" in told
    assert "the same  " in told
    plain = json.loads(
        sweeps("compare", "before", "after", "--json", cwd=cwd, module="sweeps").stdout
    )
    (difference,) = plain["differences"]
    assert difference["on_these_rows"]["estimate"] == pytest.approx(30 / 114)
    assert (difference["answer"], difference["by"]["of_rows"]) == ("worse", "error")
    assert difference["error"] is None, "it is what they are compared by"
    assert [run["run"] for run in plain["runs"]] == ["before", "after"]


@pytest.mark.parametrize(
    ("order", "margin", "failed"),
    [
        (("before", "after"), "0", "the margin of 0.0 points"),
        (("before", "after"), "0.1", "the margin of 10.0 points"),
        (("before", "after"), "0.26", ""),  # within the interval for new rows
        (("after", "before"), "0", ""),
        (("before", "before"), "0", ""),
        # The last is judged, whatever stands between.
        (("before", "after", "before"), "0", ""),
    ],
)
def test_the_gate(cwd: Path, order: tuple[str, ...], margin: str, failed: str) -> None:
    gate = ("--fail-if-worse", "--margin", margin)
    done = sweeps("compare", *order, *gate, cwd=cwd, code=bool(failed), module="sweeps")
    said = done.stderr.replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("failed: test error +26.3 points [") == bool(failed)
    assert said.endswith(f"is worse over the whole interval by more than {failed}\n" * bool(failed))
    assert "against" in done.stdout


def test_a_trainers_runs_say_no_words_that_it_was_not_given(cwd: Path) -> None:
    for name, width in (("one", 16), ("other", 32)):
        folder = write(cwd / name, Made())
        path = folder / "provenance.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"trainer": {"call": "m:train"}}))
        frame = pd.read_parquet(folder / "confirm.parquet")
        # Epochs it has, and its own words; batch_size is said by one study alone.
        given = {"hidden": [32, 16], "batch_size": width, "epochs": 60, "l1": 0.0, "own": 1}
        networks = frame["kind"] == "network"
        frame.loc[networks, "settings"] = json.dumps(given)
        frame.to_parquet(folder / "confirm.parquet")
    told = sweeps("compare", "one", "other", cwd=cwd, module="sweeps").stdout
    assert "l1" not in told
    (same,) = [line for line in told.splitlines() if line.startswith("the same  ")]
    assert same.split("  ")[1] == "hidden [32, 16], epochs 60, own 1"
    assert any(line.split() == ["batch_size", "16", "32"] for line in told.splitlines())


def test_beside_our_networks_a_trainer_has_none_of_their_words() -> None:
    ours = SimpleNamespace(provenance={"trainer": None}, parameters=("l2",))
    own = SimpleNamespace(provenance={"trainer": {"call": "m:train"}}, parameters=("own",))
    settings = [{"l2": 0.0, "l1": 0.0}, {"l2": 0.0, "l1": 0.5, "own": 1}]
    winners = [pd.Series({"settings": one}) for one in settings]
    found = compare.Comparison([ours, own], winners, [], [], [], [])  # type: ignore[list-item]
    assert found.settings == {"l2": [0.0, None], "l1": [0.0, 0.5], "own": [None, 1]}


def test_what_seeds_alone_bear_out_is_no_difference_and_no_failure(cwd: Path) -> None:
    shifted(write(cwd / "hardly", ERROR), wrong=1)
    told = sweeps(
        "compare", "before", "hardly", "--fail-if-worse", cwd=cwd, module="sweeps"
    ).stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert "hardly against before: test error +0.9 points [" in told
    assert "]: not decided for new rows\n" in told
    assert "these rows alone: [+0.88, +0.88]" in told


def test_the_page_answers_first_and_leads_to_the_reports(cwd: Path) -> None:
    for name, trials in (("before", 20), ("after", 40)):
        (cwd / name / "report.html").write_text("")
        study = f"name: {name}\nfixed: {{hidden: [8]}}\nsearch: {{trials: {trials}}}\n"
        (cwd / name / "study.yaml").write_text(study)
    (cwd / "pages").mkdir()
    place = cwd / "pages" / "c d.html"
    runs = compare.compare([cwd / "before", cwd / "after"], None)
    page = compare_page.write(runs, place).read_text()
    words = " ".join(re.sub("<[^>]*>", " ", page.partition("<body>")[2]).split())
    assert "after is worse than before. Test error, after minus before: +26.3" in words
    assert page.count('href="../') == 2
    assert 'href="../before/report.html"' in page
    assert "default-src &#39;none&#39;" in page
    assert re.search("search.trials 20 40", words)
    assert "fixed.hidden" not in words, "the same in both"
    assert compare_page.write(runs, place).read_text() == page
    for told in (runs.each[0].answer, runs.plain()["differences"][0]["answer"]):
        assert told == "worse"


def test_runs_of_different_data_have_no_better_one(cwd: Path) -> None:
    path = cwd / "after" / "provenance.json"
    document = json.loads(path.read_text())
    document["data"] |= {"columns": 7, "sha256": "0" * 64}
    path.write_text(json.dumps(document))
    done = sweeps("compare", "before", "after", "--html", "c.html", cwd=cwd, module="sweeps")
    assert done.stdout.endswith("page      c.html\n")
    page = (cwd / "c.html").read_text()
    assert "after and before are of different data, and cannot be compared." in page
    assert "Keep in mind" in page
    assert "<figure" not in page
    fault = sweeps("compare", "before", "after", "--html", ".", cwd=cwd, code=2, module="sweeps")
    assert fault.stderr.startswith("--html: expected a file to write, got .: ")


def test_what_differs_is_said(cwd: Path) -> None:
    path = cwd / "after" / "provenance.json"
    document = json.loads(path.read_text())
    document["data"]["sha256"] = "0" * 64
    document["objectives"][0]["label"] = "dev_error (quantile 0.9)"
    path.write_text(json.dumps(document))
    told = sweeps("compare", "before", "after", cwd=cwd, module="sweeps").stdout
    assert "note      after: other data: each error is on its own rows" in told
    assert "note      after: searched for dev_error (quantile 0.9), the first for dev_error" in told
    assert "Welch" not in told


def test_its_faults_are_a_line(cwd: Path) -> None:
    def said(*arguments: str) -> str:
        done = sweeps("compare", *arguments, cwd=cwd, code=2, module="sweeps")
        (line,) = done.stderr.splitlines()
        return line

    assert said("before") == "compare: expected two runs or more, got 1"
    assert said("before", "afte").endswith("got no such folder (did you mean 'after'?)")
    assert said("before", "after", "--margin", "nan") == "--margin: expected a number >= 0, got nan"
    write(cwd / "searched", Made(confirmed=None))
    assert "expected a run that was confirmed" in said("before", "searched")
    (cwd / "after" / "predictions.npz").write_bytes(b"PK")
    assert said("before", "after").startswith("after/predictions.npz: expected a NumPy .npz")


def test_what_was_searched_for_is_a_line(tmp_path: Path) -> None:
    write(tmp_path / "ranked", Made(objectives=("auc",), direction="maximize"))
    write(tmp_path / "plain", Made(objectives=("dev_error",)))
    told = sweeps("compare", "ranked", "plain", cwd=tmp_path, module="sweeps").stdout
    (line,) = [line for line in told.splitlines() if line.startswith("AUC ")]
    name, value, bounds, other = line.split()
    assert (name, other) == ("AUC", "–")
    low, high = json.loads(bounds)
    assert low < float(value) < high <= 1
    assert (
        "note      plain: Searched for dev error, the first for AUC: compared by plain error."
        in told
    )
