"""Every engine of the table: results, tasks that raise, die or hang, and one BLAS thread."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing.resource_tracker import ensure_running
from pathlib import Path
from typing import Any

import pytest

from sweeps.engines import ENGINES, EngineLost, Failure
from tests.sweeps.engines import collect, engine
from tests.sweeps.helpers import alive
from tests.sweeps.test_identity import descendants

engines = pytest.mark.parametrize("name", list(ENGINES))


def has_died(result: object, attempts: int) -> bool:
    said = f"; {attempts} attempt{'s' if attempts > 1 else ''}"
    cause = result.cause if isinstance(result, Failure) else ""
    return cause.startswith("its worker died (") and cause.endswith(said)


@engines
def test_results_come_back_under_their_keys(name: str) -> None:
    with engine(name) as made:
        assert collect(made, ["a", "b", "c"]) == {n: (t, "shared") for n, t in enumerate("abc")}
        assert collect(made, ["d"]) == {0: ("d", "shared")}


@engines
def test_what_came_back_is_ready_before_it_is_waited_for(name: str) -> None:
    with engine(name) as made:
        assert collect(made, ["a"]) == {0: ("a", "shared")}  # a worker is there
        assert not made.ready()
        made.submit(1, "b")
        deadline = time.monotonic() + 20
        while not made.ready():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert made.wait() == [(1, ("b", "shared"))]


@engines
def test_a_task_that_raises_fails_alone_and_at_once(name: str) -> None:
    with engine(name) as made:
        results = collect(made, ["a", "raise", "b", "unpicklable"])
    assert results[1] == Failure("MemoryError: no room")
    assert (results[0], results[2]) == (("a", "shared"), ("b", "shared"))
    assert isinstance(results[3], Failure)


@engines
@pytest.mark.parametrize("retries", [0, 2])
def test_a_task_that_kills_its_worker_every_time_fails_alone(name: str, retries: int) -> None:
    """Those beside it come back, also where nothing may be tried again."""
    tasks = ["a", "die", ("slow", 0.3), "b", "c", ("slow", 0.1)]
    with engine(name, retries=retries) as made:
        results = collect(made, tasks)
        assert collect(made, ["after"]) == {0: ("after", "shared")}
    assert has_died(results[1], retries + 1), results[1]
    assert [results[n] for n in (0, 2, 3, 4, 5)] == [
        ("a", "shared"),
        0.3,
        ("b", "shared"),
        ("c", "shared"),
        0.1,
    ]


@engines
def test_a_worker_that_dies_once_costs_nothing(name: str, tmp_path: Path) -> None:
    with engine(name, jobs=1) as made:
        assert collect(made, [("die once", str(tmp_path / "died"))]) == {0: "alive"}


@engines
def test_a_worker_that_died_while_idle_is_replaced(name: str) -> None:
    with engine(name, jobs=1) as made:
        worker = collect(made, ["pid"])[0]
        os.kill(worker, signal.SIGKILL)
        time.sleep(0.5)
        assert collect(made, ["a"]) == {0: ("a", "shared")}


@engines
def test_a_task_that_hangs_is_ended_at_its_limit(name: str) -> None:
    """And tried again; those beside it come back."""
    with engine(name, retries=1, limit=2) as made:
        started = time.monotonic()
        results = collect(made, ["a", ("slow", 1000), "b", ("slow", 0.3)])
        assert time.monotonic() - started > 4
        assert collect(made, ["after", "too"]) == {0: ("after", "shared"), 1: ("too", "shared")}
    assert results[1] == Failure("no answer after 2 s; 2 attempts")
    assert (results[0], results[2], results[3]) == (("a", "shared"), ("b", "shared"), 0.3)


@engines
def test_a_worker_that_is_stopped_is_ended_at_the_limit(name: str, tmp_path: Path) -> None:
    """It cannot hear that it is to end; and what is not retried then is not."""
    marker = tmp_path / "pid"
    with engine(name, jobs=1, retries=2, limit=2, retried=False) as made:
        made.submit(0, ("hold", str(marker), 1))
        threading.Thread(target=stop, args=(marker,), daemon=True).start()
        assert made.wait() == [(0, Failure("no answer after 2 s"))]
        assert collect(made, ["after"]) == {0: ("after", "shared")}
    assert gone(int(marker.read_text()))


@engines
def test_a_worker_that_pauses_goes_on(name: str, tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    with engine(name) as made:
        made.submit(0, ("hold", str(marker), 0.5))
        made.submit(1, "beside")
        thread = threading.Thread(target=stop, args=(marker, 4.0), daemon=True)
        thread.start()
        results = {}
        while len(results) < 2:
            results.update(made.wait())
        thread.join()
    assert results == {0: int(marker.read_text()), 1: ("beside", "shared")}


def stop(marker: Path, seconds: float | None = None) -> None:
    """Stop the process that a task left in its marker; for good, or let it go on."""
    while not marker.exists() or not marker.read_text():
        time.sleep(0.01)
    worker = int(marker.read_text())
    os.kill(worker, signal.SIGSTOP)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(worker, signal.SIGCONT)


@engines
def test_workers_have_one_blas_thread_and_leave_ctrl_c_to_the_parent(name: str) -> None:
    with engine(name) as made:
        results = collect(made, ["threads", "interrupt"])
    assert set(results[0]) == {1}
    assert results[1] == "unimpressed"


@engines
def test_close_ends_every_worker_and_leaves_no_file(name: str, tmp_path: Path) -> None:
    """Whatever the workers do."""
    marker, before = tmp_path / "pid", files_of(os.getpid())
    with engine(name) as made:
        made.submit(0, ("hold", str(marker), 1000))
        made.submit(1, "pid")
        ((_, other),) = made.wait()
        while not marker.exists():
            time.sleep(0.01)
    assert gone(int(marker.read_text()))
    assert gone(other)
    assert files_of(os.getpid()) == before


class Unreadable:
    """It can be sent, and not be read: as of a package that the workers have not."""

    def __reduce__(self) -> Any:
        return int, ("none",)


def test_a_cluster_that_cannot_work_is_ended() -> None:
    ensure_running()  # Python's own helper, which stays
    before = files_of(os.getpid()), descendants(os.getpid())
    expected = pytest.raises(EngineLost, match="its workers cannot be used")
    with expected, engine("dask", jobs=1, shared=Unreadable()):
        pass
    assert (files_of(os.getpid()), descendants(os.getpid())) == before


def test_no_file_is_left_of_a_parent_that_is_killed(tmp_path: Path) -> None:
    code = (
        "from sweeps.engines.reaper import Reaper; import os, signal; from pathlib import Path\n"
        "folder = Path(Reaper().folder); (folder / 'x').mkdir(); (folder / 'x/y').touch()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment)
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while left := list(tmp_path.iterdir()):
        assert time.monotonic() < deadline, left
        time.sleep(0.01)


def files_of(pid: int) -> set[Path]:
    """What a process that starts engines has in the folders for what is temporary."""
    system, own = Path("/tmp"), Path(tempfile.gettempdir())
    names = (f"sweeps-{pid}-*", f"ray/session_*_{pid}", "dask-scratch-space/*.lock")
    return {path for place in (system, own) for name in names for path in place.glob(name)}


def gone(pid: int) -> bool:
    """Within five seconds."""
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)
