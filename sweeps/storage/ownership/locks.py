"""A lock on a file that the kernel drops when its process ends, however it ends.

The file also says who owns it. On a file system without locks that text alone has to do.
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
        file.seek(2**30)  # beyond the text: locked bytes cannot be read by others either
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


WIDTH = 1024  # bytes of the text; always the same ones are overwritten, even on a full disk
WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class LockFile:
    """A file that one process locks, and in which it writes its claim: a `ClaimStore`."""

    faults: tuple[type[Exception], ...] = (OSError,)

    def __init__(self, path: Path, what: str) -> None:
        self.what, self.settle = what, SETTLE
        self._file = FileIO(files.open_to_update(path), "r+")

    def take(self) -> None:
        """Lock the file until it is closed. Errors: BlockingIOError while another process does."""
        try:
            _lock(self._file)
            self.settle = 0.0  # the kernel lets no second process claim it
        except OSError as fault:
            if fault.errno not in WITHOUT_LOCKS:
                raise BlockingIOError(*fault.args) from None

    def close(self) -> None:
        """Unlock and close the file."""
        self._file.close()

    def __enter__(self) -> "LockFile":
        return self

    def __exit__(self, *rest: object) -> None:
        self.close()

    def read(self) -> str:
        """The file's text."""
        self._file.seek(0)
        return self._file.read(WIDTH).decode(errors="replace").strip()

    def write(self, text: str) -> None:
        """Replace the file's text."""
        self._file.seek(0)
        if text:
            self._file.write(text.encode().ljust(WIDTH))
        else:
            self._file.truncate()


def take(path: Path) -> LockFile:
    """A lock file, locked until it is closed. Errors: BlockingIOError, OSError."""
    with ExitStack() as until_held:
        lock = until_held.enter_context(LockFile(path, str(path)))
        lock.take()
        until_held.pop_all()
    return lock
