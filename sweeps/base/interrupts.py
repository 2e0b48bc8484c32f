"""Ctrl-C that cannot fall into the middle of a write, and how worker processes are started."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType
from typing import Any


@contextmanager
def starting_workers() -> Iterator[None]:
    """Let an interrupt wait, here and for good in the worker processes that are started inside.

    A worker that is still importing would end with a traceback: a terminal signals the whole group.
    None of them imports a file of the working directory.
    """
    with _safe_path(), _uninterrupted():
        yield


# Python's own word for it. A worker takes it back, for what the user's code may start there.
SAFE_PATH = {"PYTHONSAFEPATH": "sweeps"}


@contextmanager
def _safe_path() -> Iterator[None]:
    """Whoever is started inside has the path of this process, but not where it happens to stand.

    `python -c` and `-m`, by which workers are started, would look there first, for any module.
    """
    added = {name: value for name, value in SAFE_PATH.items() if not os.environ.get(name)}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    if sys.platform == "win32":  # where a console's Ctrl-C cannot be held back
        yield
        return
    # Python's own helper process unblocks the signal when it starts: it has to run before.
    resource_tracker.ensure_running()
    waiting: list[int] = []
    in_main = threading.current_thread() is threading.main_thread()
    # Blocked for the children; held for us, whose other threads still receive it.
    handler = signal.signal(signal.SIGINT, lambda n, _: waiting.append(n)) if in_main else None
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if in_main:
            signal.signal(signal.SIGINT, handler)
        if waiting:
            signal.raise_signal(signal.SIGINT)


class Shield:
    """Inside `with shield:` an interrupt waits; outside it raises KeyboardInterrupt at once.

    A second one does not wait: a write may wait for a database that is away, and none is torn.

    Installed by `with shield.installed():` in the main thread; elsewhere it does nothing.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._pending = False

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, kind: object, *rest: object) -> None:
        self._depth -= 1
        if self._pending and self._depth == 0 and kind is None:
            self._pending = False
            raise KeyboardInterrupt

    def installed(self) -> "_Installed":
        """Take over SIGINT (and SIGTERM, which means the same here) for a while."""
        return _Installed(self)

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """The signal handler."""
        if self._depth and not self._pending:
            self._pending = True
        else:
            raise KeyboardInterrupt


class _Installed:
    def __init__(self, shield: Shield) -> None:
        self._shield = shield
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._shield.interrupt)

    def __exit__(self, *rest: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
