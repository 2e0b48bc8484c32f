"""What workers are given: once, by a file without a name, or in the message itself."""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from sweeps.engines.base import Workload
from sweeps.engines.broadcast import Broadcast
from sweeps.engines.loky import Loky

VALUE = {"x": np.arange(100_000.0), "names": ("a", "b")}


def refuse(*_: object, **__: object) -> NoReturn:
    raise OSError(28, "No space left on device")


def same(found: Any) -> bool:
    return np.array_equal(found["x"], VALUE["x"]) and found["names"] == VALUE["names"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, which Linux has")
def test_a_copy_is_small_and_reads_the_value_as_often_as_it_is_asked() -> None:
    with closing(Broadcast(VALUE)) as handed:
        sent = pickle.dumps(handed)
        assert len(sent) < 300
        copy = pickle.loads(sent)
        assert same(copy.value())
        assert same(copy.value())


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, which Linux has")
def test_arrays_are_read_from_one_map_of_the_file() -> None:
    """As plain arrays, aligned, that nobody can write to: workers share their pages."""
    value = [np.arange(3.0), np.zeros((0, 2)), np.arange(6.0).reshape(2, 3).T]
    with closing(Broadcast(value)) as handed:
        found = handed.value()
    for array, own in zip(found, value, strict=True):
        assert type(array) is np.ndarray
        assert np.array_equal(array, own)
        assert array.flags.aligned
        assert not array.flags.owndata
        assert not array.flags.writeable


@pytest.mark.parametrize(
    ("owner", "call"), [(tempfile, "TemporaryFile"), (os, "getpid"), (os, "geteuid")]
)
def test_without_such_a_file_the_value_travels_in_the_copy(
    owner: Any, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in: dict[str, Callable[..., Any]] = {
        "TemporaryFile": refuse,
        "getpid": lambda: 0,
        "geteuid": lambda: 12345,  # another's than the process shows
    }
    monkeypatch.setattr(owner, call, stand_in[call])
    handed = Broadcast(VALUE)
    assert handed._file is None or handed._file.closed
    copy = pickle.loads(pickle.dumps(handed))
    monkeypatch.undo()
    assert same(copy.value())


def test_a_disk_that_is_full_keeps_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full takes no byte; what is buffered would be written again by closing."""
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: open("/dev/full", "wb"))  # noqa: SIM115
    handed = Broadcast(VALUE)
    assert handed._file is not None
    assert handed._file.closed
    assert same(pickle.loads(pickle.dumps(handed)).value())


def test_it_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with closing(Broadcast(VALUE)) as handed:
        assert list(tmp_path.iterdir()) == []
        assert same(handed.value())


def test_a_worker_that_starts_after_its_parents_end_says_nothing() -> None:
    code = (
        "import os, pickle\n"
        "from sweeps.engines.broadcast import Broadcast\n"
        "from sweeps.engines.workers import start_worker\n"
        "given = Broadcast(1)\n"
        "copy = pickle.loads(pickle.dumps(given))\n"
        "given.close()\n"
        "start_worker(os.getppid(), print, copy)\n"
        "print('goes on')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if "goes on" in done.stdout:
        pytest.skip("one process cannot open another's file here: the value travels in the copy")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def total(task: float, shared: Any) -> float:
    return task + float(shared["x"].sum())


def test_every_worker_has_it() -> None:
    engine = Loky(Workload(total, VALUE, jobs=2, retries=0))
    try:
        for key in range(6):
            engine.submit(key, float(key))
        found: dict[int, float] = {}
        while len(found) < 6:
            found |= dict(engine.wait())
    finally:
        engine.close()
    assert found == {key: key + VALUE["x"].sum() for key in range(6)}
