"""`sweeps resume`: a run goes on from its folder alone, and is the study it would have been."""

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from sweeps import cli
from tests.sweeps.helpers import await_records, command, environment, study, sweeps, trials


def interrupted(cwd: Path, *options: str, records: int = 4) -> Path:
    """A run that was killed once it had so many records."""
    process = subprocess.Popen(
        command(str(study(cwd)), "--jobs", "2", *options), cwd=cwd, env=environment(), text=True
    )
    folder = cwd / "runs" / "small"
    await_records(process, folder, records)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "provenance.json").exists()
    return folder


def test_a_killed_run_goes_on_from_its_folder(tmp_path: Path) -> None:
    straight = tmp_path / "straight"
    straight.mkdir()
    sweeps(str(study(straight)), "--trials", "16", "--no-confirm", "--jobs", "1", cwd=straight)
    folder = interrupted(tmp_path, "--trials", "16", "--no-confirm")
    (tmp_path / "small.yaml").unlink()
    # Moved and renamed: the folder alone says what to do.
    folder = folder.rename(tmp_path / "kept")
    told = sweeps("resume", "kept", "--no-confirm", cwd=tmp_path, module="sweeps").stdout
    assert "of 16 trials are done" in told
    assert repr(trials(folder)) == repr(trials(straight / "runs" / "small"))  # NaN among them
    assert not (tmp_path / "runs" / "small").exists()
    longer = sweeps(
        *("resume", "kept", "--trials", "18", "--no-confirm"), cwd=tmp_path, module="sweeps"
    )
    assert "resumed   16 of 18 trials are done" in longer.stdout
    assert "trials: 18" in (folder / "study.yaml").read_text()


def test_a_run_that_was_made_longer_keeps_its_trials(tmp_path: Path) -> None:
    path, quick = str(study(tmp_path)), ("--no-confirm", "--jobs", "1")
    sweeps(path, *quick, "--trials", "2", cwd=tmp_path)
    told_of = tmp_path / "runs" / "small" / "provenance.json"
    first = json.loads(told_of.read_text()) | {"started": "2020-01-01T00:00:00+00:00"}
    first["seconds"] |= {"search": 1000.5, "final": 7.5}
    told_of.write_text(json.dumps(first))
    sweeps("resume", "runs/small", *quick, "--trials", "5", cwd=tmp_path, module="sweeps")
    found = json.loads(told_of.read_text())
    assert found["started"] == first["started"]
    assert 1000.5 < found["seconds"]["search"] < 1200
    assert found["seconds"]["final"] == 7.5  # nothing was confirmed now
    known = trials(tmp_path / "runs" / "small")
    told = sweeps(path, *quick, "--trials", "3", cwd=tmp_path).stdout
    assert "note      3 trials are asked, 5 are there: none is dropped" in told
    assert "resumed   5 of 5 trials are done; the report is made anew" in told
    assert repr(trials(tmp_path / "runs" / "small")) == repr(known)
    assert "trials: 5" in (tmp_path / "runs" / "small" / "study.yaml").read_text()


def test_the_data_are_found_from_the_folder(tmp_path: Path) -> None:
    import studies

    for name in ("csv_example.yaml", "subscriptions.csv"):
        shutil.copy(studies.path("csv_example").parent / name, tmp_path)
    small = ("--trials", "2", "--set", "fixed.epochs=2", "--no-confirm")
    sweeps("csv_example.yaml", *small, "--jobs", "1", cwd=tmp_path)
    (tmp_path / "elsewhere").mkdir()
    told = sweeps(
        *("resume", "../runs/csv-example", "--no-confirm", "--trials", "3"),
        cwd=tmp_path / "elsewhere",
        module="sweeps",
    )
    assert "resumed   2 of 3 trials are done" in told.stdout


def test_what_resume_cannot_do_is_said(tmp_path: Path) -> None:
    def said(*arguments: str) -> str:
        done = sweeps("resume", *arguments, cwd=tmp_path, code=2, module="sweeps")
        (line,) = done.stderr.splitlines()
        return line

    url = ("--storage", "sqlite:///x.db")
    sweeps(str(study(tmp_path)), "--trials", "2", "--no-confirm", "--jobs", "1", *url, cwd=tmp_path)
    assert said("runs") == (
        "runs: expected a run folder, got one without a run's files (there are: small)"
    )
    line = said("runs/small")
    assert line.startswith("--storage: expected the URL of the storage that the run was given")
    assert "sqlite:///x.db" in line
    done = sweeps("resume", "runs/small", "--no-confirm", *url, cwd=tmp_path, module="sweeps")
    assert "resumed   2 of 2" in done.stdout
    (tmp_path / "runs/small/study.yaml").unlink()
    assert said("runs/small").startswith("runs/small/study.yaml: expected the study as resolved")


@pytest.mark.parametrize(
    ("command", "named", "got"),
    [
        ("resume", "runs/smal", "no such folder (did you mean 'runs/small'?)"),
        ("report", "small", "no such folder (did you mean 'runs/small'?)"),
        ("show", "smal.yaml", "no such folder (did you mean 'runs/small'?)"),
        ("compare", "Small", "no such folder (did you mean 'runs/small'?)"),
        ("next", "small/", "one without a run's files (did you mean 'runs/small'?)"),
        ("dashboard", "other", "no such folder (there are: runs/small)"),
        ("export", "far/away", "no such folder"),
    ],
)
def test_the_run_that_is_meant_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    command: str, named: str, got: str,
) -> None:  # fmt: skip
    (tmp_path / "runs" / "small" / "artifacts").mkdir(parents=True)
    if named.endswith("/"):
        (tmp_path / named).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["sweeps", command])
    more = {"compare": [named], "export": ["--csv", "tables"]}
    with pytest.raises(SystemExit) as ended:
        cli.app([command, named, *more.get(command, [])])
    assert ended.value.code == 2
    named = named.removesuffix("/")
    assert capsys.readouterr().err == f"{named}: expected a run folder, got {got}\n"


@pytest.mark.parametrize("option", [("--jobs", "0"), ("--trials", "0"), ("--time", "soon")])
def test_its_options_are_checked(tmp_path: Path, option: tuple[str, str]) -> None:
    sweeps(str(study(tmp_path)), "--trials", "1", "--no-confirm", "--jobs", "1", cwd=tmp_path)
    done = sweeps("resume", "runs/small", *option, cwd=tmp_path, code=2, module="sweeps")
    assert done.stderr.startswith(f"{option[0]}: expected ")
