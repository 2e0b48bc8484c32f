"""`sweeps export` and `sweeps clean`: copies that lose nothing; removal that takes too little."""

import json
import os
import shutil
import sqlite3
from pathlib import Path

import optuna
import pandas as pd
import pytest

from sweeps.base.errors import UserError
from sweeps.commands.work import clean, export
from sweeps.storage.ownership import locks
from tests.sweeps.helpers import TEXT, study, sweeps, trials

# From random starts, which are of several optimizers.
QUICK = TEXT.replace("trials: 24", "trials: 6, start: random").replace("epochs: 12", "epochs: 3")
COPY = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cwd = tmp_path_factory.mktemp("finished")
    sweeps(str(study(cwd, QUICK)), "--jobs", "1", "--no-confirm", cwd=cwd)
    return cwd / "runs" / "small"


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy, to be changed."""
    shutil.copytree(finished, tmp_path / "runs" / "small")
    return tmp_path / "runs" / "small"


def test_the_copy_is_the_study(run: Path) -> None:
    cwd = run.parents[1]
    told = sweeps("export", "runs/small", "--storage", "sqlite:///x.db", cwd=cwd, module="sweeps")
    assert told.stdout == "copied    6 trials to sqlite:///x.db\n"
    url = f"sqlite:///{cwd}/x.db"
    copy = optuna.load_study(study_name="small", storage=url).trials
    from sweeps.storage import snapshots

    for mine, theirs in zip(copy, snapshots.study(run).trials, strict=True):
        for name in ("number", "state", "values", "params", "distributions", "user_attrs"):
            assert getattr(mine, name) == getattr(theirs, name), name
        assert mine.intermediate_values == pytest.approx(theirs.intermediate_values)
    # The search goes on there.
    (run / "journal.log").unlink()
    told = sweeps(
        *("resume", "runs/small", "--storage", "sqlite:///x.db", "--trials", "7", "--no-confirm"),
        cwd=cwd,
        module="sweeps",
    )
    assert "resumed   6 of 7 trials are done" in told.stdout


def test_a_journal_whose_trials_know_their_own_arm_alone(run: Path) -> None:
    """An earlier version's with search.per; a database refuses a study of several choices."""
    from sweeps.storage import snapshots

    asked = snapshots.study(run).trials
    lines, arms = [], ["gradient_descent", "momentum", "adam"]
    for line in (run / "journal.log").read_text().splitlines():
        entry = json.loads(line)
        if "optimizer" in entry.get("distributions", {}):
            own = optuna.distributions.CategoricalDistribution([arms[entry["params"]["optimizer"]]])
            entry["distributions"]["optimizer"] = optuna.distributions.distribution_to_json(own)
            entry["params"]["optimizer"] = 0
        lines.append(json.dumps(entry) + "\n")
    (run / "journal.log").write_text("".join(lines))
    url = f"sqlite:///{run.parents[1]}/x.db"
    assert list(export.to_storage(run, url)) == [(6, 6)]
    copies = optuna.load_study(study_name="small", storage=url).trials
    assert len({trial.params["optimizer"] for trial in copies}) > 1
    for mine, theirs in zip(copies, asked, strict=True):
        assert (mine.params, mine.distributions) == (theirs.params, theirs.distributions)
        assert (mine.state, mine.values) == (theirs.state, theirs.values)
    one = next(each for each in asked if "optimizer.adam.learning_rate" in each.params)
    one.distributions["optimizer"] = optuna.distributions.CategoricalDistribution(["adam"])
    (same,) = export._of_one_space(run, [one])
    whole = optuna.distributions.CategoricalDistribution(arms)
    assert same.distributions["optimizer"] == whole, "all of one arm"


def test_nothing_is_written_over(run: Path) -> None:
    cwd = run.parents[1]
    url = f"sqlite:///file:{cwd}/x.db?uri=true&password=hunter2"
    assert list(export.to_storage(run, url)) == [(6, 6)]
    with pytest.raises(UserError) as caught:
        list(export.to_storage(run, url))
    shown = url.replace("hunter2", "***")
    said = f"--storage: expected one without the study 'small', got {shown} with it"
    assert str(caught.value) == said
    assert len(export.to_csv(run, cwd / "csv")) == 3
    pd.testing.assert_frame_equal(
        pd.read_csv(cwd / "csv/trials.csv"), pd.read_csv(run / "data/trials.csv")
    )
    (cwd / "csv" / "trials.csv").write_text("mine")
    with pytest.raises(UserError, match=r"expected a folder without trials\.csv"):
        export.to_csv(run, cwd / "csv")
    assert (cwd / "csv" / "trials.csv").read_text() == "mine"


def test_a_copy_that_is_broken_off_is_taken_away(run: Path) -> None:
    url = f"sqlite:///{run.parents[1]}/x.db"
    copying = export.to_storage(run, url)
    next(copying)
    with pytest.raises(KeyboardInterrupt):
        copying.throw(KeyboardInterrupt)
    assert optuna.get_all_study_names(url) == []
    assert list(export.to_storage(run, url)) == [(6, 6)]


@pytest.mark.parametrize("stays", [False, True])
def test_a_database_that_is_full_keeps_no_half_of_a_study(run: Path, stays: bool) -> None:
    """Unless it cannot even be taken away; in any case the first fault is the one that is told."""
    url = f"sqlite:///file:{run.parents[1]}/x.db?uri=true&password=hunter2"
    optuna.create_study(study_name="mine", storage=url)
    with sqlite3.connect(run.parents[1] / "x.db") as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON trials WHEN (SELECT count(*) FROM trials) = 3 "
            "BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        if stays:
            database.execute(
                "CREATE TRIGGER kept BEFORE DELETE ON studies "
                "BEGIN SELECT RAISE(ABORT, 'kept'); END"
            )
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with pytest.raises(UserError) as caught:
        list(export.to_storage(run, url))
    assert str(caught.value).startswith("--storage: expected to write to sqlite:///")
    assert str(caught.value).endswith(", got: full")
    assert "hunter2" not in str(caught.value)
    assert optuna.get_all_study_names(url) == ["mine", *["small"] * stays]
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_a_run_in_a_database_is_exported_from_there(run: Path) -> None:
    cwd = run.parents[1]
    told = sweeps(
        *("resume", "runs/small", "--storage", "sqlite:///x.db", "--trials", "7", "--no-confirm"),
        cwd=cwd,
        module="sweeps",
    )
    told = sweeps("export", "runs/small", "--storage", "sqlite:///y.db", cwd=cwd, module="sweeps")
    assert told.stdout == "copied    7 trials to sqlite:///y.db\n"
    path = run / "provenance.json"
    path.write_text(path.read_text().replace("sqlite:///x.db", "mysql://me:***@host/x"))
    done = sweeps(
        *("export", "runs/small", "--storage", "sqlite:///z.db"), cwd=cwd, code=2, module="sweeps"
    )
    assert done.stderr == (
        "runs/small: expected --from URL: the run's is 'mysql://me:***@host/x', "
        "whose password is not kept\n"
    )


def test_what_cannot_be_exported_is_said(run: Path) -> None:
    def said(*arguments: str) -> str:
        done = sweeps("export", *arguments, cwd=run.parent, code=2, module="sweeps")
        (line,) = done.stderr.splitlines()
        return line

    assert said("small") == "export: expected --storage URL or --csv DIR, got neither"
    assert "got no such folder" in said("smal", "--csv", "x")
    assert said("small", "--storage", "oops://me@x").startswith(
        "--storage: expected a database, got oops://me@x: "
    )
    (run / "journal.log").write_text("{}\n")
    assert "small/journal.log: expected Optuna's journal" in said(
        "small", "--storage", "sqlite:///y.db"
    )
    (run / "journal.log").unlink()
    assert said("small", "--storage", "sqlite:///y.db").endswith(
        "got no such file (sweeps resume small makes it again)"
    )


def litter(run: Path) -> list[Path]:
    """What a run may leave behind."""
    names = (
        *(".trials.parquet.part", "artifacts/.trial-000009.npz.part", "data/.trials.csv.part"),
        *(f"artifacts/{COPY}", f"artifacts/{COPY}.png", "journal.log.lock.abc"),
    )
    for name in names:
        (run / name).write_bytes(b"x" * 1000)
    return [run / name for name in names]


def test_clean_says_and_then_does(run: Path) -> None:
    cwd, before = run.parents[1], sorted(run.rglob("*"))
    left = litter(run)
    told = sweeps("clean", "runs", cwd=cwd, module="sweeps").stdout
    assert "runs/small: unfinished files: 3, 0.00 MB" in told
    assert "could go  6 files, 0.01 MB (--yes removes them)" in told
    assert all(path.exists() for path in left)
    told = sweeps("clean", "runs/small", "--yes", cwd=cwd, module="sweeps").stdout
    assert "removed   6 files, 0.01 MB" in told
    assert sorted(run.rglob("*")) == before
    told = sweeps("clean", "runs", cwd=cwd, module="sweeps").stdout
    assert told == "could go  0 files, 0.00 MB\n"


def test_records_go_with_all_and_come_back(run: Path) -> None:
    cwd, before = run.parents[1], trials(run)
    assert not clean.find(run, records=False)
    sweeps("clean", "runs", "--all", "--yes", cwd=cwd, module="sweeps")
    assert trials(run) == {}
    assert (
        "runs/small/report.html" in sweeps("report", "runs/small", cwd=cwd, module="sweeps").stdout
    )
    sweeps("resume", "runs/small", "--no-confirm", cwd=cwd, module="sweeps")
    assert repr(trials(run)) == repr(before)


def test_records_that_no_frame_holds_stay(run: Path) -> None:
    shutil.copy(run / "artifacts/trial-000000.npz", run / "artifacts/trial-000006.npz")
    assert clean.find(run, records=True) == []
    (run / "artifacts/trial-000006.npz").unlink()
    assert [one.kind for one in clean.find(run, records=True)] == ["records"]
    (run / "trials.parquet").write_bytes(b"")
    assert clean.find(run, records=True) == []


def test_a_run_at_work_is_left_alone(run: Path) -> None:
    left = litter(run)
    with locks.take(run / ".lock"):
        told = sweeps("clean", "small", "--yes", cwd=run.parent, module="sweeps").stdout
        assert f"left alone: pid {os.getpid()} works on it" in told
        # Also one that began after it was looked at.
        found = [clean.Rubbish(run, "unfinished files", left, 1)]
        assert clean.remove(found) == (0, 0)
    assert all(path.exists() for path in left)
    assert clean.remove(found)[0] == len(left)


def test_nothing_outside_is_touched(run: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in (".mine.part", f"{COPY}.png"):
        (outside / name).write_text("mine")
    (run / ".link.part").symlink_to(outside / ".mine.part")
    (run / ".folder.part").mkdir()
    shutil.rmtree(run / "data")
    (run / "data").symlink_to(outside)
    (run.parent / "linked").symlink_to(outside)
    (outside / "artifacts").mkdir()
    (outside / "artifacts" / ".mine.part").write_text("mine")
    assert clean.find(run.parent, records=True)[0].kind == "records"
    clean.remove(clean.find(run.parent, records=True))
    assert sorted(path.name for path in outside.rglob("*.*")) == sorted(
        [".mine.part", ".mine.part", f"{COPY}.png"]
    )
    (run / ".lock").unlink()
    (run / ".lock").symlink_to(outside / ".mine.part")
    litter_again = run / ".y.part"
    litter_again.write_text("x")
    with pytest.raises(UserError, match="expected a lock of a run, got a link"):
        clean.remove(clean.find(run, records=False))
    assert (outside / ".mine.part").read_text() == "mine"
