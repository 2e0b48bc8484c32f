"""Run folders from somebody who means harm, before every command that reads one; a line a case.

`python -m tests.soak.hostile [PART OF A NAME]`; exit 1 where something outside of the folder has
changed, was run or was called, or where a command does not end in one line, code 2, within SECONDS.
"""

import itertools
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.soak import hostile_addresses, hostile_files, hostile_links
from tests.soak.outside import Case, Outside
from tests.sweeps.helpers import TEXT, environment, sweeps
from tests.sweeps.helpers import command as command_line

HOSTILE: tuple[Case, ...] = (
    *hostile_links.HOSTILE,
    *hostile_files.HOSTILE,
    *hostile_addresses.HOSTILE,
)

STUDY = TEXT.replace("trials: 24", "trials: 8")
SECONDS = 5.0  # of its own processor's time, the start of Python included
PATIENCE = 30.0  # seconds of the clock: other processes may have the cores meanwhile
WHOLE = 300.0  # the same for a command that may do its work to the end
MEMORY = 1_500_000_000  # bytes
SERVING = 1.0  # seconds after which a Dashboard that shows its address is ended


def arguments(command: str, folder: Path) -> list[str]:
    """A command with its arguments: a run folder; beside it lie `good`, another run, and rows."""
    study, beside = str(folder / "study.yaml"), folder.parent.parent
    options = {
        "check": [study],
        "clean": [str(folder), "--all", "--yes"],
        "compare": [str(folder), str(beside / "good")],
        "dashboard": [str(folder), "--no-browser"],
        "export": [str(folder), "--csv", str(beside / "tables"), "--storage", "sqlite:///copy.db"],
        "ls": [str(folder.parent)],
        "predict": [str(folder), str(beside / "rows.csv")],
        "next": [str(folder), "--out", str(beside / "next.yaml")],
        "report": [str(folder)],
        "resume": [str(folder), "--jobs", "1", "--trials", "10"],
        "run": [study, "--out", str(folder.parent), "--jobs", "1"],
        "show": [str(folder)],
    }
    return [command, *options[command]]


@dataclass(frozen=True)
class Ended:
    """How a command ended: code, what it said on stderr and stdout, and what it took."""

    code: int
    said: str
    shown: str
    seconds: float
    memory: int

    def is_good(self, command: str, is_spared: bool) -> bool:
        """One line and code 2; a list of runs goes on, and marks the one."""
        if is_spared and self.code == 0:
            return self.memory <= MEMORY
        marked = command == "ls" and self.code == 0 and not self.said and "damaged" in self.shown
        refused = self.code == 2 and len(self.said.splitlines()) == 1
        return (refused or marked) and self.seconds <= SECONDS and self.memory <= MEMORY


def end(words: list[str], cwd: Path, patience: float) -> Ended:
    """Start a command, and wait so many seconds for its end; one that serves is ended."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            command_line(*words, module="sweeps"),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment(),
            start_new_session=True,
        )
        deadline, code, used = time.monotonic() + patience, None, None
        while code is None:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                os.killpg(process.pid, signal.SIGKILL)
            elif words[0] == "dashboard" and "Ctrl-C stops it" in _so_far(out):
                os.killpg(process.pid, signal.SIGINT)
                time.sleep(SERVING)
            else:
                time.sleep(0.01)
        process.returncode = code
        assert isinstance(used, resource.struct_rusage)
        said, shown = _so_far(err), _so_far(out)
        return Ended(code, said, shown, used.ru_utime + used.ru_stime, 1024 * used.ru_maxrss)


def _so_far(file: "tempfile._TemporaryFileWrapper[str]") -> str:
    # Not by the file's own place, from which the process goes on writing.
    return os.pread(file.fileno(), 1_000_000, 0).decode(errors="replace")


def finished(folder: Path) -> Path:
    """A run that is done, twice, and rows to predict."""
    folder.mkdir(parents=True)
    (folder / "small.yaml").write_text(STUDY)
    sweeps("small.yaml", "--jobs", "1", cwd=folder)
    shutil.copytree(folder / "runs" / "small", folder / "good")
    (folder / "rows.csv").write_text("x1,x2\n0.5,0.5\n")
    return folder


def suffer(case: Case, source: Path, folder: Path) -> list[str]:
    """What goes wrong in a case, a line a command; nothing where all is well."""
    faults = []
    for command in case.commands:
        here = folder / command
        shutil.copytree(source, here)
        outside = Outside(folder / f"outside {command}")
        run = here / "runs" / "small"
        case.make(run, outside)
        before = outside.state()
        patience = WHOLE if command in case.spared else PATIENCE
        ended = end(arguments(command, run), here, patience)
        time.sleep(0.01)  # for a call that is on its way
        if outside.state() != before:
            faults.append(f"{command}: OUTSIDE HAS CHANGED: {before}, then {outside.state()}")
        if not ended.is_good(command, command in case.spared):
            cost = f"{ended.seconds:.1f} s, {ended.memory / 1e6:.0f} MB"
            faults.append(f"{command}: code {ended.code}, {cost}: {ended.said[-300:].strip()!r}")
        outside.close()
        shutil.rmtree(here)
    return faults


def main() -> int:
    """Print a line a case and a verdict; the exit code."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    cases = [case for case in HOSTILE if wanted in case.name]
    bad = 0
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(os.cpu_count()) as pool:
        source = finished(Path(temporary) / "source")
        places = [Path(temporary) / str(number) for number in range(len(cases))]
        every = pool.map(suffer, cases, itertools.repeat(source), places)
        for case, faults in zip(cases, every, strict=True):
            bad += bool(faults)
            print(
                f"{'BAD' if faults else 'ok':5}{case.name}: {len(case.commands)} commands",
                flush=True,
            )
            for fault in faults:
                print(f"       {fault}", flush=True)
    print(f"{len(cases) - bad} of {len(cases)} cases: nothing outside changed, one line each")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
