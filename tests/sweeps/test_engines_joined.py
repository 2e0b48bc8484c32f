"""Clusters that are not ours: a Dask scheduler with its workers, a Ray head."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from sweeps.engines import EngineLost, Failure
from tests.databases import free_port
from tests.sweeps.engines import collect, engine, installed
from tests.sweeps.test_identity import descendants


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process group of its own, ended in the end with all that it started."""
    # Below a test's folder, addresses of Ray's sockets would be longer than the system takes.
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ray's servers listen on 127.0.0.1 alone.
            env={**os.environ, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_TMPDIR": folder},
        )
        try:
            yield process
        finally:
            children = descendants(process.pid)
            for pid in (process.pid, *children):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


def answers(port: int) -> None:
    """Back once somebody listens there."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


@contextmanager
def scheduler(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Dask scheduler that answers."""
    options = (
        "--host",
        f"tcp://127.0.0.1:{port}",
        "--no-dashboard",
        "--dashboard-address",
        "127.0.0.1:0",
    )
    with started("distributed.cli.dask_scheduler", *options) as process:
        answers(port)
        yield process


@contextmanager
def workers(port: int) -> Iterator[None]:
    """Two Dask workers with a thread each, settled: one that dies sooner does not come back."""
    from distributed import Client

    address = f"tcp://127.0.0.1:{port}"
    options = ("--nworkers", "2", "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard")
    with started("distributed.cli.dask_worker", address, *options):
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        time.sleep(2)
        yield


def test_a_dask_cluster() -> None:
    """It counts deaths as ours does, hangs are ended there, and it can be joined again."""
    installed("dask")
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with scheduler(port), workers(port):
        with engine("dask", retries=1, limit=3, address=address) as made:
            results = collect(made, ["a", "die", ("slow", 1000), "b", "raise", "threads"])
        with engine("dask", address=address, shared="again") as made:
            assert collect(made, ["a"]) == {0: ("a", "again")}
    died = r"its worker died \(at tcp://127.0.0.1:\d+; out of memory\?\); 2 attempts"
    assert (results[0], results[3]) == (("a", "shared"), ("b", "shared"))
    assert re.fullmatch(died, results[1].cause)
    assert results[2] == Failure("no answer after 3 s; 2 attempts")
    assert results[4] == Failure("MemoryError: no room")
    assert set(results[5]) == {1}


def test_a_dask_scheduler_that_comes_back() -> None:
    """What was there runs again; no attempt is counted."""
    installed("dask")
    port = free_port()
    with ExitStack() as stack:
        first = stack.enter_context(scheduler(port))
        stack.enter_context(workers(port))
        with engine("dask", retries=0, address=f"tcp://127.0.0.1:{port}") as made:
            assert collect(made, ["a"]) == {0: ("a", "shared")}
            made.submit(1, ("slow", 2))
            first.kill()
            first.wait()
            stack.enter_context(scheduler(port))
            stack.enter_context(workers(port))
            assert made.wait() == [(1, 2)]


def test_a_dask_scheduler_that_does_not_come_back_ends_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In one line, and with no task to blame."""
    installed("dask")
    from sweeps.engines import dask

    monkeypatch.setattr(dask, "GONE", 2.0)
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with scheduler(port) as process, workers(port), engine("dask", address=address) as made:
        made.submit(0, ("slow", 1000))
        process.kill()
        with pytest.raises(EngineLost) as caught:
            made.wait()
    assert re.fullmatch(
        rf"engine: dask: expected a cluster at {address}, got none: .*, for 2 s; "
        r"finished trials are saved; run the same command again to go on",
        str(caught.value),
    )


JOIN = """
import json, sys
from tests.sweeps.engines import collect, engine

if __name__ == "__main__":
    with engine("ray", retries=1, limit=4, address=sys.argv[1]) as made:
        results = collect(made, ["a", "die", ("slow", 1000), "raise", "threads"])
    print(json.dumps([getattr(results[n], "cause", results[n]) for n in range(5)]))
"""


def test_a_ray_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own, as Ray takes up addresses and passwords but once."""
    installed("ray")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "a-password-of-this-test-alone-0123456789")
    port = free_port()
    options = ("--head", "--port", str(port), "--num-cpus", "2", "--include-dashboard", "false")
    where = ("--node-ip-address", "127.0.0.1", "--disable-usage-stats", "--block")
    with started("ray.scripts.scripts", "start", *options, *where):
        answers(port)
        time.sleep(5)  # it listens before it has a node
        done = subprocess.run(
            [sys.executable, "-c", JOIN, f"127.0.0.1:{port}"],
            capture_output=True,
            text=True,
            timeout=90,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
    assert done.returncode == 0, done.stderr
    well, died, hung, raised, threads = json.loads(done.stdout)
    assert well == ["a", "shared"]
    assert died.startswith("its worker died (")
    assert died.endswith("; 2 attempts")
    assert (hung, raised) == ("no answer after 4 s; 2 attempts", "MemoryError: no room")
    assert set(threads) == {1}
