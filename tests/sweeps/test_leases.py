"""Who works on what: claims that are refused, taken over, and lost; whatever the clocks say."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.base.errors import UserError
from sweeps.storage.ownership import leases, locks
from sweeps.storage.ownership.claims import Claims
from sweeps.storage.ownership.leases import Lease
from sweeps.storage.ownership.owners import Owner
from tests.sweeps.helpers import TEXT, command, environment, study, sweeps

ELSEWHERE = {"host": "elsewhere", "machine": "another", "token": "theirs", "pid": 7, "born": "1"}


class Memory:
    """A claim store in memory."""

    what = "the thing"
    settle = 0.01
    faults = (OSError,)

    def __init__(self, owner: Owner | None = None) -> None:
        self.text = owner.text() if owner else ""

    def read(self) -> str:
        return self.text

    def write(self, text: str) -> None:
        self.text = text


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT", 0.05)
    monkeypatch.setattr(leases, "LEASE_TIMEOUT", 0.3)


def silent(text: str) -> None:
    raise AssertionError(f"nothing to wait for, but: {text}")


def dead() -> Owner:
    """A process of this machine that has ended."""
    code = "from sweeps.storage.ownership.owners import Owner; print(Owner.here().text())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    owner = Owner.parse(done.stdout)
    assert owner is not None
    return owner


def test_an_owner_is_dead_when_its_process_is_gone_whatever_has_its_number() -> None:
    here = Owner.here()
    assert not here.is_dead
    assert dead().is_dead
    assert replace(here, born="1").is_dead  # the number was used again
    assert not replace(here, born="1", machine="another").is_dead  # who knows
    assert Owner.parse(here.text()) == here
    assert Owner.parse("torn{") is None


def test_a_zombie_is_dead() -> None:
    code = (
        "from sweeps.storage.ownership.owners import Owner\n"
        "print(Owner.here().text(), flush=True)\n"
        "input()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    owner = Owner.parse(child.stdout.readline())
    assert owner is not None
    assert not owner.is_dead
    child.kill()
    deadline = time.monotonic() + 5
    while not owner.is_dead:  # nobody has waited for it yet
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.communicate()


def test_one_that_lives_here_is_refused_at_once() -> None:
    other = Owner.here()
    with pytest.raises(UserError, match=f"is being worked on by pid {os.getpid()} on .* since 20"):
        Lease(Memory(other), silent).take()


def test_one_that_is_dead_is_taken_over_at_once() -> None:
    store = Memory(dead())
    lease = Lease(store, silent)
    lease.take()
    owner = Owner.parse(store.text)
    assert owner is not None
    assert owner.pid == os.getpid()
    lease.release()
    assert store.text == ""


@pytest.mark.parametrize("since", ["1970-01-01 00:00:00", "2999-01-01 00:00:00"])
def test_one_elsewhere_is_taken_over_by_its_silence_alone(since: str) -> None:
    said: list[str] = []
    store = Memory(replace(Owner.here(), **ELSEWHERE, since=since))
    started = time.monotonic()
    lease = Lease(store, said.append)
    lease.take()
    assert time.monotonic() - started > leases.LEASE_TIMEOUT
    lease.release()
    assert said == [
        f"the thing belongs to pid 7 on elsewhere since {since}: "
        f"watching for {leases.LEASE_TIMEOUT:g} s whether it lives"
    ]


def test_one_elsewhere_that_beats_is_refused() -> None:
    owner = replace(Owner.here(), **ELSEWHERE)
    store = Memory(owner)

    def beat(_: str) -> None:
        store.text = replace(owner, beat=1).text()

    with pytest.raises(UserError, match="worked on by pid 7 on elsewhere"):
        Lease(store, beat).take()


def test_a_lease_beats_bears_a_storage_that_is_away_and_knows_when_it_was_lost() -> None:
    store = Memory()
    lease = Lease(store, silent)
    lease.take()
    first = Owner.parse(store.text)
    write, store.write = store.write, _away  # type: ignore[method-assign]
    time.sleep(0.2)
    store.write = write  # type: ignore[method-assign]
    time.sleep(0.2)
    later = Owner.parse(store.text)
    assert first is not None
    assert later is not None
    assert later.beat > first.beat
    lease.check()
    store.text = replace(first, **ELSEWHERE).text()
    with pytest.raises(UserError, match="worked on by pid 7 on elsewhere"):
        lease.check()
    lease.release()
    assert "elsewhere" in store.text  # what is another's stays


def _away(text: str) -> None:
    raise OSError("gone for a while")


def test_of_two_that_claim_at_once_one_has_it() -> None:
    """Both have seen nobody; the one that wrote first finds the other."""
    store = Memory()
    other = replace(Owner.here(), **ELSEWHERE)
    write = store.write

    def write_and_be_overwritten(text: str) -> None:
        write(text)
        write(other.text())

    store.write = write_and_be_overwritten  # type: ignore[method-assign]
    with pytest.raises(UserError, match="elsewhere"):
        Lease(store, silent).take()


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no locks, as some network ones do."""

    def refuse(file: object) -> None:
        raise OSError(locks.WITHOUT_LOCKS[0], "No locks available")

    monkeypatch.setattr(locks, "_lock", refuse)


@pytest.mark.usefixtures("without_locks")
def test_a_folder_without_locks_is_held_by_what_its_file_says(tmp_path: Path) -> None:
    first, second = Claims(silent), Claims(silent)
    first.folder(tmp_path)
    with pytest.raises(UserError, match=f"worked on by pid {os.getpid()}"):
        second.folder(tmp_path)
    first.check()
    first.release()
    second.folder(tmp_path)
    second.release()
    assert (tmp_path / ".lock").read_bytes() == b""


def test_one_study_of_a_storage_for_one_process(tmp_path: Path) -> None:
    """Two parents with folders of their own, and one study for both."""
    text = TEXT.replace("epochs: 12", "epochs: 2000").replace("[8, 4]", "[64, 64]")
    path = study(tmp_path, text + "storage: sqlite:///both.db\n")
    options = ("--jobs", "1", "--no-confirm", "--out")
    first = subprocess.Popen(
        command(str(path), *options, "first"),
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "first" / "small" / "artifacts" / "identity.json").exists():
        assert first.poll() is None, first.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    said = sweeps(str(path), *options, "second", cwd=tmp_path, code=2).stderr
    assert said.startswith(
        "the study 'small' of the storage: expected to be alone, got one that is being worked on "
        f"by pid {first.pid} on "
    )
    assert len(said.splitlines()) == 1
    first.kill()
    first.communicate()
    sweeps(
        str(path), *options, "second", "--trials", "1", "--set", "fixed.epochs=2000", cwd=tmp_path
    )
