"""Optuna's journal storage, in which what is said of a trial together is written together.

Optuna locks, writes and syncs its file once for every value reported; a disk's sync takes longer
than all else that a trial costs us.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock


class _File(JournalFileBackend):
    """A journal's file; inside `with file.together():` nothing is written until the end."""

    def __init__(self, path: str, lock: JournalFileOpenLock | None) -> None:
        super().__init__(path, lock)
        self._held: list[dict[str, Any]] | None = None

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Write operations and sync, or hold them back."""
        if self._held is None:
            super().append_logs(logs)
        else:
            self._held += logs

    @contextmanager
    def together(self) -> Iterator[None]:
        held: list[dict[str, Any]] = []
        self._held = held
        try:
            yield
        finally:
            self._held = None
        super().append_logs(held)


class Journal(JournalStorage):
    """The storage of a journal file."""

    def __init__(self, path: Path, lock: JournalFileOpenLock | None) -> None:
        self._file = _File(str(path), lock)
        super().__init__(self._file)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write and sync what is said inside at its end, in one go; after a fault, none of it.

        Until then it cannot be read back.
        """
        with self._file.together():
            yield
