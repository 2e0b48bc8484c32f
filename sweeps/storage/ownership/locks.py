"""A lock on a file that ends with its process, however that ends: the kernel drops it.

The file says whose it is. Where the file system has no such locks, what it says has to do.
"""

import errno
import sys
from contextlib import ExitStack
from io import FileIO
from pathlib import Path

from sweeps.base import files
from sweeps.storage.ownership.leases import SETTLE

if sys.platform == "win32":
    import msvcrt

    def _lock(file: FileIO) -> None:
        file.seek(2**30)  # beyond the text: what is locked here cannot be read either
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


WIDTH = 1024  # bytes: one write, always over the same ones, so that a full disk does not matter
WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class LockFile:
    """A file that one process holds, and in which it says who it is."""

    faults: tuple[type[Exception], ...] = (OSError,)

    def __init__(self, path: Path, what: str) -> None:
        self.what, self.settle = what, SETTLE
        self._file = FileIO(files.open_to_update(path), "r+")

    def take(self) -> None:
        """Hold it until it is closed. Errors: BlockingIOError while another does."""
        try:
            _lock(self._file)
            self.settle = 0.0  # the kernel has seen to it
        except OSError as fault:
            if fault.errno not in WITHOUT_LOCKS:
                raise BlockingIOError(*fault.args) from None

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def __enter__(self) -> "LockFile":
        return self

    def __exit__(self, *rest: object) -> None:
        self.close()

    def read(self) -> str:
        """What stands in it."""
        self._file.seek(0)
        return self._file.read(WIDTH).decode(errors="replace").strip()

    def write(self, text: str) -> None:
        """Put another text in its place."""
        self._file.seek(0)
        if text:
            self._file.write(text.encode().ljust(WIDTH))
        else:
            self._file.truncate()


def take(path: Path) -> LockFile:
    """A lock file that is held until it is closed. Errors: BlockingIOError, OSError."""
    with ExitStack() as until_held:
        lock = until_held.enter_context(LockFile(path, str(path)))
        lock.take()
        until_held.pop_all()
    return lock
