"""Optuna's journal storage, for a file that two processes write to, of which either may be killed.

All values of a trial are written at once: Optuna alone would lock, write and sync its file for each
value, and one sync takes longer than everything else that we do for a trial.
"""

import json
import os
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import FileIO
from itertools import accumulate
from pathlib import Path
from typing import Any

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock, JournalFileSymlinkLock

from sweeps.base import files
from sweeps.storage import optuna_private

BLOCK = 1 << 16  # bytes
_encode = json.JSONEncoder(separators=(",", ":")).encode  # as Optuna writes it


class JournalLock(JournalFileSymlinkLock):
    """Optuna's lock file, as a hard link of the journal: the process that makes it has the lock.

    Optuna makes a symbolic link, which is a new file each time. ext4 does not reuse a deleted
    file's inode for some time, so its search for a free one takes longer with each lock.
    """

    def __init__(self, journal: str) -> None:
        super().__init__(journal)
        self._link = journal, f"{journal}.lock"

    def acquire(self) -> bool:
        """Make the link; if it exists or the file system has no hard links, do as Optuna does."""
        try:
            os.link(*self._link)
        except OSError:
            return super().acquire()
        return True


@dataclass(frozen=True)
class LastAppend:
    """The operations that this process appended last: their first byte, and where each one ends."""

    began: int
    logs: list[dict[str, Any]]
    ends: list[int]


class JournalFile(JournalFileBackend):
    """A journal's file; a last line torn by a kill or a full disk is cut off before appending.

    Optuna would append to the torn line, and from then on nobody could read the file. The process
    that has the lock may cut, since no other one is writing.
    """

    def __init__(self, path: str, lock: JournalLock | JournalFileOpenLock) -> None:
        super().__init__(path, lock)
        self._path, self._file_lock = Path(path), lock
        self._held: list[dict[str, Any]] | None = None
        self._syncs = True
        self._stuck: RuntimeError | None = None
        self._last: LastAppend | None = None

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations, all or none, and sync them; inside `together`, hold them back.

        Errors: OSError; RuntimeError where the lock cannot be released, and at every later call,
        since Optuna would wait for that lock without end.
        """
        if self._held is not None:
            self._held += logs
            return
        if self._stuck:
            raise self._stuck
        lines = [f"{_encode(log)}\n" for log in logs]
        try:
            began = self._append("".join(lines).encode())
        except RuntimeError as fault:
            self._stuck = fault
            raise
        self._last = LastAppend(began, logs, [began + end for end in accumulate(map(len, lines))])

    def _append(self, lines: bytes) -> int:
        """Append encoded lines; the byte at which they begin."""
        with self._locked(), FileIO(files.open_regular(self._path, os.O_RDWR), "r+") as file:
            whole = _cut(file)
            try:
                _write(file, lines)
                if self._syncs:
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(whole)
                raise
        return whole

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._file_lock.acquire()
        try:
            yield
        finally:
            self._file_lock.release()

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """The operations from a number on; our own last ones are known without opening the file.

        Optuna reads after each of its writes, too: while writes are held back there is nothing new.
        """
        if self._held is not None:
            return
        offsets = optuna_private.offsets(self)
        at, size = offsets.get(log_number_from), self._path.stat().st_size
        if at == size:
            return
        last, self._last = self._last, None
        if last and at == last.began and size == last.ends[-1]:
            for number, end in enumerate(last.ends, log_number_from + 1):
                offsets[number] = end
            yield from last.logs
        else:
            yield from super().read_logs(log_number_from)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Inside, operations are held back; they are appended in one go at the end."""
        held: list[dict[str, Any]] = []
        self._held = held
        try:
            yield
        finally:
            self._held = None
        if held:
            self.append_logs(held)

    @contextmanager
    def unsynced(self) -> Iterator[None]:
        """Inside, writes are not synced: they may stay in memory until the next sync."""
        self._syncs = False
        try:
            yield
        finally:
            self._syncs = True


def _cut(file: FileIO) -> int:
    """Cut off a last line without a line break; the size that is left, in bytes."""
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


class Journal(JournalStorage):
    """The storage of a journal file."""

    def __init__(self, path: Path, lock: JournalLock | JournalFileOpenLock) -> None:
        self._file = JournalFile(str(path), lock)
        super().__init__(self._file)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Hold back what is written inside; write and sync it in one go at the end.

        After a fault none of it is written. Until the end it cannot be read back.
        """
        with self._file.together():
            yield

    def unsynced(self) -> AbstractContextManager[None]:
        """Inside, write without waiting for the disk; the next sync includes these writes.

        A kill loses none of them, but a power cut may: so only for what a run would write again.
        """
        return self._file.unsynced()
