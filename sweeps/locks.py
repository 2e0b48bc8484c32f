"""A lock on a file that ends with its process, however that ends: the kernel drops it."""

import sys
from io import TextIOWrapper
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: TextIOWrapper) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: TextIOWrapper) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take(path: Path) -> TextIOWrapper:
    """Hold the lock until the file is closed. Errors: BlockingIOError while another holds it."""
    file = path.open("w")
    try:
        _lock(file)
    except OSError as fault:
        file.close()
        raise BlockingIOError(*fault.args) from None
    return file
