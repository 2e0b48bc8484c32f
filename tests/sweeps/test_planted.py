"""Run folders with something planted in them: a few of the soak's cases, before the commands."""

import shutil
from pathlib import Path

import pytest

from tests.soak.hostile import HOSTILE, Ended, arguments, finished
from tests.soak.outside import COMMANDS, Outside
from tests.sweeps.forks import environment, forks

CASES = {case.name: case for case in HOSTILE}
QUICK = {
    "artifacts/ is a link": ("resume", "report", "predict", "dashboard", "ls"),
    "data/ is a link": ("report", "export"),
    "report.html is a link": ("report", "compare"),
    "journal.log is a link": ("resume", "dashboard"),
    "each file's .part is a link": ("report",),
    ".lock is a link": ("run", "clean"),
    ".lock is a hard link": ("resume",),
    "journal.log is a hard link": ("resume",),
    "study.yaml is a pipe": ("check", "next", "show"),
    "journal.log is a pipe": ("export", "resume", "dashboard"),
    "artifacts/trial-000001.npz is a pipe": ("show",),
    "provenance.json, deep": ("report", "ls"),
    "journal.log, deep": ("export", "resume"),
    "predictions.npz claims terabytes": ("report",),
    "model.npz claims terabytes": ("predict",),
    "trials.parquet is holes": ("show",),
    "data is a file": ("resume",),
}


def test_every_command_that_reads_a_run_folder_is_tried(tmp_path: Path) -> None:
    """One that needs none is named in `FOLDERLESS`."""
    for command in COMMANDS:
        assert arguments(command, tmp_path / "runs" / "small")[0] == command


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished(tmp_path_factory.mktemp("planted") / "source")


@pytest.mark.parametrize(
    ("name", "command"), [(n, command) for n, commands in QUICK.items() for command in commands]
)
def test_each_is_refused_in_a_line(source: Path, tmp_path: Path, name: str, command: str) -> None:
    here, outside = tmp_path / "here", Outside(tmp_path / "outside")
    shutil.copytree(source, here)
    CASES[name].make(here / "runs" / "small", outside)
    before = outside.state()
    line = ["sweeps", *arguments(command, here / "runs" / "small")]
    done = forks().run(line, here, environment(), timeout=60)
    ended = Ended(done.returncode, done.stderr, done.stdout, seconds=0.0, memory=0)
    assert ended.is_good(command, is_spared=False), (done.returncode, done.stderr, done.stdout)
    assert outside.state() == before
    outside.close()


def test_a_run_folder_may_be_a_link_itself(source: Path, tmp_path: Path) -> None:
    """As that of all runs may: to a larger disk."""
    here = tmp_path / "here"
    shutil.copytree(source, here)
    (here / "runs").rename(tmp_path / "disk")
    (here / "runs").symlink_to(tmp_path / "disk")
    (tmp_path / "disk" / "small").rename(tmp_path / "small")
    (tmp_path / "disk" / "small").symlink_to(tmp_path / "small")
    for command in ("resume", "predict"):
        line = ["sweeps", *arguments(command, here / "runs" / "small")]
        done = forks().run(line, here, environment(), timeout=120)
        assert done.returncode == 0, done.stderr
