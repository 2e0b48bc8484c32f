"""Data that all workers of a pool need, which each worker reads from its parent process.

Sent in a worker's first message, large data would hold up the pool: a pipe takes 64 KiB, the rest
waits until the worker has loaded its libraries and reads, and only then the next worker is started.
And each worker would have a copy: from the file, all of them see the same pages of memory.
"""

import mmap
import os
import pickle
import tempfile
from contextlib import suppress
from typing import IO, Any

ALIGNED = 64  # bytes: where an array begins, so that its numbers can be read as they lie


class Broadcast:
    """A value that is pickled once, by this process; a copy of this object in a worker reads it.

    The value is in a file without a name, which is open in this process and is gone with it,
    however it ends. Its arrays are written as they lie in memory; those that a worker reads cannot
    be written to, and share one map of the file. Where one process cannot open another's file (all
    but Linux), the copy has the value.
    """

    def __init__(self, value: Any) -> None:
        arrays: list[Any] = []
        self._path, self._content = "", b""
        self._spans: list[tuple[int, int]] = []  # of the arrays, then of all else
        self._file: IO[bytes] | None = None
        try:
            rest = pickle.dumps(value, protocol=5, buffer_callback=arrays.append)
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
            for part in (*(array.raw() for array in arrays), rest):
                start = -(-self._file.tell() // ALIGNED) * ALIGNED
                self._file.seek(start)
                self._file.write(part)
                self._spans.append((start, start + len(part)))
            self._file.flush()
            process = f"/proc/{os.getpid()}"
            path = f"{process}/fd/{self._file.fileno()}"
            # If other processes may not look into this one, root owns these paths: proc(5).
            if os.stat(process).st_uid == os.geteuid() and os.access(path, os.R_OK):
                self._path = path
        except OSError:
            pass  # no room for a file, or no /proc
        if not self._path:
            self._content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
            self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"_content": self._content, "_path": self._path, "_spans": self._spans}

    def value(self) -> Any:
        """The value; unpickled, since only this program can have written it."""
        if not self._path:
            return pickle.loads(self._content)
        with open(self._path, "rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        *arrays, rest = (whole[start:end] for start, end in self._spans)
        return pickle.loads(rest, buffers=arrays)

    def close(self) -> None:
        """Close the file; after that no copy can read the value."""
        if self._file is not None:
            with suppress(OSError):  # the disk was full: what is not written is not needed
                self._file.close()
