"""What can happen to a run folder: files, disks, workers, clocks; no finished trial is lost."""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from sweeps.storage import atomic, backends, journal_file, records
from tests.sweeps.helpers import TEXT, await_records, command, environment, study, sweeps, trials

QUICK = TEXT.replace("trials: 24", "trials: 12")
OPTIONS = ("--jobs", "1", "--no-confirm")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of twelve trials that nothing happened to."""
    folder = tmp_path_factory.mktemp("done")
    sweeps(str(study(folder, QUICK)), *OPTIONS, cwd=folder)
    return folder / "runs" / "small"


def told(run: Path) -> list[tuple[Any, ...]]:
    """What the journal says of each trial."""
    storage = backends.journal(run / "journal.log")
    found = optuna.load_study(study_name="small", storage=storage).trials
    return [(t.number, t.state.name, t.value, t.params, t.intermediate_values) for t in found]


def same(run: Path, reference: Path) -> None:
    """The records and the journal, but for seconds."""
    # Through JSON, for NaN has to equal NaN.
    assert json.dumps(trials(run)) == json.dumps(trials(reference))
    assert told(run) == told(reference)


def go_on(folder: Path, reference: Path) -> None:
    """The same command again, and all is there."""
    assert sweeps(str(folder / "small.yaml"), *OPTIONS, cwd=folder).stderr == ""
    same(folder / "runs" / "small", reference)


# Torn and lost files

TRIAL_ENDS = 6  # Optuna's code for a trial's state and values


def test_a_journal_torn_at_every_byte_of_its_last_line(done: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal.log"
    lines = (done / "journal.log").read_bytes().splitlines(keepends=True)
    # What stands behind the last trial's end is for the Dashboard.
    ends = [n for n, line in enumerate(lines) if json.loads(line)["op_code"] == TRIAL_ENDS]
    del lines[ends[-1] + 1 :]
    kept, last = b"".join(lines[:-1]), lines[-1]
    journal.write_bytes(kept)
    before = told(tmp_path)
    assert before != told(done)
    for length in range(len(last)):
        journal.write_bytes(kept + last[:length])
        assert told(tmp_path) == before, length
        assert journal.read_bytes() == kept


def test_a_record_is_read_whole_or_not_at_all(done: Path, tmp_path: Path) -> None:
    """Cut anywhere, or with any bit flipped."""
    content = (done / "artifacts" / "trial-000003.npz").read_bytes()
    key = trials(done)["trial-000003.npz"]["meta"]["key"]
    path, rng = tmp_path / "trial.npz", random.Random(0)
    path.write_bytes(content)
    whole = records.read(path, key)
    assert whole is not None
    for length in range(0, len(content), 61):
        path.write_bytes(content[:length])
        assert records.read(path, key) is None, length
    refused = 0
    for _ in range(400):
        torn = bytearray(content)
        torn[rng.randrange(len(torn))] ^= 1 << rng.randrange(8)
        path.write_bytes(torn)
        found = records.read(path, key)
        refused += found is None
        if found is not None:  # a date or a comment of the archive
            assert found.value == whole.value
            np.testing.assert_equal(found.curves, whole.curves)
    assert refused > 200


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_record_that_cannot_be_made_safe_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A file system may say only when it syncs, or renames, that there is no room."""
    path = tmp_path / "study.yaml"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        atomic.write_text(path, "new")
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("content", [b"[1, 2", b"7", b"\xff\xfe"])
def test_a_damaged_identity_is_said(done: Path, tmp_path: Path, content: bytes) -> None:
    path = study(tmp_path, QUICK)
    shutil.copytree(done, tmp_path / "runs" / "small")
    (tmp_path / "runs" / "small" / "artifacts" / "identity.json").write_bytes(content)
    said = sweeps(str(path), *OPTIONS, cwd=tmp_path, code=2).stderr
    assert said.startswith("runs/small/artifacts/identity.json: expected what makes the study ")
    assert len(said.splitlines()) == 1


def test_a_journals_lock_is_stale_by_watching_it_whatever_its_date(tmp_path: Path) -> None:
    """A clock that jumped back makes it look young for ever."""
    lock = tmp_path / "journal.log.lock"
    lock.symlink_to("gone")
    os.utime(lock, (2**32, 2**32), follow_symlinks=False)
    started = time.monotonic()
    backends.journal(tmp_path / "journal.log")
    assert not lock.is_symlink()
    assert time.monotonic() - started < journal_file.STALE + 3


# Disks


def mount(folder: Path) -> None:
    """A small disk of memory; only root may make one."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk (run the tests as root)")
    call = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    made = subprocess.run(call, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no small disk may be mounted here: {made.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB with nothing on it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, leave: int) -> None:
    """Take all its room but so many bytes."""
    status = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - leave)))


@pytest.mark.parametrize("leave", [0, 8192, 36_864])
def test_a_full_disk_in_mid_run(done: Path, disk: Path, leave: int) -> None:
    """It is full of something else after the first records, in the middle of one, or of a line."""
    path = study(disk, QUICK)
    process = stop_at(path, records=3)
    fill(disk, leave)
    os.kill(process.pid, signal.SIGCONT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert (
        "expected to write there, got No space left on device (finished trials are saved; " in said
    )
    assert len(said.splitlines()) == 1, said
    (disk / "ballast").unlink()
    go_on(disk, done)
    assert not list((disk / "runs").rglob(".*.part"))


def thaw(folder: Path) -> None:
    """As it was."""
    if os.geteuid() == 0:
        subprocess.run(["chattr", "-i", str(folder)], check=True)
    folder.chmod(0o755)


@pytest.fixture
def freeze() -> Iterator[Callable[[Path], None]]:
    """Let nothing more be made in a folder; root is stopped by an attribute alone."""
    frozen: list[Path] = []

    def change(folder: Path) -> None:
        frozen.append(folder)
        if os.geteuid() != 0:
            folder.chmod(0o555)
        elif subprocess.run(["chattr", "+i", str(folder)], capture_output=True).returncode:
            pytest.skip("this file system has no attribute that stops root (run as another user)")

    yield change
    for folder in frozen:
        thaw(folder)


@pytest.mark.parametrize("what", ["artifacts", "."])
def test_a_folder_that_becomes_read_only(
    done: Path, tmp_path: Path, freeze: Callable[[Path], None], what: str
) -> None:
    """Its records' place, or that of the journal's lock."""
    path = study(tmp_path, QUICK)
    process = stop_at(path, records=3)
    freeze(tmp_path / "runs" / "small" / what)
    os.kill(process.pid, signal.SIGCONT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert said.startswith("runs/small")
    assert ": expected to write there, got " in said
    assert "finished trials are saved" in said
    assert len(said.splitlines()) == 1, said
    thaw(tmp_path / "runs" / "small" / what)
    go_on(tmp_path, done)


started: list["subprocess.Popen[str]"] = []


@pytest.fixture(autouse=True)
def nothing_lives_on() -> Iterator[None]:
    """What a failing test has stopped would stand still for ever."""
    yield
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    started.clear()


def start(path: Path, records: int) -> "subprocess.Popen[str]":
    """A run that has so many records."""
    process = subprocess.Popen(
        command(str(path), "--jobs", "2", "--no-confirm"),
        cwd=path.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    started.append(process)
    await_records(process, path.parent / "runs" / "small", records)
    return process


def stop_at(path: Path, records: int) -> "subprocess.Popen[str]":
    """A run that stands still once it has so many records."""
    process = start(path, records)
    os.kill(process.pid, signal.SIGSTOP)
    return process


# Workers and clocks


def in_every_process(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run some code at the start of each Python process of a run."""
    (folder / "sitecustomize.py").write_text(code)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", os.getcwd())])
    monkeypatch.setenv("PYTHONPATH", path)


def test_a_worker_at_its_memory_limit_fails_its_trial_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Networks of 400 MB a matrix, where a worker may have two gigabytes."""
    limit = "resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))"
    code = f"import resource, sys\nif 'loky' in str(sys.orig_argv): {limit}\n"
    in_every_process(tmp_path, code, monkeypatch)
    text = QUICK.replace("hidden: [8, 4], epochs: 12", "epochs: 2")
    text = text.replace("space:", "space:\n  hidden: [[8, 4], [10000, 10000]]")
    done = sweeps(str(study(tmp_path, text)), *OPTIONS, cwd=tmp_path)
    assert done.stderr == ""
    assert "trials: MemoryError: Unable to allocate" in done.stdout
    found = told(tmp_path / "runs" / "small")
    assert len(found) == 12
    large = {state for _, state, _, params, _ in found if "10000" in params["hidden"]}
    small = {state for _, state, _, params, _ in found if "10000" not in params["hidden"]}
    assert large == {"FAIL"}
    assert "COMPLETE" in small
    assert "FAIL" not in small


def test_a_worker_that_stands_still_for_a_while(done: Path, tmp_path: Path) -> None:
    process = start(study(tmp_path, QUICK), records=2)
    tasks = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    workers = [int(p) for p in tasks if b"popen_loky" in Path(f"/proc/{p}/cmdline").read_bytes()]
    os.kill(workers[-1], signal.SIGSTOP)
    time.sleep(3)
    with suppress(ProcessLookupError):  # it was idle, and the run has ended without it
        os.kill(workers[-1], signal.SIGCONT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
    same(tmp_path / "runs" / "small", done)


def test_a_clock_that_jumps(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By up to fifty years to either side, at every look."""
    code = (
        "import random, time\n"
        "true, rng = time.time, random.Random(0)\n"
        "time.time = lambda: true() + rng.uniform(-50, 50) * 365 * 86400\n"
    )
    in_every_process(tmp_path, code, monkeypatch)
    path = str(study(tmp_path, QUICK))
    sweeps(path, *OPTIONS, "--trials", "5", cwd=tmp_path)
    go_on(tmp_path, done)
