"""A process that outlives its parent by a moment, to end the processes the parent started (Linux).

After kill -9 of the process that uses it, Ray's own processes live on for more than a minute; and
neither Ray nor Dask then removes its temporary files.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

# How often, and every how many seconds, the removal of the folder is tried: processes that have
# just been ended may still write there.
STEPS, STEP = 20, 0.05


class Reaper:
    """Ends the processes it was told of when it is closed, or when this process ends in any way.

    folder: a temporary folder, which is removed then; made in `inside`, or in the system's place.
    """

    def __init__(self, inside: str | None = None) -> None:
        self.folder = tempfile.mkdtemp(prefix=f"sweeps-{os.getpid()}-", dir=inside)
        # -S: it needs only the standard library, and so starts in 20 ms.
        command = [sys.executable, "-S", __file__, self.folder]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, bufsize=1)
        self._others = set(_children().get(os.getpid(), []))
        self._roots: set[int] = set()

    def adopt(self) -> None:
        """Take on the processes that this one has started since the reaper was made."""
        self._roots = set(_children().get(os.getpid(), [])) - self._others

    def know(self) -> None:
        """Send the reaper the pids of the processes it has taken on, and of all their children."""
        assert self._process.stdin is not None
        children, pids = _children(), list(self._roots)
        for pid in pids:
            pids += children.get(pid, [])
            self._process.stdin.write(f"{pid} {_born(pid)}\n")

    def close(self) -> None:
        """Have the reaper end the processes and remove the folder; return when that is done."""
        self._process.communicate()


def _children() -> dict[int, list[int]]:
    """The children of every process; the kernel's own list of them may miss some."""
    found: dict[int, list[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        if fields := _status(int(process.name)):
            found.setdefault(int(fields[1]), []).append(int(process.name))
    return found


def _born(pid: int) -> str:
    """When a process was started, in the kernel's ticks: tells a pid's later process from it."""
    fields = _status(pid)
    return fields[19] if fields else ""


def _status(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name: state, parent, …; none if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def main() -> None:
    """Read "pid born" a line until the parent's end of the pipe closes; then end and remove."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    known = dict(line.split() for line in sys.stdin)
    for pid, born in known.items():
        if _born(int(pid)) == born:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    for _ in range(STEPS):
        shutil.rmtree(sys.argv[1], ignore_errors=True)
        if not os.path.exists(sys.argv[1]):
            return
        time.sleep(STEP)


if __name__ == "__main__":
    main()
