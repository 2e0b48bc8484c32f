"""What all workers of a pool are given, read by each from its parent.

In a worker's first message it would hold up the pool: a pipe takes 64 KiB, the rest waits until the
worker has loaded its libraries and reads, and only then is the next one started.
"""

import os
import pickle
import tempfile
from contextlib import suppress
from typing import IO, Any


class Broadcast:
    """A value that is pickled once, here; a copy of this object in a worker reads it.

    From a file without a name, which is open in this process and gone with it, however it ends.
    Where one process cannot open another's file (all but Linux), the value travels in the copy.
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
            # Of a process that may not be looked into, all of this is root's: proc(5).
            if os.stat(process).st_uid == os.geteuid() and os.access(path, os.R_OK):
                self._path, self._content = path, b""
        except OSError:
            pass  # no room for a file, or no /proc
        if not self._path:
            self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"_content": self._content, "_path": self._path}

    def value(self) -> Any:
        """The value: nobody but this program can have written it."""
        if not self._path:
            return pickle.loads(self._content)
        with open(self._path, "rb") as file:
            return pickle.load(file)

    def close(self) -> None:
        """No copy can read it any more."""
        if self._file is not None:
            with suppress(OSError):  # of a disk that was full before: nothing of it is needed
                self._file.close()
