"""A journal with two writers, torn lines and a full disk."""

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from sweeps.storage import backends
from sweeps.storage.journal import JournalLock

WRITER = """
import sys
from pathlib import Path
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from sweeps.storage import backends
whose, path, name, count = sys.argv[1:]
optunas = JournalStorage(JournalFileBackend(path))
storage = backends.shared(Path(path)) if whose == "ours" else optunas
study = optuna.load_study(study_name="s", storage=storage)
for n in range(int(count)):
    study.set_user_attr(name, n)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.log"
    optuna.create_study(study_name="s", storage=backends.journal(path))
    return path


def study(path: Path) -> optuna.Study:
    return optuna.load_study(study_name="s", storage=backends.shared(path))


@pytest.mark.parametrize("other", ["ours", "Optuna's own"])
def test_two_processes_write_and_no_line_is_lost_or_torn(path: Path, other: str) -> None:
    before = len(path.read_bytes().splitlines())
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, whose, str(path), name, "60"])
        for name, whose in (("one", "ours"), ("two", other))
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    lines = path.read_text().splitlines()
    assert len(lines) == before + 120
    assert all(json.loads(line) for line in lines)
    assert study(path).user_attrs == {"one": 59, "two": 59}


def test_one_lock_keeps_out_the_other(path: Path) -> None:
    """Ours and Optuna's are one file's name, whoever makes it."""
    lock = JournalLock(str(path))
    lock.acquire()
    with pytest.raises(FileExistsError):
        os.symlink(path, f"{path}.lock")
    lock.release()
    os.symlink(path, f"{path}.lock")
    with pytest.raises(FileExistsError):
        os.link(path, f"{path}.lock")


def test_where_there_are_no_hard_links_it_is_a_symbolic_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", refuse)
    lock = JournalLock(str(path))
    lock.acquire()
    assert Path(f"{path}.lock").is_symlink()
    lock.release()
    assert not Path(f"{path}.lock").is_symlink()


def refuse(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("left", [b'{"op_code":2,"wor', b"{", b"x" * 200_000])
def test_a_torn_line_is_cut_off_by_the_next_write(path: Path, left: bytes) -> None:
    ours = study(path)
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(left)  # what another writer's end has left
    ours.set_user_attr("a", 1)
    assert path.read_bytes().startswith(whole + b'{"op_code":')
    assert study(path).user_attrs == {"a": 1}


def test_a_journal_of_one_torn_line_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    storage = backends.shared(path)
    path.write_bytes(b'{"op_code":0')
    optuna.create_study(study_name="s", storage=storage)
    assert study(path).study_name == "s"


def test_a_write_that_does_not_fit_is_taken_back(path: Path) -> None:
    """The file's size is limited: the kernel writes a part of the line, then refuses."""
    ours = study(path)
    whole = path.read_bytes()
    limit = len(whole) + 40
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            ours.set_user_attr("a", "x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == whole
    assert not list(path.parent.glob("*.lock*"))
    ours.set_user_attr("a", 2)
    assert study(path).user_attrs == {"a": 2}
