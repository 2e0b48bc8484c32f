"""Which process works on a run folder, found out without disturbing it."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from sweeps.base import files
from sweeps.base.errors import UserError


@dataclass(frozen=True)
class Holder:
    """The process that works on a folder; pid 0 where the system does not say which."""

    pid: int

    def __str__(self) -> str:
        return f"pid {self.pid}" if self.pid else "another process"


def holder(folder: Path) -> Holder | None:
    """The process that holds the folder's lock; None if no process does."""
    try:
        lock = files.open_to_read(folder / ".lock")
    except (OSError, UserError):
        return None  # no process has ever locked the folder
    with lock:
        descriptor = lock.fileno()
        return Holder(_pid(os.fstat(descriptor))) if _is_held(descriptor) else None


def _is_held(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return True
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _pid(status: os.stat_result) -> int:
    """The pid that holds a lock on this file, from the kernel's table of locks; 0 without one."""
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return 0
    for fields in map(str.split, lines):
        if "FLOCK" in fields and device in fields:
            return int(fields[fields.index(device) - 1])
    return 0
