"""One fault after another: what is said, what is lost, how it goes on; a line each.

`python -m tests.soak.faults`; exit 1 if anything told was lost, or a traceback was shown. As root
it mounts small disks; the clock is faked by libfaketime (apt-get install faketime).
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.soak.runs import TRIALS, Run

FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


class Skipped(Exception):
    """A fault that cannot be made here, and why."""


def full_disk(run: Run) -> Iterator[None]:
    """A disk of 3 MB that something else fills in mid-record."""
    with _disk(run.folder):
        run.write()
        run.start()
        run.until(lambda: run.records() >= 5)
        status = os.statvfs(run.folder)
        ballast = run.folder / "ballast"
        ballast.write_bytes(bytes(status.f_bavail * status.f_frsize - 12_288))
        yield
        ballast.unlink()
        yield


def read_only_folder(run: Run) -> Iterator[None]:
    """The records' folder takes no more files."""
    run.start()
    run.until(lambda: run.records() >= 5)
    _call("chattr", "+i", run.out / "artifacts")
    yield
    _call("chattr", "-i", run.out / "artifacts")
    yield


def torn_journal(run: Run) -> Iterator[None]:
    """Cut in its last line, as a kill in mid-write leaves it."""
    run.start()
    run.until(lambda: run.records() >= 20)
    run.kill()
    yield
    content = (run.out / "journal.log").read_bytes()
    (run.out / "journal.log").write_bytes(content[:-7])
    yield


def lost_records(run: Run) -> Iterator[None]:
    """One truncated, one missing, one flipped."""
    run.start()
    yield
    artifacts = run.out / "artifacts"
    whole = (artifacts / "trial-000003.npz").read_bytes()
    (artifacts / "trial-000003.npz").write_bytes(whole[: len(whole) // 2])
    (artifacts / "trial-000005.npz").unlink()
    flipped = bytearray((artifacts / "trial-000007.npz").read_bytes())
    flipped[len(flipped) // 2] ^= 4
    (artifacts / "trial-000007.npz").write_bytes(flipped)
    yield


def two_parents(run: Run) -> Iterator[None]:
    """A second one, on the same folder, while the first works."""
    first = run.start()
    run.until(lambda: run.records() >= 3)
    os.kill(first.pid, signal.SIGSTOP)
    run.start()
    yield
    run.process = first
    os.kill(first.pid, signal.SIGCONT)
    run.wait()
    yield


def jumping_clock(run: Run) -> Iterator[None]:
    """Thirty years to and fro, five times in a run."""
    if not FAKETIME:
        raise Skipped("no libfaketime (apt-get install faketime)")
    # The parent alone: the library lets a sleep fail in the moment of a jump, as no system does.
    code = "import os\nos.environ.pop('LD_PRELOAD', None)\n"
    (run.folder / "sitecustomize.py").write_text(code)
    clock = run.folder / "clock"
    clock.write_text("+0")
    run.variables |= {
        "LD_PRELOAD": str(FAKETIME[0]),
        "PYTHONPATH": os.pathsep.join([str(run.folder), os.environ.get("PYTHONPATH", os.getcwd())]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    run.start()
    for number, years in enumerate((30, -20, 5, -30, 0)):
        run.until(lambda least=5 * number + 2: run.records() >= least)  # type: ignore[misc]
        clock.write_text(f"{365 * years:+}d")
    yield
    yield


def stopped_worker(run: Run) -> Iterator[None]:
    """SIGSTOP for 30 s."""
    run.start()
    run.until(lambda: run.records() >= 5)
    worker = run.workers()[-1]
    os.kill(worker, signal.SIGSTOP)
    time.sleep(30)
    with suppress(ProcessLookupError):  # it had no trial, and the run has ended without it
        os.kill(worker, signal.SIGCONT)
    yield
    yield


def stopped_parent(run: Run) -> Iterator[None]:
    """SIGSTOP for 30 s: as a lid that is shut."""
    process = run.start()
    run.until(lambda: run.records() >= 5)
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(30)
    os.kill(process.pid, signal.SIGCONT)
    yield
    yield


def torn_everywhere(run: Run) -> Iterator[None]:
    """kill -9, and then half of all records cut at a random byte."""
    run.start()
    run.until(lambda: run.records() >= 20)
    run.kill()
    yield
    rng = random.Random(0)
    for path in sorted((run.out / "artifacts").glob("trial-*.npz"))[::2]:
        content = path.read_bytes()
        path.write_bytes(content[: rng.randrange(len(content))])
    yield


# With the exit code that the run has to have; what is killed has none to choose.
FAULTS: dict[Callable[[Run], Iterator[None]], int] = {
    full_disk: 2,
    read_only_folder: 2,
    torn_journal: -9,
    lost_records: 0,
    two_parents: 2,
    jumping_clock: 0,
    stopped_worker: 0,
    stopped_parent: 0,
    torn_everywhere: -9,
}


def main() -> int:
    """Print a line a fault and a verdict; the exit code."""
    verdicts = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        unharmed = Run(folder / "unharmed")
        assert unharmed.go_on() == (0, "")
        table = unharmed.table()
        for fault, code in FAULTS.items():
            try:
                line, good = _suffer(Run(folder / fault.__name__), fault, code, table)
                verdicts.append("ok" if good else "BAD")
            except Skipped as why:
                line = str(why)
                verdicts.append("skipped")
            print(f"{verdicts[-1]:8}{fault.__name__:17}{line}", flush=True)
    good, skipped = verdicts.count("ok"), verdicts.count("skipped")
    lost = "one line at most, no finished trial lost"
    print(f"{good} of {len(FAULTS)} faults, {skipped} skipped: {lost}")
    return int("BAD" in verdicts)


def _suffer(
    run: Run, fault: Callable[[Run], Iterator[None]], code: int, table: str
) -> tuple[str, bool]:
    """Cause it, cure it, go on."""
    steps = fault(run)
    next(steps)
    ended, said = run.wait()
    if ended < 0:
        said = ""  # loky's helper complains of a killed parent
    told = run.records()
    next(steps)
    again, said_again = run.go_on()
    equal = again == 0 and run.table() == table and len(run.told()) == TRIALS
    for _ in steps:
        raise AssertionError("a fault has two steps")
    good = (ended, again, said_again, equal) == (code, 0, "", True) and said.count("\n") <= 1
    heard = f"said {said.strip()!r}" if said else "said nothing"
    after = f"then {again}{f', said {said_again!r}' if said_again else ''}"
    found = "the unharmed table" if equal else "ANOTHER TABLE"
    return f"ended {ended} with {told} records, {heard}; {after}: {found}", good


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    if os.geteuid() != 0:
        raise Skipped("only root may mount a small disk")
    _call("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder)
    try:
        yield
    finally:
        _call("umount", "--lazy", folder)


def _call(*arguments: str | Path) -> None:
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode:
        raise Skipped(done.stderr.strip())


if __name__ == "__main__":
    sys.exit(main())
