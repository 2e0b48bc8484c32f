"""Runs to do harm to: started as a user does, and compared with one that was left alone."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sweeps.helpers import TEXT, command, environment, trials

# Longer than a test's, so that there is something to fall into.
STUDY = TEXT.replace("epochs: 12", "epochs: 40").replace("trials: 24", "trials: 40")
OPTIONS = ("--jobs", "2", "--no-confirm", "--allow-remote")  # a database of ours
TRIALS = 40


class Run:
    """A study in a folder of its own."""

    def __init__(self, folder: Path, storage: str = "", **variables: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.storage = folder, storage
        self.variables = variables
        self.process: subprocess.Popen[str] | None = None
        self.write()

    def write(self) -> None:
        """Its study file."""
        line = f"storage: '{self.storage}'\n" if self.storage else ""
        (self.folder / "small.yaml").write_text(STUDY + line)

    @property
    def out(self) -> Path:
        """Its run folder."""
        return self.folder / "runs" / "small"

    def start(self) -> "subprocess.Popen[str]":
        """The command, in a process group of its own."""
        self.process = subprocess.Popen(
            command("small.yaml", *OPTIONS),
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment() | self.variables,
            start_new_session=True,
        )
        return self.process

    def kill(self) -> None:
        """`kill -9` of the parent."""
        assert self.process
        self.process.kill()

    def wait(self, seconds: float = 180) -> tuple[int, str]:
        """Its exit code, and what it said on stderr."""
        assert self.process
        _, said = self.process.communicate(timeout=seconds)
        return self.process.returncode, said

    def go_on(self) -> tuple[int, str]:
        """The same command again, to its end."""
        self.start()
        return self.wait()

    def records(self) -> int:
        """How many trials are on disk."""
        return len(list((self.out / "artifacts").glob("trial-*.npz")))

    def until(self, met: Callable[[], bool], seconds: float = 120) -> bool:
        """Wait for something; False if the run ended before."""
        assert self.process
        deadline = time.monotonic() + seconds
        while not met():
            if self.process.poll() is not None or time.monotonic() > deadline:
                return False
            time.sleep(0.001)
        return True

    def workers(self) -> list[int]:
        """Its children that train."""
        assert self.process
        return [pid for pid in children(self.process.pid) if b"popen_loky" in _command_line(pid)]

    def table(self) -> str:
        """Parameters, values, states and curves of all records, and what the storage says."""
        # As text: a NaN equals itself there.
        return json.dumps([trials(self.out), self.told()])

    def told(self) -> list[list[Any]]:
        """What the storage says of each trial."""
        import optuna

        from sweeps.base.consent import from_user
        from sweeps.storage import backends

        backend = (
            backends.remote(from_user("storage", self.storage.replace("///", f"///{self.folder}/")))
            if self.storage
            else backends.journal(self.out / "journal.log")
        )
        study = optuna.load_study(study_name="small", storage=backend)
        # A database is told of fewer epochs than a journal, but of the last one as well.
        return [
            [t.number, t.state.name, t.value, t.params, sorted(t.intermediate_values.items())[-1:]]
            for t in study.trials
        ]

    def locks(self) -> list[str]:
        """What is still claimed, though nobody works there."""
        left = [p.name for p in self.out.glob("journal.log.lock*")]
        left += [".lock"] if (self.out / ".lock").stat().st_size else []
        left += [p.name for p in self.out.rglob(".*.part")]
        return left


def children(pid: int) -> list[int]:
    """A process's children."""
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def kill(*pids: int) -> None:
    """`kill -9`; one that is gone already is no matter."""
    for pid in pids:
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue
