"""The same study, bit for bit: whatever the jobs, extended, interrupted, or killed."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from sweeps.engines import ENGINES
from sweeps.search.delayed import DelayedStudy
from tests.sweeps.engines import installed
from tests.sweeps.helpers import (
    TEXT,
    alive,
    await_records,
    command,
    environment,
    study,
    sweeps,
    trials,
)

# Trials begin with two of four replicates, and are stopped after these where they cannot win.
RACING = {
    "name: small": "name: small\nobjective: {metric: dev_loss, at: last}",
    "count: 3": "count: 4",
    "window: 6": "window: 6, racing: true",
    "median: {startup: 2, warmup: 2}": "threshold: {upper: 1, warmup: 2}",
}


def racing(folder: Path, text: str = TEXT) -> Path:
    """The study of all these tests, in a file."""
    return study(folder, text, **RACING)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Any]:
    """24 trials at once with two jobs: what every other way must give too."""
    folder = tmp_path_factory.mktemp("reference")
    sweeps(str(racing(folder)), "--jobs", "2", "--no-confirm", cwd=folder)
    return trials(folder / "runs" / "small"), stored(folder / "runs" / "small")


def stored(folder: Path) -> list[tuple[Any, ...]]:
    """What the storage says of each trial."""
    storage = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    told = optuna.load_study(study_name="small", storage=storage).trials
    # A NaN would not equal itself; there is none: inf and worst values are numbers.
    return [(t.number, t.state.name, t.value, t.params, t.intermediate_values) for t in told]


def same(folder: Path, reference: tuple[dict[str, Any], Any]) -> None:
    run = folder / "runs" / "small"
    records, storage = reference
    found = trials(run)
    assert found.keys() == records.keys()
    for name, record in records.items():
        # Through JSON, for NaN has to equal NaN.
        assert json.dumps(found[name]) == json.dumps(record), name
    assert stored(run) == storage


def test_the_reference_has_what_could_differ(reference: tuple[dict[str, Any], Any]) -> None:
    records, storage = reference
    assert len(records) == len(storage) == 24
    assert {state for _, state, *_ in storage} == {"COMPLETE", "PRUNED"}
    assert len({params["optimizer"] for _, _, _, params, _ in storage}) == 3
    assert any(any(map(any, record["curves/diverged"])) for record in records.values())
    lost = [record["meta"]["is_outraced"] for record in records.values()]
    assert 1 <= sum(lost) <= len(lost) - 6


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_any_number_of_jobs(
    tmp_path: Path, reference: tuple[dict[str, Any], Any], jobs: str
) -> None:
    sweeps(str(racing(tmp_path)), "--jobs", jobs, "--no-confirm", cwd=tmp_path)
    same(tmp_path, reference)


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "loky"])
def test_any_engine(tmp_path: Path, reference: tuple[dict[str, Any], Any], name: str) -> None:
    installed(name)
    path = str(racing(tmp_path))
    done = sweeps(path, "--engine", name, "--jobs", "2", "--no-confirm", cwd=tmp_path)
    assert f"engine    {name}, 2 jobs" in done.stdout
    assert done.stderr == ""
    same(tmp_path, reference)


def test_extended(tmp_path: Path, reference: tuple[dict[str, Any], Any]) -> None:
    """10, then 24: exactly 14 more; then again: none."""
    path, options = str(racing(tmp_path)), ("--jobs", "2", "--no-confirm")
    sweeps(path, *options, "--trials", "10", cwd=tmp_path)
    assert len(trials(tmp_path / "runs" / "small")) == 10
    told = sweeps(path, *options, cwd=tmp_path).stdout
    assert "resumed   10 of 24 trials are done" in told
    same(tmp_path, reference)
    journal = tmp_path / "runs" / "small" / "journal.log"
    before = journal.read_bytes()
    told = sweeps(path, *options, cwd=tmp_path).stdout
    assert "resumed   24 of 24 trials are done; the report is made anew" in told
    assert journal.read_bytes() == before


def start(path: Path, *options: str) -> subprocess.Popen[str]:
    """A run in a process group of its own, as a terminal starts one."""
    return subprocess.Popen(
        command(str(path), "--jobs", "2", *options),
        cwd=path.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )


def interrupt(
    folder: Path, stop: Callable[[subprocess.Popen[str]], None], records: int, *options: str
) -> str:
    """Start a study, stop it once so many records are there; what it said on stderr."""
    process = start(racing(folder), "--no-confirm", *options)
    await_records(process, folder / "runs" / "small", records)
    stop(process)
    _, said = process.communicate(timeout=30)
    assert process.returncode != 0
    return said


def ctrl_c(process: subprocess.Popen[str]) -> None:
    """What a terminal does: the whole group gets the signal, workers too."""
    os.killpg(process.pid, signal.SIGINT)


@pytest.mark.parametrize(("records", "engine"), [(1, "loky"), (5, "loky"), (5, "dask"), (5, "ray")])
def test_ctrl_c(
    tmp_path: Path, reference: tuple[dict[str, Any], Any], records: int, engine: str
) -> None:
    installed(engine)
    said = interrupt(tmp_path, ctrl_c, records, "--engine", engine)
    found = re.fullmatch(
        r"interrupted: (\d+) of 24 trials are kept in runs/small; "
        r"go on with: python -m sweeps run .*small.yaml --jobs 2 --no-confirm --engine \w+\n",
        said,
    )
    assert found, said
    assert int(found[1]) >= records
    told = sum(state != "RUNNING" for _, state, *_ in stored(tmp_path / "runs" / "small"))
    assert told == int(found[1])
    done = sweeps(str(tmp_path / "small.yaml"), "--jobs", "2", "--no-confirm", cwd=tmp_path)
    assert f"resumed   {told} of 24 trials are done" in done.stdout
    same(tmp_path, reference)


@pytest.mark.parametrize("after", [0.0, 0.3, 1.0])
def test_ctrl_c_in_the_confirmation(tmp_path: Path, after: float) -> None:
    text = TEXT.replace("trials: 24", "trials: 2").replace("epochs: 12", "epochs: 400")
    path = racing(tmp_path, text.replace("top: 2, replicates: 4", "top: 2, replicates: 900"))
    process = start(path)
    await_records(process, tmp_path / "runs" / "small", 2)
    time.sleep(after)
    ctrl_c(process)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    kept = "interrupted: 2 of 2 trials and what is confirmed are kept in runs/small; go on with: "
    assert said.startswith(kept), said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("records", "engine"), [(1, "loky"), (8, "loky"), (20, "loky"), (8, "dask"), (8, "ray")]
)
def test_kill_9(
    tmp_path: Path, reference: tuple[dict[str, Any], Any], records: int, engine: str
) -> None:
    installed(engine)
    left: list[int] = []

    def kill(process: subprocess.Popen[str]) -> None:
        left.extend(descendants(process.pid))
        process.kill()

    interrupt(tmp_path, kill, records, "--engine", engine)
    deadline = time.monotonic() + 5
    assert left
    while any(alive(pid) for pid in left):
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.1)
    sweeps(str(tmp_path / "small.yaml"), "--jobs", "2", "--no-confirm", cwd=tmp_path)
    same(tmp_path, reference)


def descendants(root: int) -> list[int]:
    """The processes that a process started, and theirs; /proc/…/children may miss some."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(status.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found[1:]


def test_a_killed_worker_costs_nothing(
    tmp_path: Path, reference: tuple[dict[str, Any], Any]
) -> None:
    path = racing(tmp_path)
    process = start(path, "--no-confirm")
    await_records(process, tmp_path / "runs" / "small", 4)
    tasks = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    workers = [pid for pid in tasks if b"loky" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(int(workers[-1]), signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == 0
    same(tmp_path, reference)


def test_a_record_without_its_tell_and_a_tell_without_its_record(
    tmp_path: Path, reference: tuple[dict[str, Any], Any]
) -> None:
    """A kill between record and tell is healed from the record; a lost record is trained again."""
    path, options = str(racing(tmp_path)), ("--jobs", "2", "--no-confirm")
    sweeps(path, *options, cwd=tmp_path)
    run = tmp_path / "runs" / "small"
    (run / "artifacts" / "trial-000007.npz").unlink()
    (run / "artifacts" / "trial-000011.npz").write_bytes(b"PK torn")
    journal = run / "journal.log"
    lines = journal.read_bytes().splitlines(keepends=True)
    # Drop the last trial's tell, and leave a torn line as a kill in mid-write does.
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    assert sweeps(path, *options, cwd=tmp_path).stderr == ""
    same(tmp_path, reference)


def test_the_mirror_is_told_late_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it grows, trial j is told right before the trial that the window's rule says."""
    import sweeps as package

    log: list[tuple[str, int]] = []
    ask, tell = DelayedStudy.ask, DelayedStudy.tell

    def asked(self: DelayedStudy, number: int) -> Any:
        log.append(("ask", number))
        return ask(self, number)

    def told(self: DelayedStudy, outcome: Any) -> None:
        log.append(("tell", outcome.number))
        tell(self, outcome)

    monkeypatch.setattr(DelayedStudy, "ask", asked)
    monkeypatch.setattr(DelayedStudy, "tell", told)
    text = TEXT.replace("window: 6", "window: 6, growth: 0.5, sampler: {tpe: {startup: 7}}")
    package.run(racing(tmp_path, text), out=tmp_path, jobs=2, trials=18, confirm=False, quiet=True)
    told_before = {6: [0], 7: range(1, 6), 8: [6], 9: [], 10: [7], 11: [], 12: [8], 13: []}
    told_before |= {14: [9], 15: [], 16: [10], 17: [11]}  # six in flight again
    expected: list[tuple[str, int]] = []
    for number in range(18):
        expected += [("tell", earlier) for earlier in told_before.get(number, [])]
        expected.append(("ask", number))
    assert log == expected
