"""Optuna's journal storage, for a file that two processes write to, of which either may be killed.

What is said of a trial together is written together: Optuna locks, writes and syncs its file once
for every value reported, and a disk's sync takes longer than all else that a trial costs us.
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
from optuna.storages.journal._file import get_lock_file

from sweeps.base import files

BLOCK = 1 << 16  # bytes
_encode = json.JSONEncoder(separators=(",", ":")).encode  # as Optuna writes it


class Lock(JournalFileSymlinkLock):
    """Optuna's own lock: who makes its file holds it. Here that is a hard link of the journal.

    A symbolic link is a file that is made and thrown away; ext4 does not use its place again for
    some time, and looks for a free one for the longer the more often that is done.
    """

    def acquire(self) -> bool:
        """As Optuna does it, where somebody else holds it or there are no hard links."""
        try:
            os.link(self._lock_target_file, self._lock_file)
        except OSError:
            return super().acquire()
        return True


@dataclass(frozen=True)
class Written:
    """Operations of ours, which lie in the file from one byte on; where each of them ends."""

    began: int
    logs: list[dict[str, Any]]
    ends: list[int]


class File(JournalFileBackend):
    """A journal's file, where a line that a kill or a full disk has torn is cut off.

    Optuna appends behind a torn line, and from then on nobody can read the file. Whoever holds the
    lock may cut: nobody else is writing.
    """

    def __init__(self, path: str, lock: Lock | JournalFileOpenLock) -> None:
        super().__init__(path, lock)
        self._held: list[dict[str, Any]] | None = None
        self._syncs = True
        self._stuck: RuntimeError | None = None
        self._written: Written | None = None

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations, all or none, and sync them; or hold them back.

        Errors: OSError; RuntimeError where the lock cannot be given back, and from then on:
        Optuna would wait for it without end.
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
        self._written = Written(began, logs, [began + end for end in accumulate(map(len, lines))])

    def _append(self, lines: bytes) -> int:
        """Where they begin."""
        path = Path(self._file_path)
        with get_lock_file(self._lock), FileIO(files.open_regular(path, os.O_RDWR), "r+") as file:
            whole = _cut(file)
            try:
                _write(file, lines)
                if self._syncs:
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(whole)
                raise
        return whole

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """Operations from a number on; the file is opened only for those of another process."""
        at, size = self._log_number_offset.get(log_number_from), os.stat(self._file_path).st_size
        if at == size:
            return
        written, self._written = self._written, None
        if written and at == written.began and size == written.ends[-1]:
            for number, end in enumerate(written.ends, log_number_from + 1):
                self._log_number_offset[number] = end
            yield from written.logs
        else:
            yield from super().read_logs(log_number_from)

    @property
    def is_held(self) -> bool:
        """Whether something may be held back."""
        return self._held is not None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Inside, nothing is written until the end."""
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
        """Inside, what is written is left to the system's memory, until the next sync."""
        self._syncs = False
        try:
            yield
        finally:
            self._syncs = True


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


class Journal(JournalStorage):
    """The storage of a journal file."""

    def __init__(self, path: Path, lock: Lock | JournalFileOpenLock) -> None:
        self._file = File(str(path), lock)
        super().__init__(self._file)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write and sync what is said inside at its end, in one go; after a fault, none of it.

        Until then it cannot be read back.
        """
        with self._file.together():
            yield

    def _sync_with_backend(self) -> None:
        """Read what was added: Optuna does so after everything it says."""
        if not self._file.is_held:
            super()._sync_with_backend()

    def unsynced(self) -> AbstractContextManager[None]:
        """Write what is said inside, but do not wait for the disk: the next sync takes it along.

        A kill loses none of it, a power cut may: for what would be said the same again.
        """
        return self._file.unsynced()
