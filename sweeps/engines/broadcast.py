"""Data that all workers of a pool need, which each worker reads from its parent process.

Sent in a worker's first message, large data would hold up the pool: a pipe takes 64 KiB, the rest
waits until the worker has loaded its libraries and reads, and only then the next worker is started.
"""

import os
import pickle
import tempfile
from contextlib import suppress
from typing import IO, Any


class Broadcast:
    """A value that is pickled once, by this process; a copy of this object in a worker reads it.

    The value is in a file without a name, which is open in this process and is gone with it,
    however it ends. Where one process cannot open another's file (all but Linux), the copy has the
    value.
    """

    def __init__(self, value: Any) -> None:
        self._content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        self._path = ""
        self._file: IO[bytes] | None = None
        try:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
            self._file.write(self._content)
            self._file.flush()
            process = f"/proc/{os.getpid()}"
            path = f"{process}/fd/{self._file.fileno()}"
            # If other processes may not look into this one, root owns these paths: proc(5).
            if os.stat(process).st_uid == os.geteuid() and os.access(path, os.R_OK):
                self._path, self._content = path, b""
        except OSError:
            pass  # no room for a file, or no /proc
        if not self._path:
            self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"_content": self._content, "_path": self._path}

    def value(self) -> Any:
        """The value; unpickled, since only this program can have written it."""
        if not self._path:
            return pickle.loads(self._content)
        with open(self._path, "rb") as file:
            return pickle.load(file)

    def close(self) -> None:
        """Close the file; after that no copy can read the value."""
        if self._file is not None:
            with suppress(OSError):  # the disk was full: what is not written is not needed
                self._file.close()
