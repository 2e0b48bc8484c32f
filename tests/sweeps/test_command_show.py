"""`sweeps ls` and `sweeps show`: runs as they stand, finished or not, damaged or not."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from sweeps.base.errors import UserError
from sweeps.commands.work import ls, one_trial, show
from sweeps.results.result import Result
from sweeps.storage import folders, record_summaries
from sweeps.storage.ownership import locks
from sweeps.views import overview
from tests.reports.folders import Made, write
from tests.sweeps.helpers import TEXT, study, sweeps

QUICK = TEXT.replace("trials: 24", "trials: 6").replace("epochs: 12", "epochs: 3")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A confirmed run, made once."""
    cwd = tmp_path_factory.mktemp("finished")
    sweeps(str(study(cwd, QUICK)), "--jobs", "1", cwd=cwd)
    return cwd / "runs" / "small"


@pytest.fixture
def unfinished(finished: Path, tmp_path: Path) -> Path:
    """The same run as a kill in mid-search would have left it."""
    folder = tmp_path / "runs" / "small"
    shutil.copytree(finished, folder)
    for name in ("provenance.json", "trials.parquet", "confirm.parquet", "report.html"):
        (folder / name).unlink()
    (folder / "artifacts" / "trial-000005.npz").unlink()
    return folder


def test_a_confirmed_run(finished: Path) -> None:
    from reports import summary

    seen = overview.survey(finished)
    assert (seen.name, seen.state, seen.done, seen.asked) == ("small", "confirmed", 6, 6)
    run = Result(finished).run
    complete = run.trials[run.trials["state"] == "complete"]
    assert seen.search_best == complete["value"].min()
    row = summary.table(run).iloc[0]
    assert seen.winner == row["config"]
    assert seen.test_error == (row["test_error"], row["test_error_low"], row["test_error_high"])


def test_the_searchs_best_is_not_taken_for_the_winner(finished: Path, tmp_path: Path) -> None:
    """The confirmation, made on fresh seeds, may put another first."""
    found = json.loads((finished / "summary.json").read_text())
    trials = Result(finished).trials
    best = trials[trials["rank"] == 1].iloc[0]
    assert found["search_best"] == {"trial": best["trial"], "value": best["value"]}
    assert found["winner"] == found["confirmed"][0]["config"]
    told = sweeps("ls", str(finished), cwd=tmp_path, module="sweeps").stdout
    assert "failed  search best  " in told


def test_the_runs_own_summary_says_what_its_frames_say(finished: Path, tmp_path: Path) -> None:
    """And is believed only beside the provenance that it belongs to."""
    folder = tmp_path / "small"
    shutil.copytree(finished, folder)
    seen = replace(overview.survey(folder), age=0)
    (folder / "summary.json").unlink()
    assert replace(overview.survey(folder), age=0) == seen
    shutil.copy(finished / "summary.json", folder)
    path = folder / "summary.json"
    changed = json.loads(path.read_text()) | {"search_best": {"trial": 0, "value": -1.0}}
    path.write_text(json.dumps(changed))
    assert overview.survey(folder).search_best == -1.0
    older = {name: value for name, value in changed.items() if name != "search_best"}
    for stale in (json.dumps(older), json.dumps(changed | {"finished": "then"}), "[]", "{", "null"):
        path.write_text(stale)
        assert overview.survey(folder).search_best == seen.search_best


def test_a_list_of_runs_reads_no_frame(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd

    for name in ("a", "b"):
        shutil.copytree(finished, tmp_path / name)
    monkeypatch.delattr(pd, "read_parquet")
    assert [one.state for one in ls.survey(tmp_path)] == ["confirmed", "confirmed"]


def test_an_interrupted_run_and_one_at_work(unfinished: Path) -> None:
    seen = overview.survey(unfinished)
    assert (seen.state, seen.done, seen.asked, seen.test_error) == ("interrupted", 5, 6, None)
    with locks.take(unfinished / ".lock"):
        held = overview.survey(unfinished)
    assert (held.state, held.note) == ("running", f"pid {os.getpid()}")
    assert overview.survey(unfinished).state == "interrupted"
    locks.take(unfinished / ".lock").close()  # looking has left no lock


def test_a_longer_run_that_was_cut_off(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(finished, folder)
    shutil.copy(folder / "artifacts/trial-000000.npz", folder / "artifacts/trial-000006.npz")
    assert overview.survey(folder).state == "interrupted"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("provenance.json", "{"),
        ("provenance.json", "[]"),
        ("provenance.json", '{"counts": 3, "objective": []}'),
        ("provenance.json", "[" * 100_000),
        ("trials.parquet", "none"),
        ("confirm.parquet", "none"),
        ("predictions.npz", "PK"),
    ],
)
def test_a_damaged_run_is_listed_as_such(tmp_path: Path, file: str, content: str) -> None:
    write(tmp_path / "good", Made())
    write(tmp_path / "bad", Made())
    (tmp_path / "bad" / file).write_text(content)
    bad, good = ls.survey(tmp_path)
    assert (bad.state, good.state) == ("damaged", "confirmed")
    assert bad.note
    with pytest.raises(UserError, match="expected a run that can be read"):
        show.run_as_json(tmp_path / "bad")


def test_what_ls_prints(unfinished: Path, finished: Path) -> None:
    cwd = unfinished.parents[1]
    shutil.copytree(finished, cwd / "runs" / "ok")
    (cwd / "runs" / "e\x1b[31mvil" / "artifacts").mkdir(parents=True)
    (cwd / "runs" / "notes").mkdir()
    told = sweeps("ls", cwd=cwd, module="sweeps").stdout
    assert "\x1b" not in told
    assert [line.split()[0] for line in told.splitlines()] == [
        "run",
        "e\ufffd[31mvil",
        "ok",
        "small",
        "note",
    ]
    assert "vil (interrupted): its study is not written yet" in told
    assert " 6/6 " in told
    assert " % [" in told
    rows = json.loads(sweeps("ls", "--json", cwd=cwd, module="sweeps").stdout)
    assert [row["state"] for row in rows] == ["interrupted", "confirmed", "interrupted"]
    for arguments, message in {
        ("nowhere",): "nowhere: expected a folder of run folders, got no such folder "
        "(there are: runs/e\ufffd[31mvil, runs/ok, runs/small)",
        ("runs/notes",): "runs/notes: expected run folders in it, got none",
    }.items():
        done = sweeps("ls", *arguments, cwd=cwd, code=2, module="sweeps")
        assert done.stderr == message + "\n"


def test_what_show_prints_of_a_run(unfinished: Path, finished: Path) -> None:
    told = sweeps("show", str(finished), cwd=finished, module="sweeps").stdout
    ended = "ended by  trials: all 6 were asked"
    for text in (
        "confirmed: 6 of 6 trials",
        ended,
        "l2 1e-6 … 1, log",
        "winner: trial",
        "report.html",
    ):
        assert text in told
    told = sweeps("show", str(unfinished), cwd=finished, module="sweeps").stdout
    best = overview.survey(unfinished).search_best
    assert "interrupted: 5 of 6 trials" in told
    assert f"dev_loss {best:.4f}" in told
    told = sweeps("show", str(unfinished), "--json", cwd=finished, module="sweeps").stdout
    assert json.loads(told)["top"][0]["value"] == best


def test_a_trial_from_its_record_and_from_the_frames(finished: Path, tmp_path: Path) -> None:
    number = next(
        record.number
        for path in folders.record_paths(finished)
        if (record := record_summaries.summary(path)) and record.state == "complete"
    )
    first = one_trial.read(finished, number)
    folder = tmp_path / "small"
    shutil.copytree(finished, folder)
    (folder / "artifacts" / f"trial-{number:06d}.npz").unlink()
    second = one_trial.read(folder, number)
    # A column that holds words holds all its numbers as words.
    assert {k: str(v) for k, v in first.settings.items()} == {
        k: str(v) for k, v in second.settings.items()
    }
    assert first.value == pytest.approx(second.value)
    np.testing.assert_allclose(first.curves["dev_loss"], second.curves["dev_loss"])
    assert [r["dev_error"] for r in first.replicates] == pytest.approx(
        [r["dev_error"] for r in second.replicates]
    )
    told = sweeps("show", str(finished), str(number), cwd=tmp_path, module="sweeps").stdout
    assert f"{first.value:.6g}, mean of 3 replicates" in told
    assert "█" in told
    plain = json.loads(
        sweeps("show", str(finished), str(number), "--json", cwd=tmp_path, module="sweeps").stdout
    )
    assert plain["replicates"][2]["dev_loss"] == first.replicates[2]["dev_loss"]
    with pytest.raises(UserError, match="expected a trial that is finished, got 99"):
        one_trial.read(finished, 99)


def test_errors_of_a_number_are_in_its_own_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Made(task="regression", objectives=("dev_error",), top=1, trials=6, confirmed=4)
    folder = write(tmp_path / "run", made)
    seen, trial = overview.survey(folder), one_trial.read(folder, 0)
    assert seen.target_sd == 21_345.6
    assert seen.test_error is not None
    assert seen.test_error[0] < 2, "in JSON in SDs, as the frames have it"
    ls.show([seen], Console(width=200, highlight=False))
    show.trial(trial, Console(width=200, highlight=False), one_trial.unit(folder))
    printed = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", "")
    for error in (seen.search_best, seen.test_error[0], trial.replicates[0]["dev_error"]):
        assert f" {21_345.6 * (error or 0):.0f} " in printed
    assert f"{trial.replicates[0]['dev_loss']:.4f}" in printed


def test_a_failed_trial_says_why(unfinished: Path) -> None:
    """From the journal of a run that goes on, which looking must not change."""
    journal = unfinished / "journal.log"
    last = json.loads(journal.read_bytes().splitlines()[-1])
    worker = last["worker_id"]
    lines: list[dict[str, object]] = [
        {"op_code": 4, "study_id": 0, "datetime_start": "2030-01-01T00:00:00.0"},
        {"op_code": 8, "trial_id": 6, "user_attr": {"cause": "out of memory"}},
        {"op_code": 6, "trial_id": 6, "state": 3, "values": None,
         "datetime_complete": "2030-01-01T00:00:01.0"},
    ]  # fmt: skip
    with journal.open("a") as file:
        file.writelines(json.dumps(line | {"worker_id": worker}) + "\n" for line in lines)
        file.write('{"op_code":')
    before = journal.read_bytes()
    seen = one_trial.read(unfinished, 6)
    assert (seen.state, seen.cause, seen.value) == ("failed", "out of memory", None)
    assert journal.read_bytes() == before
    told = sweeps("show", str(unfinished), "6", cwd=unfinished, module="sweeps").stdout
    assert "failed: out of memory" in told


def test_a_record_that_is_somebodys_pickle_is_not_read(unfinished: Path) -> None:
    path = unfinished / "artifacts" / "trial-000000.npz"
    np.savez(path, meta=np.array([object()], dtype=object))
    assert record_summaries.summary(path) is None
    assert overview.survey(unfinished).done == 4


def test_a_run_that_has_hardly_begun_is_spoken_of(finished: Path, tmp_path: Path) -> None:
    """Nothing written, and a study without a trial: each command says in a line what there is."""
    (tmp_path / "bare" / "artifacts").mkdir(parents=True)
    (tmp_path / "begun" / "artifacts").mkdir(parents=True)
    shutil.copy(finished / "study.yaml", tmp_path / "begun")
    told = sweeps("show", "bare", cwd=tmp_path, module="sweeps").stdout
    assert "interrupted (its study is not written yet)" in told
    assert "no trial is complete" in sweeps("show", "begun", cwd=tmp_path, module="sweeps").stdout
    for name, trials in (("bare", 0), ("begun", 6)):
        seen = show.run_as_json(tmp_path / name)
        assert (seen["state"], seen["done"], seen["asked"]) == ("interrupted", 0, trials)
        assert seen["top"] == []
    for arguments in (("report", "begun"), ("compare", str(finished), "begun")):
        done = sweeps(*arguments, cwd=tmp_path, code=2, module="sweeps")
        assert done.stderr == (
            "begun: expected a run that has come to its end, got one that was interrupted "
            "(sweeps resume begun goes on)\n"
        )
    with locks.take(tmp_path / "begun" / ".lock"), pytest.raises(UserError) as caught:
        folders.expect_finished(tmp_path / "begun")
    assert str(caught.value).endswith(f"got one that pid {os.getpid()} works on")


@pytest.mark.parametrize("missing", ["budgets", "rank"])
def test_a_run_of_an_older_version_is_called_so(tmp_path: Path, missing: str) -> None:
    """Not damaged: what it wrote is less than is read here."""
    import pandas as pd

    folder = tmp_path / "old"
    write(folder, Made())
    if missing == "rank":
        path = folder / "trials.parquet"
        pd.read_parquet(path).drop(columns="rank").to_parquet(path)
    else:
        path = folder / "provenance.json"
        known = json.loads(path.read_text())
        path.write_text(json.dumps({k: v for k, v in known.items() if k != missing}))
    (seen,) = ls.survey(tmp_path)
    assert (seen.state, seen.search_best) == ("older", None)
    told = sweeps("ls", ".", cwd=tmp_path, module="sweeps").stdout
    assert "note      old (older): " in told
    assert "made anew: sweeps run old/study.yaml --out NEW" in told
    for arguments in (("show", "old"), ("report", "old"), ("compare", "old", "old")):
        (line,) = sweeps(*arguments, cwd=tmp_path, code=2, module="sweeps").stderr.splitlines()
        assert f"{missing}, got " in line
        assert line.endswith("it was made by an older version, and can be made anew: "
                             "sweeps run old/study.yaml --out NEW")  # fmt: skip


def test_frames_that_a_summary_hides_are_damaged_all_the_same(
    finished: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    shutil.copytree(finished, folder)
    (folder / "confirm.parquet").write_text("none")
    assert overview.survey(folder).state == "confirmed"  # the list does not look
    for arguments in (("show", "small"), ("show", "small", "--json"), ("report", "small")):
        (line,) = sweeps(*arguments, cwd=tmp_path, code=2, module="sweeps").stderr.splitlines()
        assert "confirm.parquet" in line


@pytest.mark.parametrize("content", ["", "none", "PK"])
def test_predictions_that_cannot_be_read_are_told_in_one_line(
    finished: Path, tmp_path: Path, content: str
) -> None:
    folder = tmp_path / "small"
    shutil.copytree(finished, folder)
    (folder / "predictions.npz").write_text(content)
    for arguments in (("show", "small"), ("show", "small", "--json"), ("report", "small")):
        done = sweeps(*arguments, cwd=tmp_path, code=2, module="sweeps")
        (line,) = done.stderr.splitlines()
        assert "predictions.npz: expected a NumPy .npz archive, got " in line
        assert done.stdout == ""


def test_a_provenance_of_another_shape_is_told_in_one_line(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(finished, folder)
    path = folder / "provenance.json"
    known = json.loads(path.read_text())
    for name in ("data", "search", "objectives", "targets", "space", "constants"):
        for value in ("text", 3):
            path.write_text(json.dumps(known | {name: value}))
            for command in ("show", "report"):
                done = sweeps(command, "small", cwd=tmp_path, code=2, module="sweeps")
                (line,) = done.stderr.splitlines()
                assert f"provenance.json: {name}: expected " in line


def test_a_folder_where_a_run_has_a_file_is_told_in_one_line(
    finished: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    shutil.copytree(finished, folder)
    (folder / "summary.json").unlink()
    (folder / "summary.json").mkdir()
    done = sweeps("report", "small", cwd=tmp_path, code=2, module="sweeps")
    assert done.stderr == "small/summary.json: expected a file of the run, got a folder\n"
