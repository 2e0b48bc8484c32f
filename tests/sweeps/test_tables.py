"""What a run says at its end, in a wide terminal and in a narrow one."""

import html
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

import sweeps
from reports.advice.recommendation import recommendation
from reports.sections import answer_words
from sweeps.dashboard import texts
from sweeps.results.result import Result
from sweeps.study.file import documents, parsing
from sweeps.views import tables
from tests.sweeps.helpers import TEXT, study

AIMS = """objective: [{metric: auc, reduce: worst}, parameters]
budgets: {no_improvement: 3}
"""
PLAIN = TEXT.replace(", pruner: {median: {startup: 2, warmup: 2}}", "").replace("s: 12", "s: 3")


@pytest.fixture(scope="module")
def aimed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A run with objectives that are no errors, which a budget ends."""
    folder = tmp_path_factory.mktemp("aimed")
    return sweeps.run(study(folder, PLAIN + AIMS), out=folder, jobs=1, quiet=True)


def said(result: Result, width: int) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system=None)
    of = parsing.study(documents.read(result.folder / "study.yaml"))
    tables.closing(Result(result.folder), of, None, console)
    return stream.getvalue()


def table(told: str) -> list[str]:
    """The lines of the table of winners, which stands between two blank lines."""
    return told.strip().split("\n\n")[1].splitlines()


def test_the_objectives_stand_before_the_errors_with_their_intervals(aimed: Result) -> None:
    told = said(aimed, 160)
    head, winner = table(told)[:2]
    order = ["AUC (worst)", "parameters", "test error %", "dev error %", "dev − train %", "epochs"]
    assert [head.index(name) for name in order] == sorted(head.index(name) for name in order)
    row = aimed.table.iloc[0]
    assert f" {row['objective']:.4f} " in winner
    assert "no room here" not in told


@pytest.mark.parametrize("width", [44, 60, 80, 120])
def test_what_a_narrow_terminal_goes_without_is_said(aimed: Result, width: int) -> None:
    told = said(aimed, width)
    made = recommendation(aimed.run)
    copied = "\n".join((made.how_for(aimed.folder), *(step.lines for step in made.steps)))
    for line in told.partition("\nreport ")[0].splitlines():
        assert len(line) <= width or line.strip().removeprefix("use").strip() in copied
    head = table(told)[0]
    assert "AUC (worst)" in head
    assert ("test error %" in head) == (width >= 120)
    without = " ".join(told.split()).partition("but in the report: ")[2].partition(" report ")[0]
    for name in ("parameters", "test error %", "dev error %", "dev − train %", "epochs"):
        assert (name in head) != (name in without)
    assert "…" not in told.replace("; …", "")


def test_the_error_alone_needs_no_column_of_its_own(tmp_path: Path) -> None:
    text = PLAIN.replace("trials: 24", "trials: 2") + "objective: dev_error\n"
    result = sweeps.run(study(tmp_path, text), out=tmp_path, jobs=1, quiet=True)
    assert table(said(result, 160))[0].split()[:3] == ["test", "error", "%"]


def test_the_verdict_is_the_same_in_the_report_the_note_and_the_summary(aimed: Result) -> None:
    report = html.unescape(re.sub("</?a[^>]*>", "", aimed.report.read_text()))
    note = " ".join(texts.of_winners(aimed.run)).replace("\\", "")
    lines = answer_words.lines(aimed.run)
    assert [label for label, _ in lines][-3:] == [
        "Against the defaults", "Against the best baseline", "What remains",
    ]  # fmt: skip
    for label, sentence in lines:
        assert report.partition(f"<dt>{label}</dt><dd>")[2].partition("</dd>")[0] == sentence
        assert " ".join(sentence.split()) in " ".join(note.split())
    plain = json.loads((aimed.folder / "summary.json").read_text())["verdict"]
    assert plain["compared_by"] == "test AUC"
    assert plain["against_baseline"]["other"] in dict(lines)["Against the best baseline"]


def test_an_rmse_is_told_in_the_targets_own_units_too(tmp_path: Path) -> None:
    text = PLAIN.replace("'synthetic:moons', options: {rows: 200}", "'sklearn:diabetes'")
    text = text.replace("trials: 24", "trials: 2")
    result = sweeps.run(study(tmp_path, text), out=tmp_path, jobs=1, quiet=True)
    sd = result.model.target.scale
    assert result.run.target_sd == sd
    assert f"RMSE in the unit of progression, whose SD is {sd:.1f}" in said(result, 160)
    own = f"{sd * result.table.iloc[0]['test_error']:.1f} ["
    assert own in said(result, 160)
    assert own in " ".join(result.report.read_text().split())


def test_what_ended_the_search_is_one_word_everywhere(aimed: Result) -> None:
    known = json.loads((aimed.folder / "provenance.json").read_text())
    assert known["ended_by"] == "no_improvement: the best is 3 trials old"
    assert json.loads((aimed.folder / "summary.json").read_text())["ended_by"] == known["ended_by"]
    assert f"ended by {known['ended_by']}" in aimed.report.read_text()
