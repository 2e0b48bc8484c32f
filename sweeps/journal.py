"""A journal file that two processes write to, of which either may be killed in mid-write."""

import json
import os
from io import FileIO
from typing import Any

from optuna.storages.journal import JournalFileBackend
from optuna.storages.journal._file import get_lock_file

BLOCK = 1 << 16  # bytes


class Journal(JournalFileBackend):
    """Optuna's journal file, where a line that a kill or a full disk has torn is cut off.

    Optuna appends behind a torn line, and from then on nobody can read the file. Whoever holds the
    lock may cut: nobody else is writing.
    """

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations, all or none. Errors: OSError."""
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        with get_lock_file(self._lock), FileIO(self._file_path, "r+") as file:
            whole = _cut(file)
            try:
                _write(file, lines.encode())
            except OSError:
                file.truncate(whole)
                raise


def _cut(file: FileIO) -> int:
    """Cut off a last line that has no end; the size that is left, in bytes."""
    size = at = file.seek(0, os.SEEK_END)
    end = -1
    while at > 0 and end < 0:
        start = max(0, at - (BLOCK if at < size else 1))  # a whole line's end is the last byte
        file.seek(start)
        end = (file.read(at - start) or b"").rfind(b"\n")
        at = start + end + 1 if end >= 0 else start
    if at < size:
        file.truncate(at)
    file.seek(at)
    return at


def _write(file: FileIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())
